//! What an experiment measures, as plain serializable values: training writes them, the plots, tables and exports read
//! them. Nothing here knows a tensor or a pixel.

pub mod comparison;
pub mod curve;
mod history;
mod inspection;
mod random;
mod start_report;
pub mod statistics;

pub use comparison::VariantSummary;
pub use curve::{CurvePoint, MeanCurve, Quantity};
pub use history::{History, RunCurves, VariantCurves};
pub use inspection::{DatasetSample, Examination, Filters, Mistake, SampleImage, nan_for_null};
pub use random::StepInterval;
use serde::{Deserialize, Serialize};
pub use start_report::{
    InitCost, LayerReport, LayerScales, PreparationProgress, PreparationTask, RandomActivity, RandomPoint,
};
pub use statistics::{PairedTest, Statistic, Verdict};

/// What is fixed before the first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The experiment in canonical form, with the data set resolved.
    pub query: String,
    /// Training examples in use.
    pub train_examples: usize,
    /// Test examples in use.
    pub test_examples: usize,
    /// Steps that make one pass over the training examples (the last partial batch is dropped).
    pub steps_per_epoch: u64,
    /// Steps of the whole experiment.
    pub steps: u64,
    /// Units of every layer whose activity is measured: hidden and pooled layers, then the output.
    pub layer_widths: Vec<usize>,
    /// Their names.
    pub layer_names: Vec<String>,
    /// Every layer with weights, input side first, in words.
    pub weight_layers: Vec<String>,
    /// Weights, biases, scales and shifts of one run.
    pub parameters: u64,
    /// Where it computes.
    pub environment: Environment,
    /// Fingerprints of what all runs share.
    pub receipt: Receipt,
    /// What emergence random activity would have.
    pub random_activity: RandomActivity,
    /// The variants with their runs.
    pub variants: Vec<VariantSetup>,
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

/// One variant before its first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantSetup {
    /// The scheme in its text form.
    pub name: String,
    /// What its initialization took.
    pub cost: InitCost,
    /// Its runs.
    pub runs: Vec<RunSetup>,
}

/// One run before its first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSetup {
    /// The seed of weights.
    pub seed: u64,
    /// SHA-256 of the little-endian f32 parameters, layer by layer.
    pub weights_sha256: String,
    /// What it is like, layer by layer.
    pub layers: Vec<LayerReport>,
}

/// What happened since the last record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// One entry per training step.
    pub steps: Vec<StepRecord>,
    /// The evaluations that fell due.
    pub evaluations: Vec<EvaluationRecord>,
}

/// The mini-batch losses of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Number of the step, from 1; the loss is that of the weights before the step.
    pub step: u64,
    /// Mean cross-entropy in nats, per run, variants outermost; `None` where it is not a finite number.
    pub losses: Vec<Option<f32>>,
}

/// The evaluation of all runs after some step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationRecord {
    /// Steps taken before it; 0 is the initialization.
    pub step: u64,
    /// Per run, variants outermost; `None` where the test loss is not a finite number.
    pub runs: Vec<Option<RunEvaluation>>,
}

/// The evaluation of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEvaluation {
    /// Mean cross-entropy over the test examples, in nats.
    pub test_loss: f32,
    /// Fraction of test examples classified correctly, in `[0, 1]`.
    pub test_accuracy: f32,
    /// `log10 E_A` on the probe batch; `None` when the measure is zero.
    pub emergence_a: Option<f64>,
    /// `log10 E_B` on the probe batch; `None` when the measure is zero.
    pub emergence_b: Option<f64>,
    /// `E_A` and `E_B` as `log10` where whole feature maps are the nodes; none for a network without convolutions.
    pub channel_emergence: Option<ChannelEmergence>,
    /// Fraction of active units of every measured layer, in `[0, 1]`.
    pub active_fraction: Vec<f32>,
}

/// The emergence of one run where whole feature maps are the nodes, an approximation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChannelEmergence {
    /// `log10 E_A`; `None` when the measure is zero.
    pub a: Option<f64>,
    /// `log10 E_B`; `None` when the measure is zero.
    pub b: Option<f64>,
}

/// How long it took; written by whoever has a clock.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Training steps per second, evaluations left out.
    pub steps_per_sec: f64,
    /// Milliseconds per training step of all runs together.
    pub ms_per_step: f64,
    /// Runs that were stacked.
    pub runs: usize,
    /// Seconds from the start, the tuning of initial weights included, pauses left out.
    pub elapsed_secs: f64,
}
