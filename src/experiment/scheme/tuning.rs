//! Schemes that adjust closed-form weights by running the network, with every constant of theirs:
//! `METHOD`, `METHOD(BASE)` or `METHOD(BASE;constant=value;...)`. What they do is written in `tune`, one file for each.
//!
//! A constant that is not stated has the default of its paper, or `auto`, which follows the experiment.

use super::constants::{DATA_DEPENDENT, GRAD_INIT, LSUV, META_INIT, NIO, SCALE_STEPS, list_constants, set_constant};
use super::text::{call, split_outside};
use super::{BaseInit, ClosedForm};
use crate::error::{Error, Expected, Result};
use crate::experiment::optimizer::UpdateRule;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A method with the weights that it starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// What draws the weights.
    pub base: ClosedForm,
    /// What adjusts them.
    pub method: TuningMethod,
}

/// What adjusts the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TuningMethod {
    /// Layer-sequential unit variance, Mishkin & Matas 2015.
    Lsuv(Lsuv),
    /// Within-layer normalization of Krähenbühl, Doersch, Donahue & Darrell 2015.
    DataDependent(DataDependent),
    /// Dauphin & Schoenholz 2019.
    MetaInit(MetaInit),
    /// Zhu, Ni, Xu, Kong, Huang & Goldstein 2021.
    GradInit(GradInit),
    /// Neural initialization optimization by `GradCosine`, Yang, Wang, Yuan & Lin 2022.
    Nio(Nio),
}

/// Constants of LSUV.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lsuv {
    /// Accepted difference between a layer's output standard deviation and 1.
    pub tolerance: f64,
    /// Rescalings of one layer at the most.
    pub tries: u64,
}

/// Constants of data-dependent initialization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataDependent {
    /// Mean that every unit or feature map gets, `beta`.
    pub beta: f64,
    /// Batches on which mean and standard deviation are measured.
    pub batches: u64,
    /// Examples of each.
    pub batch: usize,
}

/// Constants of `MetaInit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetaInit {
    /// Step of the norm of every weight tensor.
    pub learning_rate: f64,
    /// Momentum of these steps.
    pub momentum: f64,
    /// Iterations.
    pub steps: u64,
    /// `ε`, kept between the gradient quotient's denominator and zero.
    pub epsilon: f64,
}

/// Constants of `GradInit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradInit {
    /// Which optimizer's first step is looked at.
    pub step: Option<UpdateRule>,
    /// Size of that step, `η`; by itself 0.1 for SGD and 0.001 for Adam.
    pub eta: Option<f64>,
    /// Upper bound of the gradient's norm, `γ`; by itself 1 for SGD (of the 2-norm), and for Adam (of the 1-norm) the root of the
    /// number of parameters, which the 1-norm of a gradient of 2-norm 1 never exceeds.
    pub gamma: Option<f64>,
    /// Iterations, `T`.
    pub steps: u64,
    /// Adam's learning rate on the scales, `τ`; by itself 0.01, with batch normalization 0.1.
    pub learning_rate: Option<f64>,
    /// Steps of the scales otherwise.
    pub scales: ScaleSteps,
}

/// Constants of NIO.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nio {
    /// Adam's learning rate on the scales, `τ`.
    pub learning_rate: f64,
    /// Upper bound of the mean norm of the parts' gradients, `γ`.
    pub gamma: f64,
    /// Iterations.
    pub steps: u64,
    /// Parts of a batch whose gradients are compared, `D`.
    pub parts: usize,
    /// Steps of the scales otherwise.
    pub scales: ScaleSteps,
}

/// How `GradInit` and NIO change scales: Adam with clipped gradients and least scales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScaleSteps {
    /// Largest absolute gradient of a scale; larger ones are clipped.
    pub clip: f64,
    /// Least scale of a weight.
    pub floor: f64,
    /// Decay `β₁` of the running mean of a scale's gradient, of Adam on the scales.
    pub beta_1: f64,
    /// Decay `β₂` of the running mean of its square.
    pub beta_2: f64,
    /// `ε`, kept between the denominator of a scale's step and zero.
    pub epsilon: f64,
    /// Least scale of a bias.
    pub bias_floor: f64,
}

/// A constant of a method, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Its name in the text form.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Its value, as text.
    pub value: String,
}

impl Default for Lsuv {
    fn default() -> Self {
        Self { tolerance: 0.1, tries: 10 }
    }
}

impl Default for DataDependent {
    fn default() -> Self {
        Self { beta: 0.1, batches: 10, batch: 16 }
    }
}

impl Default for MetaInit {
    fn default() -> Self {
        Self { learning_rate: 0.1, momentum: 0.9, steps: 500, epsilon: 1e-5 }
    }
}

impl Default for ScaleSteps {
    fn default() -> Self {
        Self { clip: 1.0, floor: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, bias_floor: 0.0 }
    }
}

impl Default for GradInit {
    fn default() -> Self {
        Self { step: None, eta: None, gamma: None, steps: 390, learning_rate: None, scales: ScaleSteps::default() }
    }
}

