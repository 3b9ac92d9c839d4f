//! The rescaling of layers by powers of `alpha`: `emergence(BASE;alpha=1.5;rule=outer;turn=auto)`.

use super::alpha::{DEFAULT_ALPHA, parse_alpha};
use super::closed_form_cards::BaseInit;
use super::parentheses::split_outside;
use super::{Card, Source};
use crate::error::{Bounds, Error, Expected, Result};
use crate::experiment::architecture::LayerRank;
use crate::experiment::values::Named;
use crate::prose::Prose;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A rescaling of layers by powers of `alpha` (Li, George & Silva 2024).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rescaling {
    /// The scheme whose weights are rescaled.
    pub base: BaseInit,
    /// The base of the powers; 1 changes nothing, values below 1 lower emergence.
    pub alpha: f64,
    /// The rule for the power of each layer.
    pub rule: RescalingRule,
    /// The turning point: where powers become positive.
    pub turn: Turn,
    /// How the layers of a transformer are counted.
    pub level: RescalingLevel,
}

/// How the layers of a transformer are counted; those with the same number get the same power. In a chain of layers all three are the
/// same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RescalingLevel {
    /// By the number of layers with weights before them on the longest path from an input.
    Depth,
    /// By sub-layer: attention, feed-forward.
    Sublayer,
    /// By encoder or decoder layer.
    Layer,
}

impl RescalingLevel {
    /// The rank that counts.
    #[must_use]
    pub fn of(self, rank: LayerRank) -> usize {
        match self {
            Self::Depth => rank.depth,
            Self::Sublayer => rank.sublayer,
            Self::Layer => rank.layer,
        }
    }
}

impl Named for RescalingLevel {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("depth", "depth: matrices before it", Self::Depth),
            ("sublayer", "sub-layer", Self::Sublayer),
            ("layer", "layer", Self::Layer),
        ]
        .into_iter()
    }
}

/// The rule for the power of `alpha` of each weight layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RescalingRule {
    /// Largest powers at the ends of the network; the product of the factors is 1.
    Outer,
    /// Exponent = index - turn, as a third party interprets the paper.
    Pivot,
    /// Largest powers next to the turning point.
    Inner,
    /// `1/alpha` before the turning point, `alpha` after it.
    Flat,
}

/// The turning point: where powers become positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turn {
    /// The middle; with an odd number of layers, the middle layer is unchanged.
    Auto,
    /// After this many layers: these are scaled down, all others up.
    At(usize),
}

/// The facts about a scheme that contains a rescaling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RescaledFacts {
    /// Its name in the query string, followed by the rescaling in parentheses.
    pub name: &'static str,
    /// Its name as displayed.
    pub label: &'static str,
    /// A short name, followed by the parameters of the rescaling.
    pub short_label: &'static str,
    /// Its description.
    pub card: Card,
}

/// The rescaling itself.
pub static EMERGENCE: RescaledFacts = RescaledFacts {
    name: "emergence",
    label: "Emergence-promoting",
    short_label: "Emergence",
    card: Card {
        sentence: Prose::new(
            "Scales early layers down and late layers up by powers of α, so that inactive units precede active ones and \
                   emergence rises.",
        ),
        equation: &[Prose::new("W_{l} → α^{e_{l}} · W_{l}"), Prose::new("e = −2, −1, 1, 2 for four layers")],
        source: Source::published("Li, George & Silva 2024", "arXiv 2407.19044", "https://arxiv.org/abs/2407.19044")
            .with_note("the power of each layer is this project's choice"),
        cost: Prose::new("none"),
    },
};

/// The shuffled control, which tests whether the order of the factors matters.
pub static SHUFFLED: RescaledFacts = RescaledFacts {
    name: "shuffle",
    label: "Shuffled control",
    short_label: "Shuffled",
    card: Card {
        sentence: Prose::new(
            "A control: the same factors in a random order that differs per seed. If it learns equally well, the order does \
                   not matter.",
        ),
        equation: &[Prose::new("W_{l} → α^{e_{π(l)}} · W_{l}, π random")],
        source: Source::ours(""),
        cost: Prose::new("none"),
    },
};

