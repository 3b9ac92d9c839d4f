//! The grammar of initializations: `kaiming_normal`, `emergence(kaiming_normal;alpha=1.5;rule=outer;turn=auto)`,
//! `lrmatch(emergence(...))`, `gradinit(xavier_normal;steps=100)`, `custom(std=sqrt(2/fan_in))`. This module only describes
//! schemes: weights are drawn in `init` and tuned in `tune`.

pub mod alpha;
pub mod closed_form_cards;
pub mod custom;
pub(super) mod parentheses;
pub mod rescaling;
pub mod tuning;

use crate::error::{Error, Expected, Result};
use crate::experiment::values::Named;
use crate::prose::Prose;
pub use closed_form_cards::{BaseInit, CLOSED_FORMS, ClosedFormFacts, RequiredNetwork, ZeroLayers};
pub use custom::{CustomInit, CustomKind, FormulaInputs};
use parentheses::call;
pub use parentheses::split_outside;
pub use rescaling::{RescaledFacts, Rescaling, RescalingLevel, RescalingRule, Turn};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
pub use tuning::Tuning;
pub use tuning::constant::Constant;
pub use tuning::methods::TuningMethod;

/// One way to choose the initial weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InitScheme {
    /// Weights drawn from the shapes of the layers and the seed alone.
    Closed(ClosedForm),
    /// The rate control: the base with the layer-wise learning rates that are equivalent to the rescaling.
    RateControl(Rescaling),
    /// Closed-form weights that are adjusted by running the network.
    Tuned(Tuning),
}

/// A scheme whose weights follow from the shapes of the layers and the seed alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ClosedForm {
    /// A base scheme as published.
    Base(BaseInit),
    /// A base whose layers are rescaled so that emergence rises.
    Emergence(Rescaling),
    /// The shuffled control: a base multiplied by the factors of a rescaling in a random order.
    Shuffled(Rescaling),
}

/// The description of a scheme, for the picker and the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// What the scheme does, in a sentence.
    pub sentence: Prose,
    /// Its equation, line by line; `_{...}` and `^{...}` mark subscripts and superscripts.
    pub equation: &'static [Prose],
    /// The publication.
    pub source: Source,
    /// Its cost before the first training step.
    pub cost: Prose,
}

/// The publication of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Authors and year, or the origin of an unpublished scheme.
    pub authors: Prose,
    /// The text of the link; empty if there is none.
    pub link: Prose,
    /// The address.
    pub url: Prose,
    /// An additional note; may be empty.
    pub note: Prose,
}

impl Source {
    /// A publication with a link.
    #[must_use]
    pub const fn published(authors: &'static str, link: &'static str, url: &'static str) -> Self {
        Self { authors: Prose::new(authors), link: Prose::new(link), url: Prose::new(url), note: Prose::new("") }
    }

    /// The same source with a note.
    #[must_use]
    pub const fn with_note(self, note: &'static str) -> Self {
        Self { note: Prose::new(note), ..self }
    }

    /// A scheme of this project.
    #[must_use]
    pub const fn ours(note: &'static str) -> Self {
        Self { note: Prose::new(note), ..Self::published("this project", "", "") }
    }
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
    /// The scheme that applies `rescaling` to its base.
    #[must_use]
    pub fn emergence(rescaling: Rescaling) -> Self {
        Self::Closed(ClosedForm::Emergence(rescaling))
    }

    /// The rescaling, if the scheme contains one.
    #[must_use]
    pub fn rescaling(&self) -> Option<&Rescaling> {
        match self {
            Self::Closed(scheme) | Self::Tuned(Tuning { base: scheme, .. }) => scheme.rescaling(),
            Self::RateControl(rescaling) => Some(rescaling),
        }
    }

    /// The rescaling, to be changed.
    pub fn rescaling_mut(&mut self) -> Option<&mut Rescaling> {
        match self {
            Self::RateControl(rescaling)
            | Self::Closed(ClosedForm::Emergence(rescaling) | ClosedForm::Shuffled(rescaling))
            | Self::Tuned(Tuning {
                base: ClosedForm::Emergence(rescaling) | ClosedForm::Shuffled(rescaling), ..
            }) => Some(rescaling),
            Self::Closed(ClosedForm::Base(_)) | Self::Tuned(Tuning { base: ClosedForm::Base(_), .. }) => None,
        }
    }

