//! Ctrl-C and termination: the first one is noted, so that work can be put away; the second one ends the program at once.

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Exit codes of programs that a signal ends are above this number.
const EXIT_BASE: u8 = 128;

/// The signals that the program has received.
pub(crate) struct Signals {
    /// Its number; 0 for none.
    received: Arc<AtomicUsize>,
}

/// A signal that asks the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndSignal(u8);

impl EndSignal {
    /// The exit code of a program that ends because of it: 130 for Ctrl-C, 143 for SIGTERM.
    pub(crate) fn exit_code(self) -> u8 {
        self.0.saturating_add(EXIT_BASE)
    }
}

impl Signals {
    /// Notes signals from now on.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let (received, again) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        for signal in [SIGINT, SIGTERM] {
            // In this order: what the first signal sets, the second one finds.
            flag::register_conditional_shutdown(signal, i32::from(EXIT_BASE) + signal, Arc::clone(&again))
                .and_then(|_| flag::register(signal, Arc::clone(&again)))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&received), usize::try_from(signal).unwrap_or(0)))
                .context("signals cannot be received")?;
        }
        Ok(Self { received })
    }

    /// The signal that was received.
    pub(crate) fn received(&self) -> Option<EndSignal> {
        u8::try_from(self.received.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0).map(EndSignal)
    }
}
