//! Elapsed time and speed of an experiment, computed by one rule. It reads no clock: durations are passed in as values.

use serde::{Deserialize, Serialize};

/// Elapsed time and speed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Training steps per second, excluding evaluations; 0 before the first step.
    pub steps_per_sec: f64,
    /// Milliseconds per training step, for all runs together; 0 before the first step.
    pub ms_per_step: f64,
    /// Number of stacked runs.
    pub runs: usize,
    /// Seconds since the start, including the tuning of initial weights but excluding pauses.
    pub elapsed_secs: f64,
}

impl Timing {
    /// The timing of two shares that are trained at the same time: that of the slower one.
    #[must_use]
    pub fn slower(self, other: Self) -> Self {
        let slower = if other.ms_per_step > self.ms_per_step { other } else { self };
        Self { elapsed_secs: self.elapsed_secs.max(other.elapsed_secs), ..slower }
    }
}

/// Accumulates the time of an experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopwatch {
    runs: usize,
    elapsed_secs: f64,
    training_secs: f64,
}

impl Stopwatch {
    /// A stopwatch for an experiment of this many runs, whose preparation took `preparation_secs`.
    #[must_use]
    pub fn new(runs: usize, preparation_secs: f64) -> Self {
        Self { runs, elapsed_secs: preparation_secs, training_secs: 0.0 }
    }

    /// Adds seconds; `on_training` says whether they were spent on training steps.
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
