//! Upper limits that keep one experiment within what a browser tab can hold: 4 GB of WebAssembly memory and the patience
//! of a visitor. Each bounds what grows with it; none of them is about taste.

use super::architecture::{Architecture, FeatureShape};
use crate::catalog::{DatasetName, ImageFacts, LARGEST_PART};
use serde::{Deserialize, Serialize};

/// Runs of one experiment: variants times seeds.
pub const RUNS: usize = 64;
/// Seeds of one variant, which may be the only one.
pub const SEEDS: u32 = 64;
/// Hidden layers with weights.
pub const HIDDEN_LAYERS: usize = 64;
/// Units of one dense layer.
pub const WIDTH: usize = 8192;
/// Feature maps of one convolution.
pub const CHANNELS: usize = 1024;
/// Examples of one part of any data set; [`DatasetName::facts`] has the numbers of each.
pub const EXAMPLES: usize = LARGEST_PART;
/// Examples of one mini-batch.
pub const BATCH_SIZE: usize = 8192;
/// Training steps.
pub const STEPS: u64 = 10_000_000;
/// Parameters of all runs together, each of [`BYTES_PER_PARAMETER`].
pub const PARAMETERS: u64 = 100_000_000;
/// Values that one run computes for one batch, forward. Each takes some [`BYTES_PER_VALUE`] until the step is done.
pub const VALUES: u64 = 64_000_000;
/// What a value of the forward pass takes until the step is done: itself, its gradient, and what operations keep.
pub const BYTES_PER_VALUE: u64 = 16;
/// What a parameter takes: itself, its gradient, its moments, and a copy that is evaluated.
pub const BYTES_PER_PARAMETER: u64 = 24;
/// Points of all curves of training losses together, 24 bytes each.
pub const LOSSES: u64 = 20_000_000;
/// Evaluations of all runs together, some hundred bytes each.
pub const EVALUATIONS: u64 = 1_000_000;
/// Multiplications that the QR decompositions of all orthogonal weights take, about as many as a minute allows.
pub const ORTHOGONAL: u64 = 40_000_000_000;

/// The most test examples that are judged together.
pub const EVALUATION_CHUNK: usize = 500;
/// Values of one run that a chunk of test examples may make it compute.
const EVALUATION_VALUES: u64 = 8_000_000;

/// Test examples that are judged together: [`EVALUATION_CHUNK`], or fewer for a network of many values. Results depend
/// neither on the number of runs nor on the device's memory, since this does not.
#[must_use]
pub fn evaluation_chunk(architecture: &Architecture) -> usize {
    let fitting = EVALUATION_VALUES / architecture.value_count().max(1);
    usize::try_from(fitting).unwrap_or(EVALUATION_CHUNK).clamp(1, EVALUATION_CHUNK)
}

/// What is known of a data set before it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetFacts {
    /// An example.
    pub shape: FeatureShape,
    /// Number of classes.
    pub classes: usize,
    /// Training examples that there are at most.
    pub train: usize,
    /// Test examples that there are at most.
    pub test: usize,
}

impl DatasetName {
    /// What is known before it is loaded: nothing about a visitor's own files.
    #[must_use]
    pub fn facts(self) -> Option<DatasetFacts> {
        let ImageFacts { shape: [channels, height, width], classes, train, test, .. } = *self.row().images()?;
        Some(DatasetFacts { shape: FeatureShape { channels, height, width }, classes, train, test })
    }
}
