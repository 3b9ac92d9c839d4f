//! What every section of the document that shows results has in common: it lies in a part of the page and draws the same picture.

use crate::experiment::FigureView;
use crate::metrics::History;
use crate::plot::Pinned;
use crate::web::error::WebResult;
use crate::web::page::model::phase::Phase;
use crate::web::page::model::tabs::Tab;

/// What is drawn, and how.
pub(super) struct Picture<'page> {
    /// The measurements.
    pub(super) history: &'page History,
    /// Axes, zoom, quantities, and the step under the scrubber.
    pub(super) view: &'page FigureView,
    /// The phase of the networks that are shown, if the worker has them.
    pub(super) inspected: Phase,
    /// Which variants are visible, by index.
    pub(super) visible: &'page [bool],
    /// The names of the variants.
    pub(super) names: &'page [String],
    /// An earlier result, drawn behind.
    pub(super) pinned: Option<Pinned<'page>>,
    /// Whether the figure has a title, because there is no choice of quantities above it.
    pub(super) titled: bool,
    /// Whether colors are light on dark.
    pub(super) dark: bool,
}

/// A section of the document that shows results.
pub(super) trait Section {
    /// The part of the page in which it lies; it is drawn only while that part is visible.
    fn tab(&self) -> Tab;

    /// Draws what has changed.
    fn draw(&mut self, picture: &Picture<'_>) -> WebResult<()>;
}
