//! A training with its clock.

use super::crew::{PAGE_REPORT_SECS, REPORT_SECS};
use super::scope::now_secs;
use super::{RunFailure, device_failure, faults};
use crate::metrics::{Record, Stopwatch, Timing};
use crate::train::{Training, Work};

/// A training with its clock.
pub(super) struct Run {
    pub(super) training: Training,
    stopwatch: Stopwatch,
    reported_at: f64,
    /// Steps between two read-backs, so that a GPU is never more than about one report behind.
    steps_per_report: u64,
    steps_since_report: u64,
    /// Whether there was an evaluation since the page was last shown parameters.
    has_new_filters: bool,
    shown_at: f64,
    /// Steps that were taken before this worker went on.
    former_steps: u64,
}

impl Run {
    /// A training whose preparation has taken this many seconds.
    pub(super) fn new(training: Training, runs: usize, preparation_secs: f64) -> Self {
        Self {
            former_steps: training.step(),
            training,
            stopwatch: Stopwatch::new(runs, preparation_secs),
            reported_at: now_secs(),
            steps_per_report: 1,
            steps_since_report: 0,
            has_new_filters: false,
            shown_at: f64::NEG_INFINITY,
        }
    }

    /// Does one piece of work.
    pub(super) async fn advance(&mut self, may_train: bool) -> Result<Work, RunFailure> {
        let start = now_secs();
        let work = self.training.advance(may_train).await.map_err(device_failure)?;
        self.stopwatch.add(now_secs() - start, work == Work::Step);
        match work {
            Work::Step => self.steps_since_report += 1,
            Work::Evaluation => self.has_new_filters = true,
            Work::Measurement | Work::Waiting | Work::Finished => {}
        }
        Ok(work)
    }

    /// Whether a report is due: after as many steps as take about [`REPORT_SECS`], since what a GPU has only been told to do takes no time
    /// yet, or after that time if there is anything else to report. However many evaluations there are, they make no more reports.
    pub(super) fn is_due(&self) -> bool {
        let is_time = now_secs() - self.reported_at >= REPORT_SECS;
        self.steps_since_report >= self.steps_per_report || is_time && self.training.has_measured()
    }

    /// Whether the page is to see the parameters again, which have changed with an evaluation.
    pub(super) fn shows_filters(&mut self) -> bool {
        let is_due = self.has_new_filters && now_secs() - self.shown_at >= PAGE_REPORT_SECS;
        is_due && self.show_filters()
    }

    /// Whether the page has not seen the parameters since the last evaluation; from now on it has.
    pub(super) fn show_filters(&mut self) -> bool {
        self.shown_at = now_secs();
        std::mem::take(&mut self.has_new_filters)
    }

    /// Whether anything was measured since the last report.
    pub(super) fn has_news(&self) -> bool {
        self.steps_since_report > 0 || self.training.has_measured()
    }

    /// Reads back the measurements since the last report.
    pub(super) async fn report(&mut self) -> Result<Record, RunFailure> {
        let start = now_secs();
        let record = self.training.drain().await.map_err(device_failure)?;
        faults::check_log()?;
        let end = now_secs();
        self.stopwatch.add(end - start, !record.steps.is_empty());
        if !record.steps.is_empty() {
            self.adapt_interval(end);
        }
        self.reported_at = end;
        self.steps_since_report = 0;
        Ok(record)
    }

    /// Makes sure that the device still computes correctly, before what it has computed is kept.
    ///
    /// # Errors
    /// A failure of the device.
    pub(super) async fn check_device(&self) -> Result<(), RunFailure> {
        self.training.check_device().await.map_err(device_failure)?;
        faults::check_log()
    }

    /// Elapsed time and speed so far.
    pub(super) fn timing(&self) -> Timing {
        self.stopwatch.timing(self.training.step() - self.former_steps)
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