    /// The base scheme that draws the weights.
    #[must_use]
    pub fn base(&self) -> &BaseInit {
        match self {
            Self::Closed(scheme) | Self::Tuned(Tuning { base: scheme, .. }) => scheme.base(),
            Self::RateControl(rescaling) => &rescaling.base,
        }
    }

    /// The tuning, if the weights are adjusted by running the network.
    #[must_use]
    pub fn tuning(&self) -> Option<&Tuning> {
        match self {
            Self::Tuned(tuning) => Some(tuning),
            Self::Closed(_) | Self::RateControl(_) => None,
        }
    }
}

impl ClosedForm {
    /// The rescaling, if the scheme contains one.
    #[must_use]
    pub fn rescaling(&self) -> Option<&Rescaling> {
        match self {
            Self::Base(_) => None,
            Self::Emergence(rescaling) | Self::Shuffled(rescaling) => Some(rescaling),
        }
    }

    /// The scheme that draws the weights.
    #[must_use]
    pub fn base(&self) -> &BaseInit {
        match self {
            Self::Base(base) => base,
            Self::Emergence(rescaling) | Self::Shuffled(rescaling) => &rescaling.base,
        }
    }
}

impl fmt::Display for InitScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(scheme) => write!(f, "{scheme}"),
            Self::RateControl(rescaling) => write!(f, "{}({rescaling})", rescaling::RATE_CONTROL.name),
            Self::Tuned(tuning) => write!(f, "{tuning}"),
        }
    }
}

impl fmt::Display for ClosedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(base) => write!(f, "{base}"),
            Self::Emergence(rescaling) => write!(f, "{rescaling}"),
            Self::Shuffled(rescaling) => write!(f, "{}({rescaling})", rescaling::SHUFFLED.name),
        }
    }
}

impl FromStr for InitScheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some(inside) = call(text, rescaling::RATE_CONTROL.name) {
            return rescaling_inside(RATE_CONTROL, inside, text).map(Self::RateControl);
        }
        if let Some(tuning) = tuning::parse(text)? {
            return Ok(Self::Tuned(tuning));
        }
        closed_form(text)?.map(Self::Closed).ok_or_else(|| {
            let methods: Vec<_> = TuningMethod::all().map(TuningMethod::name).collect();
            closed_form_cards::unknown(text, [&RESCALED[..], &[RATE_CONTROL], &methods].concat())
        })
    }
}

impl FromStr for ClosedForm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        closed_form(text)?.ok_or_else(|| closed_form_cards::unknown(text, RESCALED.to_vec()))
    }
}

/// The forms of closed-form schemes other than bases.
const RESCALED: [&str; 2] = ["emergence(BASE;alpha=...)", SHUFFLE];
const SHUFFLE: &str = "shuffle(emergence(BASE;alpha=...))";
const RATE_CONTROL: &str = "lrmatch(emergence(BASE;alpha=...))";

/// Parses a closed-form scheme; `None` if the text names none.
fn closed_form(text: &str) -> Result<Option<ClosedForm>> {
    let text = text.trim();
    if let Some(inside) = call(text, rescaling::SHUFFLED.name) {
        return rescaling_inside(SHUFFLE, inside, text).map(ClosedForm::Shuffled).map(Some);
    }
    if let Some(inside) = call(text, rescaling::EMERGENCE.name) {
        return rescaling::parse(inside).map(ClosedForm::Emergence).map(Some);
    }
    Ok(closed_form_cards::parse(text)?.map(ClosedForm::Base))
}

/// Parses the rescaling in `lrmatch(emergence(...))` or `shuffle(emergence(...))`, whose notation is `form`.
fn rescaling_inside(form: &'static str, inside: &str, all: &str) -> Result<Rescaling> {
    let rescaled = call(inside.trim(), rescaling::EMERGENCE.name);
    let rescaled = rescaled.ok_or_else(|| Error::value("init", Expected::OneOf(vec![form]), all))?;
    rescaling::parse(rescaled)
}
