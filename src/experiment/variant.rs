//! The entries of the list `init`: an initialization scheme, optionally with its own learning rate, `kaiming_normal@lr=0.03`.

use super::limits::RUNS;
use super::scheme::InitScheme;
use super::scheme::parentheses::split_outside;
use super::value_list::without_brackets;
use super::values::real;
use super::{BaseInit, ClosedForm};
use crate::error::{Bounds, Error, Expected, Requirement, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The allowed learning rates.
pub const LEARNING_RATES: Bounds = Bounds::real(0.0, 1e6).above();
/// What separates the scheme from the learning rate.
const RATE: &str = "lr=";

/// What is compared: an initialization scheme, trained with a learning rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// How the initial weights are chosen.
    pub scheme: InitScheme,
    /// Its own learning rate, if it differs from that of the experiment.
    pub learning_rate: Option<f64>,
}

impl Variant {
    /// The variant of `scheme` with this learning rate.
    #[must_use]
    pub fn new(scheme: impl Into<InitScheme>, learning_rate: Option<f64>) -> Self {
        Self { scheme: scheme.into(), learning_rate }
    }
}

impl From<InitScheme> for Variant {
    fn from(scheme: InitScheme) -> Self {
        Self::new(scheme, None)
    }
}

impl From<ClosedForm> for Variant {
    fn from(scheme: ClosedForm) -> Self {
        Self::new(scheme, None)
    }
}

impl From<BaseInit> for Variant {
    fn from(base: BaseInit) -> Self {
        Self::new(base, None)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.scheme)?;
        self.learning_rate.map_or(Ok(()), |rate| write!(f, "@{RATE}{rate}"))
    }
}

impl FromStr for Variant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match split_outside(text, '@').as_slice() {
            [scheme] => Ok(scheme.parse::<InitScheme>()?.into()),
            [scheme, rate] => {
                let unknown = || Error::value("init", Expected::OneOf(vec!["SCHEME@lr=RATE"]), text.trim());
                let rate = learning_rate(rate.trim().strip_prefix(RATE).ok_or_else(unknown)?)?;
                Ok(Self::new(scheme.parse::<InitScheme>()?, Some(rate)))
            }
            _ => Err(Error::value("init", Expected::OneOf(vec!["SCHEME@lr=RATE"]), text.trim())),
        }
    }
}

/// Parses the learning rate of a variant.
///
/// # Errors
/// [`Error::Value`] of the parameter `lr` of `init`.
pub fn learning_rate(text: &str) -> Result<f64> {
    real("lr", text.trim(), LEARNING_RATES)
        .map_err(|_| Error::parameter("lr", Expected::Number(LEARNING_RATES), text.trim()))
}

/// Parses a comma-separated list of variants; brackets make one of each of their values, `alpha=[1.1,1.5]`.
///
/// # Errors
/// Those of [`InitScheme::from_str`], and [`Error::Value`] of a learning rate.
pub fn parse_list(text: &str) -> Result<Vec<Variant>> {
    let mut variants = Vec::new();
    for entry in split_outside(text, ',') {
        for one in without_brackets(entry)? {
            variants.push(one.parse()?);
        }
        if variants.len() > RUNS {
            return Err(Error::value("init", Requirement::Runs { most: RUNS as u64 }.into(), variants.len()));
        }
    }
    Ok(variants)
}

/// The text of a list of variants.
#[must_use]
pub fn list_text(variants: &[Variant]) -> String {
    variants.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
