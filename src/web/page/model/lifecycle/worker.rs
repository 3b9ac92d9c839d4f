//! The worker while it loads and when it ends, and the page whose worker can no longer be had.

use super::{Effect, Lifecycle, WorkerState};
use crate::protocol::PROTOCOL_VERSION;
use crate::version::BUILD;
use crate::web::page::model::failure::{Failure, Remedy};
use crate::web::page::model::phase::Phase;
use crate::web::page::words::incidents;

impl Lifecycle {
    /// Whether the worker is being loaded.
    #[must_use]
    pub fn worker_loading(&self) -> bool {
        self.worker == WorkerState::Loading
    }

    /// Handles a worker that has terminated or could not be loaded.
    pub fn worker_lost(&mut self, message: &str) {
        self.worker = WorkerState::Absent;
        self.fail(Remedy::Restart, message);
    }

    /// The site has another build of this page now, so that the files of this one are gone or will be.
    pub fn page_outdated(&mut self) {
        self.worker = WorkerState::Absent;
        self.settle(Phase::Failed);
        self.failure = Some(Failure { remedy: Remedy::Reload, message: incidents::page_updated() });
    }

    pub(super) fn worker_loaded(&mut self, version: u32, build: &str) -> Vec<Effect> {
        if (version, build) != (PROTOCOL_VERSION, BUILD) {
            self.worker = WorkerState::Absent;
            self.fail(Remedy::Reload, &incidents::page_updated());
            return Vec::new();
        }
        self.worker = WorkerState::Ready;
        let pending = self.pending.take();
        if self.phase == Phase::Loading {
            self.settle(Phase::Ready);
        }
        pending.map_or_else(Vec::new, |pending| self.start(pending))
    }
}