/// The rate control, which replaces the rescaling by learning rates.
pub static RATE_CONTROL: RescaledFacts = RescaledFacts {
    name: "lrmatch",
    label: "Rate control",
    short_label: "Rate control",
    card: Card {
        sentence: Prose::new(
            "A control: the base without rescaling, trained with the layer-wise learning rates that are equivalent to it. \
                   With ReLU and neither normalization nor shortcuts, its accuracy and loss must coincide with those of the \
                   rescaled initialization.",
        ),
        equation: &[Prose::new("SGD: η_{l} = η / α^{2 e_{l}}"), Prose::new("Adam: η_{l} = η / α^{e_{l}}")],
        source: Source::ours("derived from the update rules"),
        cost: Prose::new("none"),
    },
};

/// Allowed range of `turn`; no network has more layers.
pub const TURN: Bounds = Bounds::whole(0, 1000);

impl Named for RescalingRule {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("outer", "outer: largest at the ends", Self::Outer),
            ("pivot", "pivot: index minus turn", Self::Pivot),
            ("inner", "inner: largest in the middle", Self::Inner),
            ("flat", "flat: α⁻¹, then α", Self::Flat),
        ]
        .into_iter()
    }
}

impl Default for Rescaling {
    fn default() -> Self {
        Self {
            base: BaseInit::KaimingNormal,
            alpha: DEFAULT_ALPHA,
            rule: RescalingRule::Outer,
            turn: Turn::Auto,
            level: RescalingLevel::Depth,
        }
    }
}

impl fmt::Display for Rescaling {
    /// `alpha` is always written, `rule`, `turn` and `level` if they differ from their defaults.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "emergence({};alpha={}", self.base, self.alpha)?;
        if self.rule != RescalingRule::Outer {
            write!(f, ";rule={}", self.rule.name())?;
        }
        if let Turn::At(turn) = self.turn {
            write!(f, ";turn={turn}")?;
        }
        if self.level != RescalingLevel::Depth {
            write!(f, ";level={}", self.level.name())?;
        }
        f.write_str(")")
    }
}

/// Parses the text between the parentheses of `emergence(...)`.
pub(super) fn parse(inside: &str) -> Result<Rescaling> {
    let mut parts = split_outside(inside, ';').into_iter();
    let base = parts.next().unwrap_or_default().parse::<BaseInit>()?;
    let mut rescaling = Rescaling { base, ..Rescaling::default() };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !rescaling.set(name.trim(), value.trim())? {
            return Err(Error::value("init", Expected::OneOf(vec!["alpha=", "rule=", "turn=", "level="]), part));
        }
    }
    Ok(rescaling)
}

impl Rescaling {
    /// Sets one of its parameters, `alpha`, `rule`, `turn` or `level`, and returns whether there is one of this name.
    ///
    /// # Errors
    /// [`Error::Value`] if the value is not one of the parameter.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool> {
        match name {
            "alpha" => self.alpha = parse_alpha(value)?,
            "rule" => self.rule = parse_rule(value)?,
            "turn" => self.turn = parse_turn(value)?,
            "level" => self.level = parse_level(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn parse_rule(text: &str) -> Result<RescalingRule> {
    RescalingRule::named(text).ok_or_else(|| Error::parameter("rule", RescalingRule::expected(), text))
}

fn parse_level(text: &str) -> Result<RescalingLevel> {
    RescalingLevel::named(text).ok_or_else(|| Error::parameter("level", RescalingLevel::expected(), text))
}

fn parse_turn(text: &str) -> Result<Turn> {
    if text == "auto" {
        return Ok(Turn::Auto);
    }
    let turn = text.parse::<usize>().ok().filter(|turn| TURN.contain(*turn as f64)).map(Turn::At);
    turn.ok_or_else(|| Error::parameter("turn", Expected::AutoOr(TURN), text))
}
