//! How long an experiment takes: the one rule by which times become speeds. It reads no clock; times come in as values.

use serde::{Deserialize, Serialize};

/// How long it took so far.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Training steps per second, evaluations left out; 0 before the first step.
    pub steps_per_sec: f64,
    /// Milliseconds per training step of all runs together; 0 before the first step.
    pub ms_per_step: f64,
    /// Runs that were stacked.
    pub runs: usize,
    /// Seconds from the start, the tuning of initial weights included, pauses left out.
    pub elapsed_secs: f64,
}

/// Adds up the time of an experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopwatch {
    runs: usize,
    elapsed_secs: f64,
    training_secs: f64,
}

impl Stopwatch {
    /// For an experiment of this many runs, whose preparation took some seconds.
    #[must_use]
    pub fn new(runs: usize, preparation_secs: f64) -> Self {
        Self { runs, elapsed_secs: preparation_secs, training_secs: 0.0 }
    }

    /// Adds seconds, whether or not they were spent on training steps.
    pub fn add(&mut self, seconds: f64, on_training: bool) {
        self.elapsed_secs += seconds;
        if on_training {
            self.training_secs += seconds;
        }
    }

    /// The timing after this many training steps.
    #[must_use]
    pub fn timing(&self, steps: u64) -> Timing {
        let Self { runs, elapsed_secs, training_secs } = *self;
        if steps == 0 || training_secs <= 0.0 {
            return Timing { runs, elapsed_secs, ..Timing::default() };
        }
        let steps = steps as f64;
        Timing { steps_per_sec: steps / training_secs, ms_per_step: 1000.0 * training_secs / steps, runs, elapsed_secs }
    }
}
