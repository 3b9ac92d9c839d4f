//! A network of any architecture, stacked over runs.

use super::batch_norm::BatchStatistics;
use crate::experiment::Activation;
use crate::experiment::architecture::{Architecture, ParameterFacts};
use crate::init::InitialParameters;
use burn::tensor::{Device, Tensor, TensorData};
use std::rc::Rc;

/// What determines the function besides the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The layers.
    pub architecture: Architecture,
    /// The activation function.
    pub activation: Activation,
}

/// The networks of a group of runs.
#[derive(Debug, Clone)]
pub struct Network {
    /// What all runs have in common.
    pub plan: Rc<Plan>,
    /// Parameters in the order of [`Architecture::parameters`]: dense weights `[runs, inputs, outputs]`, those of
    /// convolutions `[runs, channels_out, channels_in · kernel²]`, embedding tables `[runs, symbols, features]`, all others
    /// `[runs, 1, channels]`.
    pub parameters: Vec<Tensor<3>>,
    /// Running statistics of each batch normalization, from input to output.
    pub statistics: Vec<BatchStatistics>,
    /// The weight of each shortcut, `[runs, 1, 1]`; empty if all are 1.
    pub shortcuts: Vec<Tensor<3>>,
}

impl Network {
    /// Stacks the initial parameters of several runs.
    #[must_use]
    pub fn stack(plan: &Rc<Plan>, runs: &[InitialParameters], device: &Device) -> Self {
        let facts = plan.architecture.parameters();
        let parameter = |(index, ParameterFacts { shape: [rows, columns], .. }): (usize, ParameterFacts)| {
            let values = runs.iter().flat_map(|run| run.parameters[index].values.iter().copied()).collect::<Vec<f32>>();
            Tensor::from_data(TensorData::new(values, [runs.len(), rows, columns]), device)
        };
        let layers = plan.architecture.weight_layers();
        let normalized = layers.iter().filter(|layer| layer.normalized);
        Self {
            parameters: facts.into_iter().enumerate().map(parameter).collect(),
            statistics: normalized
                .map(|layer| BatchStatistics::initial(runs.len(), layer.shape.outputs(), device))
                .collect(),
            shortcuts: shortcuts(plan.architecture.shortcut_count(), runs, device),
            plan: Rc::clone(plan),
        }
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.parameters.first().map_or(0, |parameter| parameter.dims()[0])
    }

    /// The same parameters for examples of another length.
    #[must_use]
    pub fn planned(&self, plan: &Rc<Plan>) -> Self {
        Self { plan: Rc::clone(plan), ..self.clone() }
    }
}

/// The weights of the shortcuts, `[runs, 1, 1]` each; none if all of all runs are 1.
fn shortcuts(count: usize, runs: &[InitialParameters], device: &Device) -> Vec<Tensor<3>> {
    if runs.iter().all(|run| run.shortcuts.is_empty()) {
        return Vec::new();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the precision of the parameters")]
    let weight = |run: &InitialParameters, index: usize| run.shortcuts.get(index).map_or(1.0, |weight| *weight as f32);
    let stacked = |index: usize| {
        let weights = runs.iter().map(|run| weight(run, index)).collect::<Vec<f32>>();
        Tensor::from_data(TensorData::new(weights, [runs.len(), 1, 1]), device)
    };
    (0..count).map(stacked).collect()
}
