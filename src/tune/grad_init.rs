//! `GradInit`: Zhu, Ni, Xu, Kong, Huang & Goldstein 2021, "GradInit: Learning to Initialize Neural Networks for Stable and
//! Efficient Training" (arXiv 2102.08098).
//!
//! Learns a scale `m` for each parameter tensor so that one step of the optimizer makes the loss as small as possible:
//!
//! ```text
//! minimize  L(S̃; θ_m - η A[g]) / η      subject to  ‖g‖ <= γ,      g = ∇L(S; θ_m),  θ_m = m θ₀
//! ```
//!
//! with `A[g] = g / ‖g‖₂` and the 2-norm for SGD, `A[g] = sign g` and the 1-norm for Adam. Each iteration takes three
//! half-batches `b₀ b₁ b₂`, `S = b₀ + b₁`, `S̃ = b₀ + b₂`. Where `‖g‖ > γ`, the scales descend along the gradient of the norm,
//! a Hessian-vector product (`∇‖g‖₂ = H g / ‖g‖₂`, `∇‖g‖₁ = H sign g`); otherwise along that of the objective, in which `A[g]`
//! counts as constant.
//!
//! Unlike the authors' program, the third half-batch is drawn for either kind of step, so that what a run sees does not depend
//! on the runs that it is stacked with.

use super::scales::{ScaleOptimizer, Scales, StepPurpose};
use super::vectors::{norm_1, norm_2, read_runs, times};
use super::{Effort, Examples, Iteration, IterationFuture, Method, TuningContext, finite_mean};
use crate::error::Result;
use crate::experiment::scheme::tuning::methods::grad_init::{ETA, GAMMA, LEARNING_RATE, STEP, STEPS};
use crate::experiment::{Tuning, UpdateRule};
use crate::init::InitialParameters;
use crate::model::{Batch, Mode, Network};
use burn::tensor::Tensor;

/// The state of `GradInit`.
#[derive(Debug)]
struct GradInit {
    scales: Scales,
    optimizer: ScaleOptimizer,
    kind: UpdateRule,
    eta: f64,
    gamma: f64,
    steps: u64,
    half: usize,
}

/// `GradInit` before its first iteration.
pub(super) fn start(tuning: &Tuning, context: &TuningContext, runs: Vec<InitialParameters>) -> Box<dyn Method> {
    let kind = tuning.value(&STEP).unwrap_or(context.optimizer.facts().first_step);
    let learning_rate = if context.has_batch_norm() { 0.1 } else { 0.01 };
    let learning_rate = tuning.value(&LEARNING_RATE).unwrap_or(learning_rate);
    let parameters = context.plan.architecture.parameter_count() as f64;
    let (eta, gamma) = if kind == UpdateRule::Adam { (1e-3, parameters.sqrt()) } else { (0.1, 1.0) };
    let scales = Scales::new(context, runs);
    Box::new(GradInit {
        optimizer: ScaleOptimizer::new(&scales, learning_rate, tuning),
        scales,
        kind,
        eta: tuning.value(&ETA).unwrap_or(eta),
        gamma: tuning.value(&GAMMA).unwrap_or(gamma),
        steps: tuning.value(&STEPS),
        half: (context.batch_size / 2).max(1),
    })
}

impl Method for GradInit {
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

impl GradInit {
    async fn iterate(&mut self, index: u64, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        if index >= self.steps {
            return Ok(Iteration::Finished);
        }
        let mut half = |place| examples.batch(self.half, 3 * index + place);
        let (shared, own, other) = (half(0)?, half(1)?, half(2)?);
        let (now, then) = (shared.joined(&own), shared.joined(&other));
        let network = self.scales.network();
        let gradient = network.gradient(&now, Mode::Training).gradient;
        effort.gradient_evaluations += 1;
        let norms = if self.kind == UpdateRule::Adam { norm_1(&gradient) } else { norm_2(&gradient) };
        let read = read_runs(vec![norms.clone()]).await?.remove(0);
        let purpose = |norm: &f64| if *norm > self.gamma { StepPurpose::Constraint } else { StepPurpose::Objective };
        let purposes: Vec<StepPurpose> = read.iter().map(purpose).collect();
        let direction = self.direction(&gradient, norms);
        let constraint = if purposes.contains(&StepPurpose::Constraint) {
            effort.gradient_evaluations += Effort::HESSIAN_VECTOR_PRODUCT;
            let product = network.hessian_vector_product(&now, Mode::Training, &direction);
            read_runs(self.scales.pulled_back(&product)).await?
        } else {
            Vec::new()
        };
        let (objective, values) = if purposes.contains(&StepPurpose::Objective) {
            effort.gradient_evaluations += 1;
            self.objective(&network, &direction, &then).await?
        } else {
            (Vec::new(), Vec::new())
        };
        let chosen = chosen(&purposes, &constraint, &objective, self.scales.roles().len());
        self.optimizer.step(&mut self.scales, &purposes, &chosen);
        let taken = values.into_iter().zip(&purposes).filter(|(_, purpose)| **purpose == StepPurpose::Objective);
        Ok(Iteration::Done(finite_mean(taken.map(|(value, _)| value))))
    }

    /// `A[g]`, which is also the vector by which the Hessian is multiplied in the gradient of the norm.
    fn direction(&self, gradient: &[Tensor<3>], norms: Tensor<1>) -> Vec<Tensor<3>> {
        if self.kind == UpdateRule::Adam {
            return gradient.iter().map(|tensor| tensor.clone().sign()).collect();
        }
        // A zero gradient has no direction and remains zero.
        times(gradient, &norms.clamp_min(f32::MIN_POSITIVE).recip())
    }

    /// The gradient of the objective with respect to each scale, and the value of the objective, per run.
    async fn objective(
        &self,
        network: &Network,
        direction: &[Tensor<3>],
        batch: &Batch,
    ) -> Result<(Vec<Vec<f64>>, Vec<f64>)> {
        let moved = network.parameters.iter().zip(direction);
        let moved = moved.map(|(parameter, along)| parameter.clone() - along.clone().mul_scalar(self.eta));
        let stepped = Network { parameters: moved.collect(), ..network.clone() };
        let after = stepped.gradient(batch, Mode::Training);
        let mut tensors = self.scales.pulled_back(&after.gradient);
        tensors.push(after.losses);
        let mut read = read_runs(tensors).await?;
        read.iter_mut().flatten().for_each(|value| *value /= self.eta);
        let values = read.pop().unwrap_or_default();
        Ok((read, values))
    }
}

/// The gradients for the purpose of each run, per parameter and run.
fn chosen(
    purposes: &[StepPurpose],
    constraint: &[Vec<f64>],
    objective: &[Vec<f64>],
    parameters: usize,
) -> Vec<Vec<f64>> {
    let of = |parameter: usize, run: usize| match purposes[run] {
        StepPurpose::Constraint => constraint[parameter][run],
        StepPurpose::Objective => objective[parameter][run],
    };
    (0..parameters).map(|parameter| (0..purposes.len()).map(|run| of(parameter, run)).collect()).collect()
}
