//! Axes of a plotting area: grid lines with their labels, tick labels below it, the baseline, the heading, and axis labels.
//! Every chart draws its axes here.

use super::pen::{Label, Lettering, MEDIUM, Pen, SMALL, estimated_width};
use super::scale::AxisMark;
use super::{Drawn, Frame};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// Both axes of a plotting area.
pub(super) struct Axes<'chart> {
    /// Grid lines, from bottom to top.
    pub(super) rows: Vec<AxisMark>,
    /// Tick labels below the baseline, from left to right.
    pub(super) columns: Vec<AxisMark>,
    /// The heading, above the plotting area; empty for none.
    pub(super) title: &'chart str,
    /// Label of the horizontal axis; empty for none.
    pub(super) x_label: &'chart str,
    /// Label of the vertical axis; empty for none.
    pub(super) y_label: &'chart str,
}

impl Axes<'_> {
    /// Draws both axes around a plotting area.
    pub(super) fn draw<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, frame: &Frame) -> Drawn<DB, ()> {
        for (place, label) in &self.rows {
            let row = frame.pixel_y(*place);
            pen.level((frame.left, row), frame.right, pen.theme.grid)?;
            pen.text(label, (frame.left - pen.px(7.0), row), pen.plain(HPos::Right))?;
        }
        draw_columns(pen, frame, &self.columns)?;
        pen.level((frame.left, frame.bottom), frame.right, pen.theme.axis)?;
        self.draw_title(pen, frame)?;
        draw_x_label(pen, frame, self.x_label, frame.bottom + pen.px(30.0))?;
        draw_y_label(pen, frame, self.y_label)
    }

    fn draw_title<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, frame: &Frame) -> Drawn<DB, ()> {
        let lettering = pen.heading();
        let label = Label::within(self.title, lettering.size, pen.css(pen.size().0 - frame.left));
        if label.is_empty() { Ok(()) } else { pen.label(&label, (frame.left, pen.px(14.0)), lettering) }
    }
}

/// Tick labels below a plotting area.
pub(super) fn draw_columns<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    columns: &[AxisMark],
) -> Drawn<DB, ()> {
    columns.iter().try_for_each(|(place, label)| {
        let column = frame.pixel_x(*place);
        pen.upright((column, frame.bottom), frame.bottom + pen.px(4.0), pen.theme.axis)?;
        pen.text(label, (column, frame.bottom + pen.px(13.0)), pen.plain(HPos::Center))
    })
}

/// The label of the horizontal axis, at this pixel row.
pub(super) fn draw_x_label<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    frame: &Frame,
    text: &str,
    row: f64,
) -> Drawn<DB, ()> {
    let label = Label::within(text, MEDIUM, pen.css(pen.size().0));
    draw_label(pen, &label, (frame.left.midpoint(frame.right), row), false)
}

/// The label of the vertical axis, at the left edge.
pub(super) fn draw_y_label<DB: DrawingBackend>(pen: &Pen<'_, DB>, frame: &Frame, text: &str) -> Drawn<DB, ()> {
    let label = Label::within(text, MEDIUM, pen.css(pen.size().1));
    draw_label(pen, &label, (pen.px(10.0), frame.top.midpoint(frame.bottom)), true)
}

fn draw_label<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    label: &Label<'_>,
    at: (f64, f64),
    upwards: bool,
) -> Drawn<DB, ()> {
    if label.is_empty() {
        return Ok(());
    }
    pen.label(label, at, Lettering { size: MEDIUM, upwards, ..pen.plain(HPos::Center) })
}

/// Room for the labels of grid lines and for `more` CSS pixels beside them, in pixels; for at least three characters, so that
/// the axis does not move while the first points arrive.
pub(super) fn left_margin<DB: DrawingBackend>(pen: &Pen<'_, DB>, rows: &[AxisMark], more: f64) -> f64 {
    let widths = rows.iter().map(|(_, label)| estimated_width(label, SMALL));
    pen.px(more + widths.fold(estimated_width("000", SMALL), f64::max))
}
