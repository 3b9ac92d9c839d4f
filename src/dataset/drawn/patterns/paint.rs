//! Colors a figure: two colors whose mean over the image does not depend on the figure, light from one side,
//! and random strokes.

use super::figure::{AREA, Coverage, SIDE};
use crate::catalog::PATTERNS_IMAGES;
use crate::dataset::drawn::draws::Draws;

/// Channels of an image: red, green and blue.
pub const CHANNELS: usize = PATTERNS_IMAGES.shape[0];
/// Number of values of an image.
pub const VALUES: usize = CHANNELS * AREA;

/// Light of each channel, 0 for none and 1 for white: `[channel, row, column]`.
pub(super) type PatternImage = [f32; VALUES];

/// A color, or a difference of two.
type Color = [f32; CHANNELS];

/// Ranges of the random parameters; light is in `[0, 1]`.
mod range {
    /// Mean color of an image.
    pub(super) const MEAN: (f32, f32) = (0.22, 0.78);
    /// How much lighter (or darker, see [`LIGHTER`]) the figure is than the background, in all channels.
    pub(super) const STEP: (f32, f32) = (0.18, 0.45);
    /// Deviation of each channel from that.
    pub(super) const HUE: f32 = 0.55;
    /// Probability that the figure is lighter than the background.
    pub(super) const LIGHTER: f32 = 0.85;
    /// Range of both colors, enforced by reducing the contrast if necessary.
    pub(super) const LIGHT: (f32, f32) = (0.04, 0.96);
    /// Difference of light from the center to the side, along each axis.
    pub(super) const SLOPE: f32 = 0.12;
    /// Upper bound of the number of strokes, exclusive.
    pub(super) const STROKES: usize = 4;
    /// Half the width of a stroke, in pixels.
    pub(super) const RADIUS: (f32, f32) = (0.5, 1.4);
    /// Extent of a stroke along each axis, in pixels.
    pub(super) const REACH: f32 = 7.0;
}

/// An image of the figure.
pub(super) fn paint(coverage: &Coverage, draws: &mut Draws) -> PatternImage {
    let covered = coverage.iter().sum::<f32>() * (1.0 / AREA as f32);
    let (ground, difference) = colors(covered, draws);
    let slope = (draws.between(-range::SLOPE, range::SLOPE), draws.between(-range::SLOPE, range::SLOPE));
    let mut canvas = [0.0; VALUES];
    for (channel, plane) in canvas.chunks_exact_mut(AREA).enumerate() {
        for (row, line) in plane.chunks_exact_mut(SIDE).enumerate() {
            let ground = ground[channel] + slope.1 * from_middle(row);
            for (column, light) in line.iter_mut().enumerate() {
                let part = coverage[row * SIDE + column];
                *light = ground + slope.0 * from_middle(column) + difference[channel] * part;
            }
        }
    }
    for _ in 0..draws.below(range::STROKES) {
        add_stroke(&mut canvas, draws);
    }
    canvas
}

/// Position of a row or column, from -1 to 1.
fn from_middle(index: usize) -> f32 {
    let half = (SIDE - 1) as f32 * 0.5;
    (index as f32 - half) * (1.0 / half)
}

/// The color of the background, and the figure's minus that, for a figure that covers this fraction of the image.
fn colors(covered: f32, draws: &mut Draws) -> (Color, Color) {
    let mean: Color = std::array::from_fn(|_| draws.between(range::MEAN.0, range::MEAN.1));
    let step = draws.between(range::STEP.0, range::STEP.1);
    let step = if draws.chance(range::LIGHTER) { step } else { -step };
    let wanted: Color = std::array::from_fn(|_| step + draws.bell(range::HUE));
    let mut contrast = 1.0_f32;
    for (mean, wanted) in mean.iter().zip(wanted) {
        let (up, down) = (range::LIGHT.1 - mean, mean - range::LIGHT.0);
        // The figure differs from the mean by `1 - covered` of the difference, the background by `covered` the other way.
        let (figure, ground) = if wanted > 0.0 { (up, down) } else { (down, up) };
        let fits = (figure / (1.0 - covered)).min(ground / covered);
        contrast = contrast.min(fits / wanted.abs().max(1e-6));
    }
    let difference = wanted.map(|wanted| wanted * contrast);
    (std::array::from_fn(|channel| mean[channel] - difference[channel] * covered), difference)
}

/// A short stroke of any color, anywhere.
fn add_stroke(canvas: &mut PatternImage, draws: &mut Draws) {
    let color: Color = std::array::from_fn(|_| draws.unit());
    let radius = draws.between(range::RADIUS.0, range::RADIUS.1);
    let from = (draws.between(0.0, SIDE as f32), draws.between(0.0, SIDE as f32));
    let (dx, dy) = (draws.between(-range::REACH, range::REACH), draws.between(-range::REACH, range::REACH));
    let per_length_squared = 1.0 / (dx * dx + dy * dy).max(1e-6);
    let columns = within(from.0, dx, radius);
    for row in within(from.1, dy, radius) {
        let y = row as f32 - from.1;
        for column in columns.clone() {
            let x = column as f32 - from.0;
            let along = ((x * dx + y * dy) * per_length_squared).clamp(0.0, 1.0);
            let (x, y) = (x - along * dx, y - along * dy);
            let covered = (0.5 + radius - (x * x + y * y).sqrt()).clamp(0.0, 1.0);
            for (channel, color) in color.iter().enumerate() {
                let light = &mut canvas[channel * AREA + row * SIDE + column];
                *light += (color - *light) * covered;
            }
        }
    }
}

/// The rows or columns that a stroke from `from` to `from + by` may touch.
fn within(from: f32, by: f32, radius: f32) -> std::ops::Range<usize> {
    let (low, high) = (from.min(from + by) - radius - 1.0, from.max(from + by) + radius + 2.0);
    low as usize..(high as usize).min(SIDE)
}
