//! Descriptions of charts for screen readers.

use super::grouped;
use crate::texts::text;

/// A chart of curves: the last value of each variant, or that there is none.
#[must_use]
pub fn curves(title: &str, values: &[String]) -> String {
    if values.is_empty() {
        return text!("{title} by training step: nothing measured yet", title);
    }
    format!("{title}: {}", values.join("; "))
}

/// The last value of a variant: `Kaiming normal 89.6 % at step 300`.
#[must_use]
pub fn last_value(name: &str, value: &str, step: f64) -> String {
    text!("{name} {value} at step {step}", name, value, step = format!("{step:.0}"))
}

/// The heat map: the last fractions of each variant, or that there are none.
#[must_use]
pub fn heat_map(values: &[String], at: Option<u64>) -> String {
    if values.is_empty() {
        return text!("Active units per layer: nothing measured yet");
    }
    let values = values.join("; ");
    match at {
        Some(step) => text!("Active units per layer at step {step}: {values}", step = grouped(step), values),
        None => text!("Active units per layer at the last evaluation: {values}", values),
    }
}

/// The chart of layers at the start of training; its values are in a table, so only where to find them.
#[must_use]
pub fn layers(label: &str, is_measured: bool) -> String {
    if is_measured {
        text!("{label}, per layer: the values are in the table below", label)
    } else {
        text!("{label}, per layer: no run yet", label)
    }
}
