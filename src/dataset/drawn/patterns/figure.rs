//! The ten figures: the fraction of each pixel that the figure covers, from its signed distance to the figure's edge, in
//! pixels (positive inside).

use crate::catalog::PATTERNS_IMAGES;
use crate::dataset::drawn::draws::{Draws, rotation};

/// Height and width of an image, in pixels.
pub const SIDE: usize = PATTERNS_IMAGES.shape[1];
/// Pixels of one channel.
pub const AREA: usize = SIDE * SIDE;

/// Fraction of each pixel that the figure covers, in `[0, 1]`: `[row, column]`.
pub(super) type Coverage = [f32; AREA];

/// Ranges of the random parameters; lengths are in pixels.
mod range {
    /// Distance of a shape's center from the image's, along each axis.
    pub(super) const SHIFT: f32 = 4.5;
    /// Distance from a shape's center to its farthest points.
    pub(super) const RADIUS: (f32, f32) = (7.0, 11.5);
    /// Ratio of half the line width to the radius.
    pub(super) const LINE: (f32, f32) = (0.14, 0.22);
    /// Period of a texture.
    pub(super) const PERIOD: (f32, f32) = (5.0, 10.0);
    /// Tangent of half the largest angle by which figures with an upright orientation are tilted: 18 degrees.
    pub(super) const TILT: f32 = 0.16;
    /// Distance over which a glow fades.
    pub(super) const GLOW: (f32, f32) = (11.0, 20.0);
    /// Width of the soft edge.
    pub(super) const SOFTNESS: (f32, f32) = (0.8, 1.6);
}

/// Tangent of half of 45 degrees: a square lattice rotated by up to 45 degrees in either direction can have any orientation.
const EIGHTH: f32 = 0.414_213_57;

/// The figures, in the order of the classes.
const FIGURES: [fn(&mut Draws) -> Coverage; PATTERNS_IMAGES.classes] =
    [disc, ring, frame, triangle, cross, rows, columns, checks, dots, glow];

/// Draws the figure of a class.
pub(super) fn draw(class: usize, draws: &mut Draws) -> Coverage {
    FIGURES[class](draws)
}

fn disc(draws: &mut Draws) -> Coverage {
    let (place, radius) = (Placement::shape(draws), radius(draws));
    place.cover(draws, |u, v| radius - length(u, v))
}

fn ring(draws: &mut Draws) -> Coverage {
    let (place, radius) = (Placement::shape(draws), radius(draws));
    let half = radius * draws.between(range::LINE.0, range::LINE.1);
    place.cover(draws, |u, v| half - (length(u, v) - (radius - half)).abs())
}

/// The outline of a square.
fn frame(draws: &mut Draws) -> Coverage {
    let (place, radius) = (Placement::shape(draws), radius(draws));
    let half = radius * draws.between(range::LINE.0, range::LINE.1);
    // As large as a ring of the same radius, on average over the directions.
    let side = radius * 0.9;
    place.cover(draws, |u, v| half - (u.abs().max(v.abs()) - (side - half)).abs())
}

/// An equilateral triangle.
fn triangle(draws: &mut Draws) -> Coverage {
    const SINE: f32 = 0.866_025_4;
    let (place, radius) = (Placement::shape(draws), 1.15 * radius(draws));
    place.cover(draws, |u, v| 0.5 * radius - v.max(SINE * u.abs() - 0.5 * v))
}

/// A cross of two equal bars.
fn cross(draws: &mut Draws) -> Coverage {
    let (place, radius) = (Placement::shape(draws), radius(draws));
    let half = radius * draws.between(range::LINE.0, range::LINE.1);
    place.cover(draws, |u, v| (radius - u.abs().max(v.abs())).min(half - u.abs().min(v.abs())))
}

/// Horizontal stripes.
fn rows(draws: &mut Draws) -> Coverage {
    let place = Placement::texture(draws, range::TILT);
    let (period, width) = (period(draws), draws.between(0.36, 0.64));
    place.cover(draws, |_, v| (0.5 * width - wave(v / period)) * period)
}

