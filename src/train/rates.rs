//! Learning rates and weight decays of stacked runs: those of the optimizer, times the factors of the rate control.

use super::optimizer::{Rate, Rates};
use super::rate_control::{LayerRates, ParameterRates, layer_rates};
use crate::experiment::Experiment;
use crate::experiment::architecture::{ParameterRole, WeightLayer};
use crate::model::Plan;
use burn::tensor::{Device, Tensor, TensorData};

/// The factors of the optimizer's coefficients for each run and layer.
pub(super) fn run_rates(experiment: &Experiment, layers: &[WeightLayer]) -> Vec<Vec<LayerRates>> {
    let kind = experiment.optimizer.kind;
    let variants = experiment.variants.iter().map(|scheme| layer_rates(scheme, layers, kind));
    variants.flat_map(|rates| std::iter::repeat_n(rates, experiment.seeds as usize)).collect()
}

/// The learning rate and weight decay of every parameter, stacked over these runs.
pub(super) fn stacked_rates(
    experiment: &Experiment,
    plan: &Plan,
    runs: &[Vec<LayerRates>],
    device: &Device,
) -> Vec<Rates> {
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

/// `base` times the factor of each run; one shared number if all are equal.
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
