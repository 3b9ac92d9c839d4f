//! Learning rates and weight decays of stacked runs: those of the optimizer, times the factors of the rate control.

use super::optimizer::{Rate, Rates};
use super::rate_control::{LayerRates, ParameterRates, layer_rates};
use crate::experiment::Experiment;
use crate::experiment::architecture::{ParameterRole, WeightLayer};
use crate::model::Plan;
use burn::tensor::{Device, Tensor, TensorData};

/// The coefficients of the optimizer for one run.
#[derive(Debug, Clone)]
pub(super) struct RunRates {
    /// The learning rate of its variant.
    learning_rate: f64,
    /// The factors of each layer.
    layers: Vec<LayerRates>,
}

/// The coefficients of the optimizer for each run.
pub(super) fn run_rates(experiment: &Experiment, layers: &[WeightLayer]) -> Vec<RunRates> {
    let kind = experiment.optimizer.kind;
    let variants = experiment.variants.iter().map(|variant| RunRates {
        learning_rate: experiment.learning_rate_of(variant),
        layers: layer_rates(&variant.scheme, layers, kind),
    });
    variants.flat_map(|rates| std::iter::repeat_n(rates, experiment.seeds as usize)).collect()
}

/// The learning rate and weight decay of every parameter, stacked over these runs.
pub(super) fn stacked_rates(experiment: &Experiment, plan: &Plan, runs: &[RunRates], device: &Device) -> Vec<Rates> {
    let spec = &experiment.optimizer;
    let rates = |role: ParameterRole| {
        let factors = runs.iter().map(|RunRates { learning_rate, layers }| match role {
            ParameterRole::Weight(layer) => (*learning_rate, layers[layer].weight),
            ParameterRole::Bias(layer) => (*learning_rate, layers[layer].bias),
            ParameterRole::Scale(_) | ParameterRole::Shift(_) => (*learning_rate, ParameterRates::PLAIN),
        });
        Rates {
            learning_rate: stacked_rate(factors.clone().map(|(rate, factor)| rate * factor.learning_rate), device),
            weight_decay: stacked_rate(factors.map(|(_, factor)| spec.weight_decay * factor.weight_decay), device),
        }
    };
    plan.architecture.parameter_roles().into_iter().map(rates).collect()
}

/// The number of each run; one shared number if all are equal.
fn stacked_rate(values: impl Iterator<Item = f64>, device: &Device) -> Rate {
    let values = values.collect::<Vec<_>>();
    match values.first() {
        Some(first) if values.iter().any(|value| value.to_bits() != first.to_bits()) => {
            #[expect(clippy::cast_possible_truncation, reason = "a learning rate in f32, like the weights")]
            let stacked = values.iter().map(|value| *value as f32).collect::<Vec<_>>();
            let shape = [stacked.len(), 1, 1];
            Rate::PerRun(Box::new(Tensor::from_data(TensorData::new(stacked, shape), device)))
        }
        first => Rate::Shared(first.copied().unwrap_or_default()),
    }
}
