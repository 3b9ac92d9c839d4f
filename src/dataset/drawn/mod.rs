//! Data sets that are drawn by our own generators.

pub mod digits;
pub mod patterns;

mod draws;

use super::image_set::ImageSet;
use super::recipe::{Recipe, SEED};
use crate::catalog::DrawnSet;
use crate::error::Result;

/// The recipe of a drawn data set.
#[must_use]
pub fn recipe(set: DrawnSet) -> &'static Recipe {
    match set {
        DrawnSet::Digits => &digits::RECIPE,
        DrawnSet::Patterns => &patterns::RECIPE,
    }
}

/// The whole data set, as experiments use it. No example is drawn yet.
///
/// # Errors
/// Those of [`ImageSet::drawn`] do not occur.
pub fn whole(set: DrawnSet) -> Result<ImageSet> {
    let recipe = recipe(set);
    ImageSet::drawn(recipe, SEED, recipe.images.train, recipe.images.test)
}
