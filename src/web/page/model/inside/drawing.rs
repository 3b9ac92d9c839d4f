//! A visitor's drawing: a soft brush on a drawing area of high resolution, and the conversion into an image like those of MNIST,
//! in which digits are scaled to 20 x 20 of the 28 x 28 pixels, with their center of mass in the middle.

/// Height and width of the drawing area, in its own pixels.
pub const SIDE: usize = 140;
/// Radius of the brush, and width of its soft edge, in pixels of the drawing area.
const BRUSH: f32 = 5.5;
const EDGE: f32 = 3.0;
/// Threshold for ink when the extent of the drawing is measured.
const INK: u8 = 32;
/// Every pixel of the image is the mean of this many by this many points of the drawing area.
const SAMPLES: usize = 5;

/// The drawing: 0 is background, 255 is ink, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    ink: Vec<u8>,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { ink: vec![0; SIDE * SIDE] }
    }
}

impl Sheet {
    /// The ink, row by row.
    #[must_use]
    pub fn ink(&self) -> &[u8] {
        &self.ink
    }

    /// Draws a straight stroke between two positions `(x, y)` in `[0, 1]`; a dot if they are equal.
    pub fn stroke(&mut self, from: (f32, f32), to: (f32, f32)) {
        let scale = |(x, y): (f32, f32)| (x * SIDE as f32, y * SIDE as f32);
        let (from, to) = (scale(from), scale(to));
        for (index, ink) in self.ink.iter_mut().enumerate() {
            let place = ((index % SIDE) as f32 + 0.5, (index / SIDE) as f32 + 0.5);
            let depth = (BRUSH + EDGE - distance(place, from, to)) / EDGE;
            *ink = (*ink).max(byte(depth * 255.0));
        }
    }

    /// The drawing as an image of this size; `None` without ink.
    #[must_use]
    pub fn image(&self, height: usize, width: usize) -> Option<Vec<u8>> {
        let (top, left, bottom, right) = self.bounds()?;
        let (rows, columns) = ((bottom - top + 1) as f32, (right - left + 1) as f32);
        // Pixels of the drawing area per pixel of the image: height and width of the drawing are at most 20/28 of the image.
        let step = (rows / (height as f32 * 20.0 / 28.0)).max(columns / (width as f32 * 20.0 / 28.0));
        let center = self.center_of_mass();
        let sample = |place: f32, size: usize, center: f32| center + (place - size as f32 / 2.0) * step;
        let mut image = Vec::with_capacity(height * width);
        for pixel in 0..height * width {
            let (row, column) = (pixel / width, pixel % width);
            let mut sum = 0.0;
            for part in 0..SAMPLES * SAMPLES {
                let inside = |part: usize| (part as f32 + 0.5) / SAMPLES as f32;
                let y = sample(row as f32 + inside(part / SAMPLES), height, center.1);
                let x = sample(column as f32 + inside(part % SAMPLES), width, center.0);
                sum += self.at(x, y);
            }
            image.push(byte(sum / (SAMPLES * SAMPLES) as f32));
        }
        Some(image)
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let side = SIDE as f32;
        if !(0.0..side).contains(&x) || !(0.0..side).contains(&y) {
            return 0.0;
        }
        f32::from(self.ink[whole(y) * SIDE + whole(x)])
    }

    /// First and last row and column with ink: top, left, bottom, right.
    fn bounds(&self) -> Option<(usize, usize, usize, usize)> {
        let places = self.ink.iter().enumerate().filter(|(_, ink)| **ink >= INK);
        places.map(|(index, _)| (index / SIDE, index % SIDE)).fold(None, |bounds, (row, column)| {
            let (top, left, bottom, right) = bounds.unwrap_or((row, column, row, column));
            Some((top.min(row), left.min(column), bottom.max(row), right.max(column)))
        })
    }

    fn center_of_mass(&self) -> (f32, f32) {
        let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
        for (index, ink) in self.ink.iter().enumerate() {
            let ink = f32::from(*ink);
            mass += ink;
            x += ink * ((index % SIDE) as f32 + 0.5);
            y += ink * ((index / SIDE) as f32 + 0.5);
        }
        (x / mass.max(1.0), y / mass.max(1.0))
    }
}

/// The distance of a position from the line segment between two others.
fn distance(place: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).max(1e-9);
    let share = (((place.0 - from.0) * dx + (place.1 - from.1) * dy) / length).clamp(0.0, 1.0);
    (place.0 - from.0 - share * dx).hypot(place.1 - from.1 - share * dy)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate, as intended")]
fn byte(value: f32) -> u8 {
    value.round() as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only called for positions inside the drawing area"
)]
fn whole(value: f32) -> usize {
    value as usize
}
