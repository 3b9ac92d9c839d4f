//! The generated tables of README.md and docs/.

use super::GeneratedPart;
use crate::error::Bounds;
use crate::experiment::keys::{KEYS, Key, KeyValues};

/// All tables.
pub(super) fn tables() -> Vec<GeneratedPart> {
    vec![GeneratedPart::marked("docs/embedding.md", "of query keys", keys())]
}

/// The query keys, in the order in which they are written.
fn keys() -> String {
    let row = |key: &Key| [code(key.name), values(key), default(key), key.help.to_owned()];
    table(&["key", "values", "default", "meaning"], KEYS.iter().map(row))
}

fn values(key: &Key) -> String {
    match key.values {
        KeyValues::Number(bounds) | KeyValues::OptionalNumber(bounds) => range(&bounds),
        KeyValues::Choice(labels) => labels().iter().map(|(name, _)| code(name)).collect::<Vec<_>>().join(", "),
        KeyValues::Switch => "`0`, `1`".to_owned(),
        KeyValues::Text(notation, _) => notation.to_owned(),
    }
}

fn default(key: &Key) -> String {
    match key.default_text() {
        text if text.is_empty() => "none".to_owned(),
        text => code(&text),
    }
}

/// `1 to 64`, `above 0, at most 1e6`.
fn range(bounds: &Bounds) -> String {
    if bounds.from == bounds.to {
        return bounds.from.to_string();
    }
    let text = bounds.to_string();
    let text = text.trim_start_matches("a whole number ").trim_start_matches("a number ").trim_start_matches("from ");
    text.replace(" and at most", ", at most").replace("of at least ", "at least ").replace(" and below", ", below")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A Markdown table.
fn table<const COLUMNS: usize>(heads: &[&str; COLUMNS], rows: impl Iterator<Item = [String; COLUMNS]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(COLUMNS));
    head + &rows.map(|row| line(&row.map(|cell| cell.replace('|', "\\|")))).collect::<String>()
}
