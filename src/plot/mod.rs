//! Charts on any plotters backend: the page's canvas and the native SVG share every line.
//!
//! A [`Chart`] is a value; [`draw`] puts it on a drawing area and says where things went ([`Frame`]), so that a pointer can
//! be turned back into a step. Nothing here measures text, because plotters does so through the DOM in a browser and
//! each measurement costs a layout: room is reserved by counting characters.
//!
//! Coordinates are whole pixels in plotters. Lines look smooth from two device pixels per CSS pixel up, so a canvas
//! should be at least twice as fine as its box, also on a plain screen.

mod axes;
mod chart;
mod confusion;
mod frame;
pub mod heatmap;
mod layers;
pub mod palette;
mod pen;
mod quantity;
mod scale;
pub mod svg;

pub use chart::{draw, draw_cursor};
pub use confusion::{ConfusionMatrix, draw_confusion};
pub use frame::Frame;
pub use heatmap::{ActivityMap, draw_heatmap};
pub use layers::{LayerAxis, LayerChart, LayerLine, draw_layers};
pub use palette::{Dash, Shade, variant_color, variant_css};
pub use quantity::{Reading, quantity_chart, read_at};

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;

/// A drawing area in pixels.
pub type Area<DB> = DrawingArea<DB, Shift>;

/// What drawing on a backend returns.
pub type Drawn<DB, T> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Lines against training steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Heading, above the plotting area; empty for none.
    pub title: String,
    /// What the horizontal axis counts.
    pub x_label: String,
    /// What the vertical axis shows, with its unit.
    pub y_label: String,
    /// The lines, the first one at the bottom.
    pub series: Vec<Series>,
    /// The horizontal axis reaches from 0 to here.
    pub x_max: f64,
    /// The vertical axis; from the data, with padding, when absent.
    pub y_range: Option<(f64, f64)>,
}

/// One line of a chart. Numbers that are not finite are skipped wherever they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Index of the variant that it is of.
    pub variant: usize,
    /// Its color.
    pub color: Shade,
    /// How the line is broken, the second channel beside the color.
    pub dash: Dash,
    /// `(x, y)`, by rising x.
    pub points: Vec<(f64, f64)>,
    /// `(x, low, high)`, by rising x; empty for no band.
    pub band: Vec<(f64, f64, f64)>,
    /// The same of random activity, a gray band below everything else; empty for none.
    pub random: Vec<(f64, f64, f64)>,
}

impl Series {
    /// Both bands, whose ends an axis has to hold.
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
    /// Leave the background as it is instead of filling it.
    pub transparent: bool,
    /// CSS font family list.
    pub font: String,
    /// What font sizes are multiplied with besides `scale`: plotters' SVG backend divides them by 1.24.
    pub font_factor: f64,
    /// Whether the full text of a shortened one is written after it, for [`svg`] to take out again.
    full_texts: bool,
}

impl PlotStyle {
    /// For a canvas with `scale` pixels per CSS pixel, on top of the page's own background.
    #[must_use]
    pub fn canvas(scale: f64, dark: bool) -> Self {
        let font = "system-ui, sans-serif".to_owned();
        Self { scale, dark, transparent: true, font, font_factor: 1.0, full_texts: false }
    }

    /// For plotters' SVG backend, background included.
    #[must_use]
    pub fn svg(scale: f64, dark: bool) -> Self {
        let font = "Helvetica, Arial, sans-serif".to_owned();
        Self { scale, dark, transparent: false, font, font_factor: 1.24, full_texts: true }
    }
}
