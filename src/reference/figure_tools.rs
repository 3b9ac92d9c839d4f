//! Generates the choices above the figure from the tables of its quantities, axes and bands.

use super::markup::options;
use crate::catalog::FIGURES;
use crate::experiment::{Band, Named, XAxis, YAxis};

/// The choices, each with the name of its query key.
pub(super) fn figure_tools() -> String {
    let quantities = FIGURES.iter().map(|row| (row.name, row.title)).collect();
    let zooms = vec![("all", "all steps"), ("early", "first steps"), ("plateau", "second half")];
    let smoothing = vec![("0", "none"), ("0.5", "a little"), ("0.9", "much")];
    [
        choice("show", "Quantity", quantities),
        choice("x", "Horizontal axis", labels::<XAxis>()),
        choice("y", "Vertical axis", labels::<YAxis>()),
        choice("zoom", "Zoom", zooms),
        choice("band", "Seeds", labels::<Band>()),
        choice("ema", "Smoothing", smoothing),
    ]
    .concat()
}

fn labels<T: Named>() -> Vec<(&'static str, &'static str)> {
    T::rows().map(|(name, label, _)| (name, label)).collect()
}

fn choice(key: &str, label: &str, values: Vec<(&'static str, &'static str)>) -> String {
    let options = options(values, "", "    ");
    format!(
        "<label class=\"tool\"><span>{label}</span>\n  <select data-figure=\"{key}\" autocomplete=\"off\">\n{options}  </select>\n</label>\n"
    )
}
