//! The loss of every run and its exact derivatives with respect to the parameters, up to the third order: the gradient for
//! training, and the derivatives for tuning initial weights.
//!
//! Runs do not mix, so the derivatives of the sum of all losses are those of each run's own loss, stacked like the parameters.

use super::batch::Batch;
use super::loss::{cross_entropy, cross_entropy_along};
use super::loss_gradient::LossGradient;
use super::network::Network;
use super::pass::{Directions, Mode, Pass};
use burn::tensor::{Gradients, Tensor};

/// Derivatives of the curvature.
#[derive(Debug, Clone)]
pub struct CurvatureGradient {
    /// `∇_θ (uᵀ H(θ) v)`.
    pub gradient: Vec<Tensor<3>>,
    /// `H u`.
    pub first_product: Vec<Tensor<3>>,
}

impl Network {
    /// The gradient of the mean cross-entropy over the batch.
    #[must_use]
    pub fn gradient(&self, batch: &Batch, mode: Mode) -> LossGradient {
        #[cfg(feature = "gpu")]
        if let Some(gradient) = super::gpu::gradient(self, batch, mode) {
            return gradient;
        }
        let network = self.tracked();
        let mut pass = Pass::new(&network, mode, Directions::NONE);
        let logits = pass.run(&batch.inputs, None);
        let statistics = pass.statistics;
        let losses = cross_entropy(logits.value, batch.targets.distribution.clone()).div_scalar(batch.targets.total());
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
        let logits = Pass::new(&network, mode, directions).run(&batch.inputs, None);
        let (along, _) = cross_entropy_along(logits, batch.targets.distribution.clone());
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
        let logits = Pass::new(&network, mode, directions).run(&batch.inputs, None);
        let (_, mixed) = cross_entropy_along(logits, batch.targets.distribution.clone());
        let (gradient, first_product) = network.differentiated(mixed, batch, &second);
        CurvatureGradient { gradient, first_product }
    }

    /// The same network with parameters whose gradients are tracked.
    fn tracked(&self) -> Self {
        let parameters = self.parameters.iter().map(|tensor| tensor.clone().autodiff().require_grad()).collect();
        Self { parameters, ..self.clone() }
    }

    /// The gradient of a sum over rows, divided by the number of those that count, with respect to the parameters and to `others`. It is zero
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
                let mut gradients = total.sum().div_scalar(batch.targets.total()).backward();
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
