//! All runs of an experiment, one training step at a time.

use super::optimizer::{Optimizer, Rate, Rates};
use super::schedule::schedule_factor;
use crate::device::OpenDevice;
use crate::experiment::{Activation, Experiment, InitScheme};
use crate::init::{self, LayerRates, LayerWeights, ParameterRates};
use crate::model::{Mlp, Networks, cross_entropy, join};
use burn::tensor::{Device, Tensor, TensorData};

/// The stacked parameters of all runs with their optimizers.
///
/// Runs are stacked in groups of as many as the device computes best at once, usually in a single one. Nothing mixes
/// along the run axis, so results do not depend on the grouping.
#[derive(Debug)]
pub struct Cohort {
    experiment: Experiment,
    groups: Vec<Group>,
    step: u64,
}

/// Runs that are trained as one computation.
#[derive(Debug)]
struct Group {
    /// Weight and bias of each layer in turn, without autodiff.
    parameters: Vec<Tensor<3>>,
    optimizer: Optimizer,
}

impl Cohort {
    /// Stacks runs with these initial weights, given per run (variants outermost, then seeds).
    #[must_use]
    pub fn new(experiment: &Experiment, weights: &[Vec<LayerWeights>], open: &OpenDevice) -> Self {
        let rates = run_rates(experiment, weights.first().map_or(0, Vec::len));
        let size = group_size(weights, open.group_bytes);
        let groups = weights.chunks(size).zip(rates.chunks(size));
        let groups = groups.map(|(weights, rates)| Group::new(experiment, weights, rates, &open.device));
        Self { experiment: experiment.clone(), groups: groups.collect(), step: 0 }
    }

    /// Draws the initial weights of all runs of `experiment`, variants outermost.
    #[must_use]
    pub fn initial_weights(experiment: &Experiment, inputs: usize, classes: usize) -> Vec<Vec<LayerWeights>> {
        let widths = experiment.model.widths(inputs, classes);
        let draw = |scheme: &InitScheme, seed| init::sample(scheme, &widths, experiment.activation, seed);
        let variants = experiment.variants.iter();
        variants
            .flat_map(|scheme| experiment.run_seeds().map(move |seed| (scheme, seed)))
            .map(|(s, r)| draw(s, r))
            .collect()
    }

    /// Steps taken.
    #[must_use]
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// The networks with the present parameters.
    #[must_use]
    pub fn networks(&self) -> Networks {
        let networks =
            self.groups.iter().map(|group| Mlp::from_parameters(&group.parameters, self.experiment.activation));
        Networks::new(networks.collect())
    }

    /// One training step of all runs on the same mini-batch.
    ///
    /// `images` is `[1, batch, inputs]`, `one_hot` `[1, batch, classes]`. Returns the mean cross-entropy of every run
    /// before the step, `[runs]`, in nats.
    pub fn step(&mut self, images: &Tensor<3>, one_hot: &Tensor<3>) -> Tensor<1> {
        let spec = &self.experiment.optimizer;
        let factor = schedule_factor(spec.schedule, self.step, self.experiment.steps);
        let activation = self.experiment.activation;
        let groups = self.groups.iter_mut();
        let losses = groups.map(|group| group.step(images.clone(), one_hot.clone(), activation, factor)).collect();
        self.step += 1;
        join(losses)
    }
}

impl Group {
    /// `weights` and `rates` of each run.
    fn new(experiment: &Experiment, weights: &[Vec<LayerWeights>], rates: &[Vec<LayerRates>], device: &Device) -> Self {
        Self {
            parameters: Mlp::stack(weights, experiment.activation, device).into_parameters(),
            optimizer: Optimizer::new(experiment.optimizer.clone(), stacked_rates(experiment, rates, device)),
        }
    }

    /// Trains on one mini-batch; `factor` is the schedule's. Returns the losses before the step.
    fn step(&mut self, images: Tensor<3>, one_hot: Tensor<3>, activation: Activation, factor: f64) -> Tensor<1> {
        let [_, batch, _] = images.dims();
        let tracked = std::mem::take(&mut self.parameters).into_iter().map(|tensor| tensor.autodiff().require_grad());
        let tracked = tracked.collect::<Vec<_>>();
        let logits = Mlp::from_parameters(&tracked, activation).forward(images);
        let losses = cross_entropy(logits, one_hot).div_scalar(batch as f64);
        let mut gradients = losses.clone().sum().backward();
        let (parameters, gradients) = tracked
            .into_iter()
            .map(|tensor| {
                let gradient = tensor.grad_remove(&mut gradients);
                let parameter = tensor.inner();
                // A parameter that the loss does not reach has the gradient zero.
                let gradient = gradient.unwrap_or_else(|| parameter.zeros_like());
                (parameter, gradient)
            })
            .unzip();
        self.parameters = self.optimizer.update(parameters, gradients, factor);
        losses.inner()
    }
}

/// How many runs form a group: as many as fit into `group_bytes`, but at least one, and groups of about one size.
fn group_size(weights: &[Vec<LayerWeights>], group_bytes: Option<usize>) -> usize {
    let runs = weights.len().max(1);
    let Some(group_bytes) = group_bytes else { return runs };
    let parameters = weights.iter().flatten().map(|layer| layer.weight.len() + layer.bias.len()).sum::<usize>();
    let run_bytes = (parameters * size_of::<f32>()).div_ceil(runs);
    let fitting = (group_bytes / run_bytes.max(1)).clamp(1, runs);
    runs.div_ceil(runs.div_ceil(fitting))
}

/// What multiplies the optimizer's coefficients in each layer of each run.
fn run_rates(experiment: &Experiment, layers: usize) -> Vec<Vec<LayerRates>> {
    let kind = experiment.optimizer.kind;
    let variants = experiment.variants.iter().map(|scheme| init::layer_rates(scheme, layers, kind));
    variants.flat_map(|rates| std::iter::repeat_n(rates, experiment.seeds as usize)).collect()
}

/// The learning rates and weight decays of weight and bias of every layer in turn, stacked over these runs.
fn stacked_rates(experiment: &Experiment, runs: &[Vec<LayerRates>], device: &Device) -> Vec<Rates> {
    let spec = &experiment.optimizer;
    let rates = |layer: usize, pick: fn(&LayerRates) -> ParameterRates| {
        let multipliers = runs.iter().map(|layers| pick(&layers[layer]));
        Rates {
            learning_rate: stacked_rate(spec.learning_rate, multipliers.clone().map(|m| m.learning_rate), device),
            weight_decay: stacked_rate(spec.weight_decay, multipliers.map(|m| m.weight_decay), device),
        }
    };
    let layers = runs.first().map_or(0, Vec::len);
    (0..layers).flat_map(|layer| [rates(layer, |rates| rates.weight), rates(layer, |rates| rates.bias)]).collect()
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
