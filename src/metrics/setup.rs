//! What is known of an experiment before its first step: the experiment itself, and what its start tells.

use super::{InitCost, LayerReport, RandomActivity};
use crate::experiment::Experiment;
use crate::experiment::limits::DatasetFacts;
use serde::{Deserialize, Serialize};

/// What is fixed before the first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The experiment; once it has started, with the data set resolved.
    pub experiment: Experiment,
    /// What only the start tells; `None` for an experiment that has not started.
    pub start: Option<StartFacts>,
}

/// What the start of an experiment tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartFacts {
    /// The data set, with the numbers of examples in use.
    pub data: DatasetFacts,
    /// Steps that make one pass over the training examples (the last partial batch is dropped).
    pub steps_per_epoch: u64,
    /// Weights, biases, scales and shifts of one run.
    pub parameters: u64,
    /// Where it computes.
    pub environment: Environment,
    /// Fingerprints of what all runs share.
    pub receipt: Receipt,
    /// The emergence of random activity.
    pub random_activity: RandomActivity,
    /// The variants, in the order of the experiment.
    pub variants: Vec<VariantStart>,
}

/// Where an experiment computes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// `webgpu` or `cpu`.
    pub backend: String,
    /// What the backend runs on, in words.
    pub adapter: String,
    /// Version of this crate.
    pub version: String,
}

/// Fingerprints of what all runs share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// SHA-256 of the pixels and labels in use.
    pub data_sha256: String,
    /// SHA-256 of the example order of the first epoch (little-endian u32 indices).
    pub order_sha256: String,
}

/// A variant before its first step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VariantStart {
    /// What its initialization took.
    pub cost: InitCost,
    /// Its runs, by rising seed.
    pub runs: Vec<RunStart>,
}

/// A run before its first step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunStart {
    /// SHA-256 of the little-endian f32 parameters, layer by layer.
    pub weights_sha256: String,
    /// Its layers with weights, input side first.
    pub layers: Vec<LayerReport>,
}
