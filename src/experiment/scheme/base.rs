//! The schemes of the literature that draw weights from shapes alone.

use super::custom::CustomInit;
use super::text::call;
use crate::error::{Error, Expected, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A scheme that draws weights from shapes alone. Names as in `torch.nn.init`.
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
    /// What `torch.nn.Linear` and `torch.nn.Conv2d` do by themselves, biases included.
    Pytorch,
    /// Saxe et al. 2013.
    Orthogonal,
    /// `ZerO`, Zhao, Schäfer & Anandkumar 2021: identities and Hadamard matrices, nothing random.
    Zero,
    /// Zhang, Dauphin & Ma 2019, for residual networks without normalization.
    Fixup,
    /// A formula of one's own.
    Custom(CustomInit),
}

const NAMES: [(&str, BaseInit); 9] = [
    ("xavier_normal", BaseInit::XavierNormal),
    ("xavier_uniform", BaseInit::XavierUniform),
    ("kaiming_normal", BaseInit::KaimingNormal),
    ("kaiming_uniform", BaseInit::KaimingUniform),
    ("lecun_normal", BaseInit::LecunNormal),
    ("pytorch", BaseInit::Pytorch),
    ("orthogonal", BaseInit::Orthogonal),
    ("zero", BaseInit::Zero),
    ("fixup", BaseInit::Fixup),
];

impl BaseInit {
    /// All that have a name, in the order in which they are offered; formulas are not among them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(_, base)| base)
    }

    /// Those that draw every layer at random, whatever its place in the network.
    pub fn random() -> impl Iterator<Item = Self> {
        Self::all().filter(|base| !matches!(base, Self::Zero | Self::Fixup))
    }
}

impl fmt::Display for BaseInit {
    /// The name in the query string.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(custom) => write!(f, "{custom}"),
            named => f.write_str(NAMES.iter().find(|(_, base)| base == named).map_or("", |(name, _)| name)),
        }
    }
}

impl FromStr for BaseInit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text)?.ok_or_else(|| unknown(text, Vec::new()))
    }
}

/// The base that a text names; `None` if it names none.
pub(super) fn parse(text: &str) -> Result<Option<BaseInit>> {
    let text = text.trim();
    match call(text, "custom") {
        Some(inside) => inside.parse().map(BaseInit::Custom).map(Some),
        None => Ok(NAMES.into_iter().find(|(name, _)| *name == text).map(|(_, base)| base)),
    }
}

/// The error about a text that names neither a base nor one of the `others`.
pub(super) fn unknown(text: &str, others: Vec<&'static str>) -> Error {
    let named = NAMES.iter().map(|(name, _)| *name);
    let forms = named.chain(["custom(std=FORMULA)"]).chain(others).collect();
    Error::value("init", Expected::OneOf(forms), text.trim())
}
