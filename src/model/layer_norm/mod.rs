//! Layer normalization with a run axis (Ba, Kiros & Hinton 2016, arXiv 1607.06450): `y = γ (x - mean) / √(variance + ε) + β`, with mean and
//! variance (divided by the count) over the features of every position.

mod operation;

use super::jet::{ElementwiseFunction, Jet};
use burn::tensor::Tensor;
use operation::normalized;

/// `ε`, added to the variance, as in PyTorch.
pub(super) const EPSILON: f64 = 1e-5;

/// Normalizes `[runs, rows, features]`; `scale` (γ) and `shift` (β) are `[runs, 1, features]`.
pub(super) fn layer_norm(values: Jet<3>, scale: Jet<3>, shift: Jet<3>) -> Jet<3> {
    if values.is_plain() && scale.is_plain() && shift.is_plain() {
        return Jet::constant(normalized(values.value, scale.value, shift.value));
    }
    let mean = values.clone().linear(|values| values.mean_dim(2).neg());
    let centered = values.plus(mean);
    let variance = centered.product(&centered, |left, right| left * right).linear(|squares| squares.mean_dim(2));
    let standardized = centered.product(&variance.map(&inverse_root()), |centered, inverse| centered * inverse);
    standardized.product(&scale, |values, scale| values * scale).plus(shift)
}

/// `1 / √(x + ε)` with its derivatives.
fn inverse_root() -> ElementwiseFunction<3> {
    ElementwiseFunction {
        value: |x: Tensor<3>| x.add_scalar(EPSILON).sqrt().recip(),
        slope: |_, y| y.clone().powi_scalar(3).mul_scalar(-0.5),
        curvature: Some(|_, y| y.clone().powi_scalar(5).mul_scalar(0.75)),
    }
}
