//! The text form of an experiment, a URL query string: parsing and writing, by the rows of [`KEYS`]. Only non-default keys are
//! written, in the order of the table. Unknown keys are collected and ignored. A malformed value is reported with its key and
//! replaced by the default, so that the page can continue; the native command line rejects it instead.

use super::key::{Key, Link};
use super::keys::KEYS;
use super::{DatasetName, Direction, Experiment, Named, View};
use crate::error::{Error, Result};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::fmt::Write;

/// The contents of a query string.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedQuery {
    /// The experiment, with defaults for absent and invalid values.
    pub experiment: Experiment,
    /// How to display it.
    pub view: View,
    /// Unknown keys.
    pub unknown: Vec<String>,
    /// Malformed values, in the order of the text; they are replaced by defaults.
    pub errors: Vec<Error>,
    /// Values that conflict with others; they are replaced by defaults, too.
    pub conflicts: Vec<Error>,
}

impl ParsedQuery {
    /// The experiment, or its first error.
    ///
    /// # Errors
    /// The first malformed value, else the first value that conflicts with others.
    pub fn strict(self) -> Result<(Experiment, View)> {
        match self.errors.into_iter().chain(self.conflicts).next() {
            Some(error) => Err(error),
            None => Ok((self.experiment, self.view)),
        }
    }
}

/// Parses a query string, with or without the leading `?`. Line breaks with adjacent spaces and zero-width characters, as they
/// occur in pasted text, are removed.
#[must_use]
pub fn parse_query(text: &str) -> ParsedQuery {
    let text: String =
        text.lines().flat_map(|line| line.trim().chars()).filter(|character| !is_invisible(*character)).collect();
    let pairs = text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    });
    parse_pairs(with_own_sentences(pairs.collect()))
}

/// Parses unescaped keys and values, as from a form or a command line.
pub fn parse_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> ParsedQuery {
    let pairs: Vec<(String, String)> = pairs.into_iter().collect();
    // The defaults depend on the data set; as for every key, the last value counts.
    let mut stated =
        pairs.iter().rev().filter(|(name, _)| name == DATA).filter_map(|(_, value)| DatasetName::named(value));
    let mut link = stated.next().map_or_else(Link::default, Link::standard);
    let (mut unknown, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in pairs {
        match Key::find(&name) {
            Some(key) => errors.extend(key.read(&mut link, &value).err()),
            None => unknown.push(name),
        }
    }
    let rates = std::mem::take(&mut link.rates);
    errors.extend(link.experiment.spread_over(&rates).err());
    let conflicts = settle(&mut link);
    ParsedQuery { experiment: link.experiment, view: link.view, unknown, errors, conflicts }
}

/// Keys and values in which `upload` is [`DatasetName::Text`] if others are about sentences: whoever writes a link need not know that a
/// visitor's images and sentences are two data sets.
fn with_own_sentences(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let is_about_sentences = |(name, value): &(String, String)| match name.as_str() {
        "vocab" | "length" => true,
        "pair" => matches!(value.parse(), Ok(Direction::Forward | Direction::Back)),
        "model" => value.starts_with("transformer:"),
        _ => false,
    };
    if pairs.iter().any(is_about_sentences) {
        for (_, value) in pairs.iter_mut().filter(|(name, value)| name == DATA && value == DatasetName::Upload.name()) {
            DatasetName::Text.name().clone_into(value);
        }
    }
    pairs
}

/// The key of the data set.
const DATA: &str = "data";

/// Zero-width characters: soft hyphens, zero-width spaces and joiners, direction marks, byte order marks.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}')
}

/// Replaces values that conflict with others by defaults, so that the result can be run; returns the conflicts.
fn settle(link: &mut Link) -> Vec<Error> {
    let mut conflicts: Vec<Error> = Vec::new();
    while let Err(error) = link.experiment.validate() {
        let known = conflicts.iter().any(|earlier| earlier.key() == error.key());
        match error.key().and_then(Key::find) {
            Some(key) if !known => key.reset(link),
            // Resetting one key resolves its conflict; should it not, only an experiment of defaults is certain to work.
            _ => link.experiment = Experiment::standard(link.experiment.dataset.name),
        }
        conflicts.push(error);
    }
    conflicts
}

fn decode(text: &str) -> String {
    // A plus sign is not decoded to a space: no value contains spaces, but formulas contain sums.
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Experiment {
    /// The canonical query string: non-default keys only, in the order of [`KEYS`].
    #[must_use]
    pub fn to_query(&self) -> String {
        self.to_query_with(&Link::standard(self.dataset.name).view)
    }

    /// The canonical query string with the page's own keys after the experiment's.
    #[must_use]
    pub fn to_query_with(&self, view: &View) -> String {
        let mut query = String::new();
        for (name, value) in changed_pairs(self, view) {
            let separator = if query.is_empty() { "" } else { "&" };
            // Writing to a String cannot fail.
            let _ = write!(query, "{separator}{name}={}", utf8_percent_encode(&value, ESCAPED));
        }
        query
    }
}

/// The keys whose values differ from their defaults for the data set, with these values, not escaped.
#[must_use]
pub fn changed_pairs(experiment: &Experiment, view: &View) -> Vec<(&'static str, String)> {
    let link = Link::new(experiment.clone(), view.clone());
    let mut standard = Link::standard(experiment.dataset.name);
    standard.experiment.dataset.name = DatasetName::Auto;
    let pairs = KEYS.iter().map(|key| (key, key.write(&link)));
    pairs.filter(|(key, value)| *value != key.write(&standard)).map(|(key, value)| (key.name, value)).collect()
}

/// Characters with a special meaning in a query; all others stay readable in the address bar.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>');
