//! The display names of variants. Names of schemes, and the names that the query string uses, are the same in every language.

use crate::experiment::scheme::{CustomInit, CustomKind};
use crate::experiment::{BaseInit, ClosedForm, InitScheme, Named, Rescaling, RescalingRule, Tuning, Turn, Variant};
use crate::texts::{text, translated};
use std::fmt::Write;

/// The display name of a variant: `Kaiming normal, lr 0.03`.
#[must_use]
pub fn variant_label(variant: &Variant) -> String {
    let scheme = scheme_label(&variant.scheme);
    match variant.learning_rate {
        Some(rate) => format!("{scheme}, lr {rate}"),
        None => scheme,
    }
}

/// The display name of an initialization scheme.
#[must_use]
pub fn scheme_label(scheme: &InitScheme) -> String {
    match scheme {
        InitScheme::Closed(closed) => closed_label(closed),
        InitScheme::RateControl(rescaling) => {
            text!("Rate control α {alpha} ({details})", alpha = rescaling.alpha, details = details(rescaling))
        }
        InitScheme::Tuned(tuning) => tuned_label(tuning),
    }
}

fn closed_label(scheme: &ClosedForm) -> String {
    match scheme {
        ClosedForm::Base(base) => base_label(base),
        ClosedForm::Emergence(rescaling) => {
            text!("Emergence α {alpha} ({details})", alpha = rescaling.alpha, details = details(rescaling))
        }
        ClosedForm::Shuffled(rescaling) => {
            text!("Shuffled α {alpha} ({details})", alpha = rescaling.alpha, details = details(rescaling))
        }
    }
}

/// The base of a rescaling, and what differs from the defaults: `Orthogonal, flat, turn 3`.
fn details(rescaling: &Rescaling) -> String {
    let mut label = base_label(&rescaling.base);
    label.push_str(match rescaling.rule {
        RescalingRule::Outer => "",
        RescalingRule::Pivot => ", pivot",
        RescalingRule::Inner => ", inner",
        RescalingRule::Flat => ", flat",
    });
    if let Turn::At(turn) = rescaling.turn {
        // Writing to a String cannot fail.
        let _ = write!(label, ", turn {turn}");
    }
    label
}

/// `GradInit (Xavier normal, steps 100)`: settings that differ from the defaults of the method are in parentheses.
fn tuned_label(tuning: &Tuning) -> String {
    let mut differences = Vec::new();
    if tuning.base != Tuning::from(tuning.method).base {
        differences.push(closed_label(&tuning.base));
    }
    differences.extend(tuning.changed_constants().map(|(constant, value)| format!("{} {value}", constant.name)));
    let name = translated(tuning.method.label());
    if differences.is_empty() { name } else { format!("{name} ({})", differences.join(", ")) }
}

/// The display name of a base.
#[must_use]
pub fn base_label(base: &BaseInit) -> String {
    match base {
        BaseInit::Custom(custom) => custom_label(custom),
        named => named.facts().map_or_else(String::new, |row| translated(row.label)),
    }
}

fn custom_label(custom: &CustomInit) -> String {
    let kind = match custom.kind {
        CustomKind::Std => "std",
        CustomKind::Uniform => "bound",
    };
    format!("{kind} = {}", custom.formula())
}
