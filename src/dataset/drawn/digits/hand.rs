//! Handwriting: how the skeleton of a digit is bent, slanted, stretched and placed before the pen draws it.

use super::glyphs::{GLYPHS, Glyph, POINTS, Point};
use super::pen::{InkRaster, SIDE, Segment};
use crate::dataset::drawn::draws::{Draws, rotation};

/// Straight pieces per span between two points of a skeleton.
const PIECES: usize = 5;
/// Points of the displacement field along each axis.
const FIELD: usize = 4;
/// Width of a skeleton: the middle of its box is `(WIDTH / 2, 1 / 2)`.
const WIDTH: f32 = 0.68;

/// Ranges of the random parameters; lengths are in heights of the digit unless stated in pixels.
mod range {
    /// Independent displacement of each point of the skeleton.
    pub(super) const JITTER: f32 = 0.055;
    /// Displacement of each point of the smooth displacement field.
    pub(super) const BEND: f32 = 0.17;
    /// Height, in pixels.
    pub(super) const HEIGHT: (f32, f32) = (13.5, 20.5);
    /// Ratio of width to height.
    pub(super) const STRETCH: (f32, f32) = (0.70, 1.35);
    /// Slant: x per y; people slant to the right more than to the left.
    pub(super) const SLANT: (f32, f32) = (-0.25, 0.55);
    /// Tangent of half the angle of rotation (0.13 is 15 degrees).
    pub(super) const HALF_TURN: f32 = 0.16;
    /// Distance of the digit's center from the image's, along each axis, in pixels.
    pub(super) const SHIFT: f32 = 2.6;
    /// Half the width of the line, in pixels.
    pub(super) const RADIUS: (f32, f32) = (0.55, 1.55);
    /// Change of the pen's pressure along a digit, as a factor of the radius.
    pub(super) const PRESSURE: f32 = 0.35;
    /// Blackness.
    pub(super) const INK: (f32, f32) = (0.62, 1.0);
    /// Width of the soft edge, in pixels.
    pub(super) const SOFTNESS: (f32, f32) = (0.8, 1.5);
    /// Probability that the pen runs dry somewhere on a stroke, and the fraction of ink left there.
    pub(super) const DRY: (f32, f32) = (0.12, 0.25);
    /// Fraction of an end span that may be omitted or (negative) added.
    pub(super) const TRIM: (f32, f32) = (-0.12, 0.22);
}

/// The placement of a whole digit: `pixel = matrix * (point - middle) + offset`.
struct Placing {
    matrix: [f32; 4],
    middle: Point,
    offset: Point,
}

/// Draws `digit` in a random handwriting.
pub(super) fn write(digit: usize, draws: &mut Draws) -> InkRaster {
    let variants = GLYPHS[digit];
    let glyph = &variants[draws.below(variants.len())];
    let points = bend(glyph, draws);
    let placing = Placing::draw(&points[..glyph.points.len()], draws);
    let mut sheet = InkRaster::new(draws.between(range::SOFTNESS.0, range::SOFTNESS.1));
    let radius = draws.between(range::RADIUS.0, range::RADIUS.1);
    let ink = draws.between(range::INK.0, range::INK.1);
    for stroke in glyph.strokes {
        draw_stroke(stroke, &points, &placing, (radius, ink), draws, &mut sheet);
    }
    sheet
}

/// The skeleton's points, each displaced independently and all by a smooth random field (elastic distortion).
fn bend(glyph: &Glyph, draws: &mut Draws) -> [Point; POINTS] {
    let mut field = [(0.0, 0.0); FIELD * FIELD];
    for corner in &mut field {
        *corner = (draws.bell(range::BEND), draws.bell(range::BEND));
    }
    let mut points = [(0.0, 0.0); POINTS];
    for (moved, point) in points.iter_mut().zip(glyph.points) {
        let by = displacement(&field, *point);
        *moved = (point.0 + by.0 + draws.bell(range::JITTER), point.1 + by.1 + draws.bell(range::JITTER));
    }
    points
}

