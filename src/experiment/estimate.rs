//! What an experiment will take, before it is started: parameters, memory, multiplications and, at a given speed, seconds.
//!
//! Only multiplications with weights are counted; everything else that a network computes grows with them or is small. A
//! training step takes three products of the size of a forward pass: forward, and backward for the values and for the weights.
//!
//! What tuning weights takes is a rougher guess; the table of methods (`scheme/tuning/methods.rs`) has a formula for each.

use super::architecture::Architecture;
use super::limits::{BYTES_PER_PARAMETER, BYTES_PER_VALUE, DatasetFacts, evaluation_chunk};
use super::{Experiment, InitScheme, ModelSpec};
use crate::error::Result;

/// Multiplications with weights per second of dense layers on the CPU path in a browser, on one core with 128-bit SIMD.
/// The page uses it until it has measured its own.
pub const DENSE_SPEED: f64 = 7e9;
/// The same for convolutions.
pub const CONVOLUTION_SPEED: f64 = 5e9;
/// Products of the size of a forward pass in a training step.
const PRODUCTS_PER_STEP: u64 = 3;
/// A value in an evaluation: itself, and the one that it is computed from.
const BYTES_PER_EVALUATED_VALUE: u64 = 8;

/// What an experiment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Parameters of one run.
    pub parameters: u64,
    /// Runs.
    pub runs: u64,
    /// Most memory, if all runs are computed at once: the data set, parameters with what the optimizer keeps, and the values of
    /// a step with their gradients (with further derivatives where weights are tuned) or of an evaluation, whichever take more.
    /// The program itself is not counted.
    pub memory_bytes: u64,
    /// Multiplications that tuning initial weights takes, approximately.
    pub tuning_work: u64,
    /// Multiplications of a training step of all runs.
    pub step_work: u64,
    /// Multiplications of an evaluation of all runs.
    pub evaluation_work: u64,
    /// Training steps.
    pub steps: u64,
    /// Evaluations, with those before the first and after the last step.
    pub evaluations: u64,
}

impl Estimate {
    /// What `experiment` takes on a data set with these facts.
    ///
    /// # Errors
    /// [`Error::Value`](crate::error::Error::Value) of `model` where the network does not fit the images.
    pub fn new(experiment: &Experiment, facts: &DatasetFacts) -> Result<Self> {
        let architecture = experiment.model.architecture(facts.shape, facts.classes, experiment.norm)?;
        let runs = experiment.run_count() as u64;
        let tests = experiment.dataset.test.unwrap_or(facts.test).min(facts.test) as u64;
        let forward = architecture.multiplication_count() * runs;
        let every = experiment.evaluate_every.max(1);
        Ok(Self {
            parameters: architecture.parameter_count(),
            runs,
            memory_bytes: data_bytes(facts) + computing_bytes(experiment, &architecture, tests),
            tuning_work: tuning_work(experiment, architecture.multiplication_count()),
            step_work: PRODUCTS_PER_STEP * forward * experiment.batch_size as u64,
            evaluation_work: forward * tests,
            steps: experiment.steps,
            evaluations: experiment.steps.div_ceil(every) + 1,
        })
    }

    /// Seconds of the whole experiment, tuning included, at `speed` multiplications per second.
    #[must_use]
    pub fn seconds(&self, speed: f64) -> f64 {
        self.work(self.steps, self.evaluations) / speed
    }

    /// The speed, in multiplications per second, of an experiment that has taken `seconds` for its tuning, `steps` and
    /// `evaluations`.
    #[must_use]
    pub fn measured_speed(&self, steps: u64, evaluations: u64, seconds: f64) -> f64 {
        self.work(steps, evaluations) / seconds
    }

    /// Seconds that are left of an experiment that has taken `seconds` for its tuning, `steps` and `evaluations`, at the speed so
    /// far; `None` before there is one.
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

/// Multiplications per second to assume before anything has been measured.
#[must_use]
pub fn standard_speed(model: &ModelSpec) -> f64 {
    if model.has_convolutions() { CONVOLUTION_SPEED } else { DENSE_SPEED }
}

/// Multiplications that all tuned runs take before their first step, where a forward pass of one example takes `forward`.
fn tuning_work(experiment: &Experiment, forward: u64) -> u64 {
    let (layers, batch) = (experiment.model.weight_layer_count() as u64, experiment.batch_size as u64);
    let tunings = experiment.variants.iter().filter_map(InitScheme::tuning);
    let examples = tunings.map(|tuning| tuning.work(layers, batch)).sum::<u64>();
    // An experiment that was not checked yet may ask for more than 64 bits hold.
    examples.saturating_mul(forward).saturating_mul(experiment.seeds.into())
}

/// Pixels are kept as bytes.
fn data_bytes(facts: &DatasetFacts) -> u64 {
    (facts.train + facts.test) as u64 * facts.shape.units() as u64
}

/// What the runs take while they train, or those of one variant while they are tuned if that is more.
fn computing_bytes(experiment: &Experiment, architecture: &Architecture, tests: u64) -> u64 {
    let step = architecture.value_count() * experiment.batch_size as u64 * BYTES_PER_VALUE;
    let training = experiment.run_count() as u64 * run_bytes(architecture, step, tests);
    let tunings = experiment.variants.iter().filter_map(InitScheme::tuning);
    let tuning = tunings.map(|tuning| step * tuning.method.facts().memory_factor * u64::from(experiment.seeds)).max();
    training.max(tuning.unwrap_or_default())
}

/// What one run takes, where a step's values with their gradients take `step`.
fn run_bytes(architecture: &Architecture, step: u64, tests: u64) -> u64 {
    let chunk = tests.min(evaluation_chunk(architecture) as u64);
    let evaluation = architecture.largest_value_count() * chunk * BYTES_PER_EVALUATED_VALUE;
    architecture.parameter_count() * BYTES_PER_PARAMETER + step.max(evaluation)
}
