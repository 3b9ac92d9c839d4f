//! SGD with momentum, Adam and AdamW as in PyTorch, for stacked parameters with a learning rate per run and layer.
//!
//! No constant is left to a default of Burn. With gradient `g`, parameter `w`, learning rate `lr`, weight decay `wd`:
//!
//! - SGD (`torch.optim.SGD`, no dampening, no Nesterov): `g += wd w`; `v = momentum v + g`; `w -= lr v`
//! - Adam (`torch.optim.Adam`): `g += wd w`, then the Adam step
//! - AdamW (`torch.optim.AdamW`): `w -= lr wd w`, then the Adam step
//! - Adam step `t = 1, 2, ...`: `m = b1 m + (1-b1) g`; `v = b2 v + (1-b2) g^2`;
//!   `w -= lr / (1-b1^t) * m / (sqrt(v / (1-b2^t)) + eps)`

#[cfg(feature = "gpu")]
mod at_once;
mod operation;

use crate::experiment::{OptimizerKind, OptimizerSpec};
use burn::tensor::Tensor;
use operation::{Decay, UpdateTerms, adam, plain_sgd, sgd};

/// Decay of Adam's first moment, `beta_1`.
const ADAM_BETA_1: f64 = 0.9;
/// Decay of Adam's second moment, `beta_2`.
const ADAM_BETA_2: f64 = 0.999;
/// Adam's `eps`, added to the square root of the second moment (PyTorch's value; Burn's default differs).
const ADAM_EPSILON: f64 = 1e-8;

/// The hyperparameters of one parameter tensor, each `[runs, 1, 1]`.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Learning rate before the schedule's factor.
    pub learning_rate: Tensor<3>,
    /// Weight decay coefficient.
    pub weight_decay: Tensor<3>,
    /// Whether the weights of any run decay.
    pub decays: bool,
}

/// The optimizer of one group of runs.
#[derive(Debug, Clone)]
pub struct Optimizer {
    spec: OptimizerSpec,
    rates: Vec<Rates>,
    /// The state for each parameter tensor: SGD's velocity, if it has momentum, or Adam's two moments.
    moments: Vec<Vec<Tensor<3>>>,
    /// Steps taken.
    step: i32,
    /// The rates of all parameters in one tensor, once they were needed.
    #[cfg(feature = "gpu")]
    joined_rates: Option<Tensor<3>>,
}

impl Optimizer {
    /// An optimizer with one element of `rates` for each parameter tensor.
    #[must_use]
    pub fn new(spec: OptimizerSpec, rates: Vec<Rates>) -> Self {
        let moments = vec![Vec::new(); rates.len()];
        Self {
            spec,
            rates,
            moments,
            step: 0,
            #[cfg(feature = "gpu")]
            joined_rates: None,
        }
    }

    /// The state for each parameter tensor: SGD's velocity, if it has momentum, or Adam's two moments; nothing before the first step.
    pub(super) fn moments(&self) -> &[Vec<Tensor<3>>] {
        &self.moments
    }

    /// Goes on with these moments of each parameter after this many steps.
    pub(super) fn restore(&mut self, moments: Vec<Vec<Tensor<3>>>, step: u64) {
        self.moments = moments;
        self.step = i32::try_from(step).unwrap_or(i32::MAX);
    }

    /// One update of all parameters; `factor` is the schedule's.
    #[must_use]
    pub fn update(&mut self, parameters: Vec<Tensor<3>>, gradients: Vec<Tensor<3>>, factor: f64) -> Vec<Tensor<3>> {
        self.step = self.step.saturating_add(1);
        let (kind, momentum) = (self.spec.kind, self.spec.momentum);
        let corrections = match kind {
            OptimizerKind::Sgd => [1.0; 2],
            OptimizerKind::Adam | OptimizerKind::AdamW => {
                [ADAM_BETA_1, ADAM_BETA_2].map(|beta| 1.0 - beta.powi(self.step))
            }
        };
        #[cfg(feature = "gpu")]
        if let Some(updated) = self.update_at_once(&parameters, &gradients, factor, corrections) {
            return updated;
        }
        let state = self.rates.iter().zip(&mut self.moments);
        let tensors = parameters.into_iter().zip(gradients).zip(state);
        let updated = tensors.map(|((parameter, gradient), (rates, moments))| {
            let coefficients = [&rates.learning_rate, &rates.weight_decay];
            let decay = match kind {
                _ if !rates.decays => Decay::None,
                OptimizerKind::Sgd | OptimizerKind::Adam => Decay::WithGradient,
                OptimizerKind::AdamW => Decay::Decoupled,
            };
            let terms = UpdateTerms { factor, decay, momentum, corrections };
            let mut moment = std::mem::take(moments).into_iter();
            let mut moment = || moment.next().unwrap_or_else(|| parameter.zeros_like());
            match kind {
                OptimizerKind::Sgd if momentum == 0.0 => plain_sgd([parameter, gradient], coefficients, terms),
                OptimizerKind::Sgd => {
                    let velocity = moment();
                    let [parameter, velocity] = sgd([parameter, gradient, velocity], coefficients, terms);
                    *moments = vec![velocity];
                    parameter
                }
                OptimizerKind::Adam | OptimizerKind::AdamW => {
                    let (first, second) = (moment(), moment());
                    let [parameter, first, second] = adam([parameter, gradient, first, second], coefficients, terms);
                    *moments = vec![first, second];
                    parameter
                }
            }
        });
        updated.collect()
    }
}
