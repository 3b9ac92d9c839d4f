//! The estimated cost of an experiment before it starts: parameters, memory, multiplications and, at a given speed, seconds.
//!
//! Only multiplications with weights are counted; all other operations of a network are proportional to them or negligible. A
//! training step costs as much as three forward passes: one forward, one for the gradients of the values, and one for those of
//! the weights.
//!
//! The cost of tuning is a rougher estimate; the table of methods (`scheme/tuning/methods.rs`) has a formula for each method.

use super::architecture::Architecture;
use super::dataset::{DatasetFacts, ExampleFacts};
use super::limits::{
    BYTES_PER_PARAMETER, BYTES_PER_VALUE, CHECKPOINT_BYTES, SAMPLE_SENTENCES, SCORED_SENTENCES, SNAPSHOT_BYTES,
    evaluation_chunk,
};
use super::{Experiment, ModelSpec};
use crate::catalog::Task;
use crate::error::Result;

/// Speed of dense layers, in multiplications with weights per second, on the CPU in a browser: one core with 128-bit SIMD.
/// The page uses it until it has measured the actual speed.
pub const DENSE_SPEED: f64 = 7e9;
/// Speed of convolutions, likewise.
pub const CONVOLUTION_SPEED: f64 = 5e9;
/// Speed of transformers, likewise: their matrices are small, and normalization and attention cost as much as products.
pub const TRANSFORMER_SPEED: f64 = 2e9;
/// Cost of a training step, in forward passes.
const PRODUCTS_PER_STEP: u64 = 3;
/// Memory per value in an evaluation: the value itself, and the one from which it is computed.
const BYTES_PER_EVALUATED_VALUE: u64 = 8;

/// The estimated cost of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Number of parameters of one run.
    pub parameters: u64,
    /// Number of runs.
    pub runs: u64,
    /// Peak memory if all runs are computed at once: the data set, the parameters with the state of the optimizer, those of earlier steps
    /// that are kept for inspection, and the values
    /// of a step with their gradients (and higher derivatives if weights are tuned) or of an evaluation, whichever is larger.
    /// The program itself is not counted.
    pub memory_bytes: u64,
    /// Size of the state of all runs in a checkpoint: parameters and the optimizer's moments, without the rest, which is small.
    pub state_bytes: u64,
    /// Approximate number of multiplications for tuning initial weights.
    pub tuning_work: u64,
    /// Multiplications of a training step of all runs.
    pub step_work: u64,
    /// Multiplications of an evaluation of all runs.
    pub evaluation_work: u64,
    /// Number of training steps.
    pub steps: u64,
    /// Number of evaluations, including those before the first and after the last step.
    pub evaluations: u64,
}

impl Estimate {
    /// The cost of `experiment` on a data set with these facts.
    ///
    /// # Errors
    /// [`Error::Value`](crate::error::Error::Value) of `model` if the network does not fit the images.
    pub fn new(experiment: &Experiment, facts: &DatasetFacts) -> Result<Self> {
        let architecture = experiment.model.architecture(&facts.examples, experiment.norm)?;
        let runs = experiment.run_count() as u64;
        let tests = experiment.dataset.counts(facts)[1] as u64;
        let forward = architecture.multiplication_count() * runs;
        Ok(Self {
            parameters: architecture.parameter_count(),
            runs,
            memory_bytes: data_bytes(facts)
                + computing_bytes(experiment, &architecture, tests)
                + snapshot_bytes(experiment, architecture.parameter_count() * runs),
            state_bytes: 4 * architecture.parameter_count() * runs * (1 + experiment.optimizer.moment_count() as u64),
            tuning_work: tuning_work(experiment, architecture.multiplication_count()),
            step_work: PRODUCTS_PER_STEP * forward * experiment.batch_size as u64,
            evaluation_work: forward * tests + decoding_work(experiment, facts, &architecture, tests),
            steps: experiment.steps,
            evaluations: experiment.evaluation.count(experiment.steps),
        })
    }

    /// Whether checkpoints of the experiment are made.
    #[must_use]
    pub fn has_checkpoints(&self) -> bool {
        self.state_bytes <= CHECKPOINT_BYTES
    }

    /// Duration of the whole experiment in seconds, including tuning, at `speed` multiplications per second.
    #[must_use]
    pub fn seconds(&self, speed: f64) -> f64 {
        self.work(self.steps, self.evaluations) / speed
    }

