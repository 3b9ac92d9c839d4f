//! Values of the quantities of the figure as texts, with their units, and what the nodes of a measure of emergence are.

use super::sentences;
use crate::catalog::{EmergenceNodes, FigureQuantity, FigureUnit};
use crate::texts::text;

/// A value in the unit of the axis: `95.2 %`, `0.123`, `10^7.05`, `+0.7`.
#[must_use]
pub fn value_text(quantity: FigureQuantity, value: f64) -> String {
    match quantity.facts().unit() {
        FigureUnit::Percent => format!("{value:.1} %"),
        FigureUnit::Score => format!("{value:.1}"),
        FigureUnit::Nats => format!("{value:.3}"),
        FigureUnit::PowersOfTen => format!("10^{value:.2}"),
        FigureUnit::Points => format!("{value:+.1}").replace('-', "−"),
        FigureUnit::PercentChange => format!("{value:+.1} %").replace('-', "−"),
    }
}

/// A difference of two values, without a sign of its own: `0.7`, `0.012`.
#[must_use]
pub fn difference_text(quantity: FigureQuantity, difference: f64) -> String {
    match quantity.facts().unit() {
        FigureUnit::Percent | FigureUnit::Score | FigureUnit::Points | FigureUnit::PercentChange => {
            format!("{difference:.1}")
        }
        FigureUnit::Nats | FigureUnit::PowersOfTen => format!("{difference:.3}"),
    }
}

/// What the nodes of the measure on the chart are, how exact it is, and what the band of random activity is.
#[must_use]
pub fn measure_note(nodes: EmergenceNodes, convolutions: bool, random: bool) -> String {
    let measure = match (nodes, convolutions) {
        (EmergenceNodes::FeatureMaps { .. }, _) => {
            text!("Emergence at the level of feature maps, an approximation: every feature map is a node.")
        }
        (EmergenceNodes::Units, true) => text!(
            "Emergence at the level of units, exact (derived by this project): every position of every feature map is a node."
        ),
        (EmergenceNodes::Units, false) => text!("Emergence at the level of units, exact: every unit is a node."),
    };
    let band = random.then(|| text!("Gray: 95 % of random masks with the same number of active units."));
    sentences([measure].into_iter().chain(band))
}
