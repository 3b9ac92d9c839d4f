//! A confusion matrix: one row per true class, one column per predicted class, colored by the fraction of the row.

use super::axes::{draw_x_label, draw_y_label};
use super::heatmap::draw_scale;
use super::palette::sequential;
use super::pen::{Label, Lettering, Pen, SMALL, estimated_width};
use super::{Area, Drawn, Frame, PlotStyle};
use crate::texts::{text, translated};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

/// Height of the heading with the color bar, in CSS pixels.
const TOP: f64 = 30.0;
/// Room for the label of an axis, in CSS pixels.
const AXIS: f64 = 22.0;
const RIGHT: f64 = 8.0;
/// Maximum length of class names; longer ones are shortened, so that half the width of a phone is left for the cells.
const LONGEST_NAME: usize = 11;

/// The number of examples for each pair of true and predicted class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Number of examples, `[true class, predicted class]`; missing entries count as 0.
    pub counts: Vec<u32>,
}

impl ConfusionMatrix {
    fn count(&self, truth: usize, predicted: usize) -> u32 {
        self.counts.get(truth * self.classes.len() + predicted).copied().unwrap_or(0)
    }

    /// The fraction of the examples of a true class for which this class was predicted.
    fn share(&self, truth: usize, predicted: usize) -> f64 {
        let row: f64 = (0..self.classes.len()).map(|column| f64::from(self.count(truth, column))).sum();
        f64::from(self.count(truth, predicted)) / row.max(1.0)
    }
}

/// Draws the matrix over the whole of `root`.
pub fn draw_confusion<DB: DrawingBackend>(
    root: &Area<DB>,
    matrix: &ConfusionMatrix,
    style: &PlotStyle,
) -> Drawn<DB, ()> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let height = pen.size().1;
    let classes: Vec<String> = matrix.classes.iter().map(|name| translated(name)).collect();
    let names: Vec<Label<'_>> = classes.iter().map(|name| Label::new(name, LONGEST_NAME)).collect();
    let longest = pen.px(names.iter().map(|name| name.width(SMALL)).fold(0.0, f64::max));
    let (frame, upwards) = layout(&pen, names.len(), longest);
    draw_scale(&pen, frame.right, &text!("Share of the true class"))?;
    for truth in 0..names.len() {
        for predicted in 0..names.len() {
            draw_cell(&pen, &frame, matrix, (truth, predicted))?;
        }
    }
    draw_names(&pen, &frame, &names, upwards)?;
    draw_x_label(&pen, &frame, &text!("predicted class"), height - pen.px(11.0))?;
    draw_y_label(&pen, &frame, &text!("true class"))
}

/// The position of the cells: each is 1 wide and 1 high, true classes increase downwards; and whether the names of columns are
/// vertical, which they are where they would overlap.
fn layout<DB: DrawingBackend>(pen: &Pen<'_, DB>, count: usize, longest: f64) -> (Frame, bool) {
    let (width, height) = pen.size();
    let count = count.max(1) as f64;
    let (left, top) = (pen.px(AXIS + 4.0) + longest, pen.px(TOP));
    let right = (width - pen.px(RIGHT)).max(left + 1.0);
    let upwards = longest + pen.px(4.0) > (right - left) / count;
    let names_height = if upwards { longest } else { pen.px(SMALL) };
    let bottom = (height - pen.px(AXIS + 8.0) - names_height).max(top + 1.0);
    (Frame::linear([left, top, right, bottom], (0.0, count), (count, 0.0)), upwards)
}

/// Width and height of a cell in pixels.
fn cell_size(frame: &Frame) -> (f64, f64) {
    ((frame.right - frame.left) / frame.x_range.1, (frame.bottom - frame.top) / frame.y_range.0)
}

fn draw_cell<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    matrix: &ConfusionMatrix,
    (truth, predicted): (usize, usize),
) -> Drawn<DB, ()> {
    let (width, height) = cell_size(frame);
    let (left, top) = (frame.left + predicted as f64 * width, frame.top + truth as f64 * height);
    let gap = if width.min(height) > pen.px(6.0) { pen.px(1.0) } else { 0.0 };
    let color = sequential(matrix.share(truth, predicted));
    pen.rectangle((left, top), (left + width - gap, top + height - gap), color)?;
    let count = matrix.count(truth, predicted).to_string();
    let fits = pen.px(estimated_width(&count, SMALL)) <= width && pen.px(SMALL + 1.0) <= height;
    // Zeros would distract from the few numbers that matter.
    if !fits || count == "0" {
        return Ok(());
    }
    let lettering = Lettering { color: readable_on(color), ..pen.plain(HPos::Center) };
    pen.text(&count, (left + width / 2.0, top + height / 2.0), lettering)
}

/// Draws the names of classes; every second, third, ... one if there is no room for all.
fn draw_names<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    names: &[Label<'_>],
    upwards: bool,
) -> Drawn<DB, ()> {
    let (width, height) = cell_size(frame);
    let every = |room: f64| {
        let apart = (1..names.len()).find(|apart| *apart as f64 * room >= pen.px(SMALL + 1.0));
        apart.unwrap_or(names.len().max(1))
    };
    for (index, name) in names.iter().enumerate() {
        let middle = index as f64 + 0.5;
        if index.is_multiple_of(every(height)) {
            let at = (frame.left - pen.px(5.0), frame.top + middle * height);
            pen.label(name, at, pen.plain(HPos::Right))?;
        }
        if index.is_multiple_of(if upwards { every(width) } else { 1 }) {
            let anchor = if upwards { HPos::Right } else { HPos::Center };
            let below = if upwards { 5.0 } else { 5.0 + SMALL / 2.0 };
            let at = (frame.left + middle * width, frame.bottom + pen.px(below));
            pen.label(name, at, Lettering { upwards, ..pen.plain(anchor) })?;
        }
    }
    Ok(())
}

/// Black for text on light colors, white on dark ones.
fn readable_on(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let lightness = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
    if lightness > 140.0 { RGBColor(20, 22, 26) } else { RGBColor(255, 255, 255) }
}
