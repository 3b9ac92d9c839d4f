//! One quantity for every layer of every variant: layers along the x axis, and for each variant a line with one dot per layer.
//!
//! Variants often agree exactly on some layers, so the dots at a layer are drawn side by side, not on top of each other. A layer
//! without a value is a gap in the line.

use super::axes::{Axes, left_margin};
use super::pen::{Pen, SMALL, estimated_width};
use super::scale::{AxisMark, Ticks, count, decades, drawable, extent, padded, widened};
use super::{Area, Dash, Drawn, Frame, PlotStyle, Shade};
use plotters::prelude::DrawingBackend;

/// Distance between the dots of two variants at one layer, in CSS pixels, where there is room for it.
const APART: f64 = 9.0;
/// The fraction of the width of a layer that its dots may take up.
const DOTS: f64 = 0.6;
/// Radius of a dot where there is room for it, in CSS pixels.
const DOT: f64 = 3.5;
/// Minimum range of a logarithmic axis, in powers of ten.
const LEAST_DECADES: f64 = 0.7;

/// A chart of one quantity for all layers.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerChart {
    /// Label of the vertical axis, with its unit.
    pub y_label: String,
    /// Label of the horizontal axis.
    pub x_label: String,
    /// Names of the layers, from left to right.
    pub layers: Vec<String>,
    /// The lines; the first one is drawn below the others.
    pub lines: Vec<LayerLine>,
    /// The scale of the vertical axis.
    pub axis: LayerAxis,
}

/// One variant.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerLine {
    /// Its color.
    pub color: Shade,
    /// Its dash pattern.
    pub dash: Dash,
    /// The value of each layer, if it has one.
    pub values: Vec<Option<f64>>,
}

/// The scale of the vertical axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerAxis {
    /// Linear, including zero.
    Linear,
    /// Logarithmic; only values above zero are shown.
    Logarithmic,
    /// Linear from 0 to 100.
    Percent,
}

impl LayerAxis {
    /// The coordinate of a value on the axis: the value itself or its decimal logarithm.
    fn place(self, value: f64) -> Option<f64> {
        let place = if self == Self::Logarithmic { value.log10() } else { value };
        drawable(place).then_some(place)
    }

    /// A range that contains all of `places`.
    fn range(self, places: impl Iterator<Item = f64>) -> (f64, f64) {
        let found = extent(places);
        match self {
            Self::Percent => (0.0, 100.0),
            Self::Linear => match found.map(|(low, high)| (low.min(0.0) * 1.06, high.max(0.0) * 1.06)) {
                Some((low, high)) if low < high => widened((low, high)),
                _ => (0.0, 1.0),
            },
            Self::Logarithmic => {
                let (low, high) = found.unwrap_or((-1.0, 0.0));
                let missing = (LEAST_DECADES - (high - low)).max(0.0) / 2.0;
                padded((low - missing, high + missing), 0.06)
            }
        }
    }

    /// About `count` ticks with their labels, in increasing order.
    fn marks(self, range: (f64, f64), count: usize) -> Vec<AxisMark> {
        if self == Self::Logarithmic { decades(range, count) } else { Ticks::new(range, count, false).marks() }
    }
}

/// Draws a chart of layers over the whole of `root`. Any chart can be drawn: one without data shows its axes.
pub fn draw_layers<DB: DrawingBackend>(root: &Area<DB>, chart: &LayerChart, style: &PlotStyle) -> Drawn<DB, ()> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let (frame, axes) = layout(&pen, chart);
    axes.draw(&pen, &frame)?;
    for (index, line) in chart.lines.iter().enumerate() {
        draw_line(&pen, chart, &frame, (index, line), style.dark)?;
    }
    Ok(())
}

/// The plotting area with its axes. Layers are 1 wide: the middle of the first one is at 0.5.
fn layout<'chart, DB: DrawingBackend>(pen: &Pen<'_, DB>, chart: &'chart LayerChart) -> (Frame, Axes<'chart>) {
    let (width, height) = pen.size();
    let values = chart.lines.iter().flat_map(|line| line.values.iter().flatten());
    let y_range = chart.axis.range(values.filter_map(|value| chart.axis.place(*value)));
    let top = pen.px(10.0);
    let bottom = (height - pen.px(40.0)).max(top + 1.0);
    let rows = chart.axis.marks(y_range, count(pen.css(bottom - top), 38.0));
    let left = left_margin(pen, &rows, 28.0);
    let right = (width - pen.px(10.0)).max(left + 1.0);
    let x_range = (0.0, chart.layers.len().max(1) as f64);
    let frame = Frame::linear([left, top, right, bottom], x_range, y_range);
    let columns = layer_marks(&chart.layers, pen.css(layer_width(&frame)));
    (frame, Axes { rows, columns, title: "", x_label: &chart.x_label, y_label: &chart.y_label })
}

/// Width of a layer in pixels.
fn layer_width(frame: &Frame) -> f64 {
    (frame.right - frame.left) / frame.x_range.1
}

/// The names of the layers if each fits into `width` CSS pixels; otherwise their numbers, possibly only every n-th one.
fn layer_marks(layers: &[String], width: f64) -> Vec<AxisMark> {
    let width = width.max(1.0);
    let names = layers.iter().enumerate();
    let place = |index: usize| index as f64 + 0.5;
    if layers.iter().all(|name| estimated_width(name, SMALL) + 12.0 <= width) {
        return names.map(|(index, name)| (place(index), name.clone())).collect();
    }
    let stride = (1..layers.len()).find(|stride| *stride as f64 * width >= 22.0).unwrap_or(layers.len().max(1));
    names.step_by(stride).map(|(index, _)| (place(index), (index + 1).to_string())).collect()
}

fn draw_line<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    chart: &LayerChart,
    frame: &Frame,
    (index, line): (usize, &LayerLine),
    dark: bool,
) -> Drawn<DB, ()> {
    let color = line.color.on(dark);
    let lines = chart.lines.len().max(1) as f64;
    let width = (layer_width(frame) * DOTS).min(pen.px(APART) * lines);
    let shift = ((index as f64 + 0.5) / lines - 0.5) * width;
    let radius = pen.css(width / lines * 0.6).clamp(1.5, DOT);
    let point = |(layer, value): (usize, &Option<f64>)| {
        let place = value.and_then(|value| chart.axis.place(value))?;
        Some((frame.pixel_x(layer as f64 + 0.5) + shift, frame.pixel_y(place)))
    };
    let points: Vec<_> = line.values.iter().take(chart.layers.len()).enumerate().map(point).collect();
    for piece in points.split(Option::is_none) {
        let piece: Vec<(f64, f64)> = piece.iter().flatten().copied().collect();
        if piece.len() > 1 {
            pen.line(&piece, color, 1.5, line.dash.pattern())?;
        }
        piece.into_iter().try_for_each(|at| pen.dot(at, radius, color))?;
    }
    Ok(())
}
