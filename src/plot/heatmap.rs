//! The fraction of active units as a heat map: one row per layer below the name of each variant, one column per evaluation.

use super::axes::{draw_columns, draw_x_label};
use super::decimation::{fits, is_same};
use super::last_step;
use super::palette::sequential;
use super::pen::{Label, Lettering, Pen, SMALL};
use super::scale::{Ticks, step_range};
use super::{Area, Drawn, Frame, PlotStyle, Shade};
use crate::experiment::Variant;
use crate::metrics::{History, VariantCurves, by_step};
use crate::texts::text;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// Height of the space above and below the rows, in CSS pixels.
const TOP: f64 = 30.0;
const BOTTOM: f64 = 42.0;
/// Height of the name of a variant and of a layer, in CSS pixels, if there is room.
const NAME: f64 = 22.0;
const ROW: f64 = 14.0;
/// Minimum and maximum width of the column of layer names, left of the cells, in CSS pixels; a letter is about [`LETTER`] wide.
const LEFT: (f64, f64) = (68.0, 150.0);
const LETTER: f64 = 6.5;
const RIGHT: f64 = 16.0;

/// The fraction of active units of every layer at every evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityMap {
    /// The visible variants.
    pub variants: Vec<VariantActivity>,
    /// Names of the layers, from input to output.
    pub layers: Vec<String>,
    /// The horizontal axis reaches from step 0 to here.
    pub x_max: f64,
    /// The step that a vertical line marks, if any.
    pub mark: Option<f64>,
}

/// The activity of one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantActivity {
    /// The name above its rows.
    pub name: String,
    /// Its color in the charts.
    pub color: Shade,
    /// For each layer, from input to output: `(step, fraction in [0, 1])`, the mean over the runs that curves are averaged
    /// over.
    pub layers: Vec<Vec<(u64, f64)>>,
}

/// The values of the cell under the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityReading {
    /// The variant's name.
    pub variant: String,
    /// Name of the layer.
    pub layer: String,
    /// The evaluation.
    pub step: u64,
    /// Fraction of active units, in `[0, 1]`.
    pub fraction: f64,
}

impl ActivityMap {
    /// The map of the visible variants, with names from `name`; variants beyond the end of `visible` are shown.
    #[must_use]
    pub fn new(history: &History, visible: &[bool], name: impl Fn(&Variant) -> String) -> Self {
        let shown = history.variants.iter().enumerate();
        let shown = shown.filter(|(index, _)| visible.get(*index).copied().unwrap_or(true));
        let layers: Vec<String> = history.layers.measured.iter().map(|layer| layer.name.clone()).collect();
        let variants = shown.map(|(_, variant)| VariantActivity {
            name: name(&variant.variant),
            color: Shade::of_variant(variant.palette_index),
            layers: (0..layers.len()).map(|layer| layer_means(variant, layer)).collect(),
        });
        Self { variants: variants.collect(), layers, x_max: last_step(history), mark: None }
    }

    /// The same map with a line at a step.
    #[must_use]
    pub fn marked_at(self, step: Option<u64>) -> Self {
        Self { mark: step.map(|step| step as f64), ..self }
    }

    /// The height at which rows have their natural size, in CSS pixels.
    #[must_use]
    pub fn natural_height(&self) -> f64 {
        TOP + BOTTOM + self.variants.iter().map(|variant| NAME + ROW * variant.layers.len() as f64).sum::<f64>()
    }

    /// The cell at a pixel of the drawn map.
    #[must_use]
    pub fn read_at(&self, frame: &Frame, pixel_x: f64, pixel_y: f64) -> Option<ActivityReading> {
        if !frame.contains(pixel_x, pixel_y) {
            return None;
        }
        let (row, _) = self.rows(frame).into_iter().find(|(_, span)| (span.0..span.1).contains(&pixel_y))?;
        let variant = self.variants.get(row.variant)?;
        let cells = variant.layers.get(row.layer?)?;
        let x = frame.x_at(pixel_x);
        let spans = column_spans(cells, map_width(frame));
        let index = spans.iter().position(|(from, to)| (*from..*to).contains(&x))?;
        let (step, fraction) = *cells.get(index)?;
        Some(ActivityReading {
            variant: variant.name.clone(),
            layer: self.layers.get(row.layer?)?.clone(),
            step,
            fraction,
        })
    }

