//! Draws a [`Chart`]: axes, the bands of random activity, those of the runs, lines, and the marks under a pointer.

use super::axis::{Ticks, drawable, extent, padded, widened};
use super::palette::mixed;
use super::pen::{LARGE, Lettering, MEDIUM, Pen, SMALL, estimated_width};
use super::{Area, Chart, Dash, Drawn, Frame, PlotStyle, Series, read_at};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

/// Width of a series' line in CSS pixels.
const LINE: f64 = 2.0;
/// Opacity of a series' band.
const BAND: f64 = 0.16;
/// Opacity of the band of random activity.
const RANDOM: f64 = 0.1;

/// Draws a chart over the whole of `root` and says where its plotting area lies. Any chart can be drawn: one without data
/// shows its axes, and what is not finite is left out.
pub fn draw<DB: DrawingBackend>(root: &Area<DB>, chart: &Chart, style: &PlotStyle) -> Drawn<DB, Frame> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let layout = ChartLayout::new(&pen, chart);
    layout.draw_axes(&pen, chart)?;
    for series in &chart.series {
        if let Some(edges) = edges(&layout.frame, &series.random) {
            // Bands of several variants overlap; dash and tint of the hairlines say whose each is.
            let hairline = mixed(pen.theme.axis, series.color.on(style.dark), 0.5);
            draw_random(&pen, &edges, hairline, series.dash)?;
        }
    }
    for series in &chart.series {
        if let Some(edges) = edges(&layout.frame, &series.band) {
            pen.polygon(&outline(&edges), series.color.on(style.dark), BAND)?;
        }
    }
    for series in &chart.series {
        draw_line(&pen, &layout.frame, series, style.dark)?;
    }
    Ok(layout.frame)
}

/// Marks a step on a chart that has just been drawn: an upright line there and a dot on the nearest point of each series.
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

/// The lower and the upper edge of a band, in pixels; none where there is nothing between them.
fn edges(frame: &Frame, band: &[(f64, f64, f64)]) -> Option<[Vec<(f64, f64)>; 2]> {
    let band = band.iter().filter(|(x, low, high)| drawable(*x) && drawable(*low) && drawable(*high));
    let at = |x: f64, y: f64| frame.clamped((frame.pixel_x(x), frame.pixel_y(y)));
    let (low, high): (Vec<_>, Vec<_>) = band.map(|(x, low, high)| (at(*x, *low), at(*x, *high))).unzip();
    (low.len() > 1).then_some([low, high])
}

fn outline([low, high]: &[Vec<(f64, f64)>; 2]) -> Vec<(f64, f64)> {
    high.iter().chain(low.iter().rev()).copied().collect()
}

/// A band of random activity: gray between hairlines, so that it is not taken for the spread of a variant's runs.
pub(super) fn draw_random<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    edges: &[Vec<(f64, f64)>; 2],
    hairline: RGBColor,
    dash: Dash,
) -> Drawn<DB, ()> {
    pen.polygon(&outline(edges), pen.theme.muted, RANDOM)?;
    edges.iter().try_for_each(|edge| pen.line(edge, hairline, 1.0, dash.pattern()))
}

fn draw_line<DB: DrawingBackend>(pen: &Pen<'_, DB>, frame: &Frame, series: &Series, dark: bool) -> Drawn<DB, ()> {
    let color = series.color.on(dark);
    let points = series.points.iter().filter(|(x, y)| drawable(*x) && drawable(*y));
    let points: Vec<_> = points.map(|(x, y)| (frame.pixel_x(*x), frame.pixel_y(*y))).collect();
    if let [only] = points[..] {
        return if frame.contains(only.0, only.1) { pen.dot(only, 3.0, color) } else { Ok(()) };
    }
    for piece in frame.clipped(&points) {
        pen.line(&piece, color, LINE, series.dash.pattern())?;
    }
    Ok(())
}

/// Where the parts of a chart go.
struct ChartLayout {
    frame: Frame,
    x_ticks: Ticks,
    y_ticks: Ticks,
    y_labels: Vec<String>,
}

