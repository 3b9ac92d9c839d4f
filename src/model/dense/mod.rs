//! Dense layers with a run axis.

pub mod cpu;
mod operation;

pub(super) use operation::dense;
pub use operation::product;