/// Vertical stripes.
fn columns(draws: &mut Draws) -> Coverage {
    let place = Placement::texture(draws, range::TILT);
    let (period, width) = (period(draws), draws.between(0.36, 0.64));
    place.cover(draws, |u, _| (0.5 * width - wave(u / period)) * period)
}

/// A chessboard.
fn checks(draws: &mut Draws) -> Coverage {
    let place = Placement::texture(draws, EIGHTH);
    // Two squares per period.
    let period = 1.2 * period(draws);
    place.cover(draws, |u, v| {
        let (across, down) = (0.25 - wave(u / period), 0.25 - wave(v / period));
        let edge = across.abs().min(down.abs()) * period;
        if (across > 0.0) == (down > 0.0) { edge } else { -edge }
    })
}

/// A square lattice of dots.
fn dots(draws: &mut Draws) -> Coverage {
    let place = Placement::texture(draws, EIGHTH);
    let (period, radius) = (period(draws), draws.between(0.22, 0.34));
    place.cover(draws, |u, v| (radius - length(wave(u / period), wave(v / period))) * period)
}

/// A light that fades with distance.
fn glow(draws: &mut Draws) -> Coverage {
    let place = Placement::shape(draws);
    let per_radius = 1.0 / draws.between(range::GLOW.0, range::GLOW.1);
    place.fill(|u, v| {
        let left = (1.0 - (u * u + v * v) * (per_radius * per_radius)).max(0.0);
        left * left
    })
}

fn radius(draws: &mut Draws) -> f32 {
    draws.between(range::RADIUS.0, range::RADIUS.1)
}

fn period(draws: &mut Draws) -> f32 {
    draws.between(range::PERIOD.0, range::PERIOD.1)
}

fn length(u: f32, v: f32) -> f32 {
    (u * u + v * v).sqrt()
}

/// Distance from `phase` to the nearest integer, for phases above -64.
fn wave(phase: f32) -> f32 {
    let above = phase + 64.5;
    (above - above as u32 as f32 - 0.5).abs()
}

/// Position and orientation of a figure: the coordinates of a point relative to the figure are rotated about its center.
struct Placement {
    middle: (f32, f32),
    cosine: f32,
    sine: f32,
}

impl Placement {
    /// Near the center of the image, almost upright.
    fn shape(draws: &mut Draws) -> Self {
        Self::draw(draws, range::SHIFT, range::TILT)
    }

    /// Anywhere, because a texture's center is its phase; rotated by up to twice the angle with tangent `half`, either way.
    fn texture(draws: &mut Draws, half: f32) -> Self {
        Self::draw(draws, 0.5 * SIDE as f32, half)
    }

    fn draw(draws: &mut Draws, shift: f32, half: f32) -> Self {
        let center = (SIDE - 1) as f32 * 0.5;
        let middle = (center + draws.between(-shift, shift), center + draws.between(-shift, shift));
        let (cosine, sine) = rotation(draws.between(-half, half));
        Self { middle, cosine, sine }
    }

    /// Covers the inside of the edge from which `distance` is measured, with a soft transition.
    fn cover(&self, draws: &mut Draws, distance: impl Fn(f32, f32) -> f32) -> Coverage {
        let per_softness = 1.0 / draws.between(range::SOFTNESS.0, range::SOFTNESS.1);
        self.fill(|u, v| (0.5 + distance(u, v) * per_softness).clamp(0.0, 1.0))
    }

    fn fill(&self, covered: impl Fn(f32, f32) -> f32) -> Coverage {
        let mut coverage = [0.0; AREA];
        for (row, line) in coverage.chunks_exact_mut(SIDE).enumerate() {
            let y = row as f32 - self.middle.1;
            for (column, part) in line.iter_mut().enumerate() {
                let x = column as f32 - self.middle.0;
                *part = covered(self.cosine * x + self.sine * y, self.cosine * y - self.sine * x);
            }
        }
        coverage
    }
}
