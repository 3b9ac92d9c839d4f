//! `MetaInit`: Dauphin & Schoenholz 2019, "MetaInit: Initializing learning by learning to initialize" (NeurIPS 2019).
//!
//! Adjusts the norms of the weights so that the gradient changes little along its own direction. It minimizes the gradient
//! quotient
//!
//! ```text
//! GQ = 1/N Σ | (g - H g) / (g + ε s) - 1 |,      s = 1 where g >= 0, else -1
//! ```
//!
//! over all `N` parameters, by steps of fixed size against the sign of its derivative with respect to the norm of each weight
//! tensor, on inputs `N(0, 1)` and random labels; batch normalization is in evaluation mode. No training example is used.
//!
//! With `q = H g`, `a = ∂GQ/∂g` and `b = ∂GQ/∂q`, both elementwise, the derivative is exactly
//!
//! ```text
//! ∇GQ = H a + ∇_θ(bᵀ H v)|_{v = g} + H (H b)
//! ```

use super::scales::Scales;
use super::vectors::{plus, read_runs, total};
use super::{Effort, Examples, Iteration, IterationFuture, Method, TuningContext, finite_mean};
use crate::error::Result;
use crate::experiment::Tuning;
use crate::experiment::architecture::ParameterRole;
use crate::experiment::scheme::tuning::methods::meta_init::{EPSILON, LEARNING_RATE, MOMENTUM, STEPS};
use crate::init::InitialParameters;
use crate::model::{Batch, Mode, Network, inner_product};
use burn::tensor::Tensor;

/// The state of `MetaInit`.
#[derive(Debug)]
struct MetaInit {
    steps: u64,
    learning_rate: f64,
    momentum: f64,
    epsilon: f64,
    batch_size: usize,
    /// Number of parameters of one run.
    parameters: f64,
    scales: Scales,
    /// The last step of every weight's norm, per parameter and run.
    velocities: Vec<Vec<f64>>,
}

/// The gradient quotient with its derivatives.
struct Quotient {
    /// `[runs]`.
    value: Tensor<1>,
    /// `∂GQ/∂g`.
    by_gradient: Vec<Tensor<3>>,
    /// `∂GQ/∂q`.
    by_product: Vec<Tensor<3>>,
}

/// `MetaInit` before its first iteration.
pub(super) fn start(tuning: &Tuning, context: &TuningContext, runs: Vec<InitialParameters>) -> Box<dyn Method> {
    let scales = Scales::new(context, runs);
    Box::new(MetaInit {
        steps: tuning.value(&STEPS),
        learning_rate: tuning.value(&LEARNING_RATE),
        momentum: tuning.value(&MOMENTUM),
        epsilon: tuning.value(&EPSILON),
        batch_size: context.batch_size,
        parameters: context.plan.architecture.parameter_count() as f64,
        velocities: vec![vec![0.0; scales.run_count()]; scales.roles().len()],
        scales,
    })
}

impl Method for MetaInit {
    fn total(&self) -> u64 {
        self.steps
    }

    fn advance<'a>(
        &'a mut self,
        index: u64,
        examples: &'a mut dyn Examples,
        effort: &'a mut Effort,
    ) -> IterationFuture<'a> {
        Box::pin(self.iterate(index, examples, effort))
    }

    fn into_weights(self: Box<Self>) -> Vec<InitialParameters> {
        self.scales.into_weights()
    }
}

impl MetaInit {
    async fn iterate(&mut self, index: u64, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        if index >= self.steps {
            return Ok(Iteration::Finished);
        }
        let batch = examples.noise(self.batch_size, index)?;
        let network = self.scales.network();
        let (value, gradient) = self.quotient_gradient(&network, &batch);
        effort.gradient_evaluations += 1 + 2 * Effort::HESSIAN_VECTOR_PRODUCT + Effort::CURVATURE_GRADIENT;
        let mut along: Vec<Tensor<1>> = gradient
            .iter()
            .zip(&network.parameters)
            .map(|(gradient, weight)| inner_product(gradient, weight))
            .collect();
        along.push(value);
        let mut read = read_runs(along).await?;
        let value = read.pop().unwrap_or_default();
        self.step(&read);
        Ok(Iteration::Done(finite_mean(value.into_iter())))
    }

    /// `GQ` of every run and its gradient.
    fn quotient_gradient(&self, network: &Network, batch: &Batch) -> (Tensor<1>, Vec<Tensor<3>>) {
        let mode = Mode::Evaluation;
        let gradient = network.gradient(batch, mode).gradient;
        let product = network.hessian_vector_product(batch, mode, &gradient);
        let quotient = self.quotient(&gradient, &product);
        let curvature = network.curvature_gradient(batch, mode, &quotient.by_product, &gradient);
        let both = plus(quotient.by_gradient, curvature.first_product);
        let rest = network.hessian_vector_product(batch, mode, &both);
        (quotient.value, plus(curvature.gradient, rest))
    }

    fn quotient(&self, gradient: &[Tensor<3>], product: &[Tensor<3>]) -> Quotient {
        let (mut values, mut by_gradient, mut by_product) = (Vec::new(), Vec::new(), Vec::new());
        for (g, q) in gradient.iter().zip(product) {
            let sign = g.clone().greater_equal_elem(0.0).float().mul_scalar(2.0).sub_scalar(1.0);
            let shift = sign.mul_scalar(self.epsilon);
            let denominator = g.clone() + shift.clone();
            // `(g - q) / (g + ε s) - 1`, without subtracting nearly equal numbers.
            let off = (q.clone() + shift.clone()).neg() / denominator.clone();
            let side = off.clone().sign().div_scalar(self.parameters);
            values.push(off.abs().sum_dims_squeeze::<1, _>(&[1, 2]));
            by_gradient.push(side.clone() * (q.clone() + shift) / (denominator.clone() * denominator.clone()));
            by_product.push(side.neg() / denominator);
        }
        Quotient { value: total(values.into_iter()).div_scalar(self.parameters), by_gradient, by_product }
    }

    /// Moves the norm of every weight against the sign of the derivative, given `⟨∇GQ, w⟩` per parameter and run.
    fn step(&mut self, along: &[Vec<f64>]) {
        let Self { learning_rate, momentum, .. } = *self;
        for (parameter, runs) in along.iter().enumerate() {
            if !matches!(self.scales.roles()[parameter], ParameterRole::Weight(_)) {
                continue;
            }
            for (run, along) in runs.iter().enumerate() {
                let norm = self.scales.norm(parameter, run);
                let Some(scale) = self.scales.scale_mut(parameter, run).filter(|_| norm > 0.0) else { continue };
                let velocity = &mut self.velocities[parameter][run];
                *velocity = momentum * *velocity - learning_rate * sign(*along);
                *scale *= (norm + *velocity) / norm;
            }
        }
    }
}

/// -1, 0 or 1; 0 for NaN.
fn sign(value: f64) -> f64 {
    if value > 0.0 {
        1.0
    } else if value < 0.0 {
        -1.0
    } else {
        0.0
    }
}
