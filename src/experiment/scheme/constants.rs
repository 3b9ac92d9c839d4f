//! The constants of every tuning method by name: how each is read, written and explained. One table serves the parser, the
//! text form and the fields of the page.

use super::tuning::{Constant, DataDependent, GradInit, Lsuv, MetaInit, Nio, ScaleSteps};
use crate::error::{Bounds, Error, Expected, Result};
use crate::experiment::optimizer::UpdateRule;
use crate::experiment::values::Named;
use std::ops::Add;
use std::str::FromStr;

/// A constant of a method: how to read and to write it.
pub(super) struct Field<T> {
    name: &'static str,
    meaning: &'static str,
    expected: fn() -> Expected,
    read: fn(&T) -> String,
    /// `false` for a text that it cannot be.
    write: fn(&mut T, &str) -> bool,
}

pub(super) fn list_constants<T>(fields: &[Field<T>], constants: &T) -> Vec<Constant> {
    let constant =
        |field: &Field<T>| Constant { name: field.name, meaning: field.meaning, value: (field.read)(constants) };
    fields.iter().map(constant).collect()
}

/// Gives the constant of this name another value; `None` if no field has it.
pub(super) fn set_constant<T>(fields: &[Field<T>], constants: &mut T, name: &str, value: &str) -> Option<Result<()>> {
    let field = fields.iter().find(|field| field.name == name)?;
    let refused = || Error::parameter(field.name, (field.expected)(), value);
    Some((field.write)(constants, value).then_some(()).ok_or_else(refused))
}

/// Writes the number that `text` says to its place if it is within the bounds.
fn write_bounded<N: FromStr + PartialOrd + Copy + Add<Output = N> + Default>(
    place: &mut N,
    text: &str,
    least: N,
    most: N,
) -> bool {
    match text.parse::<N>() {
        Ok(value) if value >= least && value <= most => {
            // Plus zero: `-0` would be written back as `-0`.
            *place = value + N::default();
            true
        }
        _ => false,
    }
}

/// The same where `auto` is a value, too.
fn write_bounded_or_auto(place: &mut Option<f64>, text: &str, least: f64, most: f64) -> bool {
    let mut value = 0.0;
    let stated = text != "auto";
    if stated && !write_bounded(&mut value, text, least, most) {
        return false;
    }
    *place = stated.then_some(value);
    true
}

fn auto_text(value: Option<f64>) -> String {
    value.map_or_else(|| "auto".to_owned(), |value| value.to_string())
}

/// Most iterations of any method.
const STEPS: u64 = 10_000;
/// Least and largest positive constant.
const POSITIVE: (f64, f64) = (1e-9, 1e9);
/// Largest decay of a running mean.
const MOST_DECAY: f64 = 0.999_999;

pub(super) const LSUV: [Field<Lsuv>; 2] = [
    Field {
        name: "tolerance",
        meaning: "accepted difference between the standard deviation and 1",
        expected: || Expected::Number(Bounds::real(0.000001, 0.5)),
        read: |constants| constants.tolerance.to_string(),
        write: |constants, text| write_bounded(&mut constants.tolerance, text, 1e-6, 0.5),
    },
    Field {
        name: "tries",
        meaning: "rescalings of one layer at the most",
        expected: || Expected::Number(Bounds::whole(1, 100)),
        read: |constants| constants.tries.to_string(),
        write: |constants, text| write_bounded(&mut constants.tries, text, 1, 100),
    },
];

pub(super) const DATA_DEPENDENT: [Field<DataDependent>; 3] = [
    Field {
        name: "beta",
        meaning: "mean of every unit before its nonlinearity",
        expected: || Expected::Number(Bounds::real(-10.0, 10.0)),
        read: |constants| constants.beta.to_string(),
        write: |constants, text| write_bounded(&mut constants.beta, text, -10.0, 10.0),
    },
    Field {
        name: "batches",
        meaning: "batches that are measured",
        expected: || Expected::Number(Bounds::whole(1, 1000)),
        read: |constants| constants.batches.to_string(),
        write: |constants, text| write_bounded(&mut constants.batches, text, 1, 1000),
    },
    Field {
        name: "batch",
        meaning: "examples of each",
        expected: || Expected::Number(Bounds::whole(2, 512)),
        read: |constants| constants.batch.to_string(),
        write: |constants, text| write_bounded(&mut constants.batch, text, 2, 512),
    },
];

pub(super) const META_INIT: [Field<MetaInit>; 4] = [
    Field {
        name: "steps",
        meaning: "iterations",
        expected: || Expected::Number(Bounds::whole(1, 10000)),
        read: |constants| constants.steps.to_string(),
        write: |constants, text| write_bounded(&mut constants.steps, text, 1, STEPS),
    },
    Field {
        name: "lr",
        meaning: "step of the norm of every weight tensor",
        expected: || Expected::Number(Bounds::real(1e-9, 1e9)),
        read: |constants| constants.learning_rate.to_string(),
        write: |constants, text| write_bounded(&mut constants.learning_rate, text, POSITIVE.0, POSITIVE.1),
    },
    Field {
        name: "momentum",
        meaning: "momentum of these steps",
        expected: || Expected::Number(Bounds::real(0.0, 0.999)),
        read: |constants| constants.momentum.to_string(),
        write: |constants, text| write_bounded(&mut constants.momentum, text, 0.0, 0.999),
    },
    Field {
        name: "eps",
        meaning: "keeps the gradient quotient's denominator away from 0",
        expected: || Expected::Number(Bounds::real(1e-9, 1.0)),
        read: |constants| constants.epsilon.to_string(),
        write: |constants, text| write_bounded(&mut constants.epsilon, text, POSITIVE.0, 1.0),
    },
];

