//! What can be asked of the state machine: where it is, which events it expects, and which requests are possible.

use super::{Lifecycle, WorkerState};
use crate::protocol::Event;
use crate::web::page::model::failure::Failure;
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::worker_program::WorkerProgram;

impl Lifecycle {
    /// What the page is doing.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether a pause has been requested but has not taken effect.
    #[must_use]
    pub fn pausing(&self) -> bool {
        self.pausing
    }

    /// Whether an experiment is waiting for the worker.
    #[must_use]
    pub fn waiting_to_start(&self) -> bool {
        self.pending.is_some()
    }

    /// The reason of the failure, in phase [`Phase::Failed`].
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Whether the measurements of the worker belong to the experiment that is shown.
    #[must_use]
    pub fn measuring(&self) -> bool {
        matches!(self.phase, Phase::Training | Phase::Paused) && !self.tuning
    }

    /// Whether initial weights are being tuned, or their tuning is paused.
    #[must_use]
    pub fn tuning(&self) -> bool {
        self.tuning
    }

    /// Whether the latest start goes on from a checkpoint.
    #[must_use]
    pub fn resumes(&self) -> bool {
        self.resumes
    }

    /// Whether the worker is loaded and running.
    #[must_use]
    pub fn worker_ready(&self) -> bool {
        self.worker == WorkerState::Ready
    }

    /// Whether there is no worker, not even one that is loading.
    #[must_use]
    pub fn worker_absent(&self) -> bool {
        self.worker == WorkerState::Absent
    }

    /// The program of the worker.
    #[must_use]
    pub fn program(&self) -> WorkerProgram {
        self.program
    }

    /// Whether an event belongs to the experiment that is shown, not to a discarded one.
    #[must_use]
    pub fn accepts(&self, event: &Event) -> bool {
        match event {
            Event::Alive { .. }
            | Event::Ready { .. }
            | Event::Device { .. }
            | Event::Opening { .. }
            | Event::Uploaded { .. }
            | Event::UploadRefused { .. }
            | Event::Failed { .. } => true,
            Event::Data { .. }
            | Event::DataFallback { .. }
            | Event::Dataset { .. }
            | Event::DownloadOffered { .. }
            | Event::Preparation { .. } => self.phase == Phase::Preparing,
            Event::Started { .. } => self.phase == Phase::Preparing || self.measuring(),
            Event::Paused { .. } => self.measuring() || self.tuning,
            Event::Progress { .. } | Event::Finished { .. } | Event::Checkpoint { .. } => self.measuring(),
            Event::Recomputing { .. } => self.measuring() || self.phase == Phase::Preparing,
            Event::Filters { .. } | Event::Examination { .. } | Event::Answered { .. } => {
                self.measuring() || self.phase == Phase::Finished
            }
        }
    }

    /// Whether `request` is possible now; `changed` means that the experiment in the form differs from the one shown.
    #[must_use]
    pub fn allows(&self, request: Request, changed: bool) -> bool {
        match (request, self.phase) {
            (Request::Run, Phase::Loading) => self.pending.is_none(),
            (Request::Run | Request::Step, Phase::Ready)
            | (Request::Run, Phase::Finished | Phase::Failed)
            | (Request::Step | Request::Resume, Phase::Paused)
            | (Request::Restart, _) => true,
            (Request::Run, Phase::Paused) => changed,
            (Request::Pause, Phase::Training | Phase::Preparing) => !self.pausing,
            (Request::Reset, phase) => !matches!(phase, Phase::Ready | Phase::Failed),
            _ => false,
        }
    }
}
