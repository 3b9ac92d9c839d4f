//! Ink on the 28 x 28 grid: each pixel gets the ink of the nearest piece of the line, by exact distance, with a soft
//! edge. Only `+ - * /` and `sqrt` are used: IEEE 754 fixes their results, so the bytes are the same on every machine.

use super::glyphs::Point;
use crate::catalog::DIGITS_IMAGES;

/// Height and width of an image, in pixels.
pub const SIDE: usize = DIGITS_IMAGES.shape[1];
/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;

/// A straight piece of a stroke.
pub(super) struct Segment {
    /// Its start, in pixels (the center of the first pixel is (0, 0)).
    pub(super) from: Point,
    /// Its end.
    pub(super) to: Point,
    /// Half the width of the line, in pixels.
    pub(super) radius: f32,
    /// Blackness of the line, in [0, 1].
    pub(super) ink: f32,
}

/// Ink per pixel, in [0, 1].
pub(super) struct InkRaster {
    /// Row-major.
    pub(super) ink: [f32; PIXELS],
    /// Width of the soft edge, in pixels.
    softness: f32,
}

impl InkRaster {
    /// An empty raster; lines drawn on it fade out over `softness` pixels.
    pub(super) fn new(softness: f32) -> Self {
        Self { ink: [0.0; PIXELS], softness }
    }

    /// Draws one piece of a line; where lines overlap, the blacker one is visible.
    pub(super) fn draw(&mut self, segment: &Segment) {
        let reach = segment.radius + 0.5 * self.softness;
        let (dx, dy) = (segment.to.0 - segment.from.0, segment.to.1 - segment.from.1);
        // A piece of length zero is a dot: the projection is zero, and any divisor works.
        let per_length_squared = 1.0 / (dx * dx + dy * dy).max(1e-12);
        let per_softness = 1.0 / self.softness;
        let columns = covered(segment.from.0, segment.to.0, reach);
        for row in covered(segment.from.1, segment.to.1, reach) {
            let y = row as f32 - segment.from.1;
            let line = &mut self.ink[row * SIDE..(row + 1) * SIDE];
            for (ink, column) in line[columns.clone()].iter_mut().zip(columns.clone()) {
                let x = column as f32 - segment.from.0;
                let along = ((x * dx + y * dy) * per_length_squared).clamp(0.0, 1.0);
                let (away_x, away_y) = (x - along * dx, y - along * dy);
                let distance = (away_x * away_x + away_y * away_y).sqrt();
                let cover = ((reach - distance) * per_softness).clamp(0.0, 1.0) * segment.ink;
                *ink = ink.max(cover);
            }
        }
    }
}

/// The rows or columns of the grid within `reach` of the interval between `a` and `b`.
fn covered(a: f32, b: f32, reach: f32) -> std::ops::Range<usize> {
    // The casts saturate, so parts outside the grid are cut off.
    let first = (a.min(b) - reach).max(0.0) as usize;
    let end = (a.max(b) + reach + 1.0).max(0.0) as usize;
    first.min(SIDE)..end.min(SIDE)
}
