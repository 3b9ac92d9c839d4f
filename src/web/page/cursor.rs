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

    /// The new position of a cursor that is at the step `now`; `None` removes it.
    #[must_use]
    pub fn moved(self, chart: &Chart, now: Option<f64>) -> Option<f64> {
        let points = chart.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x));
        let mut steps: Vec<f64> = points.collect();
        steps.sort_by(f64::total_cmp);
        let (first, last) = (steps.first().copied(), steps.last().copied());
        match (self, now) {
            (Self::Escape, _) => None,
            (Self::Home, _) => first,
            (Self::End, _) | (_, None) => last,
            (Self::Left, Some(now)) => steps.iter().rev().copied().find(|step| *step < now).or(first),
            (Self::Right, Some(now)) => steps.iter().copied().find(|step| *step > now).or(last),
        }
    }
}

/// The step of the point nearest to `x`, among all lines.
#[must_use]
pub fn nearest_step(chart: &Chart, x: f64) -> Option<f64> {
    let readings = read_at(chart, x).into_iter().flatten().map(|reading| reading.x);
    readings.min_by(|one, other| (one - x).abs().total_cmp(&(other - x).abs()))
}
