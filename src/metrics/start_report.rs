//! What runs are like before their first step: what their initialization has cost, what it has done to the layers, and what
//! emergence would be if activity were random.

use crate::experiment::InitScheme;
use serde::{Deserialize, Serialize};

/// What the initialization of a variant took, all its runs together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct InitCost {
    /// Seconds.
    pub seconds: f64,
    /// Forward passes of one run, on batches of whatever size the method uses.
    pub forward_passes: u64,
    /// Gradient evaluations of one run. A Hessian-vector product counts as two, its derivative along another direction as four.
    pub gradient_evaluations: u64,
}

/// How far the preparation of an experiment is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreparationProgress {
    /// What is being done.
    pub task: PreparationTask,
    /// Its pieces so far.
    pub done: u64,
    /// Its pieces in all, at the most.
    pub total: u64,
    /// What a tuning method makes small or large, if it has such a number: the mean over the runs of the last iteration.
    pub objective: Option<f64>,
}

/// What is done before the first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreparationTask {
    /// Initial weights are tuned, in iterations of one group of a variant's runs after the other.
    Tuning {
        /// The initialization.
        variant: InitScheme,
    },
    /// The emergence of random activity is tabulated, point by point.
    RandomActivity,
}

/// What a scheme multiplied the parameters of a layer by after drawing them; 1 where it left them alone, `None` where it is no
/// finite number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LayerScales {
    /// The weight. Of a method that scales every unit for itself, the ratio of the norms.
    pub weight: Option<f64>,
    /// The bias.
    pub bias: Option<f64>,
    /// The scale of the batch normalization that follows.
    pub norm: Option<f64>,
}

impl LayerScales {
    /// Nothing was multiplied.
    pub const ONE: Self = Self { weight: Some(1.0), bias: Some(1.0), norm: Some(1.0) };
}

/// One layer with weights of one run before the first step, measured on the first training batch as the first step sees it (not
/// augmented). `None` where a value is no finite number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// What the scheme multiplied it by.
    pub scales: LayerScales,
    /// Standard deviation of its weights.
    pub weight_std: Option<f64>,
    /// Mean of the values behind its nonlinearity, or of the logits.
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

/// Where the emergence of random activity lies: every unit of the network is as likely to be active as any other. Empty
/// where it was not measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RandomActivity {
    /// Rising in the fraction; the first and the last are 0 and 1.
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
