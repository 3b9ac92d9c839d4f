//! The rescaling of layers by powers of `alpha`: `emergence(BASE;alpha=1.5;rule=outer;turn=auto)`.

use super::base::BaseInit;
use super::split_outside;
use crate::error::{Error, Result};
use crate::experiment::query::{name_of, names, value_of};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A rescaling of layers by powers of `alpha` (Li, George & Silva 2024).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rescaling {
    /// The scheme that is rescaled.
    pub base: BaseInit,
    /// The base of the powers; 1 changes nothing, below 1 lowers emergence.
    pub alpha: f64,
    /// Which power each layer gets.
    pub rule: RescalingRule,
    /// Where reducing ends and increasing begins.
    pub turn: Turn,
}

/// Which power of `alpha` each weight layer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RescalingRule {
    /// Largest powers at the ends; the product of the factors is 1.
    Outer,
    /// Exponent = index - turn, a third party's reading.
    Pivot,
    /// Largest powers next to the turning point.
    Inner,
    /// `1/alpha` before the turning point, `alpha` after it.
    Flat,
}

/// Where reducing ends and increasing begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turn {
    /// The middle; with an odd number of layers the middle one stays as it is.
    Auto,
    /// So many layers from the input are reduced, all others increased.
    At(usize),
}

/// Largest accepted `alpha`; powers beyond it leave f32 for ordinary depths.
pub const ALPHA_MAX: f64 = 100.0;

const RULES: [(&str, RescalingRule); 4] = [
    ("outer", RescalingRule::Outer),
    ("pivot", RescalingRule::Pivot),
    ("inner", RescalingRule::Inner),
    ("flat", RescalingRule::Flat),
];

impl RescalingRule {
    /// The name in the query string.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&RULES, self)
    }
}

impl Default for Rescaling {
    fn default() -> Self {
        Self { base: BaseInit::KaimingNormal, alpha: 1.5, rule: RescalingRule::Outer, turn: Turn::Auto }
    }
}

impl fmt::Display for Rescaling {
    /// `alpha` is always written, `rule` and `turn` where they differ from their defaults.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "emergence({};alpha={}", self.base, self.alpha)?;
        if self.rule != RescalingRule::Outer {
            write!(f, ";rule={}", self.rule.name())?;
        }
        if let Turn::At(turn) = self.turn {
            write!(f, ";turn={turn}")?;
        }
        f.write_str(")")
    }
}

/// Reads what stands between the parentheses of `emergence(...)`.
pub(super) fn parse(inside: &str) -> Result<Rescaling> {
    let mut parts = split_outside(inside, ';').into_iter();
    let base = parts.next().unwrap_or_default().parse::<BaseInit>()?;
    let mut rescaling = Rescaling { base, ..Rescaling::default() };
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim() {
            "alpha" => rescaling.alpha = parse_alpha(value.trim())?,
            "rule" => rescaling.rule = parse_rule(value.trim())?,
            "turn" => rescaling.turn = parse_turn(value.trim())?,
            _ => return Err(Error::value("init", "alpha=, rule= or turn= inside emergence(...)", part)),
        }
    }
    Ok(rescaling)
}

pub(super) fn parse_alpha(text: &str) -> Result<f64> {
    let alpha = text.parse::<f64>().ok().filter(|alpha| *alpha >= 1.0 / ALPHA_MAX && *alpha <= ALPHA_MAX);
    alpha.ok_or_else(|| Error::value("init", format!("alpha between {} and {ALPHA_MAX}", 1.0 / ALPHA_MAX), text))
}

fn parse_rule(text: &str) -> Result<RescalingRule> {
    value_of(&RULES, text).ok_or_else(|| Error::value("init", format!("rule as one of {}", names(&RULES)), text))
}

fn parse_turn(text: &str) -> Result<Turn> {
    if text == "auto" {
        return Ok(Turn::Auto);
    }
    let turn = text.parse().map_err(|_| Error::value("init", "turn=auto or a number of layers", text))?;
    Ok(Turn::At(turn))
}
