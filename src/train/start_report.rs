//! Statistics of each layer before the first step: of its weights, its activations, its gradient, and the size of the first step.
//!
//! Activations and gradients are those of the first training batch, with batch normalization in training mode, exactly as in the
//! first step.

use super::cohort::Cohort;
use super::optimizer::Optimizer;
use crate::device::read;
use crate::error::Result;
use crate::experiment::ActivitySpec;
use crate::experiment::architecture::{Architecture, Layer, ParameterRole};
use crate::init::{Factors, LayerWeights};
use crate::metrics::{LayerReport, LayerScales};
use crate::model::{Batch, Mode, Moments, Network, inner_product};
use burn::tensor::{Tensor, Transaction};

/// Number of values read back for each layer: gradient norm, step size, mean, standard deviation, active fraction.
const NUMBERS: usize = 5;

/// The statistics of each layer for `weights`; both are given per run and layer.
///
/// # Errors
/// [`Error::Device`](crate::error::Error::Device) when the device cannot be read.
pub(super) async fn layer_reports(
    cohort: &Cohort,
    batch: &Batch,
    weights: &[Vec<LayerWeights>],
    activity: &ActivitySpec,
) -> Result<Vec<Vec<LayerReport>>> {
    let mut reports = Vec::with_capacity(weights.len());
    let mut runs = weights.iter();
    for (network, optimizer, factor) in cohort.groups() {
        let tensors = group_numbers(network, optimizer.clone(), factor, batch, activity.tau);
        let numbers = read(tensors.into_iter().fold(Transaction::default(), Transaction::register)).await?;
        for (run, layers) in runs.by_ref().take(network.runs()).enumerate() {
            let layer = |(layer, numbers): (&LayerWeights, &[Vec<f32>])| {
                let number = |index: usize| finite(f64::from(numbers[index][run]));
                report(layer, number)
            };
            reports.push(layers.iter().zip(numbers.chunks(NUMBERS)).map(layer).collect());
        }
    }
    Ok(reports)
}

/// The [`NUMBERS`] values of one layer after the other, `[runs]` each.
fn group_numbers(network: &Network, mut optimizer: Optimizer, factor: f64, batch: &Batch, tau: f64) -> Vec<Tensor<1>> {
    let gradient = network.gradient(batch, Mode::Training).gradient;
    let stepped = optimizer.update(network.parameters.clone(), gradient.clone(), factor);
    let values = layer_values(network, batch);
    let roles = network.plan.architecture.parameter_roles();
    let weights = roles.iter().enumerate().filter(|(_, role)| matches!(role, ParameterRole::Weight(_)));
    let layers = weights.zip(values).flat_map(|((index, _), values)| {
        let weight = network.parameters[index].clone();
        let moved = norm(&(stepped[index].clone() - weight.clone())) / norm(&weight);
        let [mean, std, active] = moments(values, tau);
        [norm(&gradient[index]), moved, mean, std, active]
    });
    layers.collect()
}

/// The values of each layer with weights after its activation function, `[runs, examples, units]`; the logits for the last one.
fn layer_values(network: &Network, batch: &Batch) -> Vec<Tensor<3>> {
    let steps = value_steps(&network.plan.architecture);
    let mut kept = Vec::with_capacity(steps.len());
    network.observe(batch.images.clone(), Mode::Training, |step, values| {
        if steps.contains(&step) {
            kept.push(values());
        }
    });
    kept
}

/// The step of the activation function after each layer with weights, or of the layer itself if there is none.
fn value_steps(architecture: &Architecture) -> Vec<usize> {
    let activation_after = |index: usize| {
        let mut rest = architecture.steps.iter().enumerate().skip(index);
        rest.find(|(_, step)| step.layer == Layer::Activation).map_or(index, |(index, _)| index)
    };
    architecture.weight_steps().into_iter().map(activation_after).collect()
}

/// Mean, standard deviation, and fraction with an absolute value above `tau`, for every run, `[runs]` each.
fn moments(values: Tensor<3>, tau: f64) -> [Tensor<1>; 3] {
    let [runs, examples, units] = values.dims();
    let rows = values.reshape([runs, examples * units]);
    let active = rows.clone().abs().greater_elem(tau).float().mean_dim(1).squeeze_dim(1);
    let Moments { mean, std } = Moments::of_rows(rows);
    [mean, std, active]
}

/// The 2-norm for every run, `[runs]`.
fn norm(tensor: &Tensor<3>) -> Tensor<1> {
    inner_product(tensor, tensor).sqrt()
}

fn report(layer: &LayerWeights, number: impl Fn(usize) -> Option<f64>) -> LayerReport {
    let Factors { weight, bias, norm } = layer.factors;
    LayerReport {
        scales: LayerScales { weight: finite(weight), bias: finite(bias), norm: finite(norm) },
        weight_std: layer.statistics().and_then(|statistics| finite(statistics.std)),
        gradient_norm: number(0),
        step_size: number(1),
        activation_mean: number(2),
        activation_std: number(3),
        active_fraction: number(4),
    }
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}
