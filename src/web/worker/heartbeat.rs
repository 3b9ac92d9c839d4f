//! The heartbeat: at fixed intervals between two pieces of work a worker says that it lives, so that whoever created it notices if it is gone
//! without a word, or hangs. Each beat says how long the next one may take: as long as the longest piece of work is expected to take.

use super::scope::{post, scope};
use crate::experiment::Experiment;
use crate::experiment::dataset::DatasetFacts;
use crate::experiment::estimate::{Estimate, standard_speed};
use crate::protocol::Event;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Milliseconds between two beats.
const BEAT_MILLISECONDS: i32 = 1_500;
/// Seconds that may pass between two beats if no piece of work takes long.
pub(super) const PATIENCE_SECS: f64 = 6.0;
/// Most seconds.
const MOST_PATIENCE_SECS: f64 = 600.0;
/// How much slower than expected a piece of work may be: a small phone, a busy machine.
const SLOWEST: f64 = 20.0;
/// A tuning iteration takes at most this many training steps: derivatives of higher order, of several passes.
const STEPS_PER_ITERATION: f64 = 8.0;

thread_local! {
    static PATIENCE: Cell<f64> = const { Cell::new(PATIENCE_SECS) };
}

/// Beats from now on, and calls `tick` each time.
pub(super) fn start(tick: impl Fn() + 'static) {
    let regular = Closure::<dyn FnMut()>::new(move || {
        beat();
        tick();
    });
    let callback = regular.as_ref().unchecked_ref();
    // Without a timer there are no beats, and the page takes the worker for dead; no browser refuses one.
    let _ = scope().set_interval_with_callback_and_timeout_and_arguments_0(callback, BEAT_MILLISECONDS);
    // Lives as long as the worker.
    regular.forget();
}

/// From now on pieces of work take as long as those of an experiment whose runs are shared out to this many workers.
pub(super) fn expect_work(experiment: &Experiment, facts: &DatasetFacts, workers: usize) {
    let piece = Estimate::new(experiment, facts).map_or(0.0, |estimate| {
        let step = estimate.step_work as f64 / workers.max(1) as f64 / standard_speed(&experiment.model);
        if estimate.tuning_work > 0 { STEPS_PER_ITERATION * step } else { step }
    });
    let _ = expect_secs(SLOWEST * piece);
}

/// From now on a piece of work may take this many seconds. Returns what was expected before.
pub(super) fn expect_secs(seconds: f64) -> f64 {
    let before = PATIENCE.replace((PATIENCE_SECS + seconds).min(MOST_PATIENCE_SECS));
    beat();
    before - PATIENCE_SECS
}

fn beat() {
    #[expect(clippy::cast_possible_truncation, reason = "at most 600")]
    let patience_secs = PATIENCE.get() as f32;
    post(&Event::Alive { patience_secs });
}
