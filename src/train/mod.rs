//! Training all runs of an experiment as one cohort: runs are stacked, so that each step is one computation per group of runs.
//!
//! [`Cohort`] takes a step, [`Optimizer`] updates the weights, `Evaluator` evaluates them, and [`Training`] combines these into
//! small pieces of work, so that its caller can pause, draw or handle commands in between. `memory` determines how many runs are
//! stacked into a group, `rates` their learning rates. This module uses no clock and knows nothing of browsers.

mod batches;
mod cohort;
mod emergence;
mod evaluate;
mod inspect;
mod layer_probe;
mod memory;
mod optimizer;
mod pace;
mod preparation;
mod probe;
mod rate_control;
mod rates;
mod resume;
mod samples;
mod schedule;
pub mod self_test;
mod snapshots;
mod start;
mod step_time;
mod training;
mod translate;
mod tuning_pace;

pub use cohort::Cohort;
pub use evaluate::Judgment;
pub use memory::worker_count;
pub use optimizer::{Optimizer, Rates};
pub use pace::Pace;
pub use preparation::{Clock, Preparation};
pub use probe::{PROBE_EXAMPLES, probe_examples};
pub use rate_control::{LayerRates, ParameterRates, layer_rates};
pub use schedule::schedule_factor;
pub use step_time::{step_seconds, step_times};
pub use training::{Training, Work, environment};
pub use translate::RunTranslations;
pub use tuning_pace::TuningPace;
