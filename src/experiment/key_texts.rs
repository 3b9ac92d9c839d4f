//! How the values of query keys are read that are neither a number nor a choice: lists, switches, and numbers that may be a word.

use super::analysis::MARGINS;
use super::limits;
use super::values::{Named, choice, real, whole};
use crate::catalog::FigureQuantity;
use crate::error::{Bounds, Error, Expected, Result};

/// What 32 bits hold.
pub(super) const FIRST_SEED: Bounds = Bounds::whole(0, 4_294_967_295);
/// Examples of a part.
pub(super) const EXAMPLES: Bounds = Bounds::whole(1, limits::EXAMPLES as u64);
/// Examples that are held out.
pub(super) const HELD_OUT: Bounds = Bounds::whole(0, limits::EXAMPLES as u64);
/// Symbols of a vocabulary.
pub(super) const VOCABULARY: Bounds = Bounds::whole(100, limits::VOCABULARY as u64);
/// Symbols of a sentence.
pub(super) const LENGTH: Bounds = Bounds::whole(4, limits::SENTENCE as u64);
/// Training steps.
pub(super) const STEPS: Bounds = Bounds::whole(1, limits::STEPS);
/// The number of examples that is no limit.
pub(super) const ALL: &str = "all";

/// A number of examples, or all.
pub(super) fn all_or(name: &'static str, text: &str, bounds: Bounds) -> Result<Option<usize>> {
    match text {
        ALL => Ok(None),
        number => {
            let parsed = whole(name, number, bounds).map(Some);
            parsed.map_err(|_| Error::value(name, Expected::AllOr(bounds), number))
        }
    }
}

/// 0 or 1.
pub(super) fn switch(name: &'static str, text: &str) -> Result<bool> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(Error::value(name, Expected::OneOf(vec!["0", "1"]), text)),
    }
}

/// A list of different values, separated by commas.
pub(super) fn list<T: Named>(name: &'static str, text: &str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    for value in text.split(',').filter(|value| !value.is_empty()) {
        let value = choice(name, value)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// At least one quantity.
pub(super) fn shown(name: &'static str, text: &str) -> Result<Vec<FigureQuantity>> {
    let quantities = list(name, text)?;
    if quantities.is_empty() { Err(Error::value(name, FigureQuantity::expected(), text)) } else { Ok(quantities) }
}

/// The seed of the order of examples.
pub(super) fn order(name: &'static str, text: &str) -> Result<Option<u32>> {
    auto_or(name, text, FIRST_SEED)
}

/// The value that is chosen later.
pub(super) const AUTO: &str = "auto";
/// Heights of a frame, in CSS pixels.
pub(super) const HEIGHTS: Bounds = Bounds::whole(120, 4000);

/// The height of a frame.
pub(super) fn height(name: &'static str, text: &str) -> Result<Option<u32>> {
    auto_or(name, text, HEIGHTS)
}

/// The difference that does not matter.
pub(super) fn margin(name: &'static str, text: &str) -> Result<Option<f64>> {
    match text {
        AUTO => Ok(None),
        number => {
            let parsed = real(name, number, MARGINS).map(Some);
            parsed.map_err(|_| Error::value(name, Expected::AutoOr(MARGINS), number))
        }
    }
}

/// A number, or none.
fn auto_or(name: &'static str, text: &str, bounds: Bounds) -> Result<Option<u32>> {
    match text {
        AUTO => Ok(None),
        number => {
            let parsed = whole(name, number, bounds).map(Some);
            parsed.map_err(|_| Error::value(name, Expected::AutoOr(bounds), number))
        }
    }
}
