//! Stacked networks: every parameter carries a leading run axis, so one batched operation serves all runs.
//!
//! Shapes are written `[runs, ...]`. A mini-batch has `runs = 1` and is broadcast: all runs see the same examples. What
//! happens in one run (a NaN, say) stays in that run, since no operation here mixes along the run axis.

mod linear;
mod loss;
mod mlp;
mod networks;

pub use linear::Linear;
pub use loss::{correct_predictions, cross_entropy};
pub use mlp::Mlp;
pub use networks::{Networks, join};
