//! The plotting area of a chart in both coordinate systems, pixels and values.

use super::AxisScale;

/// Pixels beyond any screen.
const FAR: f64 = 1e7;

/// The plotting area of a drawn chart: its rectangle in pixels of the drawing area (not CSS pixels) and what it spans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left edge in pixels.
    pub left: f64,
    /// Top edge in pixels.
    pub top: f64,
    /// Right edge in pixels, beyond `left`.
    pub right: f64,
    /// Bottom edge in pixels, beyond `top`.
    pub bottom: f64,
    /// Values at the left and right edge.
    pub x_range: (f64, f64),
    /// Values at the bottom and top edge.
    pub y_range: (f64, f64),
    /// The scale of the x axis.
    pub x_scale: AxisScale,
    /// The scale of the y axis.
    pub y_scale: AxisScale,
}

impl Frame {
    /// A plotting area with these edges and ranges, on linear scales.
    pub(super) fn linear([left, top, right, bottom]: [f64; 4], x_range: (f64, f64), y_range: (f64, f64)) -> Self {
        let (x_scale, y_scale) = (AxisScale::Linear, AxisScale::Linear);
        Self { left, top, right, bottom, x_range, y_range, x_scale, y_scale }
    }

    /// A plotting area before anything is drawn.
    #[must_use]
    pub fn empty() -> Self {
        Self::linear([0.0, 0.0, 1.0, 1.0], (0.0, 1.0), (0.0, 1.0))
    }

    /// The x value at a pixel column, which may lie outside.
    #[must_use]
    pub fn x_at(&self, pixel: f64) -> f64 {
        let share = (pixel - self.left) / (self.right - self.left);
        let (from, to) = (self.x_scale.place(self.x_range.0), self.x_scale.place(self.x_range.1));
        self.x_scale.value(from + share * (to - from))
    }

    /// The pixel column of an x value.
    #[must_use]
    pub fn pixel_x(&self, x: f64) -> f64 {
        let share = self.x_scale.share(x, self.x_range);
        self.left + share * (self.right - self.left)
    }

    /// The pixel row of a y value; rows increase downwards.
    #[must_use]
    pub fn pixel_y(&self, y: f64) -> f64 {
        let share = self.y_scale.share(y, self.y_range);
        self.bottom - share * (self.bottom - self.top)
    }

    /// Whether a pixel lies inside, edges included.
    #[must_use]
    pub fn contains(&self, pixel_x: f64, pixel_y: f64) -> bool {
        (self.left..=self.right).contains(&pixel_x) && (self.top..=self.bottom).contains(&pixel_y)
    }

    /// A point moved to the nearest one inside.
    pub(super) fn clamped(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x.clamp(self.left, self.right), y.clamp(self.top, self.bottom))
    }

    /// The parts of a line, given in pixels, that lie inside. Points farther away than [`FAR`] are moved to that distance, at
    /// which f64 still resolves single pixels.
    pub(super) fn clipped(&self, line: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut open = false;
        let near = |value: f64| value.clamp(-FAR, FAR);
        let line: Vec<_> = line.iter().map(|(x, y)| (near(*x), near(*y))).collect();
        for pair in line.windows(2) {
            let Some((from, to)) = self.clipped_segment(pair[0], pair[1]) else {
                open = false;
                continue;
            };
            match pieces.last_mut().filter(|_| open) {
                Some(piece) => piece.push(to),
                None => pieces.push(vec![from, to]),
            }
            open = to == pair[1];
        }
        pieces
    }

    /// The part of a segment inside (Liang & Barsky 1984).
    fn clipped_segment(&self, from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        let edges = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        for (direction, room) in edges {
            if direction == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if direction < 0.0 {
                enter = enter.max(room / direction);
            } else {
                leave = leave.min(room / direction);
            }
        }
        let at = |share: f64| self.clamped((from.0 + share * dx, from.1 + share * dy));
        let end = if leave >= 1.0 { to } else { at(leave) };
        (enter <= leave).then(|| (if enter <= 0.0 { from } else { at(enter) }, end))
    }
}