impl Default for Nio {
    fn default() -> Self {
        Self { learning_rate: 0.05, gamma: 5.0, steps: 100, parts: 2, scales: ScaleSteps::default() }
    }
}

impl TuningMethod {
    /// All of them with their defaults, in the order in which they are offered.
    #[must_use]
    pub fn all() -> [Self; 5] {
        [
            Self::Lsuv(Lsuv::default()),
            Self::DataDependent(DataDependent::default()),
            Self::MetaInit(MetaInit::default()),
            Self::GradInit(GradInit::default()),
            Self::Nio(Nio::default()),
        ]
    }

    /// The name in the query string.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lsuv(_) => "lsuv",
            Self::DataDependent(_) => "datadep",
            Self::MetaInit(_) => "metainit",
            Self::GradInit(_) => "gradinit",
            Self::Nio(_) => "nio",
        }
    }

    /// The base where none is stated: that of the paper.
    #[must_use]
    pub fn default_base(&self) -> BaseInit {
        match self {
            Self::Lsuv(_) => BaseInit::Orthogonal,
            Self::DataDependent(_) | Self::MetaInit(_) | Self::GradInit(_) | Self::Nio(_) => BaseInit::KaimingNormal,
        }
    }

    /// Its constants with their values.
    #[must_use]
    pub fn constants(&self) -> Vec<Constant> {
        let with_steps = |own: Vec<Constant>, steps| [own, list_constants(&SCALE_STEPS, steps)].concat();
        match self {
            Self::Lsuv(constants) => list_constants(&LSUV, constants),
            Self::DataDependent(constants) => list_constants(&DATA_DEPENDENT, constants),
            Self::MetaInit(constants) => list_constants(&META_INIT, constants),
            Self::GradInit(constants) => with_steps(list_constants(&GRAD_INIT, constants), &constants.scales),
            Self::Nio(constants) => with_steps(list_constants(&NIO, constants), &constants.scales),
        }
    }

    /// Gives a constant another value.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that it does not have, and for a value that the constant cannot have.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let set = match self {
            Self::Lsuv(constants) => set_constant(&LSUV, constants, name, value),
            Self::DataDependent(constants) => set_constant(&DATA_DEPENDENT, constants, name, value),
            Self::MetaInit(constants) => set_constant(&META_INIT, constants, name, value),
            Self::GradInit(constants) => set_constant(&GRAD_INIT, constants, name, value)
                .or_else(|| set_constant(&SCALE_STEPS, &mut constants.scales, name, value)),
            Self::Nio(constants) => set_constant(&NIO, constants, name, value)
                .or_else(|| set_constant(&SCALE_STEPS, &mut constants.scales, name, value)),
        };
        set.unwrap_or_else(|| {
            let names = self.constants().iter().map(|constant| constant.name).collect();
            Err(Error::value("init", Expected::OneOf(names), name))
        })
    }

    /// The same method with its defaults.
    #[must_use]
    pub fn standard(&self) -> Self {
        match self {
            Self::Lsuv(_) => Self::Lsuv(Lsuv::default()),
            Self::DataDependent(_) => Self::DataDependent(DataDependent::default()),
            Self::MetaInit(_) => Self::MetaInit(MetaInit::default()),
            Self::GradInit(_) => Self::GradInit(GradInit::default()),
            Self::Nio(_) => Self::Nio(Nio::default()),
        }
    }
}

impl From<TuningMethod> for Tuning {
    /// On the base of the method's paper.
    fn from(method: TuningMethod) -> Self {
        Self { base: method.default_base().into(), method }
    }
}

impl fmt::Display for Tuning {
    /// The base is written where it or a constant differs from its default, constants where they do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.name())?;
        let standard = self.method.standard().constants();
        let changed = self.method.constants().into_iter().filter(|constant| !standard.contains(constant));
        let changed: Vec<Constant> = changed.collect();
        if changed.is_empty() && self.base == self.method.default_base().into() {
            return Ok(());
        }
        write!(f, "({}", self.base)?;
        for constant in changed {
            write!(f, ";{}={}", constant.name, constant.value)?;
        }
        f.write_str(")")
    }
}

/// The method that a text names; `None` if it names none.
pub(super) fn parse(text: &str) -> Result<Option<Tuning>> {
    for method in TuningMethod::all() {
        if text == method.name() {
            return Ok(Some(method.into()));
        }
        if let Some(inside) = call(text, method.name()) {
            return parse_inside(method, inside).map(Some);
        }
    }
    Ok(None)
}

fn parse_inside(method: TuningMethod, inside: &str) -> Result<Tuning> {
    let mut tuning = Tuning::from(method);
    for (index, part) in split_outside(inside, ';').into_iter().enumerate() {
        // A base may hold an equals sign of its own inside its parentheses.
        let stated = part.split_once('=').filter(|(name, _)| !name.contains('('));
        match stated {
            Some((name, value)) => tuning.method.set(name.trim(), value.trim())?,
            None if index == 0 => tuning.base = part.parse()?,
            None => return Err(Error::value("init", Expected::OneOf(vec!["CONSTANT=VALUE"]), part)),
        }
    }
    Ok(tuning)
}
