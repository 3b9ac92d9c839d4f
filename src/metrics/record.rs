//! The measurements reported during training: losses of individual steps, and evaluations.

use super::{LayerReport, RandomActivity};
use crate::catalog::Quantity;
use serde::{Deserialize, Serialize};

/// The measurements since the previous record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// One entry per training step.
    pub steps: Vec<StepRecord>,
    /// Completed evaluations.
    pub evaluations: Vec<EvaluationRecord>,
    /// What became known about the start.
    pub start: LateFacts,
}

/// Facts about the start that are determined while training already runs, each at some time once; until then they are empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LateFacts {
    /// The layers of each run before training, by variant, then by seed.
    pub layers: Vec<Vec<LayerReport>>,
    /// The emergence of random activity.
    pub random_activity: RandomActivity,
    /// SHA-256 of the pixels and labels in use.
    pub data_sha256: String,
}

impl LateFacts {
    /// Adds what became known later.
    pub fn extend(&mut self, later: Self) {
        let Self { layers, random_activity, data_sha256 } = later;
        if !layers.is_empty() {
            self.layers = layers;
        }
        if !random_activity.is_empty() {
            self.random_activity = random_activity;
        }
        if !data_sha256.is_empty() {
            self.data_sha256 = data_sha256;
        }
    }
}

/// The mini-batch losses of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Number of the step, from 1; the loss is that of the weights before the update.
    pub step: u64,
    /// Mean cross-entropy in nats of each run, by variant, then by seed; `None` if it is not a finite number.
    pub losses: Vec<Option<f32>>,
}

/// The evaluation of all runs at one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationRecord {
    /// Number of training steps taken; 0 is the initialization.
    pub step: u64,
    /// The result of each run, by variant, then by seed; `None` if the test loss is not a finite number.
    pub runs: Vec<Option<RunEvaluation>>,
    /// The layers of each run, measured as before training but with the factors of the scheme at 1; empty at most evaluations.
    pub layers: Vec<Vec<LayerReport>>,
    /// The translations of the sample sentences by each run; none of runs that translate none, and at all for images.
    pub translations: Vec<Vec<String>>,
}

/// The evaluation of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunEvaluation {
    /// Measured values, in the units of [`Quantity`]; `None` for the logarithm of a measure that is zero.
    pub values: Vec<(Quantity, Option<f64>)>,
    /// Fraction of active units of every measured layer, in `[0, 1]`.
    pub active_fraction: Vec<f32>,
    /// Which test examples are right, eight to a byte, the first one in the lowest bit: at the last evaluation only, else empty.
    pub correct: Vec<u8>,
}

impl RunEvaluation {
    /// The value of a quantity, if it was measured and has one.
    #[must_use]
    pub fn value(&self, quantity: Quantity) -> Option<f64> {
        self.values.iter().find(|(measured, _)| *measured == quantity)?.1
    }
}
