//! Grids of learning rates: every scheme with every rate.

use super::limits::RUNS;
use super::value_list::texts;
use super::variant::{LEARNING_RATES, list_text};
use super::{Experiment, InitScheme, Variant};
use crate::error::{Error, Expected, Requirement, Result};

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
    ///
    /// # Errors
    /// [`Error::Value`] of the key `lr` if these are more variants than there may be runs.
    pub(super) fn spread_over(&mut self, rates: &[f64]) -> Result<()> {
        let count = self.variants.len().saturating_mul(rates.len());
        if count > RUNS {
            return Err(Error::value("lr", Requirement::Runs { most: RUNS as u64 }.into(), count));
        }
        if rates.len() < 2 {
            return Ok(());
        }
        let spread = |variant: &Variant| match variant.learning_rate {
            Some(_) => vec![variant.clone()],
            None => rates.iter().map(|rate| Variant::new(variant.scheme.clone(), Some(*rate))).collect(),
        };
        self.variants = self.variants.iter().flat_map(spread).collect();
        Ok(())
    }
}

/// Parses learning rates: a number, a list or a grid.
///
/// # Errors
/// [`Error::Value`] of `key`.
pub fn learning_rates(key: &'static str, text: &str) -> Result<Vec<f64>> {
    let wrong = || Error::value(key, Expected::NumberListOrGrid(LEARNING_RATES), text);
    let rates = texts(text).ok_or_else(wrong)?;
    // `1,000.5` is a number with a separator of thousands, not a list.
    let is_plain = |text: &&String| !text.starts_with("00");
    let rate =
        |text: &String| Some(text).filter(is_plain)?.parse::<f64>().ok().filter(|rate| LEARNING_RATES.contain(*rate));
    rates.iter().map(rate).collect::<Option<Vec<f64>>>().ok_or_else(wrong)
}

/// The text of the key `init`: the schemes of a grid, or the list of variants.
pub(super) fn schemes_text(experiment: &Experiment) -> String {
    match experiment.rate_grid() {
        Some(RateGrid { schemes, .. }) => list_text(&schemes.into_iter().map(Variant::from).collect::<Vec<_>>()),
        None => list_text(&experiment.variants),
    }
}

/// The text of the key `lr`: the rates of a grid, or the common one.
pub(super) fn rates_text(experiment: &Experiment) -> String {
    let rates = experiment.rate_grid().map_or_else(|| vec![experiment.optimizer.learning_rate], |grid| grid.rates);
    rates.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
