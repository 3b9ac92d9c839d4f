//! Lists and grids: several values of one key in one text, each of which makes a variant. `0.001,0.003,0.01` is a list, `0.001..0.1x6` a grid of
//! six values from the first to the last in equal factors, and in the text of a scheme both stand in brackets: `alpha=[1.1,1.5]`.

use super::variant::LEARNING_RATES;
use super::{Experiment, InitScheme, Variant};
use crate::error::{Error, Expected, Result};

/// Most values of a grid, and most variants that the brackets of one scheme make.
const MOST: usize = 512;
/// Significant digits of the values between the ends of a grid: a text of a few characters, read as the same number.
const DIGITS: usize = 3;

/// Variants that are all schemes with all rates.
#[derive(Debug, Clone, PartialEq)]
pub struct RateGrid {
    /// The schemes.
    pub schemes: Vec<InitScheme>,
    /// The learning rates, at least two.
    pub rates: Vec<f64>,
}

impl RateGrid {
    /// The grid of these variants; `None` unless every scheme has its own rates, the same ones in the same order.
    #[must_use]
    pub fn of(variants: &[Variant]) -> Option<Self> {
        let first = &variants.first()?.scheme;
        let own = variants.iter().take_while(|variant| variant.scheme == *first);
        let rates: Vec<f64> = own.map(|variant| variant.learning_rate).collect::<Option<_>>()?;
        if rates.len() < 2 || !variants.len().is_multiple_of(rates.len()) {
            return None;
        }
        let schemes: Vec<InitScheme> = variants.chunks(rates.len()).map(|own| own[0].scheme.clone()).collect();
        let grid = Self { schemes, rates };
        (grid.variants() == variants).then_some(grid)
    }

    /// All schemes with all rates, scheme by scheme.
    #[must_use]
    pub fn variants(&self) -> Vec<Variant> {
        let own =
            |scheme: &InitScheme| self.rates.iter().map(|rate| Variant::new(scheme.clone(), Some(*rate))).collect();
        self.schemes.iter().flat_map(|scheme| -> Vec<Variant> { own(scheme) }).collect()
    }
}

impl Experiment {
    /// The grid of its variants, if its text can be that of one: the common learning rate, which none of them has, is the first of the grid.
    #[must_use]
    pub fn rate_grid(&self) -> Option<RateGrid> {
        let common = self.optimizer.learning_rate.to_bits();
        RateGrid::of(&self.variants).filter(|grid| grid.rates[0].to_bits() == common)
    }

    /// Gives every variant without a learning rate of its own all of these, if they are several.
    pub(super) fn spread_over(&mut self, rates: &[f64]) {
        if rates.len() < 2 {
            return;
        }
        let spread = |variant: &Variant| match variant.learning_rate {
            Some(_) => vec![variant.clone()],
            None => rates.iter().map(|rate| Variant::new(variant.scheme.clone(), Some(*rate))).collect(),
        };
        self.variants = self.variants.iter().flat_map(spread).collect();
    }
}

/// Parses learning rates: a number, a list or a grid.
///
/// # Errors
/// [`Error::Value`] of `key`.
pub fn learning_rates(key: &'static str, text: &str) -> Result<Vec<f64>> {
    let wrong = || Error::value(key, Expected::NumberListOrGrid(LEARNING_RATES), text);
    let rates = texts(text).ok_or_else(wrong)?;
    let rate = |text: &String| text.parse::<f64>().ok().filter(|rate| LEARNING_RATES.contain(*rate));
    rates.iter().map(rate).collect::<Option<Vec<f64>>>().ok_or_else(wrong)
}

/// The text of learning rates.
pub(super) fn rates_text(rates: &[f64]) -> String {
    rates.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The texts of schemes in which the brackets are replaced by each of their values in turn: all combinations, the last brackets first.
///
/// # Errors
/// [`Error::Value`] of the key `init` for brackets without an end, for a grid that is none, and for too many values.
pub(super) fn without_brackets(text: &str) -> Result<Vec<String>> {
    let Some((before, rest)) = text.split_once('[') else { return Ok(vec![text.to_owned()]) };
    let wrong = || Error::value("init", Expected::OneOf(vec!["[VALUE,VALUE,...]", "[LOW..HIGHxCOUNT]"]), text.trim());
    let (values, after) = rest.split_once(']').ok_or_else(wrong)?;
    let endings = without_brackets(after)?;
    let values = texts(values).ok_or_else(wrong)?;
    if values.len() * endings.len() > MOST {
        return Err(wrong());
    }
    let with = |value: &String| endings.iter().map(|ending| format!("{before}{value}{ending}")).collect::<Vec<_>>();
    Ok(values.iter().flat_map(with).collect())
}

/// The texts of the values of a list, whose entries may be grids; `None` for a grid that is none.
fn texts(text: &str) -> Option<Vec<String>> {
    let entry = |entry: &str| match entry.split_once("..") {
        None => Some(vec![entry.trim().to_owned()]),
        Some((low, rest)) => {
            let (high, count) = rest.split_once(['x', '×'])?;
            grid(low.trim(), high.trim(), count.trim().parse().ok()?)
        }
    };
    Some(text.split(',').map(entry).collect::<Option<Vec<_>>>()?.concat())
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
        index => rounded(first * (last / first).powf(index as f64 / (count - 1) as f64)),
    };
    Some((0..count).map(value).collect())
}

/// The shortest text of a number with a few significant digits.
fn rounded(value: f64) -> String {
    let text = format!("{value:.*e}", DIGITS - 1);
    text.parse::<f64>().map_or(text, |value| value.to_string())
}
