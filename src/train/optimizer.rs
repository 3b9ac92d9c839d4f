//! SGD with momentum, Adam and AdamW as in PyTorch, for stacked parameters with a learning rate per run and layer.
//!
//! No constant is left to a default of Burn. With gradient `g`, parameter `w`, learning rate `lr`, weight decay `wd`:
//!
//! - SGD (`torch.optim.SGD`, no dampening, no Nesterov): `g += wd w`; `v = momentum v + g`; `w -= lr v`
//! - Adam (`torch.optim.Adam`): `g += wd w`, then the Adam step
//! - AdamW (`torch.optim.AdamW`): `w -= lr wd w`, then the Adam step
//! - Adam step `t = 1, 2, ...`: `m = b1 m + (1-b1) g`; `v = b2 v + (1-b2) g^2`;
//!   `w -= lr / (1-b1^t) * m / (sqrt(v / (1-b2^t)) + eps)`

use crate::experiment::{OptimizerKind, OptimizerSpec};
use burn::tensor::Tensor;

/// Decay of Adam's first moment, `beta_1`.
const ADAM_BETA_1: f64 = 0.9;
/// Decay of Adam's second moment, `beta_2`.
const ADAM_BETA_2: f64 = 0.999;
/// Adam's `eps`, added to the square root of the second moment (PyTorch's value; Burn's default differs).
const ADAM_EPSILON: f64 = 1e-8;

/// A hyperparameter of one parameter tensor: the same for all runs, or one number per run.
#[derive(Debug, Clone)]
pub enum Rate {
    /// The same for all runs.
    Shared(f64),
    /// One number per run, `[runs, 1, 1]`; boxed, since a tensor handle is far larger than a number.
    PerRun(Box<Tensor<3>>),
}

/// The hyperparameters of one parameter tensor.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Learning rate before the schedule's factor.
    pub learning_rate: Rate,
    /// Weight decay coefficient.
    pub weight_decay: Rate,
}

/// The optimizer of one group of runs.
#[derive(Debug, Clone)]
pub struct Optimizer {
    spec: OptimizerSpec,
    rates: Vec<Rates>,
    moments: Vec<MomentEstimates>,
    /// Steps taken.
    step: i32,
}

/// The state of the optimizer for one parameter tensor.
#[derive(Debug, Clone, Default)]
struct MomentEstimates {
    first: Option<Tensor<3>>,
    second: Option<Tensor<3>>,
}

impl Rate {
    fn is_zero(&self) -> bool {
        matches!(self, Self::Shared(value) if *value == 0.0)
    }

    /// `rate * factor * tensor`. The first product is rounded to f32 in both cases, so that results do not depend on whether a
    /// run shares its rate with the others.
    fn times(&self, tensor: Tensor<3>, factor: f64) -> Tensor<3> {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "the precision of the other case and of the weights")]
            Self::Shared(value) => tensor.mul_scalar(*value as f32 * factor as f32),
            Self::PerRun(values) => tensor * values.as_ref().clone().mul_scalar(factor),
        }
    }
}

impl Optimizer {
    /// An optimizer with one element of `rates` for each parameter tensor.
    #[must_use]
    pub fn new(spec: OptimizerSpec, rates: Vec<Rates>) -> Self {
        let moments = vec![MomentEstimates::default(); rates.len()];
        Self { spec, rates, moments, step: 0 }
    }

    /// One update of all parameters; `factor` is the schedule's.
    #[must_use]
    pub fn update(&mut self, parameters: Vec<Tensor<3>>, gradients: Vec<Tensor<3>>, factor: f64) -> Vec<Tensor<3>> {
        self.step = self.step.saturating_add(1);
        let (kind, momentum, step) = (self.spec.kind, self.spec.momentum, self.step);
        let state = self.rates.iter().zip(&mut self.moments);
        let tensors = parameters.into_iter().zip(gradients).zip(state);
        let updated = tensors.map(|((parameter, gradient), (rates, moments))| match kind {
            OptimizerKind::Sgd => sgd(parameter, gradient, rates, moments, momentum, factor),
            OptimizerKind::Adam => {
                let gradient = with_decay(gradient, &parameter, &rates.weight_decay);
                adam(parameter, gradient, rates, moments, step, factor)
            }
            OptimizerKind::AdamW => {
                let decayed = decoupled_decay(parameter, rates, factor);
                adam(decayed, gradient, rates, moments, step, factor)
            }
        });
        updated.collect()
    }
}

/// `g + wd w`.
fn with_decay(gradient: Tensor<3>, parameter: &Tensor<3>, weight_decay: &Rate) -> Tensor<3> {
    if weight_decay.is_zero() { gradient } else { gradient + weight_decay.times(parameter.clone(), 1.0) }
}

/// `w - lr wd w`.
fn decoupled_decay(parameter: Tensor<3>, rates: &Rates, factor: f64) -> Tensor<3> {
    if rates.weight_decay.is_zero() {
        return parameter;
    }
    let decay = rates.weight_decay.times(parameter.clone(), 1.0);
    parameter - rates.learning_rate.times(decay, factor)
}

fn sgd(
    parameter: Tensor<3>,
    gradient: Tensor<3>,
    rates: &Rates,
    moments: &mut MomentEstimates,
    momentum: f64,
    factor: f64,
) -> Tensor<3> {
    let gradient = with_decay(gradient, &parameter, &rates.weight_decay);
    if momentum == 0.0 {
        return parameter - rates.learning_rate.times(gradient, factor);
    }
    let velocity = match moments.first.take() {
        Some(velocity) => velocity.mul_scalar(momentum) + gradient,
        None => gradient,
    };
    moments.first = Some(velocity.clone());
    parameter - rates.learning_rate.times(velocity, factor)
}

fn adam(
    parameter: Tensor<3>,
    gradient: Tensor<3>,
    rates: &Rates,
    moments: &mut MomentEstimates,
    step: i32,
    factor: f64,
) -> Tensor<3> {
    let square = gradient.clone() * gradient.clone();
    let first = blend(moments.first.take(), gradient, ADAM_BETA_1);
    let second = blend(moments.second.take(), square, ADAM_BETA_2);
    let (correction_1, correction_2) = (1.0 - ADAM_BETA_1.powi(step), 1.0 - ADAM_BETA_2.powi(step));
    let root = second.clone().div_scalar(correction_2).sqrt().add_scalar(ADAM_EPSILON);
    let direction = first.clone() / root;
    (moments.first, moments.second) = (Some(first), Some(second));
    parameter - rates.learning_rate.times(direction, factor / correction_1)
}

/// `beta old + (1 - beta) new`, with `old = 0` before the first step.
fn blend(old: Option<Tensor<3>>, new: Tensor<3>, beta: f64) -> Tensor<3> {
    let new = new.mul_scalar(1.0 - beta);
    match old {
        Some(old) => old.mul_scalar(beta) + new,
        None => new,
    }
}
