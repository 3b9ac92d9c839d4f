//! Schemes that adjust drawn weights by running the network, one file for each. All runs of a variant are tuned stacked, as they
//! are trained; every run decides for itself, so results do not depend on what it is stacked with.
//!
//! A [`Tuner`] takes one iteration at a time, so that whoever drives it can show progress, pause or stop. Derivatives come from the
//! model's one forward pass; scales, moments and decisions are kept in f64 on the CPU. No clock, no browser and no data set here:
//! examples are asked for ([`Examples`]).

mod data_dependent;
mod grad_init;
mod lsuv;
mod meta_init;
mod nio;
mod outputs;
mod scales;
mod vectors;

use crate::error::Result;
use crate::experiment::{Experiment, OptimizerKind, TuningMethod};
use crate::init::LayerWeights;
use crate::model::{Batch, Plan};
use burn::tensor::Device;
use std::rc::Rc;

/// Where a method gets its examples from.
pub trait Examples {
    /// The batch with this index of so many training examples, in an order of their own.
    ///
    /// # Errors
    /// Whatever keeps the examples from being had.
    fn batch(&mut self, size: usize, index: u64) -> Result<Batch>;

    /// The batch with this index of so many examples that show nothing: inputs `N(0, 1)`, and labels of which all are equally likely.
    ///
    /// # Errors
    /// Whatever keeps the examples from being had.
    fn noise(&mut self, size: usize, index: u64) -> Result<Batch>;
}

/// What a method may know of the experiment.
#[derive(Debug, Clone)]
pub struct TuningContext {
    /// The network.
    pub plan: Rc<Plan>,
    /// Where to compute.
    pub device: Device,
    /// Examples of a training step.
    pub batch_size: usize,
    /// The experiment's optimizer.
    pub optimizer: OptimizerKind,
}

impl TuningContext {
    /// Those of an experiment.
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

/// What was computed so far, per run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Forward passes.
    pub forward_passes: u64,
    /// Gradient evaluations; a Hessian-vector product counts as two, its derivative along another direction as four.
    pub gradient_evaluations: u64,
}

impl Effort {
    /// What a Hessian-vector product counts as.
    const HESSIAN_VECTOR_PRODUCT: u64 = 2;
    /// What the gradient of a curvature counts as.
    const CURVATURE_GRADIENT: u64 = 4;
}

/// A method at work on the stacked runs of a variant.
#[derive(Debug)]
pub struct Tuner {
    state: State,
    effort: Effort,
    done: u64,
}

#[derive(Debug)]
enum State {
    Lsuv(lsuv::Lsuv),
    DataDependent(data_dependent::DataDependent),
    MetaInit(meta_init::MetaInit),
    GradInit(grad_init::GradInit),
    Nio(nio::Nio),
}

/// What an iteration came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Iteration {
    /// There may be more to do. What the method makes small or large, if it has such a number: the mean over the runs.
    Done(Option<f64>),
    /// There was nothing left to do.
    Finished,
}

impl Tuner {
    /// `method` before its first iteration, on weights given per run and layer.
    #[must_use]
    pub fn new(method: &TuningMethod, around: &TuningContext, runs: Vec<Vec<LayerWeights>>) -> Self {
        let state = match method {
            TuningMethod::Lsuv(constants) => State::Lsuv(lsuv::Lsuv::new(constants, around, runs)),
            TuningMethod::DataDependent(constants) => {
                State::DataDependent(data_dependent::DataDependent::new(constants, around, runs))
            }
            TuningMethod::MetaInit(constants) => State::MetaInit(meta_init::MetaInit::new(constants, around, runs)),
            TuningMethod::GradInit(constants) => State::GradInit(grad_init::GradInit::new(constants, around, runs)),
            TuningMethod::Nio(constants) => State::Nio(nio::Nio::new(constants, around, runs)),
        };
        Self { state, effort: Effort::default(), done: 0 }
    }

    /// Iterations so far.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Iterations in all, at the most.
    #[must_use]
    pub fn total(&self) -> u64 {
        match &self.state {
            State::Lsuv(method) => method.total(),
            State::DataDependent(method) => method.total(),
            State::MetaInit(method) => method.total(),
            State::GradInit(method) => method.total(),
            State::Nio(method) => method.total(),
        }
    }

    /// Does the next iteration.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device) when the device cannot be read, and what `examples` says.
    pub async fn advance(&mut self, examples: &mut dyn Examples) -> Result<Iteration> {
        let (index, effort) = (self.done, &mut self.effort);
        let iteration = match &mut self.state {
            State::Lsuv(method) => method.advance(examples, effort).await,
            State::DataDependent(method) => method.advance(examples, effort).await,
            State::MetaInit(method) => method.advance(index, examples, effort).await,
            State::GradInit(method) => method.advance(index, examples, effort).await,
            State::Nio(method) => method.advance(index, examples, effort).await,
        }?;
        if iteration != Iteration::Finished {
            self.done += 1;
        }
        Ok(iteration)
    }

    /// What was computed so far, per run.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// The weights as they are now, per run and layer.
    #[must_use]
    pub fn into_weights(self) -> Vec<Vec<LayerWeights>> {
        match self.state {
            State::Lsuv(method) => method.into_weights(),
            State::DataDependent(method) => method.into_weights(),
            State::MetaInit(method) => method.into_weights(),
            State::GradInit(method) => method.into_weights(),
            State::Nio(method) => method.into_weights(),
        }
    }
}

/// The mean of those numbers that are finite, if there is one.
fn finite_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let finite = values.filter(|value| value.is_finite()).collect::<Vec<_>>();
    (!finite.is_empty()).then(|| finite.iter().sum::<f64>() / finite.len() as f64)
}
