//! Pausing the tuning of initial weights in all workers, and taking it iteration by iteration.

use super::{Crew, Helper, Order};
use crate::protocol::Event;
use crate::web::worker::scope::post;

impl Crew {
    /// Pauses tuning between two iterations of every share.
    pub(in crate::web::worker) fn hold_tuning(&mut self) {
        self.tuning.hold();
        self.order_tuning(Some(0));
    }

    /// Lets tuning go on to the end.
    pub(in crate::web::worker) fn resume_tuning(&mut self) {
        self.tuning.go_on();
        self.order_tuning(None);
    }

    /// One more iteration of a tuning that is paused.
    pub(in crate::web::worker) fn step_tuning(&mut self) {
        self.tuning.step();
        if self.tuning.is_held() {
            self.order_tuning(Some(1));
        }
    }

    /// Helpers that do not listen yet are told when they do.
    fn order_tuning(&self, iterations: Option<u64>) {
        for Helper { link, is_briefed, .. } in &self.helpers {
            if *is_briefed {
                link.send(&Order::Tune { iterations });
            }
        }
    }

    /// Tells a helper that begins to listen if tuning is paused.
    pub(super) fn brief_on_tuning(&self, share: usize) {
        if self.tuning.is_held() && !self.tuning.is_tuned(share) {
            let iterations = Some(self.tuning.granted(share));
            self.helper(share).inspect(|helper| helper.link.send(&Order::Tune { iterations }));
        }
    }

    /// A helper has taken an iteration that was granted to it. The page shows the progress of this worker's share, as long as it has any.
    pub(super) fn tuning_stepped(&mut self, share: usize, progress: &Event) {
        self.tuning.stepped(share);
        if self.tuning.is_tuned(0) {
            post(progress);
        }
    }

    /// This worker has taken an iteration.
    pub(in crate::web::worker) fn own_tuning_stepped(&mut self) {
        self.tuning.stepped(0);
    }

    /// The weights of this worker's share are final.
    pub(in crate::web::worker) fn own_share_is_tuned(&mut self) {
        self.tuning.tuned(0);
    }

    /// Whether tuning is paused.
    pub(in crate::web::worker) fn is_tuning_held(&self) -> bool {
        self.tuning.is_held()
    }

    /// Whether this worker has to wait since tuning is paused.
    pub(in crate::web::worker) fn waits_with_tuning(&self) -> bool {
        self.tuning.waits(0)
    }

    /// Whether all workers wait since tuning is paused, unless that was returned before.
    pub(in crate::web::worker) fn tuning_arrival(&mut self) -> bool {
        self.tuning.arrival()
    }
}
