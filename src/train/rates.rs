//! Learning rates and weight decays of stacked runs: those of the optimizer, times the factors of the rate control.

use super::optimizer::Rates;
use super::rate_control::{LayerRates, ParameterRates, layer_rates};
use crate::experiment::architecture::{ParameterRole, WeightLayer};
use crate::experiment::{Experiment, Share};
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

/// The coefficients of the optimizer for each run of a share.
pub(super) fn run_rates(experiment: &Experiment, share: Share, layers: &[WeightLayer]) -> Vec<RunRates> {
    let kind = experiment.optimizer.kind;
    let variants = experiment.variants.iter().map(|variant| RunRates {
        learning_rate: experiment.learning_rate_of(variant),
        layers: layer_rates(&variant.scheme, layers, kind),
    });
    let counts = share.runs_per_variant(experiment);
    variants.zip(counts).flat_map(|(rates, count)| std::iter::repeat_n(rates, count)).collect()
}

/// The learning rate and weight decay of every parameter, stacked over these runs.
pub(super) fn stacked_rates(experiment: &Experiment, plan: &Plan, runs: &[RunRates], device: &Device) -> Vec<Rates> {
    let spec = &experiment.optimizer;
    let rates = |role: ParameterRole| {
        let factors = runs.iter().map(|RunRates { learning_rate, layers }| match role {
            ParameterRole::Weight(layer) => (*learning_rate, layers[layer].weight),
            ParameterRole::Bias(layer) => (*learning_rate, layers[layer].bias),
            ParameterRole::Embedding(_)
            | ParameterRole::Scale(_)
            | ParameterRole::Shift(_)
            | ParameterRole::LayerNormScale(_)
            | ParameterRole::LayerNormShift(_) => (*learning_rate, ParameterRates::PLAIN),
        });
        let decays = factors.clone().map(|(_, factor)| spec.weight_decay * factor.weight_decay);
        Rates {
            learning_rate: stacked(factors.map(|(rate, factor)| rate * factor.learning_rate), device),
            decays: decays.clone().any(|decay| decay != 0.0),
            weight_decay: stacked(decays, device),
        }
    };
    plan.architecture.parameter_roles().into_iter().map(rates).collect()
}

/// The number of each run, `[runs, 1, 1]`.
fn stacked(values: impl Iterator<Item = f64>, device: &Device) -> Tensor<3> {
    #[expect(clippy::cast_possible_truncation, reason = "a learning rate in f32, like the weights")]
    let values = values.map(|value| value as f32).collect::<Vec<_>>();
    let shape = [values.len(), 1, 1];
    Tensor::from_data(TensorData::new(values, shape), device)
}
