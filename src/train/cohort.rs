//! All runs of an experiment, one training step at a time.

use super::layer_probe::StackedRuns;
use super::memory::group_size;
use super::optimizer::Optimizer;
use super::rates::{run_rates, stacked_rates};
use super::schedule::schedule_factor;
use crate::device::OpenDevice;
use crate::error::Result;
use crate::experiment::architecture::Architecture;
use crate::experiment::{Experiment, Share};
use crate::init::{self, InitialParameters};
use crate::model::{Batch, LossGradient, Mode, Network, Networks, Plan, join};
use burn::tensor::Tensor;
use std::rc::Rc;

/// The stacked parameters of all runs with their optimizers.
///
/// Runs are stacked in groups, usually a single one, whose size is limited by the memory of the device and by what it computes
/// efficiently at once. Nothing mixes along the run axis, so results do not depend on the grouping.
#[derive(Debug)]
pub struct Cohort {
    experiment: Experiment,
    pub(super) groups: Vec<Group>,
    pub(super) step: u64,
}

/// Runs that are trained as one computation.
#[derive(Debug)]
pub(super) struct Group {
    /// The network, without autodiff.
    pub(super) network: Network,
    pub(super) optimizer: Optimizer,
}

impl Cohort {
    /// Stacks the runs of a share, with these initial weights, given for each run by variant, then by seed.
    #[must_use]
    pub fn new(
        experiment: &Experiment,
        share: Share,
        plan: &Rc<Plan>,
        weights: &[InitialParameters],
        open: &OpenDevice,
    ) -> Self {
        let layers = plan.architecture.weight_layers();
        let rates = run_rates(experiment, share, &layers);
        let size = group_size(experiment, plan, weights.len(), open);
        let groups = weights.chunks(size).zip(rates.chunks(size)).map(|(weights, rates)| {
            let network = Network::stack(plan, weights, &open.device);
            let rates = stacked_rates(experiment, plan, rates, &open.device);
            Group { network, optimizer: Optimizer::new(experiment.optimizer.clone(), rates) }
        });
        Self { experiment: experiment.clone(), groups: groups.collect(), step: 0 }
    }

    /// Draws the initial parameters of the runs of a share, by variant, then by seed. For tuned initializations these are the weights
    /// before tuning.
    ///
    /// # Errors
    /// As [`init::sample`].
    pub fn initial_weights(
        experiment: &Experiment,
        share: Share,
        architecture: &Architecture,
    ) -> Result<Vec<InitialParameters>> {
        let seeds = || experiment.run_seeds();
        let runs = experiment.variants.iter().flat_map(|variant| seeds().map(move |seed| (&variant.scheme, seed)));
        let own = runs.enumerate().filter(|(run, _)| share.contains(*run));
        own.map(|(_, (scheme, seed))| init::sample(scheme, architecture, experiment.activation, seed)).collect()
    }

    /// Number of steps taken.
    #[must_use]
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// The networks with the current parameters.
    #[must_use]
    pub fn networks(&self) -> Networks {
        Networks::new(self.groups.iter().map(|group| group.network.clone()).collect())
    }

    /// The stacked runs as they are now. Tensors share memory until they change: nothing is copied.
    pub(super) fn stacked_runs(&self) -> Vec<StackedRuns> {
        let factor = self.factor();
        self.groups.iter().map(|group| (group.network.clone(), group.optimizer.clone(), factor)).collect()
    }

    /// The schedule's factor for the next step.
    fn factor(&self) -> f64 {
        schedule_factor(self.experiment.optimizer.schedule, self.step, self.experiment.steps)
    }

    /// One training step of all runs on the same mini-batch.
    ///
    /// Returns the mean cross-entropy of every run before the update, `[runs]`, in nats.
    pub fn step(&mut self, batch: &Batch) -> Tensor<1> {
        let factor = self.factor();
        let groups = self.groups.iter_mut();
        let losses = groups.map(|group| group.step(batch, factor)).collect();
        self.step += 1;
        join(losses)
    }
}

impl Group {
    /// Trains on one mini-batch; `factor` is the schedule's. Returns the losses before the update.
    fn step(&mut self, batch: &Batch, factor: f64) -> Tensor<1> {
        let LossGradient { losses, gradient, statistics } = self.network.gradient(batch, Mode::Training);
        let parameters = std::mem::take(&mut self.network.parameters);
        self.network.parameters = self.optimizer.update(parameters, gradient, factor);
        let running = std::mem::take(&mut self.network.statistics).into_iter().zip(statistics);
        self.network.statistics = running.map(|(running, batch)| running.updated(batch)).collect();
        losses
    }
}
