//! Conversion between a scheme and the fields of the picker: its name in the list of schemes, and its parameters as texts. The
//! entries of the picker, with descriptions and sources, are HTML generated from the tables of schemes; a test compares them.

use super::fields::{FieldText, decimal_point, field_error};
use crate::error::{Error, Result};
use crate::experiment::Named;
use crate::experiment::scheme::CustomInit;
use crate::experiment::scheme::rescaling::{EMERGENCE, RATE_CONTROL, SHUFFLED};
use crate::experiment::{
    BaseInit, ClosedForm, Experiment, InitScheme, ModelSpec, Rescaling, TuningMethod, Turn, Variant, variant,
};
use crate::texts::text;

/// The factor of the last layer with the strength that is offered for a transformer.
const LARGEST_FACTOR: f64 = 2.5;

/// What a button of the picker adds to the list of variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    /// The scheme of the picker, added at the end.
    Itself,
    /// The rate control of the rescaling, added at the end.
    Control,
    /// The shuffled control of the rescaling, added at the end.
    Shuffle,
    /// The scheme of the picker, which replaces the variant with this index.
    Replacement(usize),
}

impl Addition {
    /// The addition by its name in the HTML: `itself`, `control`, `shuffle`, or the index of the variant to be replaced.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "itself" => Some(Self::Itself),
            "control" => Some(Self::Control),
            "shuffle" => Some(Self::Shuffle),
            index => index.parse().ok().map(Self::Replacement),
        }
    }

    /// The variant to be added to the list when the picker contains `variant`; a control has the same learning rate.
    #[must_use]
    pub fn of(self, variant: Variant) -> Variant {
        let Variant { scheme, learning_rate } = variant;
        let scheme = match (self, scheme.rescaling().cloned()) {
            (Self::Control, Some(rescaling)) => InitScheme::RateControl(rescaling),
            (Self::Shuffle, Some(rescaling)) => ClosedForm::Shuffled(rescaling).into(),
            _ => scheme,
        };
        Variant { scheme, learning_rate }
    }

    /// The variants of an experiment after `variant` has been added.
    ///
    /// # Errors
    /// The error of an experiment with such a list.
    pub fn put(self, variant: Variant, experiment: &Experiment) -> Result<Vec<Variant>> {
        let mut changed = experiment.clone();
        match self {
            Self::Replacement(index) if index < changed.variants.len() => changed.variants[index] = variant,
            _ => changed.variants.push(variant),
        }
        changed.validate().map(|()| changed.variants)
    }
}

/// The name of a scheme in the picker.
#[must_use]
pub fn name(scheme: &InitScheme) -> String {
    let name = match scheme {
        InitScheme::Closed(ClosedForm::Base(BaseInit::Custom(_))) => "custom",
        InitScheme::Closed(ClosedForm::Base(base)) => return base.to_string(),
        InitScheme::Closed(ClosedForm::Emergence(_)) => EMERGENCE.name,
        InitScheme::Closed(ClosedForm::Shuffled(_)) => SHUFFLED.name,
        InitScheme::RateControl(_) => RATE_CONTROL.name,
        InitScheme::Tuned(tuning) => tuning.method.name(),
    };
    name.to_owned()
}

/// Every parameter of a scheme with its value; plain schemes have none.
#[must_use]
pub fn parameters(scheme: &InitScheme) -> Vec<FieldText> {
    match scheme {
        InitScheme::Closed(ClosedForm::Base(BaseInit::Custom(custom))) => of_custom(custom),
        InitScheme::Tuned(tuning) => {
            let constants = tuning.constants().map(|(constant, value)| (constant.name.to_owned(), value));
            std::iter::once(("base".to_owned(), tuning.base.to_string())).chain(constants).collect()
        }
        other => other.rescaling().map_or_else(Vec::new, of_rescaling),
    }
}

fn of_custom(custom: &CustomInit) -> Vec<FieldText> {
    let (kind, formula) = (custom.kind.name().to_owned(), custom.formula().to_owned());
    named([("kind", kind), ("formula", formula), ("alpha", custom.alpha.to_string())])
}

fn of_rescaling(rescaling: &Rescaling) -> Vec<FieldText> {
    let turn = match rescaling.turn {
        Turn::Auto => "auto".to_owned(),
        Turn::At(turn) => turn.to_string(),
    };
    let (base, rule) = (rescaling.base.to_string(), rescaling.rule.name().to_owned());
    let level = rescaling.level.name().to_owned();
    named([("base", base), ("alpha", rescaling.alpha.to_string()), ("rule", rule), ("turn", turn), ("level", level)])
}

