//! The grammar of initializations: `kaiming_normal`, `emergence(kaiming_normal;alpha=1.5;rule=outer;turn=auto)`,
//! `lrmatch(emergence(...))`, `gradinit(xavier_normal;steps=100)`, `custom(std=sqrt(2/fan_in))`. Only what is asked for lives
//! here; closed-form weights are drawn in `init`, the others tuned in `tune`.

pub mod base;
mod constants;
pub mod custom;
pub mod promotion;
mod text;
pub mod tuning;

use crate::error::{Error, Result};
pub use base::BaseInit;
pub use custom::{CustomInit, CustomKind, FormulaInputs};
pub use promotion::{Promotion, PromotionRule, Turn};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use text::call;
pub(super) use text::split_outside;
pub use tuning::{Constant, StepKind, Tuning, TuningMethod};

/// One way to choose the initial weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InitScheme {
    /// Drawn from shapes and seed alone.
    Closed(ClosedForm),
    /// The control: the plain base with the layer-wise learning rate that is equivalent to the rescaling.
    LearningRateMatched(Promotion),
    /// Closed-form weights that are then adjusted by running the network.
    Tuned(Tuning),
}

/// A scheme whose weights follow from shapes and seed alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ClosedForm {
    /// As published.
    Base(BaseInit),
    /// A base whose layers are then rescaled so that emergence rises.
    Emergence(Promotion),
    /// The control of which layer gets which factor: those of the rescaling in random order.
    Shuffled(Promotion),
}

impl From<BaseInit> for InitScheme {
    fn from(base: BaseInit) -> Self {
        Self::Closed(ClosedForm::Base(base))
    }
}

impl From<ClosedForm> for InitScheme {
    fn from(scheme: ClosedForm) -> Self {
        Self::Closed(scheme)
    }
}

impl From<BaseInit> for ClosedForm {
    fn from(base: BaseInit) -> Self {
        Self::Base(base)
    }
}

impl InitScheme {
    /// `promotion` as a scheme: its base, rescaled.
    #[must_use]
    pub fn emergence(promotion: Promotion) -> Self {
        Self::Closed(ClosedForm::Emergence(promotion))
    }

    /// The rescaling, if the scheme has one.
    #[must_use]
    pub fn promotion(&self) -> Option<&Promotion> {
        match self {
            Self::Closed(scheme) | Self::Tuned(Tuning { base: scheme, .. }) => scheme.promotion(),
            Self::LearningRateMatched(promotion) => Some(promotion),
        }
    }

    /// The closed-form scheme underneath.
    #[must_use]
    pub fn base(&self) -> &BaseInit {
        match self {
            Self::Closed(scheme) | Self::Tuned(Tuning { base: scheme, .. }) => scheme.base(),
            Self::LearningRateMatched(promotion) => &promotion.base,
        }
    }

    /// What adjusts the weights by running the network, if anything does.
    #[must_use]
    pub fn tuning(&self) -> Option<&Tuning> {
        match self {
            Self::Tuned(tuning) => Some(tuning),
            Self::Closed(_) | Self::LearningRateMatched(_) => None,
        }
    }
}

impl ClosedForm {
    /// The rescaling, if the scheme has one.
    #[must_use]
    pub fn promotion(&self) -> Option<&Promotion> {
        match self {
            Self::Base(_) => None,
            Self::Emergence(promotion) | Self::Shuffled(promotion) => Some(promotion),
        }
    }

    /// The scheme that draws the weights.
    #[must_use]
    pub fn base(&self) -> &BaseInit {
        match self {
            Self::Base(base) => base,
            Self::Emergence(promotion) | Self::Shuffled(promotion) => &promotion.base,
        }
    }
}

impl fmt::Display for InitScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(scheme) => write!(f, "{scheme}"),
            Self::LearningRateMatched(promotion) => write!(f, "lrmatch({promotion})"),
            Self::Tuned(tuning) => write!(f, "{tuning}"),
        }
    }
}

impl fmt::Display for ClosedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(base) => write!(f, "{base}"),
            Self::Emergence(promotion) => write!(f, "{promotion}"),
            Self::Shuffled(promotion) => write!(f, "shuffle({promotion})"),
        }
    }
}

impl FromStr for InitScheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some(inside) = call(text, "lrmatch") {
            return promotion_inside("lrmatch", inside, text).map(Self::LearningRateMatched);
        }
        if let Some(tuning) = tuning::parse(text)? {
            return Ok(Self::Tuned(tuning));
        }
        closed_form(text)?.map(Self::Closed).ok_or_else(|| {
            let methods = TuningMethod::all().map(|method| method.name()).join(", ");
            base::unknown(text, &format!("{RESCALED}, lrmatch(emergence(...)), {methods}"))
        })
    }
}

impl FromStr for ClosedForm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        closed_form(text)?.ok_or_else(|| base::unknown(text, RESCALED))
    }
}

/// What a closed-form scheme may be besides a base.
const RESCALED: &str = ", emergence(BASE;alpha=...), shuffle(emergence(...))";

/// The closed-form scheme that a text names; `None` if it names none.
fn closed_form(text: &str) -> Result<Option<ClosedForm>> {
    let text = text.trim();
    if let Some(inside) = call(text, "shuffle") {
        return promotion_inside("shuffle", inside, text).map(ClosedForm::Shuffled).map(Some);
    }
    if let Some(inside) = call(text, "emergence") {
        return promotion::parse(inside).map(ClosedForm::Emergence).map(Some);
    }
    Ok(base::parse(text)?.map(ClosedForm::Base))
}

/// The rescaling in `lrmatch(emergence(...))` or `shuffle(emergence(...))`.
fn promotion_inside(name: &str, inside: &str, all: &str) -> Result<Promotion> {
    let promoted = call(inside.trim(), "emergence");
    let promoted = promoted.ok_or_else(|| Error::value("init", format!("{name}(emergence(BASE;alpha=...))"), all))?;
    promotion::parse(promoted)
}
