//! Why the page cannot go on, and what can be done about it.

use crate::protocol::FailureKind;
use crate::web::page::words::incidents::out_of_memory;

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
    /// Agree to a download from another site, or use the built-in digits.
    Consent,
    /// Replace the worker, or compute on the CPU.
    OtherDevice,
    /// Use less memory.
    Smaller,
    /// Replace the worker.
    Restart,
    /// Reload the page.
    Reload,
}

impl Failure {
    /// A failure with the words of the worker, if it has any.
    #[must_use]
    pub fn new(remedy: Remedy, message: &str) -> Self {
        // A worker without memory cannot word anything.
        let message = if remedy == Remedy::Smaller { out_of_memory() } else { message.to_owned() };
        Self { remedy, message }
    }
}

impl Remedy {
    /// What can be done about a failure of this kind.
    #[must_use]
    pub fn against(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Experiment => Self::Change,
            FailureKind::Data => Self::OtherData,
            FailureKind::Consent => Self::Consent,
            FailureKind::NoDevice | FailureKind::Device => Self::OtherDevice,
            FailureKind::Memory => Self::Smaller,
            FailureKind::Crash => Self::Restart,
        }
    }
}
