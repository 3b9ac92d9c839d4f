//! The grammar of initialisations: `kaiming_normal`, `emergence(kaiming_normal;alpha=1.5;rule=outer;turn=auto)`,
//! `lrmatch(emergence(...))`. Only what is asked for lives here; the numbers are drawn in `init`.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One way to choose the initial weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum InitScheme {
    /// A closed-form scheme as published.
    Base(BaseInit),
    /// A closed-form scheme whose layers are then rescaled so that emergence rises.
    Emergence(Promotion),
    /// The control: the plain base with the layer-wise learning rate that is equivalent to the rescaling.
    LearningRateMatched(Promotion),
}

/// A closed-form scheme. Names as in `torch.nn.init`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BaseInit {
    /// Glorot & Bengio 2010, normal.
    XavierNormal,
    /// Glorot & Bengio 2010, uniform.
    XavierUniform,
    /// He et al. 2015, normal, fan-in.
    KaimingNormal,
    /// He et al. 2015, uniform, fan-in.
    KaimingUniform,
    /// `LeCun` et al. 1998, normal.
    LecunNormal,
    /// What `torch.nn.Linear` and `torch.nn.Conv2d` do by themselves, biases included.
    Pytorch,
    /// Saxe et al. 2013.
    Orthogonal,
}

/// A rescaling of layers by powers of `alpha` (Li, George & Silva 2024).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Promotion {
    /// The scheme that is rescaled.
    pub base: BaseInit,
    /// The base of the powers; 1 changes nothing, below 1 lowers emergence.
    pub alpha: f64,
    /// Which power each layer gets.
    pub rule: PromotionRule,
    /// Where reducing ends and increasing begins.
    pub turn: Turn,
}

/// Which power of `alpha` each weight layer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromotionRule {
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

const BASES: [(&str, BaseInit); 7] = [
    ("xavier_normal", BaseInit::XavierNormal),
    ("xavier_uniform", BaseInit::XavierUniform),
    ("kaiming_normal", BaseInit::KaimingNormal),
    ("kaiming_uniform", BaseInit::KaimingUniform),
    ("lecun_normal", BaseInit::LecunNormal),
    ("pytorch", BaseInit::Pytorch),
    ("orthogonal", BaseInit::Orthogonal),
];

const RULES: [(&str, PromotionRule); 4] = [
    ("outer", PromotionRule::Outer),
    ("pivot", PromotionRule::Pivot),
    ("inner", PromotionRule::Inner),
    ("flat", PromotionRule::Flat),
];

impl Default for Promotion {
    fn default() -> Self {
        Self { base: BaseInit::KaimingNormal, alpha: 1.5, rule: PromotionRule::Outer, turn: Turn::Auto }
    }
}

impl BaseInit {
    /// All of them, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        BASES.into_iter().map(|(_, base)| base)
    }

    /// The name in the query string.
    #[must_use]
    pub fn name(self) -> &'static str {
        super::query::name_of(&BASES, self)
    }
}

impl InitScheme {
    /// The rescaling, if the scheme has one.
    #[must_use]
    pub fn promotion(&self) -> Option<&Promotion> {
        match self {
            Self::Base(_) => None,
            Self::Emergence(promotion) | Self::LearningRateMatched(promotion) => Some(promotion),
        }
    }

    /// The closed-form scheme underneath.
    #[must_use]
    pub fn base(&self) -> BaseInit {
        match self {
            Self::Base(base) => *base,
            Self::Emergence(promotion) | Self::LearningRateMatched(promotion) => promotion.base,
        }
    }
}

impl fmt::Display for InitScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(base) => f.write_str(base.name()),
            Self::Emergence(promotion) => write!(f, "{promotion}"),
            Self::LearningRateMatched(promotion) => write!(f, "lrmatch({promotion})"),
        }
    }
}

impl fmt::Display for Promotion {
    /// `alpha` is always written, `rule` and `turn` where they differ from their defaults.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "emergence({};alpha={}", self.base.name(), self.alpha)?;
        if self.rule != PromotionRule::Outer {
            write!(f, ";rule={}", super::query::name_of(&RULES, self.rule))?;
        }
        if let Turn::At(turn) = self.turn {
            write!(f, ";turn={turn}")?;
        }
        f.write_str(")")
    }
}

impl FromStr for InitScheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some(inside) = call(text, "lrmatch") {
            let inside = call(inside.trim(), "emergence");
            let inside = inside.ok_or_else(|| Error::value("init", "lrmatch(emergence(BASE;alpha=...))", text))?;
            return parse_promotion(inside).map(Self::LearningRateMatched);
        }
        if let Some(inside) = call(text, "emergence") {
            return parse_promotion(inside).map(Self::Emergence);
        }
        parse_base(text).map(Self::Base)
    }
}

/// The text between the parentheses of `name(...)`.
fn call<'text>(text: &'text str, name: &str) -> Option<&'text str> {
    text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

fn parse_base(text: &str) -> Result<BaseInit> {
    super::query::value_of(&BASES, text.trim()).ok_or_else(|| {
        let names = super::query::names(&BASES);
        Error::value("init", format!("one of {names}, emergence(BASE;alpha=...), lrmatch(emergence(...))"), text)
    })
}

fn parse_promotion(inside: &str) -> Result<Promotion> {
    let mut parts = inside.split(';');
    let base = parse_base(parts.next().unwrap_or_default())?;
    let mut promotion = Promotion { base, ..Promotion::default() };
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim() {
            "alpha" => promotion.alpha = parse_alpha(value.trim())?,
            "rule" => promotion.rule = parse_rule(value.trim())?,
            "turn" => promotion.turn = parse_turn(value.trim())?,
            _ => return Err(Error::value("init", "alpha=, rule= or turn= inside emergence(...)", part)),
        }
    }
    Ok(promotion)
}

fn parse_alpha(text: &str) -> Result<f64> {
    let alpha = text.parse::<f64>().ok().filter(|alpha| *alpha >= 1.0 / ALPHA_MAX && *alpha <= ALPHA_MAX);
    alpha.ok_or_else(|| Error::value("init", format!("alpha between {} and {ALPHA_MAX}", 1.0 / ALPHA_MAX), text))
}

fn parse_rule(text: &str) -> Result<PromotionRule> {
    super::query::value_of(&RULES, text)
        .ok_or_else(|| Error::value("init", format!("rule as one of {}", super::query::names(&RULES)), text))
}

fn parse_turn(text: &str) -> Result<Turn> {
    if text == "auto" {
        return Ok(Turn::Auto);
    }
    let turn = text.parse().map_err(|_| Error::value("init", "turn=auto or a number of layers", text))?;
    Ok(Turn::At(turn))
}
