//! Charts on any plotters backend: the canvas of the page and the native SVG share all drawing code.
//!
//! A [`Chart`] is a value; [`draw`] draws it and returns the position of the plotting area ([`Frame`]), so that the position of
//! a pointer can be converted to a step. Nothing here measures text, because in a browser plotters does so through the DOM and
//! each measurement causes a layout: room is reserved by counting characters.
//!
//! Plotters uses integer pixel coordinates. Lines look smooth with at least two device pixels per CSS pixel, so a canvas should
//! have at least twice the resolution of its box, even on a low-resolution screen.

mod axes;
mod chart;
mod confusion;
mod curves;
mod frame;
pub mod heatmap;
mod layers;
pub mod palette;
mod pen;
mod scale;
pub mod svg;

pub use chart::{draw, draw_cursor};
pub use confusion::{ConfusionMatrix, draw_confusion};
pub use curves::{Reading, quantity_chart, read_at};
pub use frame::Frame;
pub use heatmap::{ActivityMap, draw_heatmap};
pub use layers::{LayerAxis, LayerChart, LayerLine, draw_layers};
pub use palette::{Dash, Shade, variant_color, variant_css};

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;

/// A drawing area in pixels.
pub type Area<DB> = DrawingArea<DB, Shift>;

/// What drawing on a backend returns.
pub type Drawn<DB, T> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A chart with training steps on the horizontal axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Heading, above the plotting area; empty for none.
    pub title: String,
    /// Label of the horizontal axis.
    pub x_label: String,
    /// Label of the vertical axis, with its unit.
    pub y_label: String,
    /// The lines; the first one is drawn below the others.
    pub series: Vec<Series>,
    /// End of the horizontal axis, which starts at 0.
    pub x_max: f64,
    /// Range of the vertical axis; if absent, that of the data with padding.
    pub y_range: Option<(f64, f64)>,
}

/// One line of a chart. Values that are not finite are skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Index of its variant.
    pub variant: usize,
    /// Its color.
    pub color: Shade,
    /// Its dash pattern, which distinguishes lines in addition to the color.
    pub dash: Dash,
    /// `(x, y)`, in order of increasing x.
    pub points: Vec<(f64, f64)>,
    /// `(x, low, high)`, in order of increasing x; empty for no band.
    pub band: Vec<(f64, f64, f64)>,
    /// The same for random activity, a gray band below everything else; empty for none.
    pub random: Vec<(f64, f64, f64)>,
}

impl Series {
    /// The ends of both bands, which the axis must contain.
    fn bands(&self) -> impl Iterator<Item = f64> {
        self.band.iter().chain(&self.random).flat_map(|(_, low, high)| [*low, *high])
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
