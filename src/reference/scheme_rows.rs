//! Lists all initialization schemes from their tables: closed-form schemes, rescalings with their controls, tuned
//! initializations, and formulas.

use crate::experiment::scheme::rescaling::{EMERGENCE, RATE_CONTROL, SHUFFLED};
use crate::experiment::scheme::tuning::methods::TUNING_METHODS;
use crate::experiment::scheme::{CLOSED_FORMS, Card, custom};

/// A scheme that users can select.
pub(super) struct SchemeEntry {
    /// Its name in the query string.
    pub(super) name: &'static str,
    /// Its name as displayed.
    pub(super) label: &'static str,
    /// Its description.
    pub(super) card: Card,
    /// Its notation in the query string.
    pub(super) notation: String,
}

/// The schemes grouped by kind, each group with a heading.
pub(super) fn schemes() -> [(&'static str, Vec<SchemeEntry>); 4] {
    let closed = CLOSED_FORMS.iter().map(|row| entry(row.name, row.label, row.card, row.name.to_owned()));
    let emergence = format!("{}(BASE;alpha=1.5)", EMERGENCE.name);
    let rescaled = [EMERGENCE, SHUFFLED, RATE_CONTROL].map(|row| {
        let plain = row.name == EMERGENCE.name;
        let notation = if plain { emergence.clone() } else { format!("{}({}(…))", row.name, EMERGENCE.name) };
        entry(row.name, row.label, row.card, notation)
    });
    let tuned = TUNING_METHODS.iter().map(|row| entry(row.name, row.label, row.card, row.name.to_owned()));
    let formula = entry("custom", "Your own formula", custom::CARD, "custom(std=FORMULA)".to_owned());
    [
        ("Closed form", closed.collect()),
        ("Rescalings and their controls", rescaled.into()),
        ("Tuned by running the network", tuned.collect()),
        ("User-defined", vec![formula]),
    ]
}

fn entry(name: &'static str, label: &'static str, card: Card, notation: String) -> SchemeEntry {
    SchemeEntry { name, label, card, notation }
}
