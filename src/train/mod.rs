//! Training all runs of an experiment as one cohort, stacked: one computation per step and group of runs.
//!
//! [`Cohort`] takes a step, [`Optimizer`] changes the weights, `Evaluator` judges them, and [`Training`] strings these
//! together into small pieces of work, so that its caller can pause, draw or listen in between. `memory` and `rates` say how
//! many runs are stacked into a group, and with which learning rates. No clock and no
//! browser in here.

mod batches;
mod cohort;
mod emergence;
mod evaluate;
mod inspect;
mod memory;
mod optimizer;
mod preparation;
mod rate_control;
mod rates;
mod schedule;
pub mod self_test;
mod start_report;
mod training;

pub use cohort::Cohort;
pub use evaluate::{Judgment, PROBE_EXAMPLES, probe_examples};
pub use optimizer::{Optimizer, Rate, Rates};
pub use preparation::{Clock, Preparation};
pub use rate_control::{LayerRates, ParameterRates, layer_rates};
pub use schedule::schedule_factor;
pub use training::{Training, Work, environment};
