//! Whether a helper lives: one that is silent for too long is replaced like one that has crashed.

use super::{Crew, Helper};
use crate::protocol::Event;
use crate::web::worker::RunFailure;
use crate::web::worker::scope::now_secs;

/// Seconds that a helper may take to load.
const LOADING_SECS: f64 = 30.0;

/// When a helper was heard of.
pub(super) struct HelperPulse {
    heard_at: f64,
    /// Seconds that it may be silent.
    patience: f64,
    /// How often it was found silent for longer. Once is not enough: after this worker itself was busy or frozen, messages may wait.
    missed: u32,
}

impl HelperPulse {
    /// Of a helper that begins to load.
    pub(super) fn new() -> Self {
        Self { heard_at: now_secs(), patience: LOADING_SECS, missed: 0 }
    }

    /// The helper has sent an event.
    pub(super) fn felt(&mut self, event: &Event) {
        (self.heard_at, self.missed) = (now_secs(), 0);
        if let Event::Alive { patience_secs } = event {
            self.patience = f64::from(*patience_secs);
        }
    }

    /// Whether it has stopped; to be called at every tick.
    fn has_stopped(&mut self) -> bool {
        let late = now_secs() - self.heard_at > self.patience;
        self.missed = if late { self.missed + 1 } else { 0 };
        self.missed > 1
    }
}

impl Crew {
    /// Replaces the helpers that have been silent for too long.
    ///
    /// # Errors
    /// As [`Self::hear`].
    pub(in crate::web::worker) fn check_pulses(&mut self) -> Result<(), RunFailure> {
        let silent = |(index, helper): (usize, &mut Helper)| helper.pulse.has_stopped().then_some(index + 1);
        let stopped: Vec<usize> = self.helpers.iter_mut().enumerate().filter_map(silent).collect();
        stopped.into_iter().try_for_each(|share| self.replace(share))
    }
}
