//! Colors that color-blind readers can distinguish, and dash patterns as a second cue.
//!
//! The hues are those of Okabe & Ito (*Color Universal Design*, 2008). Pale ones are darkened for light backgrounds, and deep
//! ones lightened for dark backgrounds, so that each has a contrast of at least 3:1 to its background.

use plotters::style::RGBColor;

/// A color, for light and dark backgrounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shade {
    /// On a light background.
    pub light: RGBColor,
    /// On a dark background.
    pub dark: RGBColor,
}

/// The dash pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long strokes.
    Long,
    /// Short strokes.
    Short,
    /// Alternating long and short strokes.
    LongShort,
    /// Dots.
    Dot,
    /// Single dots, for an earlier result; no variant has it.
    Sparse,
}

/// Background of a light chart.
pub const LIGHT_BACKGROUND: RGBColor = RGBColor(255, 255, 255);
/// Background of a dark chart.
pub const DARK_BACKGROUND: RGBColor = RGBColor(22, 24, 29);

const SHADES: [Shade; 8] = [
    Shade { light: RGBColor(0, 114, 178), dark: RGBColor(86, 180, 233) },
    Shade { light: RGBColor(213, 94, 0), dark: RGBColor(255, 138, 61) },
    Shade { light: RGBColor(0, 140, 102), dark: RGBColor(52, 201, 156) },
    Shade { light: RGBColor(176, 78, 139), dark: RGBColor(226, 148, 193) },
    Shade { light: RGBColor(166, 108, 0), dark: RGBColor(240, 180, 41) },
    Shade { light: RGBColor(85, 85, 85), dark: RGBColor(200, 200, 200) },
    Shade { light: RGBColor(47, 133, 187), dark: RGBColor(155, 214, 245) },
    Shade { light: RGBColor(122, 114, 0), dark: RGBColor(240, 228, 66) },
];

const DASHES: [Dash; 5] = [Dash::Solid, Dash::Long, Dash::Short, Dash::LongShort, Dash::Dot];

impl Shade {
    /// The version for a light or dark background.
    #[must_use]
    pub fn on(self, dark: bool) -> RGBColor {
        if dark { self.dark } else { self.light }
    }

    /// The color of the variant with this index. Colors repeat after 8 variants, color and dash together after 40.
    #[must_use]
    pub fn of_variant(index: usize) -> Self {
        SHADES[index % SHADES.len()]
    }
}

impl Dash {
    /// The dash of the variant with this index.
    #[must_use]
    pub fn of_variant(index: usize) -> Self {
        DASHES[index % DASHES.len()]
    }

    /// Alternating lengths of strokes and gaps in CSS pixels, as in `stroke-dasharray`; empty for an unbroken line.
    #[must_use]
    pub fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Long => &[10.0, 4.0],
            Self::Short => &[5.0, 3.0],
            Self::LongShort => &[10.0, 3.0, 3.0, 3.0],
            Self::Dot => &[2.0, 3.0],
            Self::Sparse => &[2.0, 6.0],
        }
    }
}

/// The color of the variant with this index.
#[must_use]
pub fn variant_color(index: usize, dark: bool) -> RGBColor {
    Shade::of_variant(index).on(dark)
}

/// The color of the variant with this index, as CSS writes it: `#0072b2`.
#[must_use]
pub fn variant_css(index: usize, dark: bool) -> String {
    let RGBColor(red, green, blue) = variant_color(index, dark);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Stops of the sequential scale, evenly spaced from 0 to 1: viridis (van der Walt & Smith 2015), whose lightness increases
/// evenly for every kind of color vision.
const SEQUENTIAL: [RGBColor; 9] = [
    RGBColor(68, 1, 84),
    RGBColor(71, 45, 123),
    RGBColor(59, 82, 139),
    RGBColor(44, 114, 142),
    RGBColor(33, 145, 140),
    RGBColor(40, 174, 128),
    RGBColor(94, 201, 98),
    RGBColor(173, 220, 48),
    RGBColor(253, 231, 37),
];

/// The color of a fraction on the sequential scale. Fractions are clamped to `[0, 1]`; NaN has the color of 0.
#[must_use]
pub fn sequential(fraction: f64) -> RGBColor {
    let fraction = if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) };
    let place = fraction * (SEQUENTIAL.len() - 1) as f64;
    let index = (0..SEQUENTIAL.len() - 2).take_while(|index| place >= (index + 1) as f64).count();
    mixed(SEQUENTIAL[index], SEQUENTIAL[index + 1], place - index as f64)
}

/// Colors of the diverging scale: below zero, zero, above zero. The legend of the page has the same colors in its style sheet:
/// those of the first two variants at the ends, and the page's soft background in the middle.
const NEGATIVE: Shade = SHADES[0];
const ZERO: Shade = Shade { light: RGBColor(236, 236, 230), dark: RGBColor(34, 37, 44) };
const POSITIVE: Shade = SHADES[1];

/// The color of a value on the diverging scale. Values are clamped to `[-1, 1]`; NaN has the color of 0.
#[must_use]
pub fn diverging(value: f64, dark: bool) -> RGBColor {
    let end = if value < 0.0 { NEGATIVE } else { POSITIVE };
    let share = if value.is_nan() { 0.0 } else { value.abs().min(1.0) };
    mixed(ZERO.on(dark), end.on(dark), share)
}

/// Linear interpolation between two colors, for a `share` from 0 to 1.
pub(super) fn mixed(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| byte(f64::from(from) + (f64::from(to) - f64::from(from)) * share);
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The nearest byte.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of a byte first")]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