    /// The pixel in the middle of a neighboring cell, for keys: `columns` evaluations to the right and `rows` layers down from the cell at
    /// `pixel`, stopping at the edges of the map. Without a cell at `pixel` it is the first cell.
    #[must_use]
    pub fn neighbor(
        &self,
        frame: &Frame,
        pixel: Option<(f64, f64)>,
        columns: isize,
        rows: isize,
    ) -> Option<(f64, f64)> {
        let lines: Vec<(Row, (f64, f64))> =
            self.rows(frame).into_iter().filter(|(row, _)| row.layer.is_some()).collect();
        let from =
            pixel.and_then(|(x, y)| Some((lines.iter().position(|(_, span)| (span.0..span.1).contains(&y))?, x)));
        let line = from.map_or(0, |(line, _)| line.saturating_add_signed(rows).min(lines.len().saturating_sub(1)));
        let (row, (top, bottom)) = lines.get(line)?;
        let cells = self.variants.get(row.variant)?.layers.get(row.layer?)?;
        let spans = column_spans(cells, map_width(frame));
        let column = from.map_or(0, |(_, x)| {
            let at = spans.iter().rposition(|(start, _)| *start <= frame.x_at(x)).unwrap_or_default();
            at.saturating_add_signed(columns).min(spans.len().saturating_sub(1))
        });
        // The outer cells are cut at the edges of the frame.
        let (start, end) = spans.get(column).map(|(start, end)| (frame.pixel_x(*start), frame.pixel_x(*end)))?;
        Some((start.max(frame.left).midpoint(end.min(frame.right)), top.midpoint(*bottom)))
    }

    /// All rows with their upper and lower edge, scaled to the height of the frame.
    fn rows(&self, frame: &Frame) -> Vec<(Row, (f64, f64))> {
        let natural = self.natural_height() - TOP - BOTTOM;
        let unit = (frame.bottom - frame.top) / natural.max(1.0);
        let mut top = frame.top;
        let mut rows = Vec::new();
        for (index, variant) in self.variants.iter().enumerate() {
            for layer in std::iter::once(None).chain((0..variant.layers.len()).map(Some)) {
                let bottom = top + unit * if layer.is_none() { NAME } else { ROW };
                rows.push((Row { variant: index, layer }, (top, bottom)));
                top = bottom;
            }
        }
        rows
    }
}

/// A variant's name (no layer) or one of its layers.
#[derive(Clone, Copy)]
struct Row {
    variant: usize,
    layer: Option<usize>,
}

/// Draws the map over the whole of `root` and returns the position of the rows, including names (the y range is not used).
pub fn draw_heatmap<DB: DrawingBackend>(root: &Area<DB>, map: &ActivityMap, style: &PlotStyle) -> Drawn<DB, Frame> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let frame = frame_of(&pen, map);
    draw_scale(&pen, frame.right, &text!("Active units per layer"))?;
    for (row, span) in map.rows(&frame) {
        let variant = &map.variants[row.variant];
        match row.layer {
            Some(layer) => draw_row(&pen, &frame, (&variant.layers[layer], name_of(map, layer)), span)?,
            None => draw_name(&pen, &frame, variant, span, style.dark)?,
        }
    }
    if let Some(step) = map.mark {
        pen.upright((frame.pixel_x(step), frame.top), frame.bottom, pen.theme.text)?;
    }
    draw_steps(&pen, &frame)?;
    Ok(frame)
}

fn name_of(map: &ActivityMap, layer: usize) -> &str {
    map.layers.get(layer).map_or("", String::as_str)
}

fn layer_means(variant: &VariantCurves, layer: usize) -> Vec<(u64, f64)> {
    let (runs, end) = variant.shown_runs();
    let fractions = runs.into_iter().flat_map(|run| &run.active_fraction).filter(|(step, _)| *step < end);
    let values = fractions.filter_map(|(step, fractions)| {
        let fraction = fractions.get(layer).filter(|fraction| fraction.is_finite())?;
        Some((*step, f64::from(*fraction)))
    });
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    by_step(values).into_iter().map(|(step, values)| (step, mean(&values))).collect()
}

/// Each cell extends halfway to its neighbors, and the outer ones equally far on their other side; a single cell covers a
/// fiftieth of the `width` of the axis.
fn column_spans(cells: &[(u64, f64)], width: f64) -> Vec<(f64, f64)> {
    let steps: Vec<f64> = cells.iter().map(|(step, _)| *step as f64).collect();
    let middles: Vec<f64> = steps.windows(2).map(|pair| pair[0].midpoint(pair[1])).collect();
    let spans = steps.iter().enumerate().map(|(index, step)| {
        let before = index.checked_sub(1).and_then(|index| middles.get(index));
        let after = middles.get(index);
        let half = before.map(|middle| step - middle).or(after.map(|middle| middle - step)).unwrap_or(width / 50.0);
        (before.copied().unwrap_or(step - half), after.copied().unwrap_or(step + half))
    });
    spans.collect()
}

fn map_width(frame: &Frame) -> f64 {
    frame.x_range.1 - frame.x_range.0
}

