//! The interrupted runs that the browser keeps: which of them, what they are called, and when the next checkpoint is due.

use super::shown::differences;
use crate::checkpoint::CheckpointHeader;
use crate::experiment::{Experiment, parse_query};
use crate::texts::text;

/// Most interrupted runs that are kept.
pub const MOST_KEPT: usize = 5;
/// Most bytes that they take together; the latest one is kept whatever it takes.
pub const MOST_BYTES: u64 = 512 << 20;
/// Milliseconds of training between two checkpoints.
pub const INTERVAL_MILLISECONDS: f64 = 10_000.0;
/// Checkpoints take at most one part in this many of the time.
const SHARE_OF_TIME: f64 = 20.0;
/// Milliseconds of training that may be lost without a question when the page is left.
pub const UNASKED_MILLISECONDS: f64 = 20_000.0;

/// An interrupted run in the browser's storage.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRun {
    /// The key under which it is stored.
    pub key: String,
    /// The experiment, with the data set that was in use.
    pub experiment: Experiment,
    /// Training steps taken.
    pub step: u64,
    /// Bytes that it takes.
    pub bytes: u64,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: f64,
    /// The day and time for people.
    pub date: String,
    /// Whether training was in progress, not paused.
    pub was_training: bool,
}

impl KeptRun {
    /// A stored run, from the beginning of its checkpoint; `None` for one of another version of the page, or a damaged one.
    #[must_use]
    pub fn read(key: String, head: &[u8], stored_at: f64, date: String, was_training: bool) -> Option<Self> {
        let (header, start) = CheckpointHeader::read(head).ok()?;
        let (experiment, _) = parse_query(&header.query).strict().ok()?;
        let bytes = header.file_bytes(start)?;
        Some(Self { key, experiment, step: header.step, bytes, stored_at, date, was_training })
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

/// The keys of the runs that have to go: the oldest ones, if there are too many or they take too much. `runs` begins with the latest.
#[must_use]
pub fn superfluous(runs: &[KeptRun]) -> Vec<String> {
    let mut total = 0_u64;
    let must_go = |(index, run): (usize, &KeptRun)| {
        total = total.saturating_add(run.bytes);
        (index > 0 && (index >= MOST_KEPT || total > MOST_BYTES)).then(|| run.key.clone())
    };
    runs.iter().enumerate().filter_map(must_go).collect()
}

/// Milliseconds until the next checkpoint, if the last one took this many.
#[must_use]
pub fn interval(last_took: f64) -> f64 {
    INTERVAL_MILLISECONDS.max(SHARE_OF_TIME * last_took)
}
