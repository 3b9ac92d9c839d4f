//! The loss, and the predicted class for evaluation.

mod operation;

use super::jet::{Jet, sum};
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use operation::softmax_cross_entropy;

/// Cross-entropy of every run, in nats, summed over the rows of the batch: `-sum_b q_b · log softmax(logits_b)`.
///
/// `logits` is `[runs, rows, classes]`, the targets `q` are `[1, rows, classes]` (each row a distribution, or zeros if it does not
/// count), the result is `[runs]`. The gradient of the result's sum
/// over runs, with respect to one run's parameters, is that of the run's own loss.
#[must_use]
pub fn cross_entropy(logits: Tensor<3>, targets: Tensor<3>) -> Tensor<1> {
    softmax_cross_entropy(logits, targets)
}

/// The derivatives of [`cross_entropy`] along the directions of `logits`, `[runs]` each: `∂/∂s` and `∂²/∂s∂t`. With the
/// probabilities `p = softmax(z)`, the targets `q` and their sum `w`, 1 or 0, for each row
///
/// ```text
/// ∂/∂s    = (w p - q) · z_s
/// ∂²/∂s∂t = (w p - q) · z_st  +  w p · (z_s z_t)  -  (w p · z_s)(p · z_t)
/// ```
pub(super) fn cross_entropy_along(logits: Jet<3>, targets: Tensor<3>) -> (Option<Tensor<1>>, Option<Tensor<1>>) {
    let counted = targets.clone().sum_dim(2);
    let probabilities = softmax(logits.value, 2) * counted;
    let residual = probabilities.clone() - targets;
    let total = |per_class: Tensor<3>| per_class.sum_dims_squeeze::<1, _>(&[1, 2]);
    let along = |derivative: &Option<Tensor<3>>| derivative.clone().map(|z| total(residual.clone() * z));
    let covariance = match (&logits.first, &logits.second) {
        (Some(first), Some(second)) => {
            let weighted = probabilities.clone() * first.clone();
            let mean_product = total(weighted.clone() * second.clone());
            let means = weighted.sum_dim(2) * (probabilities * second.clone()).sum_dim(2);
            Some(mean_product - total(means))
        }
        _ => None,
    };
    (along(&logits.first), sum(along(&logits.mixed), covariance))
}

/// The predicted class of each row for every run, `[runs, rows]`, as whole numbers.
///
/// `logits` is `[runs, rows, classes]`. Among equal logits the lowest class wins.
#[must_use]
pub fn predicted_classes(logits: Tensor<3>) -> Tensor<2> {
    logits.argmax(2).float().squeeze_dim(2)
}
