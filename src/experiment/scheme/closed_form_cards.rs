//! THE table of closed-form schemes with their cards (sentence, equation, source, cost): the published schemes that draw weights
//! from the shapes of the layers alone. Their distributions are implemented in `init`.
//!
//! To add one, add a variant and a row here, and its distribution in `init`.

use super::custom::CustomInit;
use super::parentheses::call;
use super::{Card, Source};
use crate::error::{Error, Expected, Result};
use crate::prose::Prose;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A scheme that draws weights from the shapes of the layers alone. Names are those of `torch.nn.init`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The default of `torch.nn.Linear` and `torch.nn.Conv2d`, including biases.
    Pytorch,
    /// Saxe et al. 2013.
    Orthogonal,
    /// `ZerO`, Zhao, Schäfer & Anandkumar 2021: identities and Hadamard matrices, nothing random.
    Zero,
    /// Zhang, Dauphin & Ma 2019, for residual networks without normalization.
    Fixup,
    /// A user-defined formula.
    Custom(CustomInit),
}

/// The facts about a closed-form scheme.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedFormFacts {
    /// Which one.
    pub base: BaseInit,
    /// Its name in the query string.
    pub name: &'static str,
    /// Its name as displayed.
    pub label: &'static str,
    /// Its description.
    pub card: Card,
    /// Layers whose weights start at zero.
    pub zeros: ZeroLayers,
    /// Whether it computes a QR decomposition for every layer.
    pub takes_qr: bool,
    /// Whether it requires a residual network without normalization.
    pub residual_only: bool,
}

/// Layers whose weights a scheme sets to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroLayers {
    /// None.
    None,
    /// The last layers of residual branches.
    BranchEnds,
    /// The last layers of residual branches, and the output layer.
    BranchEndsAndOutput,
}

/// A row for a scheme that draws every layer at random, in any network.
const fn random(base: BaseInit, name: &'static str, label: &'static str, card: Card) -> ClosedFormFacts {
    let zeros = ZeroLayers::None;
    ClosedFormFacts { base, name, label, card, zeros, takes_qr: false, residual_only: false }
}

impl ClosedFormFacts {
    const fn with_qr(mut self) -> Self {
        self.takes_qr = true;
        self
    }

    const fn with_zeros(mut self, zeros: ZeroLayers) -> Self {
        self.zeros = zeros;
        self
    }

    const fn for_residual_networks(mut self) -> Self {
        self.residual_only = true;
        self
    }
}

const GLOROT: Source =
    Source::published("Glorot & Bengio 2010", "AISTATS", "https://proceedings.mlr.press/v9/glorot10a.html");
const HE: Source =
    Source::published("He, Zhang, Ren & Sun 2015", "arXiv 1502.01852", "https://arxiv.org/abs/1502.01852");
const GAIN: &str = "gain: √2 for ReLU and GELU, 5/3 for tanh, 1 for sigmoid";
const FREE: Prose = Prose::new("none");

