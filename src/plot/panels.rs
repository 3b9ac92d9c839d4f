//! Which quantities the panels of the page and of the exported figure show, and the titles of the panels.

use crate::metrics::Quantity;

/// A panel of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePanel {
    /// Its name in the page's HTML: the id of the canvas is `chart-NAME`.
    pub name: &'static str,
    /// A heading for all of its quantities, used if there is no room for the title of the selected one.
    pub title: &'static str,
    /// Its quantities, in the order of the buttons; the first one is selected initially.
    pub quantities: &'static [Quantity],
}

/// The panels of the page that show curves.
pub const PANELS: [CurvePanel; 3] = [
    CurvePanel { name: "accuracy", title: "Test accuracy", quantities: &[Quantity::TestAccuracy] },
    CurvePanel { name: "loss", title: "Train loss", quantities: &[Quantity::TrainLoss] },
    CurvePanel {
        name: "emergence",
        title: "Emergence",
        quantities: &[
            Quantity::EmergenceB,
            Quantity::EmergenceA,
            Quantity::ChannelEmergenceB,
            Quantity::ChannelEmergenceA,
        ],
    },
];

/// The panels of the exported figure, row by row.
pub(super) const FIGURE: [Quantity; 4] =
    [Quantity::TestAccuracy, Quantity::TrainLoss, Quantity::EmergenceB, Quantity::EmergenceA];
