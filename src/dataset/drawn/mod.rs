//! Data sets that are drawn by our own generators.

pub mod digits;
pub mod generator;
pub mod patterns;

mod draws;

use crate::catalog::DrawnSet;
use generator::Recipe;

/// The recipe of a drawn data set.
#[must_use]
pub fn recipe(set: DrawnSet) -> &'static Recipe {
    match set {
        DrawnSet::Digits => &digits::RECIPE,
        DrawnSet::Patterns => &patterns::RECIPE,
    }
}
