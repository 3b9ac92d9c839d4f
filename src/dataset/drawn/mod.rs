//! Data sets that our own code draws.

pub mod digits;
pub mod generator;
pub mod patterns;

mod draws;

use crate::catalog::DrawnSet;
use generator::Recipe;

/// How a data set is drawn.
#[must_use]
pub fn recipe(set: DrawnSet) -> &'static Recipe {
    match set {
        DrawnSet::Digits => &digits::RECIPE,
        DrawnSet::Patterns => &patterns::RECIPE,
    }
}
