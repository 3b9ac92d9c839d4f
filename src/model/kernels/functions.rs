//! exp, tanh and erf of f32 without a branch or a table, so that a loop over them is compiled to vector instructions.
//!
//! The coefficients minimize the greatest relative error of each polynomial; tests/data/functions.py computes them. The errors stated
//! are those of the whole function against the exact value, over all f32, in units in the last place; a test checks them.

/// `log_2(e)`.
const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// The first digits of `ln 2`: products with whole numbers below 2^9 are exact.
const LN_2_HIGH: f32 = 355.0 / 512.0;
/// The rest of `ln 2`.
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Adding and subtracting it rounds to the nearest whole number, which is then in the lowest bits of the sum.
const ROUNDING: f32 = 12_582_912.0;
/// Of `(e^r - 1 - r) / r²` for `|r| <= ln(2) / 2`.
const EXP: [f32; 5] = [0.499_999_94, 0.166_665_09, 0.041_668_527, 0.008_370_135, 0.001_381_166_3];
/// Of `(tanh(x) - x) / x³` in `x²`, for `|x| <=` [`TANH_NEAR`].
const TANH: [f32; 5] = [-0.333_332_8, 0.133_314_42, -0.053_739_715, 0.020_639_086, -0.005_704_985];
/// Up to here tanh is a polynomial.
const TANH_NEAR: f32 = 0.625;
/// Of `erf(x) / x` in `x²`, for `|x| <= 1`.
#[expect(clippy::approx_constant, reason = "fitted: not the first term of the series")]
const ERF: [f32; 7] =
    [1.128_379_1, -0.376_126_26, 0.112_835_854, -0.026_853_813, 0.005_188_328_7, -8.010_203e-4, 7.853_889e-5];
/// Of `e^(x²) (1 - erf(x))` in `2 / (2 + x)`, for `1 <= x <= 4`.
const ERFC: [f32; 7] =
    [0.002_094_016_9, 0.256_861_95, 0.409_127_98, -0.092_918_14, 0.673_527_84, -0.256_175_16, 0.007_259_904];

/// `e^x`, within 1 unit in the last place; 0 below the smallest subnormal number, infinite above the largest number.
#[must_use]
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = between(x, -105.0, 89.0);
    let rounded = x * LOG2_E + ROUNDING;
    let whole = rounded - ROUNDING;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let fraction = 1.0 + (rest + rest * rest * polynomial(&EXP, rest));
    // In two factors, since the power of two may be subnormal or beyond the largest number.
    let power = rounded.to_bits().wrapping_sub(ROUNDING.to_bits()).cast_signed();
    let half = power >> 1;
    fraction * power_of_two(half) * power_of_two(power - half)
}

/// The hyperbolic tangent, within 2 units in the last place.
#[must_use]
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let square = x * x;
    let near = x + x * square * polynomial(&TANH, square);
    let far = 1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0);
    if x.abs() <= TANH_NEAR { near } else { far.copysign(x) }
}

/// The error function, within 3 units in the last place.
#[must_use]
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let square = x * x;
    let near = x * polynomial(&ERF, square);
    let size = x.abs();
    // From 4 on, 1 is nearest; NaN stays.
    let size = if size > 4.0 { 4.0 } else { size };
    let far = 1.0 - exp(-size * size) * polynomial(&ERFC, 2.0 / (2.0 + size));
    if size <= 1.0 { near } else { far.copysign(x) }
}

/// `c_0 + c_1 x + c_2 x² + ...`, by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// `x`, or the nearer bound if it is not between the two; NaN stays.
#[inline(always)]
fn between(x: f32, least: f32, most: f32) -> f32 {
    let x = if x < least { least } else { x };
    if x > most { most } else { x }
}

/// `2^power`, for powers from -126 to 127.
#[inline(always)]
fn power_of_two(power: i32) -> f32 {
    f32::from_bits((power + 127).cast_unsigned() << 23)
}
