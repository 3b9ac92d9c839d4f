//! Scaled dot-product attention with several heads and a run axis (Vaswani et al. 2017, section 3.2): with queries `q`, keys `k` and
//! values `v`, whose features are split between the heads, `softmax(q kᵀ / √e + mask) v` of every head with `e` features.

pub mod cpu;
mod operation;

use super::jet::{ElementwiseFunction, Jet};
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
pub use cpu::AttentionSizes;
use operation::attended;

/// What is added to the score of a position that must not be looked at: its weight becomes exactly 0.
pub(super) const MASKED: f64 = -1e9;

/// The values that each position gets, `[runs, examples · queries, features]`: `query` has this shape, `key` and `value` are
/// `[runs, examples · keys, features]`. `mask` is `[examples or 1, queries or 1, keys]`: 0, or [`MASKED`].
pub(super) fn attention(
    query: &Jet<3>,
    key: &Jet<3>,
    value: &Jet<3>,
    mask: Tensor<3>,
    sizes: AttentionSizes,
) -> Jet<3> {
    if query.is_plain() && key.is_plain() && value.is_plain() {
        let [query, key, value] = [query, key, value].map(|jet| jet.value.clone());
        return Jet::constant(attended(query, key, value, mask, sizes));
    }
    let AttentionSizes { heads, queries, keys, .. } = sizes;
    let runs = query.value.dims()[0];
    let query = query.clone().linear(|tensor| split(tensor, queries, heads));
    let [key, value] = [key, value].map(|jet| jet.clone().linear(|tensor| split(tensor, keys, heads)));
    let scores = query.product(&key, |query, key| query.matmul(key.swap_dims(2, 3)));
    let scale = sizes.scale(scores_features(&query.value));
    let mask = repeated(mask, runs, sizes);
    let scores = scores.linear(|scores| scores.mul_scalar(scale)).plus(Jet::constant(mask));
    let weights = softmax_jet(scores);
    weights.product(&value, Tensor::matmul).linear(|mixed| merged(mixed, runs))
}

/// The weights of attention, `[runs · examples, heads, queries, keys]`; arguments as for [`attention`].
pub(super) fn attention_weights(query: Tensor<3>, key: Tensor<3>, mask: Tensor<3>, sizes: AttentionSizes) -> Tensor<4> {
    let runs = query.dims()[0];
    let query = split(query, sizes.queries, sizes.heads);
    let scale = sizes.scale(scores_features(&query));
    let scores = query.matmul(split(key, sizes.keys, sizes.heads).swap_dims(2, 3)).mul_scalar(scale);
    softmax(scores + repeated(mask, runs, sizes), 3)
}

/// Features of a head.
fn scores_features(query: &Tensor<4>) -> usize {
    query.dims()[3]
}

/// `[runs, examples · positions, features]` as `[runs · examples, heads, positions, features of a head]`.
fn split(values: Tensor<3>, positions: usize, heads: usize) -> Tensor<4> {
    let [runs, rows, features] = values.dims();
    values.reshape([runs * rows / positions, positions, heads, features / heads]).swap_dims(1, 2)
}

/// The reverse of [`split`].
fn merged(values: Tensor<4>, runs: usize) -> Tensor<3> {
    let [sequences, heads, positions, features] = values.dims();
    values.swap_dims(1, 2).reshape([runs, sequences / runs * positions, heads * features])
}

/// The mask for every run, `[runs · examples or 1, 1, queries or 1, keys]`.
fn repeated(mask: Tensor<3>, runs: usize, sizes: AttentionSizes) -> Tensor<4> {
    let [examples, queries, keys] = mask.dims();
    let mask = mask.reshape([examples, 1, queries, keys]);
    if examples == sizes.examples { mask.repeat_dim(0, runs) } else { mask }
}

/// The softmax over the last axis. The largest score, which is subtracted, cancels in the result and in its derivatives.
fn softmax_jet(scores: Jet<4>) -> Jet<4> {
    let largest = scores.value.clone().inner().max_dim(3);
    let powers = scores.plus(Jet::constant(largest.neg())).map(&exponential());
    let sums = powers.clone().linear(|powers| powers.sum_dim(3));
    powers.product(&sums.map(&reciprocal()), |powers, inverse| powers * inverse)
}

fn exponential() -> ElementwiseFunction<4> {
    ElementwiseFunction { value: Tensor::exp, slope: |_, y| y.clone(), curvature: Some(|_, y| y.clone()) }
}

fn reciprocal() -> ElementwiseFunction<4> {
    ElementwiseFunction {
        value: Tensor::recip,
        slope: |_, y| (y.clone() * y.clone()).neg(),
        curvature: Some(|_, y| y.clone().powi_scalar(3).mul_scalar(2.0)),
    }
}
