//! Why the page cannot go on, and what can be done about it.

use crate::protocol::FailureKind;

/// Why the page has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What can be done about it.
    pub remedy: Remedy,
    /// What went wrong, as a plain sentence.
    pub message: String,
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Change the experiment.
    Change,
    /// Try again, or use the built-in digits.
    OtherData,
    /// Accept the license of the data set.
    License,
    /// Replace the worker, or compute on the CPU.
    OtherDevice,
    /// Replace the worker.
    Restart,
    /// Reload the page.
    Reload,
}

impl Remedy {
    /// What can be done about a failure of this kind.
    #[must_use]
    pub fn against(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Experiment => Self::Change,
            FailureKind::Data => Self::OtherData,
            FailureKind::License => Self::License,
            FailureKind::NoDevice | FailureKind::Device => Self::OtherDevice,
            FailureKind::Crash => Self::Restart,
        }
    }
}
