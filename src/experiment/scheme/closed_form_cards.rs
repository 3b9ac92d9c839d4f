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
    /// The default of fairseq's transformers.
    Fairseq,
    /// That of GPT-2, Radford et al. 2019.
    Gpt2,
    /// Zhang, Titov & Sennrich 2019.
    DsInit,
    /// Huang, Pérez, Ba & Volkovs 2020, without normalization.
    TFixup,
    /// Wang et al. 2022, for post-normalization.
    DeepNet,
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
    /// The networks that it is for.
    pub network: RequiredNetwork,
}

/// The networks that a scheme is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredNetwork {
    /// Any.
    Any,
    /// Residual networks for images, without normalization.
    ResidualWithoutNormalization,
    /// Transformers.
    Transformer,
    /// Transformers without normalization.
    TransformerWithoutNormalization,
    /// Transformers with normalization after every addition.
    TransformerWithPostNormalization,
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
    ClosedFormFacts { base, name, label, card, zeros, takes_qr: false, network: RequiredNetwork::Any }
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

    const fn only_for(mut self, network: RequiredNetwork) -> Self {
        self.network = network;
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
pub static CLOSED_FORMS: [ClosedFormFacts; 14] = [
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
        ).with_zeros(ZeroLayers::BranchEndsAndOutput).only_for(RequiredNetwork::ResidualWithoutNormalization),
    random(
        BaseInit::Fairseq,
        "fairseq",
        "fairseq",
        Card {
            sentence: Prose::new("The default of fairseq's transformers: Xavier uniform, with smaller matrices of queries, keys and values, \
                       as if the three were one matrix."),
            equation: &[Prose::new("bound = √(6 / (fan_in + fan_out))"), Prose::new("queries, keys, values: divided by √2")],
            source: Source::published("Ott et al. 2019", "arXiv 1904.01038", "https://arxiv.org/abs/1904.01038")
                .with_note("and its program"),
            cost: FREE,
        },
    ).only_for(RequiredNetwork::Transformer),
    random(
        BaseInit::Gpt2,
        "gpt2",
        "GPT-2",
        Card {
            sentence: Prose::new("Small weights of the same size everywhere, embeddings too; the last matrix of every branch is smaller, the \
                       more the deeper the stack of N layers is."),
            equation: &[Prose::new("std = 0.02"), Prose::new("ends of branches: 0.02 / √(2 N)")],
            source: Source::published(
                "Radford et al. 2019",
                "GPT-2",
                "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
            )
            .with_note("the numbers are those of its program"),
            cost: FREE,
        },
    ).only_for(RequiredNetwork::Transformer),
    random(
        BaseInit::DsInit,
        "dsinit",
        "DS-Init",
        Card {
            sentence: Prose::new("Depth-scaled initialization: Xavier uniform, divided by the square root of the number of the layer in its \
                       stack, so that late layers are smaller."),
            equation: &[Prose::new("bound = √(6 / (fan_in + fan_out)) / √l")],
            source: Source::published("Zhang, Titov & Sennrich 2019", "arXiv 1908.11365", "https://arxiv.org/abs/1908.11365"),
            cost: FREE,
        },
    ).only_for(RequiredNetwork::Transformer),
    random(
        BaseInit::TFixup,
        "tfixup",
        "T-Fixup",
        Card {
            sentence: Prose::new("For transformers without normalization: scales down embeddings, values and the matrices after them, so that \
                       the first updates do not grow with the number of layers N."),
            equation: &[
                Prose::new("Xavier, embeddings × (9 N)^{−1/4}; v, o, W_{1}, W_{2}:"),
                Prose::new("encoder × 0.67 N^{−1/4}, decoder × (9 N)^{−1/4}"),
            ],
            source: Source::published("Huang, Pérez, Ba & Volkovs 2020", "ICML", "https://proceedings.mlr.press/v119/huang20f.html"),
            cost: FREE,
        },
    ).only_for(RequiredNetwork::TransformerWithoutNormalization),
    random(
        BaseInit::DeepNet,
        "deepnet",
        "DeepNet",
        Card {
            sentence: Prose::new("For post-normalization: weighs the shortcuts up by ρ and scales down the values and the matrices after them, \
                       so that updates stay bounded in very deep transformers of N encoder and M decoder layers."),
            equation: &[
                Prose::new("encoder: ρ = 0.81 (N⁴ M)^{1/16}, × 0.87 (N⁴ M)^{−1/16}"),
                Prose::new("decoder: ρ = (3 M)^{1/4}, × (12 M)^{−1/4}"),
            ],
            source: Source::published("Wang et al. 2022", "arXiv 2203.00555", "https://arxiv.org/abs/2203.00555"),
            cost: FREE,
        },
    ).only_for(RequiredNetwork::TransformerWithPostNormalization),
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
