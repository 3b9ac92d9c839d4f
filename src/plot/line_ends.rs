//! What stands at the ends of the lines of a chart: the names of the series, and a cross where runs have diverged.

use super::pen::{Label, Lettering, Pen, SMALL, estimated_width};
use super::scale::drawable;
use super::{Chart, Drawn, Frame, Series};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// Width of a chart from which on lines are named at their ends, in CSS pixels.
const NAMED_FROM: f64 = 560.0;
/// Largest part of the width for these names.
const NAMES: f64 = 0.26;
/// The margin to the right of the plotting area without names, in CSS pixels.
const MARGIN: f64 = 16.0;

/// The margin to the right of the plotting area, for a chart of this width, both in CSS pixels.
pub(super) fn names_width(width: f64, chart: &Chart) -> f64 {
    if !has_names(width, chart) {
        return MARGIN;
    }
    let names = chart.series.iter().map(|series| estimated_width(&series.name, SMALL));
    names.fold(8.0, f64::max).min(width * NAMES) + 14.0
}

fn has_names(width: f64, chart: &Chart) -> bool {
    chart.named && width >= NAMED_FROM
}

/// Draws crosses and names.
pub(super) fn draw_ends<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    chart: &Chart,
    dark: bool,
) -> Drawn<DB, ()> {
    let present = chart.series.iter().filter(|series| !series.behind);
    present.into_iter().try_for_each(|series| draw_cross(pen, frame, series, dark))?;
    if has_names(pen.css(pen.size().0), chart) { draw_names(pen, frame, chart, dark) } else { Ok(()) }
}

/// The names, moved apart so that they do not overlap.
fn draw_names<DB: DrawingBackend>(pen: &Pen<'_, DB>, frame: &Frame, chart: &Chart, dark: bool) -> Drawn<DB, ()> {
    let named = chart.series.iter().filter(|series| !series.name.is_empty());
    let mut ends: Vec<(f64, &Series)> = named.filter_map(|series| Some((end_row(frame, series)?, series))).collect();
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let rows: Vec<f64> = ends.iter().map(|(row, _)| *row).collect();
    let left = frame.right + pen.px(8.0);
    for ((_, series), row) in ends.iter().zip(apart(&rows, pen.px(SMALL + 3.0), frame.bottom)) {
        let label = Label::within(&series.name, SMALL, pen.css(pen.size().0 - left));
        pen.label(&label, (left, row), Lettering { color: series.color.on(dark), ..pen.plain(HPos::Left) })?;
    }
    Ok(())
}

/// The pixel row at which a line leaves the plotting area.
fn end_row(frame: &Frame, series: &Series) -> Option<f64> {
    let visible = |(x, y): &&(f64, f64)| drawable(*x) && drawable(*y) && *x <= frame.x_range.1;
    let (_, y) = series.points.iter().rfind(visible)?;
    Some(frame.pixel_y(*y)).filter(|row| row.is_finite()).map(|row| row.clamp(frame.top, frame.bottom))
}

/// Increasing rows, moved so that neighbors are at least `distance` apart and none is below `bottom`.
fn apart(rows: &[f64], distance: f64, bottom: f64) -> Vec<f64> {
    let mut moved: Vec<f64> = Vec::with_capacity(rows.len());
    for row in rows {
        let least = moved.last().map_or(f64::MIN, |above| above + distance);
        moved.push(row.max(least));
    }
    let mut most = bottom;
    for row in moved.iter_mut().rev() {
        *row = row.min(most);
        most = *row - distance;
    }
    moved
}

/// A cross where a line ends because its runs have diverged, with its text beside it.
fn draw_cross<DB: DrawingBackend>(pen: &Pen<'_, DB>, frame: &Frame, series: &Series, dark: bool) -> Drawn<DB, ()> {
    let last = series.points.iter().rfind(|(x, y)| drawable(*x) && drawable(*y));
    let (Some(text), Some((x, y))) = (&series.mark, last) else { return Ok(()) };
    let row = Some(frame.pixel_y(*y)).filter(|row| row.is_finite()).unwrap_or(frame.bottom);
    let at = frame.clamped((frame.pixel_x(*x), row));
    let (color, half) = (series.color.on(dark), pen.px(4.5));
    pen.line(&[(at.0 - half, at.1 - half), (at.0 + half, at.1 + half)], color, 2.0, &[])?;
    pen.line(&[(at.0 - half, at.1 + half), (at.0 + half, at.1 - half)], color, 2.0, &[])?;
    let width = pen.px(estimated_width(text, SMALL) + 14.0);
    let to_the_right = at.0 + width < frame.right;
    let (column, anchor) =
        if to_the_right { (at.0 + pen.px(10.0), HPos::Left) } else { (at.0 - pen.px(10.0), HPos::Right) };
    let row = at.1.max(frame.top + pen.px(8.0)).min(frame.bottom - pen.px(8.0));
    pen.text(text, (column, row), Lettering { color, ..pen.plain(anchor) })
}
