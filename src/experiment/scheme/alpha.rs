//! The constant `alpha` of rescalings and formulas.

use crate::error::{Bounds, Error, Expected, Result};

/// Allowed range of `alpha`; powers of larger or smaller values exceed the range of f32 at common depths.
pub const ALPHA: Bounds = Bounds::real(0.01, 100.0);
/// Its default.
pub const DEFAULT_ALPHA: f64 = 1.5;

/// Parses `alpha`.
///
/// # Errors
/// [`Error::Value`] if it is not a number within [`ALPHA`].
pub(super) fn parse_alpha(text: &str) -> Result<f64> {
    let alpha = text.parse::<f64>().ok().filter(|alpha| ALPHA.contain(*alpha));
    alpha.ok_or_else(|| Error::parameter("alpha", Expected::Number(ALPHA), text))
}
