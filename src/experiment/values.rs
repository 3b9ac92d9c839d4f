//! Parsing of single values: numbers within bounds, and values of closed lists, which have a name in the query string and a
//! label in the form.

use crate::error::{Bounds, Error, Expected, Result};
use std::str::FromStr;

/// A value of a closed list.
pub trait Named: Copy + PartialEq + Sized + 'static {
    /// Every value with its name in the query string and its label, in the order in which they are offered.
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)>;

    /// All values.
    #[must_use]
    fn all() -> impl Iterator<Item = Self> {
        Self::rows().map(|(_, _, value)| value)
    }

    /// The name in the query string.
    #[must_use]
    fn name(self) -> &'static str {
        Self::rows().find(|(_, _, value)| *value == self).map_or("", |(name, _, _)| name)
    }

    /// The label to display.
    #[must_use]
    fn label(self) -> &'static str {
        Self::rows().find(|(_, _, value)| *value == self).map_or("", |(_, label, _)| label)
    }

    /// The value with this name.
    #[must_use]
    fn named(text: &str) -> Option<Self> {
        Self::rows().find(|(name, _, _)| *name == text).map(|(_, _, value)| value)
    }

    /// What an error about an unknown name states as expected.
    #[must_use]
    fn expected() -> Expected {
        Expected::OneOf(Self::rows().map(|(name, _, _)| name).collect())
    }
}

/// The value of a closed list that `text` names.
///
/// # Errors
/// [`Error::Value`] of `key`.
pub(super) fn choice<T: Named>(key: &'static str, text: &str) -> Result<T> {
    T::named(text).ok_or_else(|| Error::value(key, T::expected(), text))
}

/// A whole number within bounds.
///
/// # Errors
/// [`Error::Value`] of `key`.
pub(super) fn whole<T: FromStr + Copy + TryInto<u64>>(key: &'static str, text: &str, bounds: Bounds) -> Result<T> {
    let within = |number: &T| (*number).try_into().is_ok_and(|number| bounds.contain(number as f64));
    text.parse().ok().filter(within).ok_or_else(|| Error::value(key, Expected::Number(bounds), text))
}

/// A real number within bounds.
///
/// # Errors
/// [`Error::Value`] of `key`.
pub(super) fn real(key: &'static str, text: &str, bounds: Bounds) -> Result<f64> {
    // Adding zero turns `-0`, which is within bounds, into `0`; it would be written as `-0` otherwise.
    let parsed = text.parse::<f64>().ok().filter(|number| bounds.contain(*number)).map(|number| number + 0.0);
    parsed.ok_or_else(|| Error::value(key, Expected::Number(bounds), text))
}
