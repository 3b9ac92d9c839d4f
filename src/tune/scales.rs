//! One scale for each parameter tensor of each run, which is all that `GradInit`, NIO, `MetaInit` and LSUV change, and the
//! optimizer that learns scales. The drawn numbers themselves remain unchanged.

use super::TuningContext;
use super::vectors::{along_runs, of_runs};
use crate::experiment::Tuning;
use crate::experiment::architecture::ParameterRole;
use crate::experiment::scheme::tuning::methods::scales::{BETA_1, BETA_2, BIAS_FLOOR, CLIP, EPSILON, FLOOR};
use crate::init::{InitialParameters, Parameter};
use crate::model::{Network, inner_product};
use burn::tensor::Tensor;

/// Drawn parameters with their scales.
#[derive(Debug)]
pub(super) struct Scales {
    runs: Vec<InitialParameters>,
    roles: Vec<ParameterRole>,
    /// The network as drawn.
    drawn: Network,
    /// Scales per parameter and run; 1 initially.
    values: Vec<Vec<f64>>,
    /// 2-norms as drawn, per parameter and run. A parameter with norm 0 cannot be scaled.
    norms: Vec<Vec<f64>>,
}

impl Scales {
    /// The drawn parameters, with all scales 1.
    pub(super) fn new(context: &TuningContext, runs: Vec<InitialParameters>) -> Self {
        let roles = context.plan.architecture.parameter_roles();
        let drawn = Network::stack(&context.plan, &runs, &context.device);
        let norm_of = |index: usize| runs.iter().map(|run| norm(&run.parameters[index].values)).collect();
        let norms = (0..roles.len()).map(norm_of);
        Self { values: vec![vec![1.0; runs.len()]; roles.len()], norms: norms.collect(), runs, roles, drawn }
    }

    /// Number of runs.
    pub(super) fn run_count(&self) -> usize {
        self.runs.len()
    }

    /// The roles of the parameters, in order.
    pub(super) fn roles(&self) -> &[ParameterRole] {
        &self.roles
    }

    /// The current 2-norm of a parameter of a run.
    pub(super) fn norm(&self, parameter: usize, run: usize) -> f64 {
        self.norms[parameter][run] * self.values[parameter][run].abs()
    }

    /// The scale of a parameter of a run, to be changed; `None` if the parameter cannot be scaled.
    pub(super) fn scale_mut(&mut self, parameter: usize, run: usize) -> Option<&mut f64> {
        let has_norm = self.norms[parameter][run] > 0.0;
        self.values[parameter].get_mut(run).filter(|_| has_norm)
    }

    /// The network with its drawn parameters times their scales.
    pub(super) fn network(&self) -> Network {
        let device = self.drawn.parameters.first().map(Tensor::device);
        let scaled = self.drawn.parameters.iter().zip(&self.values).map(|(drawn, scales)| match &device {
            Some(device) if scales.iter().any(|scale| (scale - 1.0).abs() > 0.0) => {
                drawn.clone() * along_runs(of_runs(scales, device))
            }
            _ => drawn.clone(),
        });
        Network { parameters: scaled.collect(), ..self.drawn.clone() }
    }

    /// The gradient with respect to each scale, `[runs]`, from that of the parameters: for `θ = m θ₀`, `∂/∂m = ⟨∂/∂θ, θ₀⟩`.
    pub(super) fn pulled_back(&self, gradient: &[Tensor<3>]) -> Vec<Tensor<1>> {
        gradient.iter().zip(&self.drawn.parameters).map(|(gradient, drawn)| inner_product(gradient, drawn)).collect()
    }

    /// The drawn numbers times the scales.
    pub(super) fn into_weights(self) -> Vec<InitialParameters> {
        let Self { mut runs, values, .. } = self;
        for (index, scales) in values.into_iter().enumerate() {
            for (run, scale) in runs.iter_mut().zip(scales) {
                multiply(&mut run.parameters[index], scale);
            }
        }
        runs
    }
}

