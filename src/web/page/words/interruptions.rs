//! What the page says about interrupted runs and their checkpoints.

use super::{grouped, numbers::memory};
use crate::error::CheckpointError;
use crate::texts::text;
use crate::web::page::model::checkpoints::{InterruptedRun, KeptRun};
use std::fmt::Display;

/// How far a run is, and since when it waits: `step 450 of 1,000 · 11/30/2026, 6:34 PM · 10 MB`.
#[must_use]
pub fn place(run: &KeptRun) -> String {
    let progress = run.contents.as_ref().ok().map(|InterruptedRun { experiment, step }| {
        let (step, steps) = (grouped(*step), grouped(experiment.steps));
        text!("step {step} of {steps}", step, steps)
    });
    let elsewhere = run.is_elsewhere.then(|| text!("open in another tab"));
    let parts = progress.into_iter().chain([run.date.clone(), memory(run.bytes)]).chain(elsewhere);
    parts.collect::<Vec<_>>().join(" · ")
}

/// Why a run cannot be continued, in place of its name.
#[must_use]
pub fn unusable(error: &CheckpointError) -> String {
    match error {
        CheckpointError::Program { .. } | CheckpointError::Format { .. } => {
            text!("A run from another version of this page; it cannot be continued")
        }
        _ => text!("A damaged run; it cannot be continued"),
    }
}

/// Another tab has taken the run.
#[must_use]
pub fn elsewhere() -> String {
    text!("Another tab of this browser is computing this run.")
}

/// What all of them take.
#[must_use]
pub fn total(runs: &[KeptRun]) -> String {
    let bytes = runs.iter().map(|run| run.bytes).sum();
    text!("Interrupted runs take up {memory} of this browser’s storage.", memory = memory(bytes))
}

/// Training goes on after an interruption.
#[must_use]
pub fn resumed(step: u64) -> String {
    text!("Continuing from step {step}.", step = grouped(step))
}

/// Training goes on by itself after a failure; `reason` is a sentence.
#[must_use]
pub fn recovered(step: u64, reason: &str) -> String {
    text!("Continuing from step {step}. {reason}", step = grouped(step), reason)
}

/// An interrupted run cannot be read.
#[must_use]
pub fn unreadable(error: impl Display) -> String {
    text!("The interrupted run could not be read: {error}.", error)
}

/// The browser does not store checkpoints.
#[must_use]
pub fn not_stored(error: impl Display) -> String {
    text!("This browser could not store the run ({error}). It will be lost if you close or reload the page.", error)
}

/// No checkpoint of the experiment is made; it would take so many bytes.
#[must_use]
pub fn too_large(bytes: u64) -> String {
    text!(
        "This run is too large to be kept ({memory}). It will be lost if you close or reload the page.",
        memory = memory(bytes)
    )
}

/// An interrupted run cannot be continued while another one is being computed.
#[must_use]
pub fn busy() -> String {
    text!("An interrupted run can be continued once this run has finished or been reset.")
}
