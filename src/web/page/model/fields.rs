//! Conversion between the fields of the form and an experiment: every control is named after its query key, so a form is a list
//! of pairs, which the parser of query strings validates.

use crate::error::{Error, Expected, ValueError, named};
use crate::experiment::key::{Key, KeyValues, Link};
use crate::experiment::keys::KEYS;
use crate::experiment::query::parse_pairs;
use crate::experiment::variant::parse_list;
use crate::experiment::{DatasetName, Direction, Experiment, Named, ParsedQuery, View};
use crate::texts::text;

/// A query key and its value, not escaped.
pub type FieldText = (String, String);

/// Parses the fields of a form. An empty field of an optional key means that the key is absent, and a decimal comma in a number
/// is read as a point, neither of which holds for query strings.
#[must_use]
pub fn parse_fields(fields: &[FieldText]) -> ParsedQuery {
    let optional = |key: &str| matches!(Key::find(key).map(|key| key.values), Some(KeyValues::OptionalNumber(_)));
    let stated = fields.iter().map(|(key, value)| (key, value.trim()));
    let stated = stated.filter(|(key, value)| !(value.is_empty() && optional(key)));
    parse_pairs(stated.map(|(key, value)| (key.clone(), number_text(key, value))))
}

/// The text of a field for the parser. A comma becomes a point only if the result is a value of the key, so that an error quotes
/// what was typed.
fn number_text(key: &str, typed: &str) -> String {
    let reads = |key: &Key, text: &str| key.read(&mut Link::default(), text).is_ok();
    let number = |key: &&Key| match key.values {
        KeyValues::Number(_) | KeyValues::OptionalNumber(_) => true,
        // `0,05` is no list: rates are positive.
        KeyValues::Numbers(_) => !reads(key, typed),
        _ => false,
    };
    let pointed = Key::find(key).filter(number).zip(decimal_point(typed));
    let pointed = pointed.filter(|(key, pointed)| reads(key, pointed));
    pointed.map_or_else(|| typed.to_owned(), |(_, pointed)| pointed)
}

/// A number whose decimal separator is a comma, with a point instead: `0,05` is `0.05`. `None` for any other text, such as
/// `1,000.5` or `64,64,64`.
#[must_use]
pub fn decimal_point(typed: &str) -> Option<String> {
    let pointed = typed.contains(',').then(|| typed.replacen(',', ".", 1))?;
    pointed.parse::<f64>().is_ok().then_some(pointed)
}

/// The experiment of a form in which another data set was chosen that the other fields do not fit: with another task all that belongs to the
/// network has the defaults of this task, and a direction that does not exist has its default. `None` if the fields fit.
#[must_use]
pub fn after_change_of_data(before: &Experiment, fields: &[FieldText]) -> Option<Experiment> {
    let chosen =
        fields.iter().rev().find(|(key, _)| key == "data").and_then(|(_, name)| DatasetName::named(name.trim()))?;
    let fits = chosen.row().task() == before.task() && Direction::choices(chosen).contains(&before.dataset.direction);
    (!fits).then(|| with_data(before, chosen))
}

/// An experiment on another data set. If it is for another task, all that belongs to the network has the defaults of this task.
#[must_use]
pub fn with_data(before: &Experiment, name: DatasetName) -> Experiment {
    if name.row().task() == before.task() {
        let mut experiment = before.clone();
        experiment.dataset.name = name;
        if !Direction::choices(name).contains(&experiment.dataset.direction) {
            experiment.dataset.direction = Direction::standard(name);
        }
        return experiment;
    }
    let standard = Experiment::standard(name);
    let has_own_seeds = before.seeds != Experiment::standard(before.dataset.name).seeds;
    Experiment {
        seeds: if has_own_seeds { before.seeds } else { standard.seeds },
        first_seed: before.first_seed,
        order: before.order,
        device: before.device,
        ..standard
    }
}

/// The fields that differ from the form's defaults, which are those of [`Experiment::default`].
#[must_use]
pub fn changed_fields(experiment: &Experiment) -> Vec<FieldText> {
    let link = Link::new(experiment.clone(), View::default());
    let standard = Link::default();
    let pairs = KEYS.iter().map(|key| (key.name, key.write(&link), key.write(&standard)));
    pairs.filter(|(_, value, standard)| value != standard).map(|(key, value, _)| (key.to_owned(), value)).collect()
}

/// The key that an error concerns, and the message beside its field.
#[must_use]
pub fn field_error(error: &Error) -> (&'static str, String) {
    let text = match error {
        Error::Value(error) => value_error(error),
        Error::Formula(error) => text!(
            "In the formula “{formula}”, character {character}: {reason}.",
            formula = error.formula,
            character = error.character(),
            reason = error.reason
        ),
        other => other.to_string(),
    };
    (error.key().unwrap_or_default(), text)
}

/// The permitted values, with names in quotation marks.
#[must_use]
pub fn expectation(expected: &Expected) -> String {
    match expected {
        Expected::OneOf(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("“{}”", named(name))).collect();
            let list = names.join(", ");
            if names.len() > 1 { text!("one of {names}", names = list) } else { list }
        }
        other => other.to_string(),
    }
}

fn value_error(ValueError { parameter, expected, got, .. }: &ValueError) -> String {
    let expected = expectation(expected);
    let about = parameter.map(|name| format!("{name}: ")).unwrap_or_default();
    let sentence = if got.is_empty() {
        text!("Expected {expected}.", expected)
    } else {
        text!("Expected {expected}; got “{got}”.", expected, got)
    };
    about + &sentence
}

/// Whether `text`, the content of the field `init`, describes the variants of the experiment, in any notation.
#[must_use]
pub fn is_init_text(text: &str, experiment: &Experiment) -> bool {
    parse_list(text.trim()).is_ok_and(|variants| variants == experiment.variants)
}
