//! What is known about an experiment before its first step: the experiment itself, and the facts determined at the start.

use super::{InitCost, LayerReport, RandomActivity, SampleSentence};
use crate::experiment::Experiment;
use crate::experiment::dataset::{DatasetFacts, ExampleFacts, Selection};
use serde::{Deserialize, Serialize};

/// Everything that is fixed before the first step; some of it is measured later ([`LateFacts`](super::LateFacts)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The experiment; once it has started, `data=auto` is resolved to the data set in use.
    pub experiment: Experiment,
    /// The facts determined at the start; `None` for an experiment that has not started.
    pub start: Option<StartFacts>,
}

/// The facts that are determined when an experiment starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartFacts {
    /// The data set, with the numbers of examples in use.
    pub data: DatasetFacts,
    /// What the examples are on which emergence is measured: sentences of one pair of lengths.
    pub probe: ExampleFacts,
    /// What predictions that know nothing attain.
    pub chance: Chance,
    /// Training steps per epoch, one pass over the training examples (the last partial batch is dropped).
    pub steps_per_epoch: u64,
    /// Number of parameters of one run: weights, biases, scales and shifts.
    pub parameters: u64,
    /// The backend and the device.
    pub environment: Environment,
    /// Checksums of the data and the order of examples, which all runs share.
    pub receipt: Receipt,
    /// The emergence of random activity; empty until it is measured.
    pub random_activity: RandomActivity,
    /// Of texts, which pairs are short enough.
    pub selection: Option<Selection>,
    /// The sentences whose translations are kept at every evaluation; none for images.
    pub samples: Vec<SampleSentence>,
    /// The variants, in the order of the experiment.
    pub variants: Vec<VariantStart>,
}

/// What is expected of predictions that know nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Chance {
    /// The best test accuracy of a constant prediction, the share of the largest class of the test images; 0 for sentences, none of which is
    /// translated by chance.
    pub accuracy: f64,
    /// The loss of equal probabilities, `ln` of the number of classes or symbols, in nats.
    pub loss: f64,
}

/// The backend, the device and the program that compute an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// `webgpu` or `cpu`.
    pub backend: String,
    /// A description of the hardware.
    pub adapter: String,
    /// How the CPU multiplies and adds: with another arithmetic, results agree to rounding only. Empty on a GPU.
    #[serde(default)]
    pub arithmetic: String,
    /// Version of this crate, with the build: [`VERSION`](crate::version::VERSION).
    pub version: String,
}

/// Checksums of the data and the order of examples, which all runs share.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// SHA-256 of the pixels and labels, or of the symbols, in use; empty until it is computed.
    pub data_sha256: String,
    /// SHA-256 of the order of examples in the first epoch (little-endian u32 indices).
    pub order_sha256: String,
    /// SHA-256 of the texts of all symbols of a text; absent for other data.
    pub vocabulary_sha256: Option<String>,
}

/// A variant before its first step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VariantStart {
    /// The cost of its initialization.
    pub cost: InitCost,
    /// Its runs, in order of increasing seed.
    pub runs: Vec<RunStart>,
}

/// A run before its first step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunStart {
    /// SHA-256 of the little-endian f32 parameters, layer by layer.
    pub weights_sha256: String,
    /// Its layers with weights, from input to output; empty until they are measured.
    pub layers: Vec<LayerReport>,
}
