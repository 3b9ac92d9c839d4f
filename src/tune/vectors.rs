//! Vectors in parameter space, stacked over runs: a list of tensors `[runs, ...]`, one for each parameter. Everything here is
//! computed run by run.

use crate::device::read;
use crate::error::Result;
use crate::model::inner_product;
use burn::tensor::{Device, Tensor, TensorData, Transaction};

/// The scalar product of two vectors for every run, `[runs]`.
pub(super) fn inner_all(left: &[Tensor<3>], right: &[Tensor<3>]) -> Tensor<1> {
    total(left.iter().zip(right).map(|(left, right)| inner_product(left, right)))
}

/// The 2-norm for every run, `[runs]`.
pub(super) fn norm_2(vector: &[Tensor<3>]) -> Tensor<1> {
    inner_all(vector, vector).sqrt()
}

/// The 1-norm for every run, `[runs]`.
pub(super) fn norm_1(vector: &[Tensor<3>]) -> Tensor<1> {
    total(vector.iter().map(|tensor| tensor.clone().abs().sum_dims_squeeze::<1, _>(&[1, 2])))
}

/// The sum of `[runs]` tensors. Without any it would be zero for one run, but every network has parameters.
pub(super) fn total(terms: impl Iterator<Item = Tensor<1>>) -> Tensor<1> {
    terms.reduce(|sum, term| sum + term).unwrap_or_else(|| Tensor::zeros([1], &Device::flex()))
}

/// A vector times one number per run, `[runs]`.
pub(super) fn times(vector: &[Tensor<3>], factors: &Tensor<1>) -> Vec<Tensor<3>> {
    vector.iter().map(|tensor| tensor.clone() * along_runs(factors.clone())).collect()
}

/// The sum of two vectors.
pub(super) fn plus(left: Vec<Tensor<3>>, right: Vec<Tensor<3>>) -> Vec<Tensor<3>> {
    left.into_iter().zip(right).map(|(left, right)| left + right).collect()
}

/// One number per run as a tensor, `[runs]`.
#[expect(clippy::cast_possible_truncation, reason = "the precision of the parameters")]
pub(super) fn of_runs(values: &[f64], device: &Device) -> Tensor<1> {
    let values = values.iter().map(|value| *value as f32).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values.clone(), [values.len()]), device)
}

/// `[runs]` as `[runs, 1, 1]`.
pub(super) fn along_runs(numbers: Tensor<1>) -> Tensor<3> {
    let runs = numbers.dims()[0];
    numbers.reshape([runs, 1, 1])
}

/// Reads back one number per run, one list per tensor.
pub(super) async fn read_runs(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f64>>> {
    let values = read(tensors.into_iter().fold(Transaction::default(), Transaction::register)).await?;
    Ok(values.into_iter().map(|values| values.into_iter().map(f64::from).collect()).collect())
}
