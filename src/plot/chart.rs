//! Draws a [`Chart`]: axes, the bands of random activity and of the runs, the lines, and the cursor.

use super::axes::{Axes, left_margin};
use super::axis_scale::marks;
use super::decimation::{decimated, decimated_band};
use super::line_ends::{draw_ends, names_width};
use super::palette::mixed;
use super::pen::Pen;
use super::scale::{count, drawable, extent, padded, widened};
use super::{Area, AxisUnit, Chart, Dash, Drawn, Frame, PlotStyle, Series, read_at};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

/// Width of the line of a series, in CSS pixels.
const LINE: f64 = 2.0;
/// Opacity of the band of a series.
const BAND: f64 = 0.16;
/// Opacity of the band of random activity.
const RANDOM: f64 = 0.1;
/// Strength of the color of thin lines and of earlier results.
const FADED: f64 = 0.5;

/// Draws a chart over the whole of `root` and returns the position of its plotting area. Any chart can be drawn: one without
/// data shows its axes, and values that are not finite are omitted.
pub fn draw<DB: DrawingBackend>(root: &Area<DB>, chart: &Chart, style: &PlotStyle) -> Drawn<DB, Frame> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let (frame, axes) = layout(&pen, chart);
    axes.draw(&pen, &frame)?;
    for series in &chart.series {
        if let Some(edges) = edges(&pen, &frame, &series.random) {
            // Bands of several variants overlap; dash and tint of the hairlines identify the variant.
            let hairline = mixed(pen.theme.axis, series.color.on(style.dark), 0.5);
            draw_random(&pen, &edges, hairline, series.dash)?;
        }
    }
    for series in &chart.series {
        if let Some(edges) = edges(&pen, &frame, &series.band) {
            pen.polygon(&outline(&edges), series.color.on(style.dark), BAND)?;
        }
    }
    for series in &chart.series {
        for line in &series.thin {
            draw_curve(&pen, &frame, (line, faded(series, &pen, style.dark)), (1.0, &[]))?;
        }
    }
    for series in &chart.series {
        draw_line(&pen, &frame, series, style.dark)?;
    }
    draw_ends(&pen, &frame, chart, style.dark)?;
    Ok(frame)
}

/// Marks a step on a chart that has just been drawn: a vertical line, and a dot on the nearest point of each series.
pub fn draw_cursor<DB: DrawingBackend>(
    root: &Area<DB>,
    chart: &Chart,
    frame: &Frame,
    x: f64,
    style: &PlotStyle,
) -> Drawn<DB, ()> {
    let pen = Pen::new(root, style);
    let column = frame.pixel_x(x);
    if !(frame.left..=frame.right).contains(&column) {
        return Ok(());
    }
    pen.upright((column, frame.top), frame.bottom, pen.theme.axis)?;
    for (series, reading) in chart.series.iter().zip(read_at(chart, x)) {
        let at = reading.map(|reading| (frame.pixel_x(reading.x), frame.pixel_y(reading.y)));
        if let Some(at) = at.filter(|at| frame.contains(at.0, at.1)) {
            pen.dot(at, 4.5, pen.theme.background)?;
            pen.dot(at, 3.5, series.color.on(style.dark))?;
        }
    }
    Ok(())
}

/// The lower and the upper edge of a band, in pixels; `None` for fewer than two points.
fn edges<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    band: &[(f64, f64, f64)],
) -> Option<[Vec<(f64, f64)>; 2]> {
    let band = band.iter().filter(|(x, low, high)| drawable(*x) && drawable(*low) && drawable(*high));
    // On a logarithmic axis the lower edge may be below all values that have a place.
    let row = |y: f64| Some(frame.pixel_y(y)).filter(|row| row.is_finite()).unwrap_or(frame.bottom);
    let places = band.map(|(x, low, high)| (frame.pixel_x(*x), row(*low), row(*high)));
    let band = decimated_band(places.collect(), pen.px(1.0), frame.right - frame.left);
    let at = |(x, low, high)| (frame.clamped((x, low)), frame.clamped((x, high)));
    let (low, high): (Vec<_>, Vec<_>) = band.into_iter().map(at).unzip();
    (low.len() > 1).then_some([low, high])
}

