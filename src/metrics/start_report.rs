//! The state before the first step: the cost of each initialization, the statistics of each layer, and the emergence of random
//! activity.

use crate::experiment::Variant;
use serde::{Deserialize, Serialize};

/// The cost of initializing a variant.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct InitCost {
    /// Seconds for all its runs together.
    pub seconds: f64,
    /// Number of forward passes per run, on batches of the size that the method uses.
    pub forward_passes: u64,
    /// Number of gradient evaluations per run. A Hessian-vector product counts as two, its derivative along another direction
    /// as four.
    pub gradient_evaluations: u64,
}

impl InitCost {
    /// The greater of each number.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.max(other.seconds),
            forward_passes: self.forward_passes.max(other.forward_passes),
            gradient_evaluations: self.gradient_evaluations.max(other.gradient_evaluations),
        }
    }
}

/// The progress of tuning initial weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreparationProgress {
    /// The variant that is tuned.
    pub variant: Variant,
    /// Number of completed iterations, counted for one group of its runs after another.
    pub done: u64,
    /// Total number of iterations; an upper limit if the method may stop earlier.
    pub total: u64,
    /// The objective of a tuning method, if it has one: the mean over the runs at the last iteration.
    pub objective: Option<f64>,
}

/// The factors by which a scheme multiplied the parameters of a layer after drawing them; 1 if they are unchanged, `None` if the
/// factor is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LayerScales {
    /// Factor of the weight. For a method that scales every unit separately, the ratio of the norms.
    pub weight: Option<f64>,
    /// Factor of the bias.
    pub bias: Option<f64>,
    /// Factor of the scale of the batch normalization that follows.
    pub norm: Option<f64>,
}

impl LayerScales {
    /// All factors are 1.
    pub const ONE: Self = Self { weight: Some(1.0), bias: Some(1.0), norm: Some(1.0) };
}

/// A layer with weights of one run before the first step, measured on the first training batch without augmentation. Values that
/// are not finite are `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// The factors by which the scheme multiplied the parameters.
    pub scales: LayerScales,
    /// Standard deviation of its weights.
    pub weight_std: Option<f64>,
    /// Mean of the activations (the values after the activation function), or of the logits.
    pub activation_mean: Option<f64>,
    /// Standard deviation of the activations.
    pub activation_std: Option<f64>,
    /// Fraction of active units.
    pub active_fraction: Option<f64>,
    /// 2-norm of the gradient of the loss with respect to the weights.
    pub gradient_norm: Option<f64>,
    /// Relative size of the optimizer's first step, `‖ΔW‖ / ‖W‖`.
    pub step_size: Option<f64>,
}

/// The emergence of random activity, for which every unit of the network is equally likely to be active. Empty if it was not
/// measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RandomActivity {
    /// In order of increasing fraction, from 0 to 1.
    pub points: Vec<RandomPoint>,
}

/// The emergence of random activity with a given fraction of active units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RandomPoint {
    /// Fraction of active units among all measured units.
    pub fraction: f64,
    /// `log10 E_A`, from the 2.5th to the 97.5th percentile over random masks; `None` if `E_A` is zero.
    pub emergence_a: Option<(f64, f64)>,
    /// `log10 E_B`, likewise.
    pub emergence_b: Option<(f64, f64)>,
}
