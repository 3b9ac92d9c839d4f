//! The loss of every run and its exact derivatives with respect to the parameters, up to the third order: the gradient for
//! training, and the derivatives for tuning initial weights.
//!
//! Runs do not mix, so the derivatives of the sum of all losses are those of each run's own loss, stacked like the parameters.

use super::batch_norm::BatchStatistics;
use super::loss::{cross_entropy, cross_entropy_along};
use super::network::Network;
use super::pass::{Directions, Mode, Pass};
use burn::tensor::{Gradients, Tensor};

/// Examples with their targets.
#[derive(Debug, Clone)]
pub struct Batch {
    /// `[1, examples, inputs]`.
    pub images: Tensor<3>,
    /// `[1, examples, classes]`.
    pub one_hot: Tensor<3>,
}

/// A gradient with its by-products.
#[derive(Debug, Clone)]
pub struct LossGradient {
    /// Mean cross-entropy of every run, `[runs]`, in nats.
    pub losses: Tensor<1>,
    /// Its gradient with respect to every parameter, in the parameter's shape.
    pub gradient: Vec<Tensor<3>>,
    /// Statistics of the batch at each batch normalization, in [`Mode::Training`].
    pub statistics: Vec<BatchStatistics>,
}

/// Derivatives of the curvature.
#[derive(Debug, Clone)]
pub struct CurvatureGradient {
    /// `∇_θ (uᵀ H(θ) v)`.
    pub gradient: Vec<Tensor<3>>,
    /// `H u`.
    pub first_product: Vec<Tensor<3>>,
}

impl Batch {
    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.images.dims()[1]
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// These examples and then those of `other`.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let join = |own: &Tensor<3>, its: &Tensor<3>| Tensor::cat(vec![own.clone(), its.clone()], 1);
        Self { images: join(&self.images, &other.images), one_hot: join(&self.one_hot, &other.one_hot) }
    }

    /// `count` of these examples, starting at index `start`.
    #[must_use]
    pub fn part(&self, start: usize, count: usize) -> Self {
        let cut = |tensor: &Tensor<3>| tensor.clone().narrow(1, start, count);
        Self { images: cut(&self.images), one_hot: cut(&self.one_hot) }
    }
}

impl Network {
    /// The gradient of the mean cross-entropy over the batch.
    #[must_use]
    pub fn gradient(&self, batch: &Batch, mode: Mode) -> LossGradient {
        let network = self.tracked();
        let (logits, statistics) = Pass::new(&network, mode, Directions::NONE).run(batch.images.clone(), None);
        let losses = cross_entropy(logits.value, batch.one_hot.clone()).div_scalar(batch.len() as f64);
        let mut gradients = losses.clone().sum().backward();
        LossGradient { losses: losses.inner(), gradient: taken(&network.parameters, &mut gradients), statistics }
    }

    /// `H u`: the Hessian of the mean cross-entropy over the batch times `direction`, both stacked like the parameters.
    ///
    /// Kinks of ReLU and max pooling contribute nothing, as in PyTorch.
    #[must_use]
    pub fn hessian_vector_product(&self, batch: &Batch, mode: Mode, direction: &[Tensor<3>]) -> Vec<Tensor<3>> {
        let network = self.tracked();
        let directions = Directions { first: direction, second: &[] };
        let (logits, _) = Pass::new(&network, mode, directions).run(batch.images.clone(), None);
        let (along, _) = cross_entropy_along(logits, batch.one_hot.clone());
        network.differentiated(along, batch, &[]).0
    }

    /// The gradient of `uᵀ H(θ) v` with respect to `θ`, with `H u` as a by-product.
    #[must_use]
    pub fn curvature_gradient(
        &self,
        batch: &Batch,
        mode: Mode,
        first: &[Tensor<3>],
        second: &[Tensor<3>],
    ) -> CurvatureGradient {
        let network = self.tracked();
        // `uᵀ H v` is linear in `v`, with the gradient `H u`.
        let second: Vec<_> = second.iter().map(|tensor| tensor.clone().autodiff().require_grad()).collect();
        let directions = Directions { first, second: &second };
        let (logits, _) = Pass::new(&network, mode, directions).run(batch.images.clone(), None);
        let (_, mixed) = cross_entropy_along(logits, batch.one_hot.clone());
        let (gradient, first_product) = network.differentiated(mixed, batch, &second);
        CurvatureGradient { gradient, first_product }
    }

    /// The same network with parameters whose gradients are tracked.
    fn tracked(&self) -> Self {
        let parameters = self.parameters.iter().map(|tensor| tensor.clone().autodiff().require_grad()).collect();
        Self { parameters, ..self.clone() }
    }

    /// The gradient of a sum over examples, divided by their number, with respect to the parameters and to `others`. It is zero
    /// for tensors that the sum does not depend on.
    fn differentiated(
        &self,
        total: Option<Tensor<1>>,
        batch: &Batch,
        others: &[Tensor<3>],
    ) -> (Vec<Tensor<3>>, Vec<Tensor<3>>) {
        let zeros = |tensors: &[Tensor<3>]| tensors.iter().map(|tensor| tensor.clone().inner().zeros_like()).collect();
        match total {
            Some(total) => {
                let mut gradients = total.sum().div_scalar(batch.len() as f64).backward();
                (taken(&self.parameters, &mut gradients), taken(others, &mut gradients))
            }
            None => (zeros(&self.parameters), zeros(others)),
        }
    }
}

/// The gradient with respect to each tensor; zero for tensors that the result does not depend on.
fn taken(tensors: &[Tensor<3>], gradients: &mut Gradients) -> Vec<Tensor<3>> {
    let gradient =
        |tensor: &Tensor<3>| tensor.grad_remove(gradients).unwrap_or_else(|| tensor.clone().inner().zeros_like());
    tensors.iter().map(gradient).collect()
}