    /// The speed, in multiplications per second, of an experiment whose tuning, `steps` and `evaluations` so far have taken
    /// `seconds`.
    #[must_use]
    pub fn measured_speed(&self, steps: u64, evaluations: u64, seconds: f64) -> f64 {
        self.work(steps, evaluations) / seconds
    }

    /// Remaining seconds of an experiment whose tuning, `steps` and `evaluations` so far have taken `seconds`, at the speed so
    /// far; `None` if nothing has been computed yet.
    #[must_use]
    pub fn seconds_left(&self, steps: u64, evaluations: u64, seconds: f64) -> Option<f64> {
        let (done, all) = (self.work(steps, evaluations), self.work(self.steps, self.evaluations));
        (done > 0.0 && seconds > 0.0).then(|| seconds * (all - done).max(0.0) / done)
    }

    fn work(&self, steps: u64, evaluations: u64) -> f64 {
        let training = steps as f64 * self.step_work as f64 + evaluations as f64 * self.evaluation_work as f64;
        training + self.tuning_work as f64
    }
}

/// The assumed speed, in multiplications per second, before it has been measured.
#[must_use]
pub fn standard_speed(model: &ModelSpec) -> f64 {
    match model {
        ModelSpec::Mlp { .. } => DENSE_SPEED,
        ModelSpec::Cnn { .. } | ModelSpec::ResNet { .. } => CONVOLUTION_SPEED,
        ModelSpec::Transformer(_) => TRANSFORMER_SPEED,
    }
}

/// Multiplications for tuning all tuned runs, if a forward pass of one example takes `forward` of them.
fn tuning_work(experiment: &Experiment, forward: u64) -> u64 {
    let (layers, batch) = (experiment.model.weight_layer_count() as u64, experiment.batch_size as u64);
    let examples = experiment.tunings().map(|tuning| tuning.work(layers, batch)).sum::<u64>();
    // In an experiment that has not been validated yet, the product may exceed 64 bits.
    examples.saturating_mul(forward).saturating_mul(experiment.seeds.into())
}

/// Multiplications for the greedy translations of an evaluation: the encoder runs once, and the decoder, more than half of the network, again
/// at every position, on half of them on average. So a sentence costs a third of its positions in forward passes, but for the logits, which are
/// computed once for each position.
fn decoding_work(experiment: &Experiment, facts: &DatasetFacts, architecture: &Architecture, tests: u64) -> u64 {
    let ExampleFacts::Pairs { target, .. } = facts.examples else { return 0 };
    let sentences = match experiment.task() {
        Task::Texts => tests.min(SCORED_SENTENCES as u64) * experiment.run_count() as u64,
        _ => tests.min(SAMPLE_SENTENCES as u64) * experiment.variants.len() as u64,
    };
    let logits = (target.symbols * target.positions) as u64 * features(architecture);
    let rest = architecture.multiplication_count().saturating_sub(logits);
    sentences * (rest * target.positions as u64 / 3 + logits)
}

/// Features of a position before the output layer; of images not needed.
fn features(architecture: &Architecture) -> u64 {
    architecture.embeddings.first().map_or(0, |[_, features]| *features as u64)
}

/// Memory for the networks that are kept during training; `parameters` is the number of those of all runs.
fn snapshot_bytes(experiment: &Experiment, parameters: u64) -> u64 {
    SNAPSHOT_BYTES.min(4 * parameters * experiment.evaluation.layer_count(experiment.steps))
}

/// Memory of the data set.
fn data_bytes(facts: &DatasetFacts) -> u64 {
    (facts.train + facts.test) as u64 * facts.examples.bytes() as u64
}

/// Memory of all runs during training, or of one variant's runs during tuning if that is more.
fn computing_bytes(experiment: &Experiment, architecture: &Architecture, tests: u64) -> u64 {
    let step = architecture.value_count() * experiment.batch_size as u64 * BYTES_PER_VALUE;
    let training = experiment.run_count() as u64 * run_bytes(architecture, step, tests);
    let tuning = experiment
        .tunings()
        .map(|tuning| step * tuning.method.facts().memory_factor * u64::from(experiment.seeds))
        .max();
    training.max(tuning.unwrap_or_default())
}

/// Memory of one run, if the values and gradients of a step take `step` bytes.
fn run_bytes(architecture: &Architecture, step: u64, tests: u64) -> u64 {
    let chunk = tests.min(evaluation_chunk(architecture) as u64);
    let evaluation = architecture.largest_value_count() * chunk * BYTES_PER_EVALUATED_VALUE;
    architecture.parameter_count() * BYTES_PER_PARAMETER + step.max(evaluation)
}
