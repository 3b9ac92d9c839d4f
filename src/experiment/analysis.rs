//! How the results of an experiment are judged: fixed before the runs, so that nobody chooses it by the results.

use super::{Experiment, ModelSpec};
use crate::catalog::DatasetName;
use crate::error::Bounds;
use serde::{Deserialize, Serialize};

/// Percentage points that may be the margin.
pub const MARGINS: Bounds = Bounds::real(0.0, 100.0).above();
/// Percentages that may be the goal.
pub const GOALS: Bounds = Bounds::real(0.0, 100.0).above();

/// Test examples of which the accuracy varies less by their choice than by the seed.
const ENOUGH_EXAMPLES: usize = 2_000;
/// Hidden layers of a deep network, whose accuracy varies more from seed to seed.
const DEEP: usize = 6;

/// How the results are judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AnalysisSpec {
    /// The difference between variants that does not matter, in percentage points; that of the data set if absent.
    pub margin: Option<f64>,
    /// The primary quantity to which steps are counted, in percent.
    pub goal: f64,
}

impl AnalysisSpec {
    /// Unless stated otherwise.
    pub const STANDARD: Self = Self { margin: None, goal: 90.0 };
}

impl Experiment {
    /// The difference of the primary quantity that does not matter, as a fraction: half a percentage point for small gray images, whose
    /// accuracies vary little from seed to seed, and one for everything else.
    #[must_use]
    pub fn margin(&self) -> f64 {
        let points = self.analysis.margin.unwrap_or(match self.dataset.name {
            DatasetName::Auto | DatasetName::Mnist | DatasetName::FashionMnist | DatasetName::Digits => 0.5,
            _ => 1.0,
        });
        points / 100.0
    }

    /// The standard deviation over the seeds of the difference of two variants, as a fraction: measured after 300 steps at good learning rates, of
    /// MLPs on MNIST and CNNs on CIFAR-10 (docs/method.md); `None` for everything else, and for test sets whose own noise is larger.
    #[must_use]
    pub fn typical_deviation(&self) -> Option<f64> {
        let spec = &self.dataset;
        if spec.valid > 0 || spec.test.is_some_and(|test| test < ENOUGH_EXAMPLES) {
            return None;
        }
        match (&self.model, spec.name) {
            (ModelSpec::Mlp { hidden }, DatasetName::Auto | DatasetName::Mnist | DatasetName::FashionMnist) => {
                Some(if hidden.len() < DEEP { 0.003 } else { 0.008 })
            }
            (ModelSpec::Cnn { .. } | ModelSpec::ResNet { .. }, DatasetName::Cifar10) => Some(0.015),
            _ => None,
        }
    }

    /// The primary quantity to which steps are counted, as a fraction.
    #[must_use]
    pub fn goal(&self) -> f64 {
        self.analysis.goal / 100.0
    }
}