/// The 2-norm of numbers.
pub(super) fn norm(numbers: &[f32]) -> f64 {
    numbers.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt()
}

#[expect(clippy::cast_possible_truncation, reason = "the precision of the parameters")]
fn multiply(parameter: &mut Parameter, scale: f64) {
    for number in &mut parameter.values {
        *number *= scale as f32;
    }
    parameter.factor *= scale;
}

/// The purpose of a step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepPurpose {
    /// To reduce the objective.
    Objective,
    /// To reduce the norm of the gradient below its bound.
    Constraint,
}

/// Adam on the scales (Zhu et al. 2021): first moments for each purpose, one second moment for both.
#[derive(Debug)]
pub(super) struct ScaleOptimizer {
    learning_rate: f64,
    clip: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    /// Minimum scale of a weight.
    floor: f64,
    /// Minimum scale of a bias.
    bias_floor: f64,
    /// First moments, per purpose, parameter and run.
    first: [Vec<Vec<f64>>; 2],
    /// Second moments, per parameter and run.
    second: Vec<Vec<f64>>,
    /// Number of steps, per purpose and run.
    steps: [Vec<i32>; 2],
}

impl ScaleOptimizer {
    /// The optimizer before its first step, with the constants that `GradInit` and NIO share.
    pub(super) fn new(scales: &Scales, learning_rate: f64, tuning: &Tuning) -> Self {
        let zeros = || vec![vec![0.0; scales.run_count()]; scales.roles().len()];
        let steps = || vec![0; scales.run_count()];
        Self {
            learning_rate,
            clip: tuning.value(&CLIP),
            beta_1: tuning.value(&BETA_1),
            beta_2: tuning.value(&BETA_2),
            epsilon: tuning.value(&EPSILON),
            floor: tuning.value(&FLOOR),
            bias_floor: tuning.value(&BIAS_FLOOR),
            first: [zeros(), zeros()],
            second: zeros(),
            steps: [steps(), steps()],
        }
    }

    /// One step of every run for its purpose, with gradients per parameter and run. A gradient that is not finite is skipped.
    pub(super) fn step(&mut self, scales: &mut Scales, purposes: &[StepPurpose], gradients: &[Vec<f64>]) {
        for (run, purpose) in purposes.iter().enumerate() {
            self.steps[*purpose as usize][run] += 1;
        }
        for (parameter, gradients) in gradients.iter().enumerate() {
            for (run, (purpose, gradient)) in purposes.iter().zip(gradients).enumerate() {
                if gradient.is_finite() {
                    self.step_scale(scales, parameter, run, *purpose, gradient.clamp(-self.clip, self.clip));
                }
            }
        }
    }

    fn step_scale(&mut self, scales: &mut Scales, parameter: usize, run: usize, purpose: StepPurpose, gradient: f64) {
        let Self { beta_1, beta_2, epsilon, floor, bias_floor, .. } = *self;
        let least = match scales.roles()[parameter] {
            ParameterRole::Embedding(_)
            | ParameterRole::Weight(_)
            | ParameterRole::Scale(_)
            | ParameterRole::LayerNormScale(_) => floor,
            ParameterRole::Bias(_) | ParameterRole::Shift(_) | ParameterRole::LayerNormShift(_) => bias_floor,
        };
        let Some(scale) = scales.scale_mut(parameter, run) else { return };
        let first = &mut self.first[purpose as usize][parameter][run];
        *first = beta_1 * *first + (1.0 - beta_1) * gradient;
        let second = &mut self.second[parameter][run];
        *second = beta_2 * *second + (1.0 - beta_2) * gradient * gradient;
        let own = self.steps[purpose as usize][run];
        let all = self.steps[0][run] + self.steps[1][run];
        let direction = *first / (1.0 - beta_1.powi(own));
        let size = (*second / (1.0 - beta_2.powi(all))).sqrt() + epsilon;
        *scale = (*scale - self.learning_rate * direction / size).max(least);
    }
}
