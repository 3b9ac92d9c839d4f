//! Tuned initializations, which adjust drawn weights by running the network, one file per method. All runs of a variant are
//! stacked, as in training; decisions are made for every run separately, so results do not depend on the other runs of the stack.
//!
//! A [`Tuner`] does one iteration at a time, so that its caller can show progress, pause or stop. Derivatives come from the
//! model's only forward pass; scales, moments and decisions are kept in f64 on the CPU. This module uses no clock, no browser
//! and no data set: it requests examples through [`Examples`].

mod admin;
mod data_dependent;
mod grad_init;
mod lsuv;
mod meta_init;
mod nio;
mod outputs;
mod scales;
mod vectors;

use crate::error::Result;
use crate::experiment::scheme::tuning::methods::TUNING_METHODS;
use crate::experiment::{Experiment, OptimizerKind, Tuning, TuningMethod};
use crate::init::InitialParameters;
use crate::model::{Batch, Plan};
use burn::tensor::Device;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

/// The registry: the start function of each method, in the order of the table of methods.
const STARTS: [(TuningMethod, StartMethod); TUNING_METHODS.len()] = [
    (TuningMethod::Lsuv, lsuv::start),
    (TuningMethod::DataDependent, data_dependent::start),
    (TuningMethod::MetaInit, meta_init::start),
    (TuningMethod::GradInit, grad_init::start),
    (TuningMethod::Nio, nio::start),
    (TuningMethod::Admin, admin::start),
];

// Checked at compile time: the entries have the order of the methods.
const _: () = {
    let mut entry = 0;
    while entry < STARTS.len() {
        assert!(STARTS[entry].0 as usize == entry, "expected the entries in the order of the methods");
        entry += 1;
    }
};

/// Creates a method with these constants, before its first iteration, on the parameters of each run.
type StartMethod = fn(&Tuning, &TuningContext, Vec<InitialParameters>) -> Box<dyn Method>;

/// The state of a method on the stacked runs of a variant.
trait Method: fmt::Debug {
    /// Maximum number of iterations.
    fn total(&self) -> u64;

    /// Does the iteration with this index, from 0, and adds its cost to `effort`.
    ///
    /// # Errors
    /// As [`Tuner::advance`].
    fn advance<'a>(
        &'a mut self,
        index: u64,
        examples: &'a mut dyn Examples,
        effort: &'a mut Effort,
    ) -> IterationFuture<'a>;

    /// The parameters as they are now, per run.
    fn into_weights(self: Box<Self>) -> Vec<InitialParameters>;
}

/// A pending iteration.
type IterationFuture<'a> = Pin<Box<dyn Future<Output = Result<Iteration>> + 'a>>;

/// The source of examples for a method.
pub trait Examples {
    /// The batch with this index, of `size` training examples, in an order that is used for tuning only.
    ///
    /// # Errors
    /// Whatever prevents the examples from being read.
    fn batch(&mut self, size: usize, index: u64) -> Result<Batch>;

    /// The batch with this index, of `size` random examples: inputs `N(0, 1)`, and labels drawn uniformly.
    ///
    /// # Errors
    /// Whatever prevents the examples from being made.
    fn noise(&mut self, size: usize, index: u64) -> Result<Batch>;
}

/// What a method knows about the experiment.
#[derive(Debug, Clone)]
pub struct TuningContext {
    /// The network.
    pub plan: Rc<Plan>,
    /// The device that computes.
    pub device: Device,
    /// Number of examples of a training step.
    pub batch_size: usize,
    /// The experiment's optimizer.
    pub optimizer: OptimizerKind,
}

impl TuningContext {
    /// The context of this experiment.
    #[must_use]
    pub fn new(experiment: &Experiment, plan: &Rc<Plan>, device: &Device) -> Self {
        Self {
            plan: Rc::clone(plan),
            device: device.clone(),
            batch_size: experiment.batch_size,
            optimizer: experiment.optimizer.kind,
        }
    }

    fn has_batch_norm(&self) -> bool {
        self.plan.architecture.weight_layers().iter().any(|layer| layer.normalized)
    }
}

/// The cost of a method so far, per run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Number of forward passes.
    pub forward_passes: u64,
    /// Number of gradient evaluations; a Hessian-vector product counts as two, its derivative along another direction as four.
    pub gradient_evaluations: u64,
}

impl Effort {
    /// Cost of a Hessian-vector product, in gradient evaluations.
    const HESSIAN_VECTOR_PRODUCT: u64 = 2;
    /// Cost of the gradient of a curvature, in gradient evaluations.
    const CURVATURE_GRADIENT: u64 = 4;
}

/// A method on the stacked runs of a variant, with its progress and cost so far.
#[derive(Debug)]
pub struct Tuner {
    method: Box<dyn Method>,
    effort: Effort,
    done: u64,
}

/// The outcome of an iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Iteration {
    /// There may be more to do. The objective, if the method has one, as the mean over the runs.
    Done(Option<f64>),
    /// There was nothing left to do.
    Finished,
}

impl Tuner {
    /// The method of `tuning` before its first iteration, on the parameters of each run.
    #[must_use]
    pub fn new(tuning: &Tuning, context: &TuningContext, runs: Vec<InitialParameters>) -> Self {
        let (_, start) = STARTS[tuning.method as usize];
        Self { method: start(tuning, context, runs), effort: Effort::default(), done: 0 }
    }

    /// Number of iterations so far.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Maximum number of iterations.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.method.total()
    }

    /// Does the next iteration.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device) when the device cannot be read, and what `examples` returns.
    pub async fn advance(&mut self, examples: &mut dyn Examples) -> Result<Iteration> {
        let iteration = self.method.advance(self.done, examples, &mut self.effort).await?;
        if iteration != Iteration::Finished {
            self.done += 1;
        }
        Ok(iteration)
    }

    /// The cost so far, per run.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// The parameters as they are now, per run.
    #[must_use]
    pub fn into_weights(self) -> Vec<InitialParameters> {
        self.method.into_weights()
    }
}

/// The mean of the finite numbers; `None` if there are none.
fn finite_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let finite = values.filter(|value| value.is_finite()).collect::<Vec<_>>();
    (!finite.is_empty()).then(|| finite.iter().sum::<f64>() / finite.len() as f64)
}
