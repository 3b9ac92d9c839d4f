//! The text form of an experiment: a URL query string, both ways, by the rows of [`KEYS`]. Only non-default keys are written,
//! in the order of the table; unknown keys are collected and ignored; a malformed value is reported by name and its default is
//! used, so that the page can continue and the native command line can refuse.

use super::keys::{KEYS, Key, Link};
use super::{Experiment, View};
use crate::error::{Error, Result};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::fmt::Write;

/// What a query string says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedQuery {
    /// The experiment; defaults where the text is silent or wrong.
    pub experiment: Experiment,
    /// How to show it.
    pub view: View,
    /// Keys that mean nothing to us.
    pub unknown: Vec<String>,
    /// Malformed values, in the order of the text; their defaults are used.
    pub errors: Vec<Error>,
    /// Values that contradict others; their defaults are used, too.
    pub conflicts: Vec<Error>,
}

impl ParsedQuery {
    /// The experiment, or the first thing that is wrong with it.
    ///
    /// # Errors
    /// The first malformed value, else the first one that contradicts others.
    pub fn strict(self) -> Result<(Experiment, View)> {
        match self.errors.into_iter().chain(self.conflicts).next() {
            Some(error) => Err(error),
            None => Ok((self.experiment, self.view)),
        }
    }
}

/// Reads a query string, with or without the leading `?`. Line breaks, with the spaces around them, and characters
/// without a width, which come with pasted text, are dropped.
#[must_use]
pub fn parse_query(text: &str) -> ParsedQuery {
    let text: String =
        text.lines().flat_map(|line| line.trim().chars()).filter(|character| !is_invisible(*character)).collect();
    let pairs = text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
    parse_pairs(pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    }))
}

/// Reads keys with their values, not escaped; what a form or a command line has.
pub fn parse_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> ParsedQuery {
    let mut link = Link::default();
    let (mut unknown, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in pairs {
        match Key::find(&name) {
            Some(key) => errors.extend(key.read(&mut link, &value).err()),
            None => unknown.push(name),
        }
    }
    let conflicts = settle(&mut link);
    ParsedQuery { experiment: link.experiment, view: link.view, unknown, errors, conflicts }
}

/// Characters without a width: soft hyphens, zero-width spaces and joiners, marks of direction and of byte order.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}')
}

/// Puts the default where a value contradicts others, so that the result can be run; returns what was wrong.
fn settle(link: &mut Link) -> Vec<Error> {
    let mut conflicts: Vec<Error> = Vec::new();
    while let Err(error) = link.experiment.validate() {
        let known = conflicts.iter().any(|earlier| earlier.key() == error.key());
        match error.key().and_then(Key::find) {
            Some(key) if !known => key.reset(link),
            // No key's default ever contradicts itself; should one do so, nothing but the defaults is sure to work.
            _ => link.experiment = Experiment::default(),
        }
        conflicts.push(error);
    }
    conflicts
}

fn decode(text: &str) -> String {
    // A plus is a plus: no value has a space, but formulas have sums.
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Experiment {
    /// The canonical query string: non-default keys only, in the order of [`KEYS`].
    #[must_use]
    pub fn to_query(&self) -> String {
        self.to_query_with(&View::default())
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

/// The keys whose values differ from their defaults, with these values, not escaped.
pub fn changed_pairs(experiment: &Experiment, view: &View) -> Vec<(&'static str, String)> {
    let link = Link { experiment: experiment.clone(), view: view.clone() };
    let standard = Link::default();
    let pairs = KEYS.iter().map(|key| (key, key.write(&link)));
    pairs.filter(|(key, value)| *value != key.write(&standard)).map(|(key, value)| (key.name, value)).collect()
}

/// What would end or change a pair; everything else stays readable in the address bar.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>');