pub(super) const GRAD_INIT: [Field<GradInit>; 5] = [
    Field {
        name: "steps",
        meaning: "iterations T",
        expected: || Expected::Number(Bounds::whole(1, 10000)),
        read: |constants| constants.steps.to_string(),
        write: |constants, text| write_bounded(&mut constants.steps, text, 1, STEPS),
    },
    Field {
        name: "step",
        meaning: "optimizer whose first step is looked at",
        expected: || Expected::OneOf(vec!["auto", "sgd", "adam"]),
        read: |constants| constants.step.map_or("auto", UpdateRule::name).to_owned(),
        write: |constants, text| {
            constants.step = UpdateRule::named(text);
            constants.step.is_some() || text == "auto"
        },
    },
    Field {
        name: "eta",
        meaning: "size η of that step",
        expected: || Expected::AutoOr(Bounds::real(1e-9, 1e9)),
        read: |constants| auto_text(constants.eta),
        write: |constants, text| write_bounded_or_auto(&mut constants.eta, text, POSITIVE.0, POSITIVE.1),
    },
    Field {
        name: "gamma",
        meaning: "upper bound γ of the gradient's norm",
        expected: || Expected::AutoOr(Bounds::real(1e-9, 1e9)),
        read: |constants| auto_text(constants.gamma),
        write: |constants, text| write_bounded_or_auto(&mut constants.gamma, text, POSITIVE.0, POSITIVE.1),
    },
    Field {
        name: "lr",
        meaning: "Adam's learning rate τ on the scales",
        expected: || Expected::AutoOr(Bounds::real(1e-9, 1e9)),
        read: |constants| auto_text(constants.learning_rate),
        write: |constants, text| write_bounded_or_auto(&mut constants.learning_rate, text, POSITIVE.0, POSITIVE.1),
    },
];

pub(super) const NIO: [Field<Nio>; 4] = [
    Field {
        name: "steps",
        meaning: "iterations",
        expected: || Expected::Number(Bounds::whole(1, 10000)),
        read: |constants| constants.steps.to_string(),
        write: |constants, text| write_bounded(&mut constants.steps, text, 1, STEPS),
    },
    Field {
        name: "parts",
        meaning: "parts of a batch whose gradients are compared",
        expected: || Expected::Number(Bounds::whole(2, 8)),
        read: |constants| constants.parts.to_string(),
        write: |constants, text| write_bounded(&mut constants.parts, text, 2, 8),
    },
    Field {
        name: "gamma",
        meaning: "upper bound γ of the mean norm of their gradients",
        expected: || Expected::Number(Bounds::real(1e-9, 1e9)),
        read: |constants| constants.gamma.to_string(),
        write: |constants, text| write_bounded(&mut constants.gamma, text, POSITIVE.0, POSITIVE.1),
    },
    Field {
        name: "lr",
        meaning: "Adam's learning rate τ on the scales",
        expected: || Expected::Number(Bounds::real(1e-9, 1e9)),
        read: |constants| constants.learning_rate.to_string(),
        write: |constants, text| write_bounded(&mut constants.learning_rate, text, POSITIVE.0, POSITIVE.1),
    },
];

/// What GradInit and NIO have in common, behind their own.
pub(super) const SCALE_STEPS: [Field<ScaleSteps>; 6] = [
    Field {
        name: "clip",
        meaning: "largest absolute gradient of a scale",
        expected: || Expected::Number(Bounds::real(1e-9, 1e9)),
        read: |constants| constants.clip.to_string(),
        write: |constants, text| write_bounded(&mut constants.clip, text, POSITIVE.0, POSITIVE.1),
    },
    Field {
        name: "floor",
        meaning: "least scale of a weight",
        expected: || Expected::Number(Bounds::real(0.0, 1.0)),
        read: |constants| constants.floor.to_string(),
        write: |constants, text| write_bounded(&mut constants.floor, text, 0.0, 1.0),
    },
    Field {
        name: "beta1",
        meaning: "decay β₁ of a scale's mean gradient",
        expected: || Expected::Number(Bounds::real(0.0, 0.999999)),
        read: |constants| constants.beta_1.to_string(),
        write: |constants, text| write_bounded(&mut constants.beta_1, text, 0.0, MOST_DECAY),
    },
    Field {
        name: "beta2",
        meaning: "decay β₂ of its mean square",
        expected: || Expected::Number(Bounds::real(0.0, 0.999999)),
        read: |constants| constants.beta_2.to_string(),
        write: |constants, text| write_bounded(&mut constants.beta_2, text, 0.0, MOST_DECAY),
    },
    Field {
        name: "eps",
        meaning: "ε that keeps a step's denominator away from 0",
        expected: || Expected::Number(Bounds::real(1e-12, 1.0)),
        read: |constants| constants.epsilon.to_string(),
        write: |constants, text| write_bounded(&mut constants.epsilon, text, 1e-12, 1.0),
    },
    Field {
        name: "bias_floor",
        meaning: "least scale of a bias",
        expected: || Expected::Number(Bounds::real(0.0, 1.0)),
        read: |constants| constants.bias_floor.to_string(),
        write: |constants, text| write_bounded(&mut constants.bias_floor, text, 0.0, 1.0),
    },
];
