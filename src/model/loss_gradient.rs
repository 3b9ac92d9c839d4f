//! The loss of every run with its gradient.

use super::batch_norm::BatchStatistics;
use burn::tensor::Tensor;

/// A gradient with its by-products.
#[derive(Debug, Clone)]
pub struct LossGradient {
    /// Mean cross-entropy of every run, `[runs]`, in nats per image or symbol.
    pub losses: Tensor<1>,
    /// Its gradient with respect to every parameter, in the parameter's shape.
    pub gradient: Vec<Tensor<3>>,
    /// Statistics of the batch at each batch normalization, in [`Mode::Training`].
    pub statistics: Vec<BatchStatistics>,
}
