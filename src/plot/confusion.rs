//! A confusion matrix: a row per true class, a column per predicted one, colored by the share of the row.

use super::heatmap::{draw_scale, plain};
use super::palette::sequential;
use super::pen::{Lettering, MEDIUM, Pen, SMALL, estimated_width};
use super::{Area, Drawn, PlotStyle};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

/// Height of the heading with the color bar, in CSS pixels.
const TOP: f64 = 30.0;
/// Room for the name of an axis, in CSS pixels.
const AXIS: f64 = 22.0;
const RIGHT: f64 = 8.0;
/// Longer names of classes are cut, so that half of a phone is left for the cells.
const LONGEST_NAME: usize = 11;

/// How often each class was taken for each other one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Number of examples, `[true class, predicted class]`; what is missing counts as 0.
    pub counts: Vec<u32>,
}

impl ConfusionMatrix {
    fn count(&self, truth: usize, predicted: usize) -> u32 {
        self.counts.get(truth * self.classes.len() + predicted).copied().unwrap_or(0)
    }

    /// The part of a true class that was taken for a predicted one.
    fn share(&self, truth: usize, predicted: usize) -> f64 {
        let row: f64 = (0..self.classes.len()).map(|column| f64::from(self.count(truth, column))).sum();
        f64::from(self.count(truth, predicted)) / row.max(1.0)
    }
}

/// Where the cells lie, in pixels.
struct Cells {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// Draws the matrix over the whole of `root`.
pub fn draw_confusion<DB: DrawingBackend>(
    root: &Area<DB>,
    matrix: &ConfusionMatrix,
    style: &PlotStyle,
) -> Drawn<DB, ()> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let (width, height) = pen.size();
    let names: Vec<String> = matrix.classes.iter().map(|name| shortened(name)).collect();
    let longest = pen.px(names.iter().map(|name| estimated_width(name, SMALL)).fold(0.0, f64::max));
    let count = names.len().max(1) as f64;
    let left = pen.px(AXIS + 4.0) + longest;
    let right = (width - pen.px(RIGHT)).max(left + 1.0);
    let cell_width = (right - left) / count;
    // Names of columns stand upright where they would run into each other.
    let upwards = longest + pen.px(4.0) > cell_width;
    let names_height = if upwards { longest } else { pen.px(SMALL) };
    let bottom = (height - pen.px(AXIS + 8.0) - names_height).max(pen.px(TOP) + 1.0);
    let cell_height = (bottom - pen.px(TOP)) / count;
    let cells = Cells { left, top: pen.px(TOP), width: cell_width, height: cell_height };

    draw_scale(&pen, right, "Share of the true class")?;
    for truth in 0..names.len() {
        for predicted in 0..names.len() {
            draw_cell(&pen, &cells, matrix, (truth, predicted))?;
        }
    }
    draw_names(&pen, &cells, &names, upwards)?;
    let axis = Lettering { size: MEDIUM, ..plain(&pen, HPos::Center) };
    pen.text("predicted class", (left.midpoint(right), height - pen.px(11.0)), axis)?;
    pen.text("true class", (pen.px(10.0), cells.top.midpoint(bottom)), Lettering { upwards: true, ..axis })
}

fn draw_cell<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    cells: &Cells,
    matrix: &ConfusionMatrix,
    (truth, predicted): (usize, usize),
) -> Drawn<DB, ()> {
    let (left, top) = (cells.left + predicted as f64 * cells.width, cells.top + truth as f64 * cells.height);
    let gap = if cells.width.min(cells.height) > pen.px(6.0) { pen.px(1.0) } else { 0.0 };
    let color = sequential(matrix.share(truth, predicted));
    pen.rectangle((left, top), (left + cells.width - gap, top + cells.height - gap), color)?;
    let count = matrix.count(truth, predicted).to_string();
    let fits = pen.px(estimated_width(&count, SMALL)) <= cells.width && pen.px(SMALL + 1.0) <= cells.height;
    // Zeros would hide the few numbers that matter.
    if !fits || count == "0" {
        return Ok(());
    }
    let lettering = Lettering { color: readable_on(color), ..plain(pen, HPos::Center) };
    pen.text(&count, (left + cells.width / 2.0, top + cells.height / 2.0), lettering)
}

/// Where there is no room for all names, every second, third ... one is written.
fn draw_names<DB: DrawingBackend>(pen: &Pen<'_, DB>, cells: &Cells, names: &[String], upwards: bool) -> Drawn<DB, ()> {
    let every = |room: f64| {
        let apart = (1..names.len()).find(|apart| *apart as f64 * room >= pen.px(SMALL + 1.0));
        apart.unwrap_or(names.len().max(1))
    };
    let bottom = cells.top + names.len() as f64 * cells.height;
    for (index, name) in names.iter().enumerate() {
        let middle = index as f64 + 0.5;
        if index.is_multiple_of(every(cells.height)) {
            let at = (cells.left - pen.px(5.0), cells.top + middle * cells.height);
            pen.text(name, at, plain(pen, HPos::Right))?;
        }
        if index.is_multiple_of(if upwards { every(cells.width) } else { 1 }) {
            let anchor = if upwards { HPos::Right } else { HPos::Center };
            let below = if upwards { 5.0 } else { 5.0 + SMALL / 2.0 };
            let at = (cells.left + middle * cells.width, bottom + pen.px(below));
            pen.text(name, at, Lettering { upwards, ..plain(pen, anchor) })?;
        }
    }
    Ok(())
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// Black on light colors, white on dark ones.
fn readable_on(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let lightness = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
    if lightness > 140.0 { RGBColor(20, 22, 26) } else { RGBColor(255, 255, 255) }
}
