//! Tables: a sentence and its translation in every line, separated by a tab, as spreadsheets, Tatoeba and Anki export them.
//!
//! Anki begins its files with lines like `#separator:tab`, `#html:true` and `#tags column:3`, puts fields with quotation marks between
//! quotation marks, and keeps HTML if the second line says so.

use super::found_pairs::FoundPairs;
use crate::error::{CorpusError, Result};

/// The beginning of a line about the table.
const ABOUT: char = '#';

/// A table, without the lines about it.
struct Table<'text> {
    /// The lines with their numbers, from 1; empty ones are left out.
    lines: Vec<(usize, &'text str)>,
    /// Columns without sentences, from 0.
    skipped: Vec<usize>,
    /// Whether sentences are HTML.
    html: bool,
}

impl<'text> Table<'text> {
    fn of(text: &'text str) -> Self {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let is_about = |line: &str| line.starts_with(ABOUT) && line.contains(':') && !line.contains('\t');
        let (mut skipped, mut html, mut rest) = (Vec::new(), false, Vec::new());
        for (number, line) in lines {
            if rest.is_empty() && is_about(line) {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                let column = value.trim().parse::<usize>().ok().filter(|_| name.ends_with(" column"));
                skipped.extend(column.and_then(|column| column.checked_sub(1)));
                html = html || (name, value.trim()) == ("#html", "true");
            } else {
                rest.push((number, line));
            }
        }
        // `1276 ⇥ Let's try something. ⇥ 77 ⇥ Lass uns etwas versuchen.`, as in Tatoeba's pairs of sentences.
        let is_number = |column: Option<&str>| column.is_some_and(|text| text.trim().parse::<u64>().is_ok());
        let is_numbered = |line: &str| {
            let columns: Vec<&str> = line.split('\t').collect();
            columns.len() >= 4 && is_number(columns.first().copied()) && is_number(columns.get(2).copied())
        };
        if rest.iter().all(|(_, line)| is_numbered(line)) {
            skipped.extend([0, 2]);
        }
        Self { lines: rest, skipped, html }
    }

    /// The first two columns of sentences of a line; others, which say where a sentence comes from, are passed over.
    fn sentences(&self, line: &str) -> [String; 2] {
        let columns = line.split('\t').enumerate().filter(|(index, _)| !self.skipped.contains(index));
        let mut sentences = columns.map(|(_, field)| self.sentence(field));
        [sentences.next().unwrap_or_default(), sentences.next().unwrap_or_default()]
    }

    fn sentence(&self, field: &str) -> String {
        let field = field.trim();
        let quoted = field.len() >= 2 && field.starts_with('"') && field.ends_with('"');
        let text = if quoted { field[1..field.len() - 1].replace("\"\"", "\"") } else { field.to_owned() };
        if self.html { without_markup(&text) } else { text.trim().to_owned() }
    }
}

/// Whether most lines of a text have columns.
pub(super) fn is_table(text: &str) -> bool {
    let lines = Table::of(text).lines;
    let divided = lines.iter().filter(|(_, line)| line.contains('\t')).count();
    2 * divided > lines.len()
}

/// The pairs of a table. Lines with an empty sentence have none.
///
/// # Errors
/// [`CorpusError::Columns`] if a line has only one column.
pub(super) fn pairs(file: &str, text: &str) -> Result<FoundPairs> {
    let table = Table::of(text);
    if let Some((line, _)) = table.lines.iter().find(|(_, line)| !line.contains('\t')) {
        return Err(CorpusError::Columns { file: file.to_owned(), line: *line }.into());
    }
    let pairs = table.lines.iter().map(|(_, line)| table.sentences(line));
    let complete = pairs.filter(|pair| pair.iter().all(|sentence| !sentence.is_empty()));
    Ok(FoundPairs { found: table.lines.len(), pairs: complete.collect() })
}

/// The text of a field of HTML: without tags, and with the characters for which there are names.
fn without_markup(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                // `one<br>two` are two words.
                text.push(' ');
            }
            other if !in_tag => text.push(other),
            _ => {}
        }
    }
    let named = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let text = named.into_iter().fold(text, |text, (name, character)| text.replace(name, character));
    text.trim().to_owned()
}
