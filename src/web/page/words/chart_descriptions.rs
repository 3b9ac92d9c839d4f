//! Descriptions of charts for screen readers.

use std::fmt::Display;

/// A chart of curves: the last value of each variant, or that there is none.
#[must_use]
pub fn curves(title: &str, values: &[String]) -> String {
    if values.is_empty() {
        return format!("{title} by training step: nothing measured yet");
    }
    format!("{title}: {}", values.join("; "))
}

/// The heat map: the last fractions of each variant, or that there are none.
#[must_use]
pub fn heat_map(values: &[String]) -> String {
    if values.is_empty() {
        return "Active units per layer: nothing measured yet".to_owned();
    }
    format!("Active units per layer at the last evaluation: {}", values.join("; "))
}

/// The chart of layers at the start of training; its values are in a table, so only where to find them.
#[must_use]
pub fn layers(label: impl Display, is_measured: bool) -> String {
    format!("{label}, per layer: {}", if is_measured { "the values are in the table below" } else { "no run yet" })
}
