//! Texts about quantities on the charts: values with their units, and what the nodes of a measure of emergence are.

use crate::catalog::{EmergenceNodes, Quantity, Unit};

/// A value of a quantity with its unit, in the unit of the charts.
#[must_use]
pub fn value_text(quantity: Quantity, value: f64) -> String {
    match quantity.facts() {
        row if row.logarithmic => format!("10^{value:.2}"),
        row if row.unit == Unit::Percent => format!("{value:.1} %"),
        _ => format!("{value:.3}"),
    }
}

/// Half the width of the band of a chart, to be written after ±: `0.012`.
#[must_use]
pub fn spread_text(quantity: Quantity, spread: f64) -> String {
    match quantity.facts() {
        row if row.logarithmic => format!("{spread:.2} in the exponent"),
        row if row.unit == Unit::Percent => format!("{spread:.1}"),
        _ => format!("{spread:.3}"),
    }
}

/// What the nodes of the measure on the chart are, and how exact it is.
#[must_use]
pub fn measure_note(nodes: EmergenceNodes, convolutions: bool) -> &'static str {
    match (nodes, convolutions) {
        (EmergenceNodes::FeatureMaps { .. }, _) => {
            "Emergence at the level of feature maps, an approximation: every feature map is a node."
        }
        (EmergenceNodes::Units, true) => {
            "Emergence at the level of units, exact (derived by this project): every position of every feature map is a node."
        }
        (EmergenceNodes::Units, false) => "Emergence at the level of units, exact: every unit is a node.",
    }
}
