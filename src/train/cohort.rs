//! All runs of an experiment, one training step at a time.

use super::optimizer::{Optimizer, Rate, Rates};
use super::schedule::schedule_factor;
use crate::experiment::{Experiment, InitScheme};
use crate::init::{self, LayerRates, LayerWeights};
use crate::model::{Mlp, cross_entropy};
use burn::tensor::{Device, Tensor, TensorData};

/// The stacked parameters of all runs with their optimizer.
#[derive(Debug)]
pub struct Cohort {
    experiment: Experiment,
    /// Weight and bias of each layer in turn, without autodiff.
    parameters: Vec<Tensor<3>>,
    optimizer: Optimizer,
    step: u64,
}

impl Cohort {
    /// Stacks runs with these initial weights, given per run (variants outermost, then seeds).
    #[must_use]
    pub fn new(experiment: &Experiment, weights: &[Vec<LayerWeights>], device: &Device) -> Self {
        let parameters = Mlp::stack(weights, experiment.activation, device).into_parameters();
        let rates = stacked_rates(experiment, parameters.len() / 2, device);
        let optimizer = Optimizer::new(experiment.optimizer.clone(), rates);
        Self { experiment: experiment.clone(), parameters, optimizer, step: 0 }
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

    /// The network with the present parameters.
    #[must_use]
    pub fn model(&self) -> Mlp {
        Mlp::from_parameters(&self.parameters, self.experiment.activation)
    }

    /// One training step of all runs on the same mini-batch.
    ///
    /// `images` is `[1, batch, inputs]`, `one_hot` `[1, batch, classes]`. Returns the mean cross-entropy of every run
    /// before the step, `[runs]`, in nats.
    pub fn step(&mut self, images: Tensor<3>, one_hot: Tensor<3>) -> Tensor<1> {
        let [_, batch, _] = images.dims();
        let tracked = std::mem::take(&mut self.parameters).into_iter().map(|tensor| tensor.autodiff().require_grad());
        let tracked = tracked.collect::<Vec<_>>();
        let logits = Mlp::from_parameters(&tracked, self.experiment.activation).forward(images);
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
        let spec = &self.experiment.optimizer;
        let factor = schedule_factor(spec.schedule, self.step, self.experiment.steps);
        self.parameters = self.optimizer.update(parameters, gradients, factor);
        self.step += 1;
        losses.inner()
    }
}

/// The learning rates and weight decays of weight and bias of every layer in turn, stacked over runs.
fn stacked_rates(experiment: &Experiment, layers: usize, device: &Device) -> Vec<Rates> {
    let spec = &experiment.optimizer;
    let per_variant = experiment.variants.iter().map(|scheme| init::layer_rates(scheme, layers, spec.kind));
    let per_variant = per_variant.collect::<Vec<_>>();
    let seeds = experiment.seeds as usize;
    let stack = |base: f64, layer: usize, pick: fn(&LayerRates) -> f64| {
        stacked_rate(base, per_variant.iter().map(|rates| pick(&rates[layer])), seeds, device)
    };
    (0..layers)
        .flat_map(|layer| {
            let (learning_rate, weight_decay) = (spec.learning_rate, spec.weight_decay);
            let weight = Rates {
                learning_rate: stack(learning_rate, layer, |rates| rates.weight.learning_rate),
                weight_decay: stack(weight_decay, layer, |rates| rates.weight.weight_decay),
            };
            let bias = Rates {
                learning_rate: stack(learning_rate, layer, |rates| rates.bias.learning_rate),
                weight_decay: stack(weight_decay, layer, |rates| rates.bias.weight_decay),
            };
            [weight, bias]
        })
        .collect()
}

/// `base` times each variant's multiplier, repeated for its seeds; one shared number where all agree.
fn stacked_rate(base: f64, multipliers: impl Iterator<Item = f64>, seeds: usize, device: &Device) -> Rate {
    let values = multipliers.map(|multiplier| base * multiplier).collect::<Vec<_>>();
    match values.first() {
        Some(first) if values.iter().any(|value| value.to_bits() != first.to_bits()) => {
            #[expect(clippy::cast_possible_truncation, reason = "a learning rate in f32, like the weights")]
            let stacked = values.iter().flat_map(|value| std::iter::repeat_n(*value as f32, seeds)).collect::<Vec<_>>();
            let shape = [stacked.len(), 1, 1];
            Rate::PerRun(Box::new(Tensor::from_data(TensorData::new(stacked, shape), device)))
        }
        first => Rate::Shared(first.copied().unwrap_or(base)),
    }
}
