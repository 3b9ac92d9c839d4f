//! The constant `alpha` of rescalings and formulas.

use crate::error::{Bounds, Error, Expected, Result};

/// What `alpha` may be; powers of larger and smaller ones leave f32 for ordinary depths.
pub const ALPHA: Bounds = Bounds::real(0.01, 100.0);
/// What it is unless stated.
pub const DEFAULT_ALPHA: f64 = 1.5;

/// Reads it.
///
/// # Errors
/// [`Error::Value`] outside its bounds.
pub(super) fn parse_alpha(text: &str) -> Result<f64> {
    let alpha = text.parse::<f64>().ok().filter(|alpha| ALPHA.contain(*alpha));
    alpha.ok_or_else(|| Error::parameter("alpha", Expected::Number(ALPHA), text))
}
