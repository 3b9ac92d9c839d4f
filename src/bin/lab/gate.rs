//! Keeps the shares of an experiment together: none runs far ahead of another, and for a checkpoint all stop after the same step.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Most steps that a share may be ahead of the slowest one, which determines the time of all. They have to be caught up for a checkpoint.
const LEAD: u64 = 4;

/// What a share may do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// A training step.
    Train,
    /// Only measure.
    Measure,
    /// Nothing more.
    Stop,
}

/// The gate in front of every training step.
pub(crate) struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

struct GateState {
    /// The steps that each share has taken, or has been allowed to take.
    steps: Vec<u64>,
    /// The step at which all shares are held.
    held_at: Option<u64>,
    /// How often they were let go on.
    releases: u64,
    stopped: bool,
}

impl GateState {
    fn admits(&self, step: u64) -> bool {
        let slowest = self.steps.iter().copied().min().unwrap_or(step);
        self.held_at.is_none_or(|limit| step < limit) && step < slowest.saturating_add(LEAD)
    }
}

impl Gate {
    /// For this many shares, which have taken `step` steps.
    pub(crate) fn new(shares: usize, step: u64) -> Self {
        let state = GateState { steps: vec![step; shares], held_at: None, releases: 0, stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// What a share may do that has taken `step` of `steps` steps.
    pub(crate) fn admission(&self, share: usize, step: u64, steps: u64) -> Admission {
        let mut state = self.state();
        if state.stopped {
            return Admission::Stop;
        }
        if !state.admits(step) {
            return Admission::Measure;
        }
        if let Some(own) = state.steps.get_mut(share) {
            *own = (step + 1).min(steps);
        }
        self.changed.notify_all();
        Admission::Train
    }

    /// Lets all shares go on to the step of the foremost one and no further.
    pub(crate) fn hold(&self) {
        let mut state = self.state();
        state.held_at = state.steps.iter().copied().max();
        self.changed.notify_all();
    }

    /// Whether the shares are held.
    pub(crate) fn is_held(&self) -> bool {
        self.state().held_at.is_some()
    }

    /// Whether the shares are held at this step.
    pub(crate) fn is_held_at(&self, step: u64) -> bool {
        self.state().held_at == Some(step)
    }

    /// Lets the shares go on.
    pub(crate) fn release(&self) {
        let mut state = self.state();
        state.held_at = None;
        state.releases += 1;
        self.changed.notify_all();
    }

    /// Lets no share go on.
    pub(crate) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    /// Whether no share may go on.
    pub(crate) fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Waits until a share that has taken `step` steps may go on, or is held.
    pub(crate) fn await_turn(&self, step: u64) {
        self.wait_while(|state| !state.admits(step) && state.held_at != Some(step));
    }

    /// How often the shares were let go on.
    pub(crate) fn releases(&self) -> u64 {
        self.state().releases
    }

    /// Waits until the shares were let go on more often than this.
    pub(crate) fn await_release(&self, releases: u64) {
        self.wait_while(|state| state.releases == releases);
    }

    fn wait_while(&self, condition: impl Fn(&GateState) -> bool) {
        let waited = self.changed.wait_while(self.state(), |state| !state.stopped && condition(state));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
