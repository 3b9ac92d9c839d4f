//! A checkpoint in the making: all shares wait at the same step, and each gives the state of its training.

use super::Crew;
use super::order::Order;
use crate::checkpoint::TrainingState;
use crate::experiment::estimate::Estimate;
use crate::protocol::Event;
use crate::web::worker::scope::post;

/// What happens after the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// All go on waiting.
    Rest,
    /// One more step.
    Step,
    /// Training goes on.
    GoOn,
}

/// A checkpoint in the making.
pub(super) struct Saving {
    /// Of each share.
    states: Vec<ShareState>,
    afterwards: Afterwards,
}

/// What a share has contributed.
#[derive(Debug, Clone, PartialEq)]
enum ShareState {
    Unasked,
    Asked,
    Given(TrainingState),
}

impl Saving {
    pub(super) fn new(shares: usize, afterwards: Afterwards) -> Self {
        Self { states: vec![ShareState::Unasked; shares], afterwards }
    }

    /// A share is lost and computed again: it is asked again.
    pub(super) fn forget(&mut self, share: usize) {
        self.set(share, ShareState::Unasked);
    }

    /// The page has asked for something else in the meantime.
    pub(super) fn then(&mut self, afterwards: Afterwards) {
        self.afterwards = afterwards;
    }

    fn set(&mut self, share: usize, state: ShareState) {
        if let Some(place) = self.states.get_mut(share) {
            *place = state;
        }
    }
}

impl Crew {
    /// All are to wait at the next step that all can reach, and give their states; then training goes on as before. States that would take too
    /// much memory are not asked for.
    pub(in crate::web::worker) fn begin_checkpoint(&mut self) {
        if self.saving.is_some() {
            return;
        }
        let estimate = Estimate::new(&self.experiment, &self.dataset.facts());
        if !estimate.is_ok_and(|estimate| estimate.has_checkpoints()) {
            return self.give_up_checkpoint();
        }
        let afterwards = if self.pace.goes_on() { Afterwards::GoOn } else { Afterwards::Rest };
        self.saving = Some(Saving::new(self.size_of_crew(), afterwards));
        self.pace.pause();
    }

    /// Whether a checkpoint is in the making.
    pub(in crate::web::worker) fn is_saving(&self) -> bool {
        self.saving.is_some()
    }

    /// Asks the helpers for their states if all wait. True if this worker has to give its own.
    pub(in crate::web::worker) fn ask_for_states(&mut self) -> bool {
        let Some(saving) = self.saving.as_mut().filter(|_| self.pace.at_rest().is_some()) else { return false };
        for (helper, state) in self.helpers.iter().zip(saving.states.iter_mut().skip(1)) {
            if *state == ShareState::Unasked {
                *state = ShareState::Asked;
                helper.link.send(&Order::Checkpoint);
            }
        }
        let own = saving.states.first_mut().filter(|own| **own == ShareState::Unasked);
        own.map(|own| *own = ShareState::Asked).is_some()
    }

    /// A share gives its state; without one the checkpoint is given up.
    pub(in crate::web::worker) fn give_state(&mut self, share: usize, state: Option<TrainingState>) {
        match (state, &mut self.saving) {
            (Some(state), Some(saving)) => saving.set(share, ShareState::Given(state)),
            (None, Some(_)) => self.give_up_checkpoint(),
            (_, None) => {}
        }
    }

    /// The state of all runs, when all shares have given theirs; training goes on.
    pub(in crate::web::worker) fn take_state(&mut self) -> Option<TrainingState> {
        let saving = self.saving.as_mut()?;
        if !saving.states.iter().all(|state| matches!(state, ShareState::Given(_))) {
            return None;
        }
        let states = std::mem::take(&mut saving.states).into_iter().filter_map(|state| match state {
            ShareState::Given(state) => Some(state),
            ShareState::Unasked | ShareState::Asked => None,
        });
        let Some(state) = TrainingState::joined(states.collect()) else {
            self.give_up_checkpoint();
            return None;
        };
        self.end_checkpoint();
        Some(state)
    }

    /// There will be no checkpoint, which the page is told, so that it asks again later.
    fn give_up_checkpoint(&mut self) {
        post(&Event::Checkpoint { step: self.assembly.step(), state_sha256: String::new() });
        self.end_checkpoint();
    }

    fn end_checkpoint(&mut self) {
        match self.saving.take().map(|saving| saving.afterwards) {
            Some(Afterwards::GoOn) => self.resume(),
            Some(Afterwards::Step) => self.step(),
            Some(Afterwards::Rest) | None => {}
        }
    }
}
