//! The legend above a chart: a sample of each line with its name, in as many rows as needed.

use super::chart::draw_random;
use super::pen::{Label, Lettering, MEDIUM, Pen};
use super::{Area, Chart, Dash, Drawn, PlotStyle, Shade, draw};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// Height of a row, and of the space around all of them, in CSS pixels.
const ROW: f64 = 24.0;
const MARGIN: f64 = 14.0;
/// Left and right margin, in CSS pixels.
const SIDE: f64 = 20.0;
/// Width of a sample with the space beside it, in CSS pixels.
const SAMPLE: f64 = 58.0;

/// What an entry explains.
#[derive(Clone, Copy)]
pub(super) enum LegendSample {
    /// A line with this color and dash.
    Line(Shade, Dash),
    /// The gray band of random activity.
    RandomActivity,
}

/// The legend, with its entries in their places.
pub(super) struct Legend<'name>(Vec<LegendEntry<'name>>);

struct LegendEntry<'name> {
    label: Label<'name>,
    sample: LegendSample,
    row: usize,
    /// Left edge, in CSS pixels.
    left: f64,
}

impl<'name> Legend<'name> {
    /// Places entries within `width` CSS pixels, each beside the previous one if there is room.
    pub(super) fn new(entries: impl IntoIterator<Item = (&'name str, LegendSample)>, width: f64) -> Self {
        let room = width - SIDE;
        let (mut row, mut left) = (0, 0.0);
        let mut placed = Vec::new();
        for (name, sample) in entries {
            let label = Label::within(name, MEDIUM, room - SAMPLE);
            let width = SAMPLE + label.width(MEDIUM);
            if left > 0.0 && left + width > room {
                (row, left) = (row + 1, 0.0);
            }
            placed.push(LegendEntry { label, sample, row, left });
            left += width;
        }
        Self(placed)
    }

    /// The legend of a chart: all its lines that have a name.
    fn of(chart: &'name Chart, width: f64) -> Self {
        let lines = chart.series.iter().filter(|series| !series.name.is_empty());
        Self::new(lines.map(|series| (series.name.as_str(), LegendSample::Line(series.color, series.dash))), width)
    }

    /// Its height in CSS pixels; 0 without entries.
    pub(super) fn height(&self) -> f64 {
        self.0.last().map_or(0.0, |last| ROW * (last.row + 1) as f64 + MARGIN)
    }

    /// Draws it at the upper edge of `root`.
    pub(super) fn draw<DB: DrawingBackend>(&self, root: &Area<DB>, style: &PlotStyle) -> Drawn<DB, ()> {
        let pen = Pen::new(root, style);
        let lettering = Lettering { size: MEDIUM, color: pen.theme.text, ..pen.plain(HPos::Left) };
        for LegendEntry { label, sample, row, left } in &self.0 {
            let (left, middle) = (SIDE + left, SIDE + ROW * *row as f64);
            let at = |x: f64, y: f64| (pen.px(left + x), pen.px(middle + y));
            match sample {
                LegendSample::Line(color, dash) => {
                    pen.line(&[at(0.0, 0.0), at(28.0, 0.0)], color.on(style.dark), 2.5, dash.pattern())?;
                }
                LegendSample::RandomActivity => {
                    let edges = [6.0, -6.0].map(|y| vec![at(0.0, y), at(28.0, y)]);
                    draw_random(&pen, &edges, pen.theme.axis, Dash::Solid)?;
                }
            }
            pen.label(label, at(35.0, 0.0), lettering)?;
        }
        Ok(())
    }
}

/// The height of a chart's legend in CSS pixels, if it is `width` CSS pixels wide.
#[must_use]
pub fn legend_height(chart: &Chart, width: u32) -> f64 {
    Legend::of(chart, f64::from(width)).height()
}

/// Draws a chart below a legend with the names of its lines, which are then not written at their ends.
pub fn draw_with_legend<DB: DrawingBackend>(root: &Area<DB>, chart: &Chart, style: &PlotStyle) -> Drawn<DB, ()> {
    let pen = Pen::new(root, style);
    pen.background()?;
    let legend = Legend::of(chart, pen.css(pen.size().0));
    #[expect(clippy::cast_possible_truncation, reason = "a few hundred pixels")]
    let (top, bottom) = root.split_vertically(pen.px(legend.height()).round() as i32);
    legend.draw(&top, style)?;
    draw(&bottom, &Chart { named: false, ..chart.clone() }, style).map(drop)
}
