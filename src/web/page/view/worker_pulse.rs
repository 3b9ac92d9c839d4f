//! Whether the worker lives: it beats at fixed intervals, and says how long the next beat may take.

use super::{Action, Dispatcher};
use crate::protocol::Event as WorkerEvent;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::incidents;
use crate::web::schedule::{Timer, now};
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// Time between two checks, in milliseconds.
const CHECK_MILLISECONDS: i32 = 1_500;

/// When the worker was heard of.
pub(super) struct Pulse {
    /// In milliseconds; `None` before it has loaded.
    heard_at: Cell<Option<f64>>,
    /// Milliseconds that it may be silent.
    patience: Cell<f64>,
    /// How often it was found silent for longer. Once is not enough: after the page was frozen, messages may wait.
    missed: Cell<u32>,
    timer: Timer,
}

impl Pulse {
    /// Watches a worker; when it has stopped, [`Action::WorkerLost`] follows.
    pub(super) fn watch(dispatcher: &Dispatcher) -> Rc<Self> {
        let dispatcher = dispatcher.clone();
        Rc::new_cyclic(|own: &Weak<Self>| {
            let own = own.clone();
            let timer = Timer::new(move || {
                let Some(pulse) = own.upgrade() else { return };
                match pulse.check() {
                    Ok(true) => {}
                    Ok(false) => dispatcher.dispatch(Action::WorkerLost(incidents::worker_silent())),
                    Err(error) => dom::report(&error),
                }
            });
            Self { heard_at: Cell::new(None), patience: Cell::new(f64::INFINITY), missed: Cell::new(0), timer }
        })
    }

    /// The worker has sent something.
    pub(super) fn felt(&self, event: &WorkerEvent) -> WebResult<()> {
        if let WorkerEvent::Alive { patience_secs } = event {
            self.patience.set(f64::from(*patience_secs) * 1000.0);
        }
        self.missed.set(0);
        if self.heard_at.replace(Some(now()?)).is_none() {
            self.timer.set(CHECK_MILLISECONDS)?;
        }
        Ok(())
    }

    /// False if the worker has stopped.
    fn check(&self) -> WebResult<bool> {
        let silence = self.heard_at.get().map_or(Ok(0.0), |heard_at| now().map(|now| now - heard_at))?;
        let late = silence > self.patience.get();
        self.missed.set(if late { self.missed.get() + 1 } else { 0 });
        if self.missed.get() > 1 {
            return Ok(false);
        }
        self.timer.set(CHECK_MILLISECONDS)?;
        Ok(true)
    }
}
