//! The interrupted runs that the browser keeps: which of them, what they are called, and when the next checkpoint is due.

use super::shown::differences;
use crate::checkpoint::CheckpointHeader;
use crate::error::{CheckpointError, CheckpointPart};
use crate::experiment::{Experiment, parse_query};
use crate::texts::text;

/// Most interrupted runs that are kept.
pub const MOST_KEPT: usize = 5;
/// Most bytes that they take together; the latest one is kept whatever it takes.
pub const MOST_BYTES: u64 = 512 << 20;
/// Most bytes of the visitor's own files that are kept with a run; larger ones can be chosen again.
pub const MOST_FILE_BYTES: f64 = 256e6;
/// Milliseconds of training between two checkpoints.
pub const INTERVAL_MILLISECONDS: f64 = 10_000.0;
/// Milliseconds of training before the first checkpoint of a later batch: only from then on the batches before are kept.
pub const FIRST_OF_BATCH_MILLISECONDS: f64 = 1_000.0;
/// Checkpoints take at most one part in this many of the time.
const SHARE_OF_TIME: f64 = 20.0;
/// Milliseconds of training that may be lost without a question when the page is left.
pub const UNASKED_MILLISECONDS: f64 = 20_000.0;

/// An interrupted run in the browser's storage.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRun {
    /// The key under which it is stored.
    pub key: String,
    /// What it is, or why it cannot be continued.
    pub contents: Result<InterruptedRun, CheckpointError>,
    /// Bytes that it takes.
    pub bytes: u64,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: f64,
    /// The day and time for people.
    pub date: String,
    /// Whether another tab computes it now.
    pub is_elsewhere: bool,
}

/// What an interrupted run is.
#[derive(Debug, Clone, PartialEq)]
pub struct InterruptedRun {
    /// The experiment as it was started, with all batches of its seeds.
    pub experiment: Experiment,
    /// Training steps taken.
    pub step: u64,
}

impl InterruptedRun {
    /// Reads the beginning of a checkpoint. `stated` is the experiment as it was started, as a query string; without one that can be read
    /// it is that of the checkpoint.
    ///
    /// # Errors
    /// As [`CheckpointHeader::read`], [`CheckpointError::Program`] for one of another build of the page, and [`CheckpointError::Contents`] for
    /// one without an experiment.
    pub fn read(head: &[u8], stated: &str) -> Result<Self, CheckpointError> {
        let (header, _) = CheckpointHeader::read(head)?;
        header.check_program()?;
        let queries = [stated, &header.query].into_iter().filter(|query| !query.is_empty());
        let mut read = queries.filter_map(|query| parse_query(query).strict().ok());
        let part = CheckpointPart::Header;
        let (experiment, _) = read.next().ok_or(CheckpointError::Contents { part, length: head.len() as u64 })?;
        Ok(Self { experiment, step: header.step })
    }

    /// How it differs from the default experiment.
    #[must_use]
    pub fn name(&self) -> String {
        let pairs = differences(&Experiment::default(), &self.experiment);
        let pairs = pairs.iter().filter(|(key, _)| *key != "device").map(|(key, value)| format!("{key} {value}"));
        let name = pairs.collect::<Vec<_>>().join(", ");
        if name.is_empty() { text!("defaults") } else { name }
    }
}

/// The keys of the runs that have to go: the oldest ones, if there are too many or they take too much, but none that another tab computes. `runs`
/// begins with the latest.
#[must_use]
pub fn superfluous(runs: &[KeptRun]) -> Vec<String> {
    let mut total = 0_u64;
    let must_go = |(index, run): (usize, &KeptRun)| {
        total = total.saturating_add(run.bytes);
        let is_over = index >= MOST_KEPT || total > MOST_BYTES;
        (index > 0 && is_over && !run.is_elsewhere).then(|| run.key.clone())
    };
    runs.iter().enumerate().filter_map(must_go).collect()
}

/// Milliseconds until the next checkpoint, if the last one took this many.
#[must_use]
pub fn interval(last_took: f64) -> f64 {
    INTERVAL_MILLISECONDS.max(SHARE_OF_TIME * last_took)
}
