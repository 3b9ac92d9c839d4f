//! A training with its clock, and whether it continues without further commands.

use super::scope::{now_secs, post};
use super::{RunFailure, device_failure, faults};
use crate::error::DeviceError;
use crate::metrics::{Stopwatch, Timing};
use crate::protocol::{Event, FailureKind};
use crate::train::{Training, Work};

/// Seconds between progress reports to the page.
pub(super) const REPORT_SECS: f64 = 0.1;

/// A training with its clock.
pub(super) struct Run {
    pub(super) training: Training,
    stopwatch: Stopwatch,
    reported_at: f64,
    /// Steps between two read-backs, so that a GPU is never more than about one report behind.
    steps_per_report: u64,
    steps_since_report: u64,
}

/// Whether training continues without further commands.
pub(super) struct Pace {
    running: bool,
    /// Number of single steps requested while it does not.
    single_steps: u64,
    /// Whether the page has been told that training is paused or finished.
    announced: bool,
    finished: bool,
}

impl Pace {
    pub(super) fn new(running: bool) -> Self {
        Self { running, single_steps: 0, announced: false, finished: false }
    }

    /// Whether there is work: an evaluation in progress is always completed, and the end of training is announced once.
    pub(super) fn is_busy(&self, training: &Training) -> bool {
        !self.finished && (self.may_train() || training.is_evaluating() || training.is_finished())
    }

    pub(super) fn may_train(&self) -> bool {
        self.running || self.single_steps > 0
    }

    pub(super) fn count(&mut self, work: Work) {
        self.finished = work == Work::Finished;
        self.announced = self.finished;
        if work == Work::Step && !self.running {
            self.single_steps = self.single_steps.saturating_sub(1);
        }
    }

    pub(super) fn pause(&mut self) {
        self.running = false;
        self.single_steps = 0;
    }

    pub(super) fn resume(&mut self) {
        self.running = true;
    }

    pub(super) fn step(&mut self) {
        self.single_steps += 1;
    }

    /// Tells the page that training is paused or finished; returns `false` if it was told before.
    pub(super) async fn announce(&mut self, run: &mut Run) -> Result<bool, RunFailure> {
        if self.announced {
            return Ok(false);
        }
        run.report().await?;
        post(&Event::Paused { step: run.training.step() });
        self.announced = true;
        Ok(true)
    }
}

impl Run {
    /// A training whose preparation has taken this many seconds.
    pub(super) fn new(training: Training, runs: usize, preparation_secs: f64) -> Self {
        Self {
            training,
            stopwatch: Stopwatch::new(runs, preparation_secs),
            reported_at: now_secs(),
            steps_per_report: 1,
            steps_since_report: 0,
        }
    }

    /// Does one piece of work, and reports if a report is due.
    pub(super) async fn advance(&mut self, may_train: bool) -> Result<Work, RunFailure> {
        let start = now_secs();
        let work = self.training.advance(may_train).await.map_err(device_failure)?;
        self.stopwatch.add(now_secs() - start, work == Work::Step);
        if work == Work::Step {
            self.steps_since_report += 1;
        }
        let evaluation_ended = work == Work::Evaluation && !self.training.is_evaluating();
        if evaluation_ended || self.steps_since_report >= self.steps_per_report {
            self.report().await?;
        }
        Ok(work)
    }

    /// Reads back the measurements and sends them to the page.
    pub(super) async fn report(&mut self) -> Result<(), RunFailure> {
        let start = now_secs();
        let record = self.training.drain().await.map_err(device_failure)?;
        if let Some(message) = faults::take_logged_error() {
            return Err(RunFailure::new(FailureKind::Device, DeviceError::Logged { message }));
        }
        let end = now_secs();
        self.stopwatch.add(end - start, !record.steps.is_empty());
        if !record.steps.is_empty() {
            self.adapt_interval(end);
        }
        self.reported_at = end;
        self.steps_since_report = 0;
        post(&Event::Progress { record, timing: self.timing() });
        Ok(())
    }

    /// Elapsed time and speed so far.
    pub(super) fn timing(&self) -> Timing {
        self.stopwatch.timing(self.training.step())
    }

    /// Aims at one report every [`REPORT_SECS`].
    fn adapt_interval(&mut self, now: f64) {
        let elapsed = (now - self.reported_at).max(1e-3);
        let per_step = elapsed / self.steps_since_report.max(1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 1000")]
        let steps = (REPORT_SECS / per_step).clamp(1.0, 1000.0) as u64;
        self.steps_per_report = steps;
    }
}
