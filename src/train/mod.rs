//! Training all runs of an experiment as one cohort, stacked: one computation per step and group of runs.
//!
//! [`Cohort`] takes a step, [`Optimizer`] changes the weights, `Evaluator` judges them, and [`Session`] strings these
//! together into small pieces of work, so that whoever drives it can pause, draw or listen in between. No clock and no
//! browser in here.

mod batches;
mod cohort;
mod evaluate;
mod gauge;
mod initial;
mod inspect;
mod optimizer;
mod preparation;
mod schedule;
pub mod self_test;
mod session;

pub use cohort::Cohort;
pub use evaluate::{Judgment, PROBE_EXAMPLES, probe_examples};
pub use gauge::graph;
pub use optimizer::{Optimizer, Rate, Rates};
pub use preparation::{Clock, Preparation};
pub use schedule::schedule_factor;
pub use session::{Session, Work, environment};