fn frame_of<DB: DrawingBackend>(pen: &Pen<'_, DB>, map: &ActivityMap) -> Frame {
    let (width, height) = pen.size();
    let longest = map.layers.iter().map(|name| name.chars().count()).max().unwrap_or_default() as f64;
    let (left, top) = (pen.px((longest * LETTER + 12.0).clamp(LEFT.0, LEFT.1)), pen.px(TOP));
    let (right, bottom) = ((width - pen.px(RIGHT)).max(left + 1.0), (height - pen.px(BOTTOM)).max(top + 1.0));
    Frame::linear([left, top, right, bottom], step_range(map.x_max), (0.0, 1.0))
}

fn draw_name<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    variant: &VariantActivity,
    span: (f64, f64),
    dark: bool,
) -> Drawn<DB, ()> {
    let row = span.1 - (span.1 - span.0).min(pen.px(20.0)) / 2.0;
    let half = pen.px(4.5);
    let left = frame.left;
    pen.rectangle((left, row - half), (left + 2.0 * half, row + half), variant.color.on(dark))?;
    let start = left + pen.px(15.0);
    let label = Label::within(&variant.name, SMALL, pen.css(frame.right - start));
    pen.label(&label, (start, row), Lettering { color: pen.theme.text, ..pen.plain(HPos::Left) })
}

fn draw_row<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    (cells, label): (&[(u64, f64)], &str),
    (top, bottom): (f64, f64),
) -> Drawn<DB, ()> {
    // Labels of rows lower than their letters would overlap.
    if bottom - top >= pen.px(SMALL - 1.0) {
        pen.text(label, (frame.left - pen.px(7.0), top.midpoint(bottom)), pen.plain(HPos::Right))?;
    }
    let gap = if bottom - top > pen.px(4.0) { pen.px(1.0) } else { 0.0 };
    pen.rectangle((frame.left, top), (frame.right, bottom - gap), pen.theme.grid)?;
    for (from, to, fraction) in visible_cells(frame, cells, pen.px(1.0)) {
        let from = frame.clamped((from, top));
        // Slightly too far to the right: the next cell covers the excess, and no seam is visible between the two.
        let to = frame.clamped((to + pen.px(0.75), bottom - gap));
        pen.rectangle(from, to, sequential(fraction))?;
    }
    Ok(())
}

/// The left and the right edge of the cells of a row, in pixels, with their fractions. Of more cells than pixels can show, those that begin
/// in the same column of this width are one cell with their mean.
#[must_use]
pub fn visible_cells(frame: &Frame, cells: &[(u64, f64)], column: f64) -> Vec<(f64, f64, f64)> {
    let spans = column_spans(cells, map_width(frame));
    let places =
        cells.iter().zip(spans).map(|((_, fraction), (from, to))| (frame.pixel_x(from), frame.pixel_x(to), *fraction));
    let places: Vec<(f64, f64, f64)> = places.collect();
    if fits(places.len(), column, frame.right - frame.left) {
        return places;
    }
    let merged = places.chunk_by(|one, other| is_same(one.0, other.0, column)).filter_map(|group| {
        let mean = group.iter().map(|(_, _, fraction)| fraction).sum::<f64>() / group.len() as f64;
        Some((group.first()?.0, group.last()?.1, mean))
    });
    merged.collect()
}

fn draw_steps<DB: DrawingBackend>(pen: &Pen<'_, DB>, frame: &Frame) -> Drawn<DB, ()> {
    let room = pen.css(frame.right - frame.left);
    let ticks = Ticks::new(frame.x_range, if room > 500.0 { 8 } else { 4 }, true);
    draw_columns(pen, frame, &ticks.marks())?;
    draw_x_label(pen, frame, &text!("step"), frame.bottom + pen.px(30.0))
}

/// The heading and, ending at `right`, the color bar from 0 to 1.
pub(super) fn draw_scale<DB: DrawingBackend>(pen: &Pen<'_, DB>, right: f64, title: &str) -> Drawn<DB, ()> {
    let (row, bar) = (pen.px(14.0), (right - pen.px(10.0 + 84.0), right - pen.px(12.0)));
    let (start, lettering) = (pen.px(8.0), pen.heading());
    let label = Label::within(title, lettering.size, pen.css(bar.0 - start) - 15.0);
    pen.label(&label, (start, row), lettering)?;
    let slices = 36;
    for slice in 0..slices {
        let at = |index: i32| bar.0 + (bar.1 - bar.0) * f64::from(index) / f64::from(slices);
        let color = sequential((f64::from(slice) + 0.5) / f64::from(slices));
        pen.rectangle((at(slice), row - pen.px(5.0)), (bar.1, row + pen.px(5.0)), color)?;
    }
    pen.text("0", (bar.0 - pen.px(5.0), row), pen.plain(HPos::Right))?;
    pen.text("1", (bar.1 + pen.px(5.0), row), pen.plain(HPos::Left))
}