/// THE table of closed-form schemes, in the order in which they are offered.
pub static CLOSED_FORMS: [ClosedFormFacts; 9] = [
    random(
        BaseInit::XavierNormal,
        "xavier_normal",
        "Xavier normal",
        Card {
            sentence: Prose::new("Preserves the variance of signals and gradients for linear or tanh-like activations; with ReLU, signals \
                       shrink from layer to layer."),
            equation: &[Prose::new("std = √(2 / (fan_in + fan_out))")],
            source: GLOROT,
            cost: FREE,
        },
    ),
    random(
        BaseInit::XavierUniform,
        "xavier_uniform",
        "Xavier uniform",
        Card {
            sentence: Prose::new("The standard deviation of Xavier normal, drawn from a uniform distribution on [−bound, bound]."),
            equation: &[Prose::new("bound = √(6 / (fan_in + fan_out))")],
            source: GLOROT,
            cost: FREE,
        },
    ),
    random(
        BaseInit::KaimingNormal,
        "kaiming_normal",
        "Kaiming normal",
        Card {
            sentence: Prose::new("Preserves the variance of signals in the forward pass: the gain compensates for the activation function."),
            equation: &[Prose::new("std = gain / √fan_in"), Prose::new(GAIN)],
            source: HE,
            cost: FREE,
        },
    ),
    random(
        BaseInit::KaimingUniform,
        "kaiming_uniform",
        "Kaiming uniform",
        Card {
            sentence: Prose::new("The standard deviation of Kaiming normal, drawn from a uniform distribution on [−bound, bound]."),
            equation: &[Prose::new("bound = gain · √(3 / fan_in)"), Prose::new(GAIN)],
            source: HE,
            cost: FREE,
        },
    ),
    random(
        BaseInit::LecunNormal,
        "lecun_normal",
        "LeCun normal",
        Card {
            sentence: Prose::new("Preserves the variance of pre-activations, ignoring the activation function."),
            equation: &[Prose::new("std = 1 / √fan_in")],
            source: Source::published(
                "LeCun, Bottou, Orr & Müller 1998",
                "Efficient BackProp",
                "https://doi.org/10.1007/3-540-49430-8_2",
            ),
            cost: FREE,
        },
    ),
    random(
        BaseInit::Pytorch,
        "pytorch",
        "PyTorch default",
        Card {
            sentence: Prose::new("The default of PyTorch's dense layers and convolutions: small weights, and biases drawn from the same \
                       distribution."),
            equation: &[Prose::new("bound = 1 / √fan_in, biases too")],
            source: Source::published(
                "PyTorch",
                "torch.nn.Linear",
                "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
            )
            .with_note("and Conv2d"),
            cost: FREE,
        },
    ),
    random(
            BaseInit::Orthogonal,
            "orthogonal",
            "Orthogonal",
            Card {
                sentence: Prose::new("Rotates the signal without stretching it in any direction, then applies Kaiming's gain."),
                equation: &[Prose::new("W = gain · Q, columns (or rows) of Q orthonormal")],
                source: Source::published(
                    "Saxe, McClelland & Ganguli 2013",
                    "arXiv 1312.6120",
                    "https://arxiv.org/abs/1312.6120",
                ),
                cost: Prose::new("a QR decomposition per layer"),
            },
        ).with_qr(),
    random(
            BaseInit::Zero,
            "zero",
            "ZerO",
            Card {
                sentence: Prose::new("Deterministic, so that all seeds start from the same weights: each layer passes its inputs on, spread by a Hadamard \
                           matrix H where it widens; residual branches start at zero."),
                equation: &[Prose::new("W = I where fan_out ≤ fan_in, else"), Prose::new("2^{−m/2} · H with m = ⌈log₂ fan_out⌉")],
                source: Source::published(
                    "Zhao, Schäfer & Anandkumar 2021",
                    "arXiv 2110.12661",
                    "https://arxiv.org/abs/2110.12661",
                ),
                cost: FREE,
            },
        ).with_zeros(ZeroLayers::BranchEnds),
    random(
            BaseInit::Fixup,
            "fixup",
            "Fixup",
            Card {
                sentence: Prose::new("For residual networks without normalization: each of the B branches starts at zero, and its other \
                           layers are scaled down with B, so that the output does not grow with depth."),
                equation: &[Prose::new("in a branch: std = gain / √(B · fan_in)"), Prose::new("end of a branch, output layer: 0")],
                source: Source::published(
                    "Zhang, Dauphin & Ma 2019",
                    "arXiv 1901.09321",
                    "https://arxiv.org/abs/1901.09321",
                ),
                cost: FREE,
            },
        ).with_zeros(ZeroLayers::BranchEndsAndOutput).for_residual_networks(),
];

impl BaseInit {
    /// All named schemes, that is, all but formulas, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        CLOSED_FORMS.iter().map(|row| row.base.clone())
    }

    /// Its row of the table; `None` for a formula.
    #[must_use]
    pub fn facts(&self) -> Option<&'static ClosedFormFacts> {
        CLOSED_FORMS.iter().find(|row| row.base == *self)
    }
}

impl fmt::Display for BaseInit {
    /// The name in the query string.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(custom) => write!(f, "{custom}"),
            named => f.write_str(named.facts().map_or("", |row| row.name)),
        }
    }
}

impl FromStr for BaseInit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text)?.ok_or_else(|| unknown(text, Vec::new()))
    }
}

/// Parses a base; `None` if the text names none.
pub(super) fn parse(text: &str) -> Result<Option<BaseInit>> {
    let text = text.trim();
    match call(text, "custom") {
        Some(inside) => inside.parse().map(BaseInit::Custom).map(Some),
        None => Ok(CLOSED_FORMS.iter().find(|row| row.name == text).map(|row| row.base.clone())),
    }
}

/// The error about a text that is neither a base nor one of the `others`.
pub(super) fn unknown(text: &str, others: Vec<&'static str>) -> Error {
    let named = CLOSED_FORMS.iter().map(|row| row.name);
    let forms = named.chain(["custom(std=FORMULA)"]).chain(others).collect();
    Error::value("init", Expected::OneOf(forms), text.trim())
}