fn outline([low, high]: &[Vec<(f64, f64)>; 2]) -> Vec<(f64, f64)> {
    high.iter().chain(low.iter().rev()).copied().collect()
}

/// A band of random activity: gray between hairlines, so that it does not look like the spread of a variant's runs.
pub(super) fn draw_random<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    edges: &[Vec<(f64, f64)>; 2],
    hairline: RGBColor,
    dash: Dash,
) -> Drawn<DB, ()> {
    pen.polygon(&outline(edges), pen.theme.muted, RANDOM)?;
    edges.iter().try_for_each(|edge| pen.line(edge, hairline, 1.0, dash.pattern()))
}

/// The color of thin lines and of earlier results.
fn faded<DB: DrawingBackend>(series: &Series, pen: &Pen<'_, DB>, dark: bool) -> RGBColor {
    mixed(pen.theme.background, series.color.on(dark), FADED)
}

fn draw_line<DB: DrawingBackend>(pen: &Pen<'_, DB>, frame: &Frame, series: &Series, dark: bool) -> Drawn<DB, ()> {
    let color = if series.behind { faded(series, pen, dark) } else { series.color.on(dark) };
    draw_curve(pen, frame, (&series.points, color), (LINE, series.dash.pattern()))
}

fn draw_curve<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    (points, color): (&[(f64, f64)], RGBColor),
    (width, dash): (f64, &[f64]),
) -> Drawn<DB, ()> {
    let places = points.iter().filter(|(x, y)| drawable(*x) && drawable(*y));
    let places = places.map(|(x, y)| (frame.pixel_x(*x), frame.pixel_y(*y)));
    // On a logarithmic axis, zero has no place.
    let points: Vec<_> = places.filter(|(column, row)| column.is_finite() && row.is_finite()).collect();
    if let [only] = points[..] {
        return if frame.contains(only.0, only.1) { pen.dot(only, 3.0, color) } else { Ok(()) };
    }
    let points = decimated(points, pen.px(1.0), frame.right - frame.left);
    for piece in frame.clipped(&points) {
        pen.line(&piece, color, width, dash)?;
    }
    Ok(())
}

/// The plotting area of a chart, with its axes.
fn layout<'chart, DB: DrawingBackend>(pen: &Pen<'_, DB>, chart: &'chart Chart) -> (Frame, Axes<'chart>) {
    let (width, height) = pen.size();
    let top = pen.px(if chart.title.is_empty() { 10.0 } else { 32.0 });
    let bottom = (height - pen.px(if chart.x.label.is_empty() { 24.0 } else { 40.0 })).max(top + 1.0);
    let (x_range, y_range) = (x_range(chart), y_range(chart));
    let rows = marks(y_range, chart.y.scale, &chart.y.unit, count(pen.css(bottom - top), 38.0), false);
    let left = left_margin(pen, &rows, if chart.y.label.is_empty() { 10.0 } else { 28.0 });
    let right = (width - pen.px(names_width(pen.css(width), chart))).max(left + 1.0);
    let whole = chart.x.unit == AxisUnit::Same;
    let columns = marks(x_range, chart.x.scale, &chart.x.unit, count(pen.css(right - left), 62.0), whole);
    let axes = Axes { rows, columns, title: &chart.title, x_label: &chart.x.label, y_label: &chart.y.label };
    let (x_scale, y_scale) = (chart.x.scale, chart.y.scale);
    (Frame { left, top, right, bottom, x_range, y_range, x_scale, y_scale }, axes)
}

fn x_range(chart: &Chart) -> (f64, f64) {
    let points = chart.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x));
    chart.x.range.or_else(|| extent(points)).map_or((0.0, 1.0), widened)
}

fn y_range(chart: &Chart) -> (f64, f64) {
    if let Some(range) = chart.y.range {
        return widened(range);
    }
    let points = chart.series.iter().flat_map(|series| series.points.iter().map(|(_, y)| *y));
    extent(points.chain(chart.series.iter().flat_map(Series::bands))).map_or((0.0, 1.0), |range| padded(range, 0.06))
}
