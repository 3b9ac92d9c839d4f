//! The cursor of the charts: the step selected by a pointer or a key.

use crate::plot::{Chart, read_at};

/// A key that moves the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorKey {
    /// To the previous point.
    Left,
    /// To the next point.
    Right,
    /// To the first point.
    Home,
    /// To the last point.
    End,
    /// Removes the cursor.
    Escape,
}

impl CursorKey {
    /// The key called `name` in `KeyboardEvent.key`. With Alt, Ctrl or Meta (`modified`) keys are left to the browser: Alt and an
    /// arrow key, for example, navigate to another page.
    #[must_use]
    pub fn named(name: &str, modified: bool) -> Option<Self> {
        match name {
            _ if modified => None,
            "ArrowLeft" => Some(Self::Left),
            "ArrowRight" => Some(Self::Right),
            "Home" => Some(Self::Home),
            "End" => Some(Self::End),
            "Escape" => Some(Self::Escape),
            _ => None,
        }
    }

    /// The new place of a cursor among `places`, which are in order, if it is at the place `now`; `None` removes it.
    #[must_use]
    pub fn moved(self, places: &[usize], now: usize) -> Option<usize> {
        let (first, last) = (places.first().copied(), places.last().copied());
        match self {
            Self::Escape => None,
            Self::Home => first,
            Self::End => last,
            Self::Left => places.iter().rev().copied().find(|place| *place < now).or(first),
            Self::Right => places.iter().copied().find(|place| *place > now).or(last),
        }
    }
}

/// The step of the point nearest to `x`, among all lines.
#[must_use]
pub fn nearest_step(chart: &Chart, x: f64) -> Option<f64> {
    let readings = read_at(chart, x).into_iter().flatten().map(|reading| reading.x);
    readings.min_by(|one, other| (one - x).abs().total_cmp(&(other - x).abs()))
}
