//! Charts on any plotters backend: the canvas of the page and the native SVG share all drawing code.
//!
//! A [`Chart`] is a value; [`draw`] draws it and returns the position of the plotting area ([`Frame`]), so that the position of
//! a pointer can be converted to a step. Nothing here measures text, because in a browser plotters does so through the DOM and
//! each measurement causes a layout: room is reserved by counting characters.
//!
//! Plotters uses integer pixel coordinates. Lines look smooth with at least two device pixels per CSS pixel, so a canvas should
//! have at least twice the resolution of its box, even on a low-resolution screen.

mod axes;
mod axis_scale;
mod chart;
mod confusion;
mod curves;
pub mod decimation;
mod frame;
pub mod heatmap;
mod layers;
mod legend;
mod line_ends;
pub mod palette;
mod pen;
mod scale;
pub mod svg;

pub use axis_scale::{AxisScale, AxisUnit};
pub use chart::{draw, draw_cursor};
pub use confusion::{ConfusionMatrix, draw_confusion};
use curves::last_step;
pub use curves::{Figure, Pinned, Reading, divergence_text, heading, quantity_chart, read_at};
pub use frame::Frame;
pub use heatmap::{ActivityMap, draw_heatmap};
pub use layers::{LayerAxis, LayerChart, LayerLine, draw_layers};
pub use legend::{draw_with_legend, legend_height};
pub use palette::{Dash, Shade, variant_color, variant_css};

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;

/// A drawing area in pixels.
pub type Area<DB> = DrawingArea<DB, Shift>;

/// What drawing on a backend returns.
pub type Drawn<DB, T> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A chart of lines, usually with training steps on the horizontal axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Heading, above the plotting area; empty for none.
    pub title: String,
    /// The horizontal axis.
    pub x: ChartAxis,
    /// The vertical axis.
    pub y: ChartAxis,
    /// The lines; the first one is drawn below the others.
    pub series: Vec<Series>,
    /// Whether the names of the series are written at the ends of their lines, if there is room.
    pub named: bool,
}

/// An axis of a chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartAxis {
    /// Its label, with the unit; empty for none.
    pub label: String,
    /// Its scale.
    pub scale: AxisScale,
    /// Its range; if absent, that of the data with padding.
    pub range: Option<(f64, f64)>,
    /// The unit of its tick labels.
    pub unit: AxisUnit,
}

/// One line of a chart. Values that are not finite are skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Index of its variant.
    pub variant: usize,
    /// Its name, to be written at its end; empty for none.
    pub name: String,
    /// Its color.
    pub color: Shade,
    /// Its dash pattern, which distinguishes lines in addition to the color.
    pub dash: Dash,
    /// `(x, y)`, in order of increasing x.
    pub points: Vec<(f64, f64)>,
    /// `(x, low, high)`, in order of increasing x; empty for no band.
    pub band: Vec<(f64, f64, f64)>,
    /// Thin lines below it: single seeds, or the line before smoothing.
    pub thin: Vec<Vec<(f64, f64)>>,
    /// `(x, low, high)` of random activity, a gray band below everything else; empty for none.
    pub random: Vec<(f64, f64, f64)>,
    /// A text beside a cross at the end of the line, if it ends because its runs have diverged.
    pub mark: Option<String>,
    /// Whether all its runs have diverged.
    pub ended: bool,
    /// Whether it belongs to an earlier result, which is drawn faintly.
    pub behind: bool,
}

impl Series {
    /// The ends of both bands, which the axis must contain.
    fn bands(&self) -> impl Iterator<Item = f64> {
        self.band.iter().chain(&self.random).flat_map(|(_, low, high)| [*low, *high])
    }

    /// The values between two positions on the x axis.
    fn visible(&self, (from, to): (f64, f64)) -> impl Iterator<Item = f64> {
        let points = self.points.iter().chain(self.thin.iter().flatten());
        points.filter(move |(x, _)| (from..=to).contains(x)).map(|(_, y)| *y)
    }

    /// The ends of both bands between two positions on the x axis.
    fn visible_bands(&self, (from, to): (f64, f64)) -> impl Iterator<Item = f64> {
        let bands = self.band.iter().chain(&self.random);
        bands.filter(move |(x, _, _)| (from..=to).contains(x)).flat_map(|(_, low, high)| [*low, *high])
    }

    /// Replaces every value by `whole` minus the value.
    fn reflect(&mut self, whole: f64) {
        for (_, y) in self.points.iter_mut().chain(self.thin.iter_mut().flatten()) {
            *y = whole - *y;
        }
        for (_, low, high) in self.band.iter_mut().chain(&mut self.random) {
            (*low, *high) = (whole - *high, whole - *low);
        }
    }
}

/// How a chart is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotStyle {
    /// Pixels of the drawing area per CSS pixel; sizes, strokes and margins are multiplied by it.
    pub scale: f64,
    /// Light on dark.
    pub dark: bool,
    /// Do not fill the background.
    pub transparent: bool,
    /// CSS font family list.
    pub font: String,
    /// Additional factor of font sizes besides `scale`: plotters' SVG backend divides them by 1.24.
    pub font_factor: f64,
    /// Whether a shortened text is followed by the full text, which [`svg`] moves into a `<title>`.
    full_texts: bool,
}

impl PlotStyle {
    /// The style for a canvas with `scale` pixels per CSS pixel, on the background of the page.
    #[must_use]
    pub fn canvas(scale: f64, dark: bool) -> Self {
        let font = "system-ui, sans-serif".to_owned();
        Self { scale, dark, transparent: true, font, font_factor: 1.0, full_texts: false }
    }

    /// The style for plotters' SVG backend, with a background.
    #[must_use]
    pub fn svg(scale: f64, dark: bool) -> Self {
        let font = "Helvetica, Arial, sans-serif".to_owned();
        Self { scale, dark, transparent: false, font, font_factor: 1.24, full_texts: true }
    }
}
