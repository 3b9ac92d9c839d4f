//! Lists and grids: several values in one text, each of which makes a variant. `0.001,0.003,0.01` is a list, `0.001..0.1x6` a grid of six values
//! from the first to the last in equal factors, and in the text of a scheme both stand in brackets: `alpha=[1.1,1.5]`.

use super::limits::RUNS;
use crate::error::{Error, Expected, Result};

/// Most values of a list: an experiment has no more runs.
const MOST: usize = RUNS;
/// Most brackets of a scheme, which has no more parameters.
const MOST_BRACKETS: usize = 8;
/// Significant digits of the values between the ends of a grid: a text of a few characters, read as the same number.
const DIGITS: usize = 3;

/// The texts of schemes in which the brackets are replaced by each of their values in turn: all combinations, the last brackets first.
///
/// # Errors
/// [`Error::Value`] of the key `init` for brackets without an end, for a grid that is none, and for too many values.
pub(super) fn without_brackets(text: &str) -> Result<Vec<String>> {
    let Some((before, rest)) = text.split_once('[') else { return Ok(vec![text.to_owned()]) };
    let brackets = text.matches('[').count();
    let wrong = || Error::value("init", Expected::OneOf(vec!["[VALUE,VALUE,...]", "[LOW..HIGHxCOUNT]"]), text.trim());
    let (values, after) = rest.split_once(']').ok_or_else(wrong)?;
    if brackets > MOST_BRACKETS {
        return Err(wrong());
    }
    let endings = without_brackets(after)?;
    let values = texts(values).ok_or_else(wrong)?;
    if values.len() * endings.len() > MOST {
        return Err(wrong());
    }
    let with = |value: &String| endings.iter().map(|ending| format!("{before}{value}{ending}")).collect::<Vec<_>>();
    Ok(values.iter().flat_map(with).collect())
}

/// The texts of the values of a list, whose entries may be grids; `None` for a grid that is none.
pub(super) fn texts(text: &str) -> Option<Vec<String>> {
    let entry = |entry: &str| match entry.split_once("..") {
        None => Some(vec![entry.trim().to_owned()]),
        Some((low, rest)) => {
            let (high, count) = rest.split_once(['x', '×'])?;
            grid(low.trim(), high.trim(), count.trim().parse().ok()?)
        }
    };
    let mut values = Vec::new();
    for one in text.split(',') {
        values.extend(entry(one)?);
        if values.len() > MOST {
            return None;
        }
    }
    Some(values)
}

/// `count` values from `low` to `high`, `low (high / low)^(k / (count - 1))`.
fn grid(low: &str, high: &str, count: usize) -> Option<Vec<String>> {
    let is_positive = |number: &f64| *number > 0.0 && number.is_finite();
    let [first, last] = [low, high].map(|text| text.parse::<f64>().ok().filter(is_positive));
    let (first, last) = (first?, last?);
    if !(2..=MOST).contains(&count) {
        return None;
    }
    let value = |index: usize| match index {
        0 => low.to_owned(),
        index if index == count - 1 => high.to_owned(),
        index => rounded(first * (last / first).powf(index as f64 / (count - 1) as f64)).to_string(),
    };
    Some((0..count).map(value).collect())
}

/// The nearest number with three significant digits: its text is short, and is read as the same number.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}
