//! All runs of an experiment, one training step at a time.

use super::optimizer::{Optimizer, Rate, Rates};
use super::rate_control::{LayerRates, ParameterRates, layer_rates};
use super::schedule::schedule_factor;
use crate::device::OpenDevice;
use crate::error::{DeviceDemand, Error, Requirement, Result};
use crate::experiment::architecture::{Architecture, ParameterRole, WeightLayer};
use crate::experiment::limits::{BYTES_PER_PARAMETER, BYTES_PER_VALUE, evaluation_chunk};
use crate::experiment::{Experiment, InitScheme, Named, TuningMethod};
use crate::init::{self, LayerWeights};
use crate::model::{Batch, LossGradient, Mode, Network, Networks, Plan, join};
use burn::tensor::{Device, Tensor, TensorData};
use std::rc::Rc;

/// The stacked parameters of all runs with their optimizers.
///
/// Runs are stacked in groups of as many as fit into the device's memory and it computes best at once, usually in a single
/// one. Nothing mixes along the run axis, so results do not depend on the grouping.
#[derive(Debug)]
pub struct Cohort {
    experiment: Experiment,
    groups: Vec<Group>,
    step: u64,
}

/// Runs that are trained as one computation.
#[derive(Debug)]
struct Group {
    /// Without autodiff.
    network: Network,
    optimizer: Optimizer,
}

impl Cohort {
    /// Stacks runs with these initial weights, given per run (variants outermost, then seeds).
    #[must_use]
    pub fn new(experiment: &Experiment, plan: &Rc<Plan>, weights: &[Vec<LayerWeights>], open: &OpenDevice) -> Self {
        let layers = plan.architecture.weight_layers();
        let rates = run_rates(experiment, &layers);
        let size = group_size(experiment, plan, weights.len(), open);
        let groups = weights.chunks(size).zip(rates.chunks(size)).map(|(weights, rates)| {
            let network = Network::stack(plan, weights, &open.device);
            let rates = stacked_rates(experiment, plan, rates, &open.device);
            Group { network, optimizer: Optimizer::new(experiment.optimizer.clone(), rates) }
        });
        Self { experiment: experiment.clone(), groups: groups.collect(), step: 0 }
    }

    /// Draws the initial weights of all runs of `experiment`, variants outermost; those that are tuned are what the tuning starts
    /// from.
    ///
    /// # Errors
    /// What [`init::sample`] refuses.
    pub fn initial_weights(experiment: &Experiment, layers: &[WeightLayer]) -> Result<Vec<Vec<LayerWeights>>> {
        let runs = experiment.variants.iter().flat_map(|scheme| experiment.run_seeds().map(move |seed| (scheme, seed)));
        runs.map(|(scheme, seed)| init::sample(scheme, layers, experiment.activation, seed)).collect()
    }

    /// Steps taken.
    #[must_use]
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// The networks with the present parameters.
    #[must_use]
    pub fn networks(&self) -> Networks {
        Networks::new(self.groups.iter().map(|group| group.network.clone()).collect())
    }

    /// The networks with their optimizers and the schedule's factor of the next step.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&Network, &Optimizer, f64)> {
        let factor = self.factor();
        self.groups.iter().map(move |group| (&group.network, &group.optimizer, factor))
    }

    /// The schedule's factor of the next step.
    fn factor(&self) -> f64 {
        schedule_factor(self.experiment.optimizer.schedule, self.step, self.experiment.steps)
    }

    /// One training step of all runs on the same mini-batch.
    ///
    /// Returns the mean cross-entropy of every run before the step, `[runs]`, in nats.
    pub fn step(&mut self, batch: &Batch) -> Tensor<1> {
        let factor = self.factor();
        let groups = self.groups.iter_mut();
        let losses = groups.map(|group| group.step(batch, factor)).collect();
        self.step += 1;
        join(losses)
    }
}

impl Group {
    /// Trains on one mini-batch; `factor` is the schedule's. Returns the losses before the step.
    fn step(&mut self, batch: &Batch, factor: f64) -> Tensor<1> {
        let LossGradient { losses, gradient, statistics } = self.network.gradient(batch, Mode::Training);
        let parameters = std::mem::take(&mut self.network.parameters);
        self.network.parameters = self.optimizer.update(parameters, gradient, factor);
        let running = std::mem::take(&mut self.network.statistics).into_iter().zip(statistics);
        self.network.statistics = running.map(|(running, batch)| running.updated(batch)).collect();
        losses
    }
}

/// What one run takes of a device, in bytes.
struct Demand {
    /// A training step.
    step: u64,
    /// The largest tensor: of values for a batch or a chunk of test examples, or a weight.
    tensor: u64,
    /// All parameters.
    parameters: u64,
}