/// The field at `point`, bilinear between the corners of its cell.
fn displacement(field: &[Point; FIELD * FIELD], point: Point) -> Point {
    let scale = (FIELD - 1) as f32;
    let (x, y) = (point.0 * (scale / WIDTH), point.1 * scale);
    let (column, row) = ((x as usize).min(FIELD - 2), (y as usize).min(FIELD - 2));
    let (u, v) = (x - column as f32, y - row as f32);
    let corner = row * FIELD + column;
    let mix = |a: Point, b: Point, t: f32| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
    let upper = mix(field[corner], field[corner + 1], u);
    let lower = mix(field[corner + FIELD], field[corner + FIELD + 1], u);
    mix(upper, lower, v)
}

impl Placing {
    fn draw(points: &[Point], draws: &mut Draws) -> Self {
        let height = draws.between(range::HEIGHT.0, range::HEIGHT.1);
        let width = height * draws.between(range::STRETCH.0, range::STRETCH.1);
        let slant = draws.between(range::SLANT.0, range::SLANT.1);
        let (cosine, sine) = rotation(draws.bell(range::HALF_TURN));
        // Rotation after slant after scale: [c -s; s c] [1 -slant; 0 1] diag(width, height).
        let matrix =
            [cosine * width, (-cosine * slant - sine) * height, sine * width, (-sine * slant + cosine) * height];
        let center = (SIDE - 1) as f32 * 0.5;
        let offset = (center + draws.bell(range::SHIFT), center + draws.bell(range::SHIFT));
        Self { matrix, middle: middle(points), offset }
    }

    fn pixel(&self, point: Point) -> Point {
        let (x, y) = (point.0 - self.middle.0, point.1 - self.middle.1);
        let [xx, xy, yx, yy] = self.matrix;
        (xx * x + xy * y + self.offset.0, yx * x + yy * y + self.offset.1)
    }
}

/// The center of the bounding box of the points.
fn middle(points: &[Point]) -> Point {
    let mut low = points[0];
    let mut high = points[0];
    for point in points {
        low = (low.0.min(point.0), low.1.min(point.1));
        high = (high.0.max(point.0), high.1.max(point.1));
    }
    (0.5 * (low.0 + high.0), 0.5 * (low.1 + high.1))
}

/// Draws one stroke: a Catmull-Rom curve through its points, in straight pieces.
fn draw_stroke(
    stroke: &[u8],
    points: &[Point; POINTS],
    placing: &Placing,
    (radius, ink): (f32, f32),
    draws: &mut Draws,
    sheet: &mut InkRaster,
) {
    let at = |index: usize| points[usize::from(stroke[index.min(stroke.len() - 1)])];
    let spans = stroke.len() - 1;
    let trim = [draws.between(range::TRIM.0, range::TRIM.1), draws.between(range::TRIM.0, range::TRIM.1)];
    let pressure = [draws.bell(range::PRESSURE), draws.bell(range::PRESSURE)];
    let pieces = spans * PIECES;
    let dry = if draws.chance(range::DRY.0) { draws.below(pieces) } else { pieces };
    let (begin, end) = (trim[0], spans as f32 - trim[1]);
    let mut from = placing.pixel(curve(&at, spans, begin));
    for piece in 0..pieces {
        let done = (piece + 1) as f32 / pieces as f32;
        let to = placing.pixel(curve(&at, spans, begin + (end - begin) * done));
        let radius = radius * (1.0 + pressure[0] + (pressure[1] - pressure[0]) * done);
        let ink = if piece == dry { ink * range::DRY.1 } else { ink };
        sheet.draw(&Segment { from, to, radius, ink });
        from = to;
    }
}

/// The uniform Catmull-Rom curve (Catmull & Rom 1974) through the points at integer `time`s; ends are doubled.
fn curve(at: &impl Fn(usize) -> Point, spans: usize, time: f32) -> Point {
    let span = (time.max(0.0) as usize).min(spans - 1);
    let t = time - span as f32;
    let [before, from, to, after] = [at(span.saturating_sub(1)), at(span), at(span + 1), at(span + 2)];
    let cubic = |before: f32, from: f32, to: f32, after: f32| {
        let square = 2.0 * before - 5.0 * from + 4.0 * to - after;
        let cube = 3.0 * (from - to) + after - before;
        from + 0.5 * t * (to - before + t * (square + t * cube))
    };
    (cubic(before.0, from.0, to.0, after.0), cubic(before.1, from.1, to.1, after.1))
}
