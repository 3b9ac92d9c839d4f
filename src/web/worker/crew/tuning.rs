//! Pausing the tuning of initial weights in all workers, and taking it iteration by iteration.

use super::{Crew, Helper, Order};
use crate::protocol::Event;
use crate::web::worker::scope::post;

impl Crew {
    /// Pauses tuning between two iterations of every share.
    pub(in crate::web::worker) fn hold_tuning(&mut self) {
        if self.tuning.hold() {
            self.order_tuning(Some(0));
        }
    }

    /// Lets tuning go on to the end.
    pub(in crate::web::worker) fn resume_tuning(&mut self) {
        self.tuning.go_on();
        self.order_tuning(None);
        // Those that were not told to pause do not answer.
        for (index, _) in self.helpers.iter().enumerate().filter(|(_, helper)| !helper.is_briefed) {
            self.tuning.restart(index + 1);
        }
    }

    /// One more iteration of a tuning that is paused.
    pub(in crate::web::worker) fn step_tuning(&mut self) {
        if self.tuning.step() {
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

    /// Tells a helper that begins to listen if tuning is paused, and which iterations it is to take nevertheless.
    pub(super) fn brief_on_tuning(&self, share: usize) {
        let answers = self.tuning.answers(share);
        let Some(Helper { link, .. }) = self.helper(share).filter(|_| self.tuning.is_held() && answers > 0) else {
            return;
        };
        link.send(&Order::Tune { iterations: Some(0) });
        if answers > 1 {
            link.send(&Order::Tune { iterations: Some(answers - 1) });
        }
    }

    /// Tells the page how far a helper's tuning is, if it is the first one that is not complete: the page shows one.
    pub(super) fn relay_tuning(&self, share: usize, progress: &Event) {
        if self.tuning.first_untuned() == Some(share) {
            post(progress);
        }
    }

    /// This worker has taken an iteration.
    pub(in crate::web::worker) fn own_tuning_stepped(&mut self) {
        self.tuning.answered(0);
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
        self.tuning.waits()
    }

    /// Whether all workers wait since tuning is paused, unless that was returned before.
    pub(in crate::web::worker) fn tuning_arrival(&mut self) -> bool {
        self.tuning.arrival()
    }
}
