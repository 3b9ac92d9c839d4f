//! Generates the tables of README.md and docs/.

use super::GeneratedPart;
use super::scheme_rows::{SchemeEntry, schemes};
use crate::catalog::{DatasetName, DatasetOrigin, NUMBERS_TEST, NUMBERS_TRAIN};
use crate::error::Bounds;
use crate::experiment::key::{Key, KeyValues};
use crate::experiment::keys::KEYS;
use crate::experiment::limits::PAIRS;

/// All tables.
pub(super) fn tables() -> Vec<GeneratedPart> {
    vec![
        GeneratedPart::marked("docs/embedding.md", "of query keys", keys()),
        GeneratedPart::marked("README.md", "of schemes", scheme_table()),
        GeneratedPart::marked("README.md", "of data sets", data_sets()),
    ]
}

/// The query keys, in the order in which they are written.
fn keys() -> String {
    let row = |key: &Key| [code(key.name), values(key), default(key), key.help.text().to_owned()];
    table(&["key", "values", "default", "meaning"], KEYS.iter().map(row))
}

/// The initialization schemes.
fn scheme_table() -> String {
    let row = |entry: &SchemeEntry| {
        let source = entry.card.source;
        let source = if source.url.text().is_empty() {
            source.authors.text().to_owned()
        } else {
            format!("[{}]({})", source.authors.text(), source.url.text())
        };
        [code(&entry.notation), entry.label.to_owned(), entry.card.sentence.text().to_owned(), source]
    };
    let groups = schemes();
    table(&["`init=`", "scheme", "what it does", "source"], groups.iter().flat_map(|(_, entries)| entries).map(row))
}

/// The data sets.
fn data_sets() -> String {
    let row = |name: &DatasetName| {
        let row = name.row();
        let images = row.images().map_or_else(String::new, |images| {
            let [channels, height, width] = images.shape;
            let color = if channels == 1 { "gray" } else { "color" };
            format!("{} training, {} test, {color}, {height} × {width}", images.train, images.test)
        });
        let examples = match row.origin {
            DatasetOrigin::Numbers => format!("{NUMBERS_TRAIN} training, {NUMBERS_TEST} test, pairs of sentences"),
            DatasetOrigin::Text => format!("up to {PAIRS} pairs of sentences"),
            _ => match row.sentences() {
                Some(facts) => format!("{} training, {} test, pairs of sentences", facts.train, facts.test),
                None => images,
            },
        };
        let origin = match row.origin {
            DatasetOrigin::Either { .. } => "whichever of the two can be loaded".to_owned(),
            DatasetOrigin::Published(publication) => {
                let citation = publication.citation;
                let license = publication.license.map_or_else(String::new, |license| {
                    format!(", [{}]({}), asked for before it is fetched", license.name, license.url)
                });
                let (authors, url) = (citation.authors.text(), citation.url.text());
                format!("[{authors}]({url}){license}; `lab data fetch {}`", row.name)
            }
            DatasetOrigin::Drawn(..) | DatasetOrigin::Numbers => "generated as it is needed, offline".to_owned(),
            DatasetOrigin::Upload | DatasetOrigin::Text => {
                "chosen or dropped on the page; read in your browser, sent nowhere".to_owned()
            }
        };
        [code(row.name), row.sentence.text().to_owned(), examples, origin]
    };
    table(&["`data=`", "data set", "examples", "source"], DatasetName::ALL.iter().map(row))
}

fn values(key: &Key) -> String {
    match key.values {
        KeyValues::Number(bounds) | KeyValues::OptionalNumber(bounds) => range(&bounds),
        KeyValues::Numbers(bounds) => format!("{}, a list or a grid", range(&bounds)),
        KeyValues::AutoOrNumber(bounds) => format!("`auto`, {}", range(&bounds)),
        KeyValues::Choice(labels) => labels().iter().map(|(name, _)| code(name)).collect::<Vec<_>>().join(", "),
        KeyValues::Switch => "`0`, `1`".to_owned(),
        KeyValues::Text(notation, _) => notation.text().to_owned(),
    }
}

fn default(key: &Key) -> String {
    let stated = |name| match key.default_text(name) {
        text if text.is_empty() => "none".to_owned(),
        text => code(&text),
    };
    let [images, numbers, captions, own] =
        [DatasetName::Auto, DatasetName::Numbers, DatasetName::Multi30k, DatasetName::Text].map(stated);
    let texts = if captions == own { captions } else { format!("{captions} or {own}") };
    // That of the data set differs, of course.
    if key.name == "data" || images == numbers && images == texts {
        images
    } else if numbers == texts {
        format!("{images}; for sentences {numbers}")
    } else if images == numbers {
        format!("{images}; for texts {texts}")
    } else {
        format!("{images}; for numbers {numbers}; for texts {texts}")
    }
}

/// `1 to 64`, `above 0, at most 1e6`.
fn range(bounds: &Bounds) -> String {
    if bounds.from >= bounds.to {
        return bounds.from.to_string();
    }
    let text = bounds.to_string();
    let text = text.trim_start_matches("a whole number ").trim_start_matches("a number ").trim_start_matches("from ");
    text.replace(" and at most", ", at most").replace("of at least ", "at least ").replace(" and below", ", below")
}

pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A Markdown table.
pub(super) fn table<const COLUMNS: usize>(
    heads: &[&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(COLUMNS));
    head + &rows.map(|row| line(&row.map(|cell| cell.replace('|', "\\|")))).collect::<String>()
}
