//! Schemes that adjust closed-form weights by running the network: `METHOD`, `METHOD(BASE)` or
//! `METHOD(BASE;constant=value;...)`. [`methods`] is the table of methods; [`constant`] defines their constants.
//!
//! A constant that is not given has the default of the method's paper, or `auto`, whose value follows from the experiment.

pub mod constant;
pub mod methods;

use super::closed_form_cards::{BaseInit, RequiredNetwork};
use super::parentheses::{call, split_outside};
use super::{Card, ClosedForm};
use crate::error::{Error, Expected, Result};
use crate::experiment::values::Named;
use constant::{Constant, ConstantType, ConstantValues, TypedConstant};
use methods::TuningMethod;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The facts about a tuning method.
#[derive(Debug, Clone)]
pub struct TuningFacts {
    /// Which one.
    pub method: TuningMethod,
    /// Its name in the query string.
    pub name: &'static str,
    /// Its name as displayed.
    pub label: &'static str,
    /// Its description.
    pub card: Card,
    /// The default base: that of the paper.
    pub base: BaseInit,
    /// Its constants, as one or more lists, in the order in which they are written.
    pub constants: &'static [&'static [Constant]],
    /// The batches that it uses.
    pub batch: TuningBatch,
    /// The networks for which it is defined.
    pub network: RequiredNetwork,
    /// Whether it can start from layers of zeros. Methods that cannot measure values that would be zero after such layers.
    pub works_on_zeros: bool,
    /// Its work for one run, as a function of the values of its constants, the number of layers with weights, and the batch
    /// size. The unit is one forward pass of one example; a gradient counts as three, a Hessian-vector product as six. This is
    /// a rough estimate, since some methods stop early.
    pub work: fn(&ConstantValues, u64, u64) -> u64,
    /// Memory of an iteration, in units of that of a training step: with every value, derivatives along one direction
    /// (`GradInit`, NIO) or two (`MetaInit`) are computed, and their products are stored for the gradient.
    pub memory_factor: u64,
}

/// The batch that a method uses in an iteration.
#[derive(Debug, Clone, Copy)]
pub enum TuningBatch {
    /// A batch of the experiment's batch size.
    Whole,
    /// Batches of half the experiment's batch size, with at least one example each.
    Halves,
    /// A batch of the experiment's batch size, split into this many parts with at least one example each, or two with batch
    /// normalization, since the variance of one example is 0.
    Parts(TypedConstant<usize>),
    /// A batch of this size, regardless of the experiment's batch size.
    Own(TypedConstant<usize>),
}

/// A tuning method with the scheme of the weights that it starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// The scheme that draws the weights.
    pub base: ClosedForm,
    /// The method that adjusts them.
    pub method: TuningMethod,
    /// The values of the method's constants.
    constants: ConstantValues,
}

impl Tuning {
    /// The value of one of the method's constants.
    #[must_use]
    pub fn value<T: ConstantType>(&self, constant: &TypedConstant<T>) -> T {
        self.constants.get(constant)
    }

    /// The method's constants with the texts of their values, in the order in which they are written.
    pub fn constants(&self) -> impl Iterator<Item = (&'static Constant, String)> {
        self.method.constants().map(|constant| (constant, self.constants.text(constant)))
    }

    /// The constants whose values differ from the defaults.
    pub fn changed_constants(&self) -> impl Iterator<Item = (&'static Constant, String)> {
        self.constants().filter(|(constant, _)| self.constants.is_changed(constant))
    }

    /// Parses `text` and sets a constant.
    ///
    /// # Errors
    /// [`Error::Value`] for an unknown name, and if the constant cannot have this value.
    pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
        let constant = self.method.constants().find(|constant| constant.name == name);
        let constant = constant.ok_or_else(|| {
            let names = self.method.constants().map(|constant| constant.name).collect();
            Error::value("init", Expected::OneOf(names), name)
        })?;
        self.constants.set(constant, text)
    }

    /// The work of tuning one run, for this number of layers with weights and this batch size, in the unit of
    /// [`TuningFacts::work`].
    #[must_use]
    pub fn work(&self, layers: u64, batch_size: u64) -> u64 {
        (self.method.facts().work)(&self.constants, layers, batch_size)
    }
}

impl From<TuningMethod> for Tuning {
    /// The method on the base of its paper, with the default constants.
    fn from(method: TuningMethod) -> Self {
        Self { base: method.facts().base.clone().into(), method, constants: ConstantValues::default() }
    }
}

impl fmt::Display for Tuning {
    /// The base is written if it or a constant differs from its default; constants are written if they differ.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.name())?;
        if *self == self.method.into() {
            return Ok(());
        }
        write!(f, "({}", self.base)?;
        for (constant, value) in self.changed_constants() {
            write!(f, ";{}={value}", constant.name)?;
        }
        f.write_str(")")
    }
}

/// Parses a tuned scheme; `None` if the text names no method.
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
        // A base may contain an equals sign inside its parentheses.
        let stated = part.split_once('=').filter(|(name, _)| !name.contains('('));
        match stated {
            Some((name, value)) => tuning.set(name.trim(), value.trim())?,
            None if index == 0 => tuning.base = part.parse()?,
            None => return Err(Error::value("init", Expected::OneOf(vec!["CONSTANT=VALUE"]), part)),
        }
    }
    Ok(tuning)
}
