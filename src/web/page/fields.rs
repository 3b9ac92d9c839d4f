//! Between the fields of the form and the query string: every control is named after its key, so a form is a list of
//! pairs, and the crate's own parser judges what was typed.

use crate::error::Error;
use crate::experiment::{Experiment, InitScheme, ParsedQuery, parse_query};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A key of the query string and its value, not escaped.
pub type FieldText = (String, String);

/// Keys whose empty field means that the key is absent.
const OPTIONAL: [&str; 2] = ["train", "test"];

/// What the fields of a form say.
#[must_use]
pub fn parse_fields(fields: &[FieldText]) -> ParsedQuery {
    let stated = fields.iter().filter(|(key, value)| !(OPTIONAL.contains(&key.as_str()) && value.trim().is_empty()));
    let pairs = stated.map(|(key, value)| format!("{key}={}", utf8_percent_encode(value.trim(), NON_ALPHANUMERIC)));
    parse_query(&pairs.collect::<Vec<_>>().join("&"))
}

/// The fields that differ from the form's defaults, which are those of [`Experiment::default`].
#[must_use]
pub fn changed_fields(experiment: &Experiment) -> Vec<FieldText> {
    let query = experiment.to_query();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned())).collect()
}

/// The key that an error is about, and what to say beside its field.
#[must_use]
pub fn field_error(error: &Error) -> (String, String) {
    match error {
        Error::Value { key, expected, got } if got.is_empty() => (key.clone(), format!("Expected {expected}.")),
        Error::Value { key, expected, got } => (key.clone(), format!("Expected {expected}; got “{got}”.")),
        Error::Formula { formula, character, reason, .. } => {
            ("init".to_owned(), format!("In the formula “{formula}”, character {character}: {reason}."))
        }
        other => (other.key().unwrap_or_default().to_owned(), other.to_string()),
    }
}

/// Whether `text`, as it stands in the field `init`, is the list of the experiment's variants, however it is written.
#[must_use]
pub fn is_init_text(text: &str, experiment: &Experiment) -> bool {
    let mut fields = changed_fields(experiment);
    fields.retain(|(key, _)| key != "init");
    fields.push(("init".to_owned(), text.to_owned()));
    let parsed = parse_fields(&fields);
    // What cannot be used is replaced by the default, which may be the experiment's.
    parsed.errors.is_empty() && parsed.conflicts.is_empty() && parsed.experiment.variants == experiment.variants
}

/// The value of `init` for these variants.
#[must_use]
pub fn init_text(variants: &[InitScheme]) -> String {
    variants.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
