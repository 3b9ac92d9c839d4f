//! The texts that people read, in the language of the page.
//!
//! English texts stand where they are used and are the keys of the catalog, as in gettext: `text!("{count} runs", count)`. Another
//! language is one file, `www/texts/LANGUAGE.json`, which maps each English text to its translation with the same placeholders.
//! Without a catalog, as natively, all texts are English.

use std::cell::RefCell;
use std::fmt::{Display, Write};

thread_local! {
    /// English texts with their translations, in order.
    static CATALOG: RefCell<Catalog> = const { RefCell::new(Vec::new()) };
}

/// English texts with their translations, in the order of the English texts.
pub type Catalog = Vec<(String, String)>;

/// A text in the language of the page, with values for its placeholders, in their order: `text!("step {step} of {steps}", step = 3, steps)`.
/// The names of the values are for the reader; a test compares them with the placeholders.
macro_rules! text {
    ($english:literal) => { $crate::texts::translated($english) };
    ($english:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        $crate::texts::filled($english, &[$(&$crate::texts::text!(@ $name $(, $value)?)),+])
    };
    (@ $name:ident) => { $name };
    (@ $name:ident, $value:expr) => { $value };
}
pub(crate) use text;

/// Uses these translations on this thread from now on.
pub fn install(catalog: Catalog) {
    CATALOG.set(catalog);
}

/// The translations in use on this thread; `None` if texts are English.
#[must_use]
pub fn installed() -> Option<Catalog> {
    CATALOG.with_borrow(|catalog| (!catalog.is_empty()).then(|| catalog.clone()))
}

/// Whether this text has a translation.
#[must_use]
pub fn is_known(english: &str) -> bool {
    found(english).is_some()
}

/// The translation of an English text; the text itself if there is none.
#[must_use]
pub fn translated(english: &str) -> String {
    found(english).unwrap_or_else(|| english.to_owned())
}

fn found(english: &str) -> Option<String> {
    CATALOG.with_borrow(|catalog| {
        let index = catalog.binary_search_by(|(known, _)| known.as_str().cmp(english)).ok()?;
        Some(catalog[index].1.clone())
    })
}

/// The translation of an English text, with its placeholders, `{name}`, replaced by values: those of the English text in the order in
/// which they first appear. A translation may order them differently. Other braces are kept.
#[must_use]
pub fn filled(english: &str, values: &[&dyn Display]) -> String {
    let template = translated(english);
    let mut text = String::with_capacity(template.len());
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let placeholder = after.split_once('}').filter(|(name, _)| is_name(name));
        let value = placeholder.and_then(|(name, end)| Some((values.get(place(english, name)?)?, end)));
        if let Some((value, end)) = value {
            // Writing to a String cannot fail.
            let _ = write!(text, "{value}");
            rest = end;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

/// The place of a placeholder among those of a text, which count once each.
fn place(english: &str, name: &str) -> Option<usize> {
    let mut seen: Vec<&str> = Vec::new();
    for piece in english.split('{').skip(1) {
        let Some((own, _)) = piece.split_once('}').filter(|(own, _)| is_name(own)) else { continue };
        if own == name {
            return Some(seen.iter().position(|other| *other == own).unwrap_or(seen.len()));
        }
        if !seen.contains(&own) {
            seen.push(own);
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_lowercase() || character == '_')
}
