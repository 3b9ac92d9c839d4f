//! A training with its clock.

use super::crew::REPORT_SECS;
use super::scope::now_secs;
use super::{RunFailure, device_failure, faults};
use crate::error::DeviceError;
use crate::metrics::{Record, Stopwatch, Timing};
use crate::protocol::FailureKind;
use crate::train::{Training, Work};

/// A training with its clock.
pub(super) struct Run {
    pub(super) training: Training,
    stopwatch: Stopwatch,
    reported_at: f64,
    /// Steps between two read-backs, so that a GPU is never more than about one report behind.
    steps_per_report: u64,
    steps_since_report: u64,
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

    /// Does one piece of work.
    pub(super) async fn advance(&mut self, may_train: bool) -> Result<Work, RunFailure> {
        let start = now_secs();
        let work = self.training.advance(may_train).await.map_err(device_failure)?;
        self.stopwatch.add(now_secs() - start, work == Work::Step);
        if work == Work::Step {
            self.steps_since_report += 1;
        }
        Ok(work)
    }

    /// Whether a report is due.
    pub(super) fn is_due(&self) -> bool {
        self.training.has_measured() || self.steps_since_report >= self.steps_per_report
    }

    /// Whether anything was measured since the last report.
    pub(super) fn has_news(&self) -> bool {
        self.steps_since_report > 0 || self.training.has_measured()
    }

    /// Reads back the measurements since the last report.
    pub(super) async fn report(&mut self) -> Result<Record, RunFailure> {
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
        Ok(record)
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
