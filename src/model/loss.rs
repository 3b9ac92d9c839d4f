//! What a run is trained on and judged by.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// Cross-entropy of every run, in nats, summed over the batch: `-sum_b log softmax(logits_b)[class_b]`.
///
/// `logits` is `[runs, batch, classes]`, `one_hot` `[1, batch, classes]`, the result `[runs]`. The sum of the result over
/// runs has, for each run's parameters, the gradient of that run's loss alone.
#[must_use]
pub fn cross_entropy(logits: Tensor<3>, one_hot: Tensor<3>) -> Tensor<1> {
    let log_probabilities = log_softmax(logits, 2) * one_hot;
    log_probabilities.sum_dims_squeeze::<1, _>(&[1, 2]).neg()
}

/// The class that every run takes each example for, `[runs, batch]`, as whole numbers.
///
/// `logits` is `[runs, batch, classes]`. Among equal logits the lowest class wins.
#[must_use]
pub fn predicted_classes(logits: Tensor<3>) -> Tensor<2> {
    logits.argmax(2).float().squeeze_dim(2)
}
