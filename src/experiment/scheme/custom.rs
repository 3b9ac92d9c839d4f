//! User-defined schemes: `custom(std=FORMULA)` or `custom(uniform=FORMULA)`, optionally with `;alpha=2`.
//!
//! For each layer, the formula defines the standard deviation of a normal distribution, or the bound of a uniform distribution,
//! both with mean zero; biases start at zero. It may use
//!
//! | name | value |
//! |---|---|
//! | `fan_in`, `fan_out` | number of connections into a unit of the layer, and out of a unit of the previous layer |
//! | `layer`, `n_layers` | the layer's number, from 1, and the number of layers with weights |
//! | `depth` | `(layer - 1) / (n_layers - 1)`: 0 for the first, 1 for the last layer |
//! | `alpha` | the value after `;alpha=`; 1.5 by default |
//! | `pi`, `e` | the constants |
//! | `sqrt(x)`, `pow(x, y)`, `min(x, y, ...)`, `max(x, y, ...)` | functions |
//!
//! and the operators of the crate `nanoexpr`, which parses and evaluates it: `+ - * / ^`, `%` (remainder), `n!`, comparisons,
//! `! && ||`, `c ? a : b`. It is evaluated in f64 with functions of the portable crate `libm`, so a formula has the same value
//! to the bit on every platform. Nesting is bounded, and there are no loops.
//!
//! The syntax is checked when the formula is parsed. Whether it has a value may depend on the layer: an experiment is rejected
//! if the formula has no value for one of its layers.

use super::alpha::{DEFAULT_ALPHA, parse_alpha};
use super::parentheses::split_outside;
use super::{Card, Source};
use crate::error::{Error, Expected, FormulaError, FormulaReason, FormulaSize, Result, SchemeRequirement, Span};
use crate::experiment::architecture::WeightLayer;
use crate::experiment::values::Named;
use crate::prose::Prose;
use crate::texts::text;
use nanoexpr::{Context, ErrorKind, Number};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The description of formulas.
pub static CARD: Card = Card {
    sentence: Prose::new(
        "The scale of each layer's weights is a formula that you write; depth goes from 0 in the first layer to 1 in the \
               last. Biases start at zero.",
    ),
    equation: &[
        Prose::new("fan_in fan_out layer n_layers depth"),
        Prose::new("alpha pi e · sqrt pow min max"),
        Prose::new("+ − * / % ^ && || ! · a < b ? c : d"),
    ],
    source: Source::published("you", "", ""),
    cost: Prose::new("none"),
};

/// A scheme whose distribution is a formula.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomInit {
    /// What the value of the formula means.
    pub kind: CustomKind,
    /// The formula, evaluated for every layer.
    formula: String,
    /// The constant `alpha` of the formula.
    pub alpha: f64,
}

/// What the value of a formula means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomKind {
    /// The standard deviation of a normal distribution.
    Std,
    /// The largest absolute value of a uniform distribution.
    Uniform,
}

/// The variables of a formula for one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormulaInputs {
    /// Number of connections into a unit.
    pub fan_in: usize,
    /// Number of connections out of a unit of the previous layer.
    pub fan_out: usize,
    /// Number of the layer, from 1; in a transformer its rank by depth.
    pub layer: usize,
    /// Number of layers with weights; in a transformer of ranks.
    pub n_layers: usize,
}

impl FormulaInputs {
    /// The variables for the layer with this index.
    #[must_use]
    pub fn of(layers: &[WeightLayer], index: usize) -> Self {
        let WeightLayer { shape, rank, .. } = layers[index];
        let deepest = layers.iter().map(|layer| layer.rank.depth).max().unwrap_or_default();
        Self { fan_in: shape.fan_in(), fan_out: shape.fan_out(), layer: rank.depth + 1, n_layers: deepest + 1 }
    }
}

/// Longest accepted formula, in bytes.
const LONGEST: usize = 500;

impl CustomInit {
    /// A scheme with this formula.
    ///
    /// # Errors
    /// [`Error::Formula`] if it cannot be parsed.
    pub fn new(kind: CustomKind, formula: &str, alpha: f64) -> Result<Self> {
        let formula = formula.trim().to_owned();
        if formula.len() > LONGEST {
            let got = text!("{length} bytes", length = formula.len());
            return Err(Error::parameter(
                "formula",
                SchemeRequirement::FormulaLength { most: LONGEST as u64 }.into(),
                got,
            ));
        }
        let custom = Self { kind, formula, alpha };
        let some_layer = FormulaInputs { fan_in: 784, fan_out: 128, layer: 2, n_layers: 4 };
        match custom.value(some_layer) {
            Err(error) if !depends_on_layer(error.kind) => Err(custom.complaint(error, some_layer)),
            _ => Ok(custom),
        }
    }

