//! Snapshots: the networks of all runs after some of the evaluations, so that a visitor can look inside a run at an earlier step.

use super::evaluate::Judgment;
use crate::experiment::limits::SNAPSHOT_BYTES;
use crate::model::Networks;

/// The networks of all runs after an evaluation, and what they predicted.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Their parameters.
    pub(super) networks: Networks,
    /// Their predictions, with the step.
    pub(super) judgment: Judgment,
}

/// The snapshots of an experiment, in order of increasing step.
#[derive(Debug)]
pub(super) struct Snapshots {
    kept: Vec<Snapshot>,
    /// Largest number of snapshots.
    most: usize,
}

impl Snapshots {
    /// No snapshots yet; `bytes` is the size of the parameters of all runs.
    pub(super) fn new(bytes: u64) -> Self {
        Self { kept: Vec::new(), most: usize::try_from(SNAPSHOT_BYTES / bytes.max(1)).unwrap_or(usize::MAX).max(1) }
    }

    /// Adds the latest one. If there is no room, it replaces the one before it: the early ones are further apart in what the networks
    /// have learned.
    pub(super) fn push(&mut self, snapshot: Snapshot) {
        if self.kept.len() >= self.most {
            self.kept.pop();
        }
        self.kept.push(snapshot);
    }

    /// The last one after at most `step` steps, or else the first one; `None` if there is none at all.
    pub(super) fn at(&self, step: u64) -> Option<&Snapshot> {
        self.kept.iter().rev().find(|snapshot| snapshot.judgment.step <= step).or(self.kept.first())
    }
}