fn named<const COUNT: usize>(parameters: [(&str, String); COUNT]) -> Vec<FieldText> {
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The scheme with this name in the picker, with these parameters; a decimal comma in a number is read as a point.
///
/// # Errors
/// Those of the parser and, for a formula, of [`CustomInit::new`].
pub fn scheme(name: &str, typed: &[FieldText]) -> Result<InitScheme> {
    let pointed = typed.iter().map(|(parameter, text)| {
        // A formula is not changed, even if it is a number.
        let number = Some(text.trim()).filter(|_| parameter != "formula").and_then(decimal_point);
        (parameter.clone(), number.unwrap_or_else(|| text.clone()))
    });
    scheme_of(name, &pointed.collect::<Vec<_>>()).map_err(|error| as_typed(error, typed))
}

/// The error, quoting the text as it was typed.
fn as_typed(error: Error, typed: &[FieldText]) -> Error {
    let Error::Value(mut error) = error else { return error };
    let wrong = |(parameter, text): &&FieldText| error.parameter == Some(parameter.as_str()) && text.contains(',');
    if let Some((_, text)) = typed.iter().find(wrong) {
        text.trim().clone_into(&mut error.got);
    }
    Error::Value(error)
}

fn scheme_of(name: &str, parameters: &[FieldText]) -> Result<InitScheme> {
    let of = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.trim());
    let rescaling = || {
        let [base, alpha, rule, turn, level] = ["base", "alpha", "rule", "turn", "level"].map(of);
        format!("{}({base};alpha={alpha};rule={rule};turn={turn};level={level})", EMERGENCE.name)
    };
    match name {
        "custom" => custom(of("kind"), of("formula"), of("alpha")).map(|custom| BaseInit::Custom(custom).into()),
        _ if name == EMERGENCE.name => rescaling().parse(),
        _ if name == SHUFFLED.name || name == RATE_CONTROL.name => format!("{name}({})", rescaling()).parse(),
        _ if parameters.is_empty() => name.parse(),
        _ => {
            let constants = parameters.iter().filter(|(name, _)| name != "base");
            let constants = constants.map(|(name, value)| format!("{name}={}", value.trim()));
            let inside: Vec<String> = std::iter::once(of("base").to_owned()).chain(constants).collect();
            format!("{name}({})", inside.join(";")).parse()
        }
    }
}

/// The learning rate in its field, where a decimal comma is read as a point; `None` if the field is empty.
///
/// # Errors
/// [`Error::Value`] of the parameter `lr`.
pub fn own_learning_rate(typed: &str) -> Result<Option<f64>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let number = decimal_point(typed).unwrap_or_else(|| typed.to_owned());
    variant::learning_rate(&number).map(Some).map_err(|error| as_typed(error, &[("lr".to_owned(), typed.to_owned())]))
}

/// Does not use the text form, in which a missing parenthesis would make what follows part of the formula.
fn custom(kind: &str, formula: &str, alpha: &str) -> Result<CustomInit> {
    let frame: CustomInit = format!("{kind}=1;alpha={alpha}").parse()?;
    CustomInit::new(frame.kind, formula, frame.alpha)
}

/// The parameters with which a scheme is offered for this network: its default base, and for a rescaling a strength that suits the
/// depth.
#[must_use]
pub fn offered_parameters(name: &str, model: &ModelSpec) -> Vec<FieldText> {
    let alpha = name == EMERGENCE.name || name == SHUFFLED.name || name == RATE_CONTROL.name;
    let alpha = alpha.then(|| ("alpha".to_owned(), offered_alpha(model).to_string()));
    [("base".to_owned(), default_base(name).to_string())].into_iter().chain(alpha).collect()
}

/// The strength of a rescaling that is offered: the default; for a transformer, which has many more layers, the one with which the largest
/// factor is about 2.5, the best in our experiments at all depths (docs/method.md), to two digits.
fn offered_alpha(model: &ModelSpec) -> f64 {
    let ModelSpec::Transformer(spec) = model else { return Rescaling::default().alpha };
    let half = (spec.rank_counts().depth / 2).max(1) as f64;
    ((LARGEST_FACTOR.ln() / half).exp() * 100.0).round() / 100.0
}

/// The base that is selected when a scheme is selected in the picker.
#[must_use]
pub fn default_base(name: &str) -> BaseInit {
    name.parse::<InitScheme>().map_or_else(|_| Rescaling::default().base, |scheme| scheme.base().clone())
}

/// Variants of the list that can be the base of the scheme with this name but are not named schemes: formulas and, for tuned
/// initializations, also rescalings.
#[must_use]
pub fn listed_bases(variants: &[Variant], name: &str) -> Vec<String> {
    let tuned = TuningMethod::named(name).is_some();
    let closed = variants.iter().filter_map(|variant| match &variant.scheme {
        InitScheme::Closed(closed) => Some(closed),
        InitScheme::RateControl(_) | InitScheme::Tuned(_) => None,
    });
    let usable = closed.filter(|closed| match closed {
        ClosedForm::Base(base) => matches!(base, BaseInit::Custom(_)),
        ClosedForm::Emergence(_) | ClosedForm::Shuffled(_) => tuned,
    });
    usable.map(ToString::to_string).collect()
}

/// The parameter that an error concerns, if any.
#[must_use]
pub fn culprit(error: &Error) -> Option<&'static str> {
    match error {
        Error::Formula(_) => Some("formula"),
        Error::Value(error) => error.parameter,
        _ => None,
    }
}

/// An invalid formula in three parts: the text before the error, the erroneous part, and the rest.
#[must_use]
pub fn marked(error: &Error) -> Option<[&str; 3]> {
    match error {
        Error::Formula(error) => Some(error.parts()),
        _ => None,
    }
}

/// Why the picker's scheme cannot be added, as a sentence; the position of an error in a formula is shown beside it.
#[must_use]
pub fn refusal(error: &Error) -> String {
    match error {
        Error::Formula(error) => {
            text!("Character {character}: {reason}.", character = error.character(), reason = error.reason)
        }
        other => field_error(other).1,
    }
}
