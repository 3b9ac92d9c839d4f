//! What a run is trained on and judged by.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

/// Cross-entropy of every run, in nats, summed over the batch: `-sum_b log softmax(logits_b)[class_b]`.
///
/// `logits` is `[runs, batch, classes]`, `one_hot` `[1, batch, classes]`, the result `[runs]`. The sum of the result over
/// runs has, for each run's parameters, the gradient of that run's loss alone.
#[must_use]
pub fn cross_entropy(logits: Tensor<3>, one_hot: Tensor<3>) -> Tensor<1> {
    let log_probabilities = log_softmax(logits, 2) * one_hot;
    log_probabilities.sum_dims_squeeze::<1, _>(&[1, 2]).neg()
}

/// How many examples of the batch every run classifies correctly.
///
/// `logits` is `[runs, batch, classes]`, `classes` `[1, batch, 1]`, the result `[runs]` (whole numbers). Among equal logits
/// the lowest class wins, so an untrained run is not credited with ties.
#[must_use]
pub fn correct_predictions(logits: Tensor<3>, classes: Tensor<3, Int>) -> Tensor<1> {
    let [runs, batch, _] = logits.dims();
    let hits = logits.argmax(2).equal(classes.expand([runs, batch, 1]));
    hits.float().sum_dims_squeeze::<1, _>(&[1, 2])
}