impl Demand {
    fn of(experiment: &Experiment, architecture: &Architecture) -> Self {
        let batch = experiment.batch_size as u64;
        let parameters = architecture.parameter_count();
        let values = batch.max(evaluation_chunk(architecture) as u64) * architecture.largest_value_count();
        let weights = architecture.weight_layers().into_iter().map(|layer| layer.shape.count() as u64).max();
        Self {
            step: architecture.value_count() * batch * BYTES_PER_VALUE + parameters * BYTES_PER_PARAMETER,
            tensor: 4 * values.max(weights.unwrap_or_default()),
            parameters: 4 * parameters,
        }
    }
}

/// Refuses a network, or a tuning of its initial weights, of which not even one run fits the device.
///
/// # Errors
/// [`Error::Value`] of `model` or `init`.
pub(super) fn check_fit(experiment: &Experiment, architecture: &Architecture, open: &OpenDevice) -> Result<()> {
    let Demand { step, tensor, .. } = Demand::of(experiment, architecture);
    refuse_beyond("model", DeviceDemand::Step, open.step_bytes, step)?;
    refuse_beyond("model", DeviceDemand::Tensor, open.tensor_bytes, tensor)?;
    experiment.variants.iter().filter_map(InitScheme::tuning).try_for_each(|tuning| {
        let needed = step * tuning.method.facts().memory_factor;
        refuse_beyond("init", DeviceDemand::Iteration { method: tuning.method.name() }, open.step_bytes, needed)
    })
}

fn refuse_beyond(key: &'static str, demand: DeviceDemand, most: u64, needed: u64) -> Result<()> {
    if needed <= most {
        return Ok(());
    }
    let megabytes = format!("{} MB", needed.div_ceil(1 << 20));
    Err(Error::value(key, Requirement::DeviceMemory { demand, most }.into(), megabytes))
}

/// How many runs form a group: as many as the device's limits allow, but at least one, and groups of about one size.
fn group_size(experiment: &Experiment, plan: &Plan, runs: usize, open: &OpenDevice) -> usize {
    group_size_for(&Demand::of(experiment, &plan.architecture), runs, open)
}

/// The same for a method that tunes initial weights.
pub(super) fn tuning_group_size(
    experiment: &Experiment,
    method: TuningMethod,
    plan: &Plan,
    open: &OpenDevice,
) -> usize {
    let demand = Demand::of(experiment, &plan.architecture);
    let step = demand.step * method.facts().memory_factor;
    group_size_for(&Demand { step, ..demand }, experiment.seeds as usize, open)
}

fn group_size_for(demand: &Demand, runs: usize, open: &OpenDevice) -> usize {
    let mut fitting = (open.step_bytes / demand.step.max(1)).min(open.tensor_bytes / demand.tensor.max(1));
    if let Some(group_bytes) = open.group_bytes {
        fitting = fitting.min(group_bytes / demand.parameters.max(1));
    }
    let runs = runs.max(1);
    let fitting = usize::try_from(fitting).unwrap_or(runs).clamp(1, runs);
    runs.div_ceil(runs.div_ceil(fitting))
}

/// What multiplies the optimizer's coefficients in each layer of each run.
fn run_rates(experiment: &Experiment, layers: &[WeightLayer]) -> Vec<Vec<LayerRates>> {
    let kind = experiment.optimizer.kind;
    let variants = experiment.variants.iter().map(|scheme| layer_rates(scheme, layers, kind));
    variants.flat_map(|rates| std::iter::repeat_n(rates, experiment.seeds as usize)).collect()
}

/// The learning rate and weight decay of every parameter in turn, stacked over these runs.
fn stacked_rates(experiment: &Experiment, plan: &Plan, runs: &[Vec<LayerRates>], device: &Device) -> Vec<Rates> {
    let spec = &experiment.optimizer;
    let rates = |role: ParameterRole| {
        let multipliers = runs.iter().map(|layers| match role {
            ParameterRole::Weight(layer) => layers[layer].weight,
            ParameterRole::Bias(layer) => layers[layer].bias,
            ParameterRole::Scale(_) | ParameterRole::Shift(_) => ParameterRates::PLAIN,
        });
        Rates {
            learning_rate: stacked_rate(spec.learning_rate, multipliers.clone().map(|m| m.learning_rate), device),
            weight_decay: stacked_rate(spec.weight_decay, multipliers.map(|m| m.weight_decay), device),
        }
    };
    plan.architecture.parameter_roles().into_iter().map(rates).collect()
}

/// `base` times each run's multiplier; one shared number where all agree.
fn stacked_rate(base: f64, multipliers: impl Iterator<Item = f64>, device: &Device) -> Rate {
    let values = multipliers.map(|multiplier| base * multiplier).collect::<Vec<_>>();
    match values.first() {
        Some(first) if values.iter().any(|value| value.to_bits() != first.to_bits()) => {
            #[expect(clippy::cast_possible_truncation, reason = "a learning rate in f32, like the weights")]
            let stacked = values.iter().map(|value| *value as f32).collect::<Vec<_>>();
            let shape = [stacked.len(), 1, 1];
            Rate::PerRun(Box::new(Tensor::from_data(TensorData::new(stacked, shape), device)))
        }
        first => Rate::Shared(first.copied().unwrap_or(base)),
    }
}
