//! Schemes that adjust closed-form weights by running the network: `METHOD`, `METHOD(BASE)` or
//! `METHOD(BASE;constant=value;...)`. [`methods`] is the table of methods, [`constant`] says what their constants may be.
//!
//! A constant that is not stated has the default of its paper, or `auto`, which follows the experiment.

pub mod constant;
pub mod methods;

use super::closed_form::BaseInit;
use super::text::{call, split_outside};
use super::{Card, ClosedForm};
use crate::error::{Error, Expected, Result};
use crate::experiment::values::Named;
use constant::{Constant, ConstantType, ConstantValues, TypedConstant};
use methods::TuningMethod;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known of a method.
#[derive(Debug, Clone)]
pub struct TuningFacts {
    /// Which one.
    pub method: TuningMethod,
    /// Its name in the query string.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it does, for people.
    pub card: Card,
    /// What draws the weights unless stated: the base of the paper.
    pub base: BaseInit,
    /// Its constants, in one or more lists, in the order in which they are written.
    pub constants: &'static [&'static [Constant]],
    /// What it needs of the examples.
    pub batch: TuningBatch,
    /// Whether it can start from layers of zeros. The methods that cannot measure values that such layers make zero.
    pub works_on_zeros: bool,
    /// How much it computes for one run, for these values of its constants, this number of layers with weights and this batch
    /// size: examples times multiplications with all weights, where a forward pass of an example counts as one, its gradient
    /// as three and a Hessian-vector product as six. A rough guess, since some methods stop early.
    pub work: fn(&ConstantValues, u64, u64) -> u64,
    /// How many times the memory of a training step an iteration takes: derivatives along one direction (`GradInit`, NIO) or
    /// two (`MetaInit`) are carried along with all values, and their products are kept for the gradient.
    pub memory_factor: u64,
}

/// What a method needs of the examples of an iteration.
#[derive(Debug, Clone, Copy)]
pub enum TuningBatch {
    /// Batches of the experiment's size.
    Whole,
    /// Batches of half the experiment's size, of at least one example each.
    Halves,
    /// A batch of the experiment's size in this many parts, of at least one example each; of two with batch normalization,
    /// since the variance of one example is 0.
    Parts(TypedConstant<usize>),
    /// Batches of this size, however large the experiment's are.
    Own(TypedConstant<usize>),
}

/// A method with the weights that it starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// What draws the weights.
    pub base: ClosedForm,
    /// What adjusts them.
    pub method: TuningMethod,
    /// The constants of the method.
    constants: ConstantValues,
}

impl Tuning {
    /// The value of one of the method's constants.
    #[must_use]
    pub fn value<T: ConstantType>(&self, constant: &TypedConstant<T>) -> T {
        self.constants.get(constant)
    }

    /// The constants of the method with the texts of their values, in the order in which they are written.
    pub fn constants(&self) -> impl Iterator<Item = (&'static Constant, String)> {
        self.method.constants().map(|constant| (constant, self.constants.text(constant)))
    }

    /// The constants whose values differ from the defaults.
    pub fn changed_constants(&self) -> impl Iterator<Item = (&'static Constant, String)> {
        self.constants().filter(|(constant, _)| self.constants.is_changed(constant))
    }

    /// Sets a constant to what `text` says.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that the method does not have, and for what the constant cannot be.
    pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
        let constant = self.method.constants().find(|constant| constant.name == name);
        let constant = constant.ok_or_else(|| {
            let names = self.method.constants().map(|constant| constant.name).collect();
            Error::value("init", Expected::OneOf(names), name)
        })?;
        self.constants.set(constant, text)
    }

    /// What tuning one run takes with so many layers with weights and examples of a batch, in the unit of
    /// [`TuningFacts::work`].
    #[must_use]
    pub fn work(&self, layers: u64, batch_size: u64) -> u64 {
        (self.method.facts().work)(&self.constants, layers, batch_size)
    }
}

impl From<TuningMethod> for Tuning {
    /// On the base of the method's paper, with its defaults.
    fn from(method: TuningMethod) -> Self {
        Self { base: method.facts().base.clone().into(), method, constants: ConstantValues::default() }
    }
}

impl fmt::Display for Tuning {
    /// The base is written where it or a constant differs from its default, constants where they do.
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
            Some((name, value)) => tuning.set(name.trim(), value.trim())?,
            None if index == 0 => tuning.base = part.parse()?,
            None => return Err(Error::value("init", Expected::OneOf(vec!["CONSTANT=VALUE"]), part)),
        }
    }
    Ok(tuning)
}