    /// The formula as it was typed.
    #[must_use]
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// The value of the formula for a layer: a finite, non-negative number.
    ///
    /// # Errors
    /// [`Error::Formula`], with the reason and the position.
    pub fn evaluate(&self, inputs: FormulaInputs) -> Result<f64> {
        let value = self.value(inputs).map_err(|error| self.complaint(error, inputs))?;
        if value.is_finite() && value >= 0.0 {
            return Ok(value);
        }
        let size = match self.kind {
            CustomKind::Std => FormulaSize::StandardDeviation,
            CustomKind::Uniform => FormulaSize::Bound,
        };
        Err(self.refused(FormulaReason::Negative { size, value, layer: inputs.layer }))
    }

    fn value(&self, inputs: FormulaInputs) -> std::result::Result<f64, nanoexpr::Error> {
        nanoexpr::evaluate_with(&self.formula, &FormulaNames { inputs, alpha: self.alpha })
    }

    fn complaint(&self, error: nanoexpr::Error, inputs: FormulaInputs) -> Error {
        let reason = match error.kind {
            ErrorKind::UnknownVariable => FormulaReason::UnknownVariable,
            ErrorKind::UnknownFunction => FormulaReason::UnknownFunction,
            kind if depends_on_layer(kind) => FormulaReason::NoValue { why: kind.description(), layer: inputs.layer },
            kind => FormulaReason::Syntax(kind.description()),
        };
        let span = Span { start: error.span.start, end: error.span.end };
        FormulaError { formula: self.formula.clone(), span, reason }.into()
    }

    /// The error of a formula whose value cannot be used.
    #[must_use]
    pub(in crate::experiment) fn refused(&self, reason: FormulaReason) -> Error {
        let span = Span { start: 0, end: self.formula.len() };
        FormulaError { formula: self.formula.clone(), span, reason }.into()
    }
}

/// Whether the formula may still have a value for another layer.
fn depends_on_layer(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DivisionByZero | ErrorKind::Domain | ErrorKind::Overflow)
}

/// The names that a formula may use.
struct FormulaNames {
    inputs: FormulaInputs,
    alpha: f64,
}

impl Context<f64> for FormulaNames {
    fn variable(&self, name: &str) -> Option<f64> {
        let FormulaInputs { fan_in, fan_out, layer, n_layers } = self.inputs;
        Some(match name {
            "fan_in" => fan_in as f64,
            "fan_out" => fan_out as f64,
            "layer" => layer as f64,
            "n_layers" => n_layers as f64,
            "depth" => layer.saturating_sub(1) as f64 / n_layers.saturating_sub(1).max(1) as f64,
            "alpha" => self.alpha,
            "pi" => std::f64::consts::PI,
            "e" => std::f64::consts::E,
            _ => return None,
        })
    }

    fn call(&self, name: &str, arguments: &[f64]) -> Option<std::result::Result<f64, ErrorKind>> {
        Some(match (name, arguments) {
            ("sqrt", [x]) if *x < 0.0 => Err(ErrorKind::Domain),
            ("sqrt", [x]) => Ok(x.sqrt()),
            ("pow", [x, y]) => x.power(*y),
            ("min", [first, rest @ ..]) => Ok(rest.iter().fold(*first, |least, x| least.min(*x))),
            ("max", [first, rest @ ..]) => Ok(rest.iter().fold(*first, |most, x| most.max(*x))),
            ("sqrt" | "pow" | "min" | "max", _) => Err(ErrorKind::ArgumentCount),
            _ => return None,
        })
    }
}

impl Named for CustomKind {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [("std", "standard deviation, normal", Self::Std), ("uniform", "bound, uniform", Self::Uniform)].into_iter()
    }
}

impl fmt::Display for CustomInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "custom({}={}", self.kind.name(), self.formula)?;
        if self.alpha != DEFAULT_ALPHA {
            write!(f, ";alpha={}", self.alpha)?;
        }
        f.write_str(")")
    }
}

impl FromStr for CustomInit {
    type Err = Error;

    /// Parses the text between the parentheses of `custom(...)`.
    fn from_str(inside: &str) -> Result<Self> {
        let parts = split_outside(inside, ';');
        let stated = parts.first().and_then(|part| part.split_once('='));
        let kind = stated.and_then(|(key, formula)| Some((CustomKind::named(key.trim())?, formula)));
        let (kind, formula) = kind.ok_or_else(|| Error::value("init", forms(), inside))?;
        let mut alpha = DEFAULT_ALPHA;
        for part in &parts[1..] {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("alpha", value)) => alpha = parse_alpha(value)?,
                _ => return Err(Error::value("init", forms(), part)),
            }
        }
        Self::new(kind, formula, alpha)
    }
}

fn forms() -> Expected {
    Expected::OneOf(vec!["custom(std=FORMULA)", "custom(uniform=FORMULA)", "either with ;alpha=NUMBER at its end"])
}