impl ChartLayout {
    fn new<DB: DrawingBackend>(pen: &Pen<'_, DB>, chart: &Chart) -> Self {
        let (width, height) = pen.size();
        let top = pen.px(if chart.title.is_empty() { 10.0 } else { 32.0 });
        let bottom = height - pen.px(if chart.x_label.is_empty() { 24.0 } else { 40.0 });
        let (bottom, y_range) = (bottom.max(top + 1.0), y_range(chart));
        let y_ticks = Ticks::new(y_range, count(pen.css(bottom - top), 38.0), false);
        let y_labels = y_ticks.labels();
        let widest = y_labels.iter().map(|label| estimated_width(label, SMALL));
        // Room for three characters at least, so that the axis stays where it is while the first points come in.
        let widest = widest.fold(estimated_width("000", SMALL), f64::max);
        let left = pen.px(if chart.y_label.is_empty() { 10.0 } else { 28.0 } + widest);
        let right = (width - pen.px(16.0)).max(left + 1.0);
        let x_range = widened((0.0, if drawable(chart.x_max) { chart.x_max.max(1e-9) } else { 1.0 }));
        let x_ticks = Ticks::new(x_range, count(pen.css(right - left), 62.0), true);
        Self { frame: Frame { left, top, right, bottom, x_range, y_range }, x_ticks, y_ticks, y_labels }
    }

    fn draw_axes<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, chart: &Chart) -> Drawn<DB, ()> {
        let (frame, theme) = (&self.frame, pen.theme);
        let tick = Lettering { size: SMALL, color: theme.muted, anchor: HPos::Right, bold: false, upwards: false };
        for (value, label) in self.y_ticks.values.iter().zip(&self.y_labels) {
            let row = frame.pixel_y(*value);
            pen.level((frame.left, row), frame.right, theme.grid)?;
            pen.text(label, (frame.left - pen.px(7.0), row), tick)?;
        }
        let centered = Lettering { anchor: HPos::Center, ..tick };
        for (value, label) in self.x_ticks.values.iter().zip(self.x_ticks.labels()) {
            let column = frame.pixel_x(*value);
            pen.upright((column, frame.bottom), frame.bottom + pen.px(4.0), theme.axis)?;
            pen.text(&label, (column, frame.bottom + pen.px(13.0)), centered)?;
        }
        pen.level((frame.left, frame.bottom), frame.right, theme.axis)?;
        self.draw_labels(pen, chart, Lettering { size: MEDIUM, ..centered })
    }

    fn draw_labels<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, chart: &Chart, label: Lettering) -> Drawn<DB, ()> {
        let frame = &self.frame;
        let heading = Lettering { size: LARGE, color: pen.theme.text, anchor: HPos::Left, bold: true, ..label };
        let middle = (frame.left.midpoint(frame.right), frame.top.midpoint(frame.bottom));
        if !chart.title.is_empty() {
            pen.text(&chart.title, (frame.left, pen.px(14.0)), heading)?;
        }
        if !chart.x_label.is_empty() {
            pen.text(&chart.x_label, (middle.0, frame.bottom + pen.px(30.0)), label)?;
        }
        if !chart.y_label.is_empty() {
            pen.text(&chart.y_label, (pen.px(10.0), middle.1), Lettering { upwards: true, ..label })?;
        }
        Ok(())
    }
}

/// How many ticks fit on so many CSS pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to small whole numbers first")]
pub(super) fn count(length: f64, each: f64) -> usize {
    (length / each).floor().clamp(2.0, 12.0) as usize
}

fn y_range(chart: &Chart) -> (f64, f64) {
    if let Some(range) = chart.y_range {
        return widened(range);
    }
    let points = chart.series.iter().flat_map(|series| series.points.iter().map(|(_, y)| *y));
    extent(points.chain(chart.series.iter().flat_map(Series::bands))).map_or((0.0, 1.0), |range| padded(range, 0.06))
}
