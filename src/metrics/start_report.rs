//! Runs before their first step: the cost of their initialization, the state of their layers, and the emergence that random
//! activity would have.

use crate::experiment::InitScheme;
use serde::{Deserialize, Serialize};

/// What the initialization of a variant took, all its runs together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct InitCost {
    /// Seconds.
    pub seconds: f64,
    /// Forward passes of one run, on batches of the size that the method uses.
    pub forward_passes: u64,
    /// Gradient evaluations of one run. A Hessian-vector product counts as two, its derivative along another direction as
    /// four.
    pub gradient_evaluations: u64,
}

/// How far the preparation of an experiment is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreparationProgress {
    /// What is being done.
    pub task: PreparationTask,
    /// Pieces of it that are done.
    pub done: u64,
    /// Pieces of it in all; an upper limit where the method may stop earlier.
    pub total: u64,
    /// The objective that a tuning method optimizes, if it has one: the mean over the runs of the last iteration.
    pub objective: Option<f64>,
}

/// What is done before the first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreparationTask {
    /// Initial weights are tuned, iteration by iteration, one group of a variant's runs after the other.
    Tuning {
        /// The initialization.
        variant: InitScheme,
    },
    /// The emergence of random activity is tabulated, point by point.
    RandomActivity,
}

/// The factors by which a scheme multiplied the parameters of a layer after drawing them; 1 if it left them as they were, `None`
/// if the factor is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LayerScales {
    /// That of the weight. For a method that scales every unit separately, the ratio of the norms.
    pub weight: Option<f64>,
    /// That of the bias.
    pub bias: Option<f64>,
    /// That of the scale of the batch normalization that follows.
    pub norm: Option<f64>,
}

impl LayerScales {
    /// Nothing was multiplied.
    pub const ONE: Self = Self { weight: Some(1.0), bias: Some(1.0), norm: Some(1.0) };
}

/// One layer with weights of one run before the first step, measured on the first training batch, not augmented. `None` where a
/// value is not finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// The factors by which the scheme multiplied it.
    pub scales: LayerScales,
    /// Standard deviation of its weights.
    pub weight_std: Option<f64>,
    /// Mean of the values after its nonlinearity, or of the logits.
    pub activation_mean: Option<f64>,
    /// Standard deviation of these.
    pub activation_std: Option<f64>,
    /// Fraction of these that are active.
    pub active_fraction: Option<f64>,
    /// 2-norm of the loss's gradient with respect to its weights.
    pub gradient_norm: Option<f64>,
    /// Size of the optimizer's first step relative to the weights, `‖ΔW‖ / ‖W‖`.
    pub step_size: Option<f64>,
}

/// The emergence of random activity, in which every unit of the network is equally likely to be active. Empty if it was not
/// measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RandomActivity {
    /// By rising fraction; the first and the last fraction are 0 and 1.
    pub points: Vec<RandomPoint>,
}

/// The emergence of random activity with a given fraction of active units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RandomPoint {
    /// Fraction of active units among all that are measured.
    pub fraction: f64,
    /// `log10 E_A`, from the 2.5th to the 97.5th percentile of random masks; `None` where it is zero.
    pub emergence_a: Option<(f64, f64)>,
    /// `log10 E_B`, likewise.
    pub emergence_b: Option<(f64, f64)>,
}
