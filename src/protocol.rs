//! What page and worker say to each other: one closed enum each way, as JSON text. The worker speaks first
//! ([`Event::Ready`] with the protocol version), so that an old cached worker meets a new page with a plain sentence.

use crate::metrics::{Environment, Record, Setup, Timing};
use serde::{Deserialize, Serialize};

/// Version of these two enums; page and worker must agree.
pub const PROTOCOL_VERSION: u32 = 2;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Load the data and build the cohort of this experiment, dropping any other; answered by `Data*`, `Device`,
    /// `Started`. With `paused` it evaluates step 0 and waits.
    Start {
        /// The experiment.
        query: String,
        /// Wait after the evaluation of step 0.
        paused: bool,
    },
    /// Stop after the current step.
    Pause,
    /// Go on.
    Resume,
    /// Take exactly one training step and pause again.
    Step,
    /// Drop the cohort and its curves.
    Reset,
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The worker has loaded.
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        protocol_version: u32,
    },
    /// The device is open.
    Device {
        /// Where it computes.
        environment: Environment,
        /// Why it is the CPU although `WebGPU` was not ruled out, as a sentence.
        fallback: Option<String>,
    },
    /// A data file is on its way.
    Data {
        /// File name, or what is being generated.
        file: String,
        /// Bytes (or examples) so far.
        received: u64,
        /// Bytes (or examples) in all, where known.
        total: Option<u64>,
    },
    /// The default data set could not be had, and this one is used instead.
    DataFallback {
        /// Why, as a sentence.
        reason: String,
    },
    /// The cohort stands.
    Started {
        /// What is fixed from here on.
        setup: Box<Setup>,
    },
    /// News of the training.
    Progress {
        /// What was measured since the last one.
        record: Record,
        /// How long it took so far.
        timing: Timing,
    },
    /// Training waits for `Resume` or `Step`.
    Paused {
        /// Steps taken.
        step: u64,
    },
    /// All steps are done.
    Finished {
        /// How long it took.
        timing: Timing,
    },
    /// It cannot go on.
    Failed {
        /// What can be done about it.
        kind: FailureKind,
        /// What went wrong, as a plain sentence.
        message: String,
    },
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The experiment asks for something that cannot be; change it.
    Experiment,
    /// The data set could not be had; retry or take `digits`.
    Data,
    /// WebGPU was insisted on and is missing or computes wrong numbers; take the CPU.
    NoDevice,
    /// The device has failed in the middle; restart, perhaps on the CPU.
    Device,
    /// The worker has crashed; restart it.
    Crash,
}
