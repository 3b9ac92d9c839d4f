//! Upper limits that keep an experiment within the capacity of a browser tab: 4 GB of WebAssembly memory, and the time that a
//! visitor is willing to wait. Each limit bounds a cost that grows with the limited quantity.

use super::architecture::Architecture;
use crate::catalog::LARGEST_PART;

/// Runs of one experiment: variants times seeds.
pub const RUNS: usize = 512;
/// Results that the page keeps on its shelf.
pub const SHELF: usize = 8;
/// Runs that the page computes at once; it computes more in batches.
pub const STACKED_RUNS: usize = 64;
/// Most memory for the parameters of networks that are kept during training, so that they can be inspected later, in bytes.
pub const SNAPSHOT_BYTES: u64 = 64 << 20;
/// Most memory for the state of all runs in a checkpoint, in bytes: while one is made, the worker holds it twice, as
/// numbers and as bytes, and copies it for the page, which stores it. A larger experiment has none.
pub const CHECKPOINT_BYTES: u64 = 256 << 20;
/// Seeds of one variant; all runs may belong to it.
pub const SEEDS: u64 = 512;
/// Hidden layers with weights.
pub const HIDDEN_LAYERS: usize = 64;
/// Units of one dense layer.
pub const WIDTH: usize = 8192;
/// Feature maps of one convolution.
pub const CHANNELS: usize = 1024;
/// Width of a transformer.
pub const TRANSFORMER_WIDTH: usize = 512;
/// Layers of the encoder or the decoder of a transformer.
pub const TRANSFORMER_LAYERS: usize = 12;
/// Examples of one part of any data set; [`DatasetSpec::facts`](super::DatasetSpec::facts) has those of each data set.
pub const EXAMPLES: usize = LARGEST_PART;
/// Pairs of sentences in one part of a visitor's own files.
pub const PAIRS: usize = 60_000;
/// Symbols of a vocabulary.
pub const VOCABULARY: usize = 8_000;
/// Symbols of a sentence.
pub const SENTENCE: usize = 64;
/// Examples of one mini-batch.
pub const BATCH_SIZE: usize = 8192;
/// Training steps.
pub const STEPS: u64 = 10_000_000;
/// Parameters of all runs together, each taking [`BYTES_PER_PARAMETER`].
pub const PARAMETERS: u64 = 100_000_000;
/// Values that one run computes in the forward pass of one batch, each taking about [`BYTES_PER_VALUE`] until the step ends.
pub const VALUES: u64 = 64_000_000;
/// Memory per value of the forward pass until the step ends: the value, its gradient, and what operations store.
pub const BYTES_PER_VALUE: u64 = 16;
/// Memory per parameter: the parameter, its gradient, its moments, and a copy for evaluation.
pub const BYTES_PER_PARAMETER: u64 = 24;
/// Training losses of all runs together. Of each curve at most 10,000 points of 24 bytes are kept, so this bounds time, not memory.
pub const LOSSES: u64 = 20_000_000;
/// Evaluations of all runs together, of which at most 5,000 per run are kept, a few hundred bytes each.
pub const EVALUATIONS: u64 = 1_000_000;
/// Multiplications of the QR decompositions of all orthogonal weights; this many take about a minute.
pub const ORTHOGONAL: u64 = 40_000_000_000;

/// Test sentences whose translations by the first run of each variant are kept at every evaluation.
pub const SAMPLE_SENTENCES: usize = 5;
/// Test sentences of a text that every run translates at every evaluation, for BLEU and chrF.
pub const SCORED_SENTENCES: usize = 100;

/// Maximum number of test examples that are evaluated together.
pub const EVALUATION_CHUNK: usize = 500;
/// Maximum number of values that one run computes for a chunk of test examples.
const EVALUATION_VALUES: u64 = 8_000_000;

/// Number of test examples that are evaluated together: [`EVALUATION_CHUNK`], or fewer for a network with many values. It does
/// not depend on the number of runs or on the device's memory, and so neither do the results.
#[must_use]
pub fn evaluation_chunk(architecture: &Architecture) -> usize {
    let fitting = EVALUATION_VALUES / architecture.value_count().max(1);
    usize::try_from(fitting).unwrap_or(EVALUATION_CHUNK).clamp(1, EVALUATION_CHUNK)
}
