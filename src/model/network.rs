//! A network of any architecture, stacked over runs.

use super::batch_norm::BatchStatistics;
use crate::experiment::Activation;
use crate::experiment::architecture::{Architecture, ParameterRole};
use crate::init::LayerWeights;
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
    /// Parameters in the order of [`Architecture::parameter_roles`]: dense weights `[runs, inputs, outputs]`, those of
    /// convolutions `[runs, channels_out, channels_in · kernel²]`, all others `[runs, 1, channels]`.
    pub parameters: Vec<Tensor<3>>,
    /// Running statistics of each batch normalization, from input to output.
    pub statistics: Vec<BatchStatistics>,
}

impl Network {
    /// Stacks the initial weights of several runs, given per run and layer.
    #[must_use]
    pub fn stack(plan: &Rc<Plan>, runs: &[Vec<LayerWeights>], device: &Device) -> Self {
        let layers = plan.architecture.weight_layers();
        let shape = |layer: usize| [runs.len(), 1, layers[layer].shape.outputs()];
        let parameter = |role| match role {
            ParameterRole::Weight(layer) => {
                let [rows, columns] = layers[layer].shape.matrix();
                stacked(runs, |run| &run[layer].weight, [runs.len(), rows, columns], device)
            }
            ParameterRole::Bias(layer) => stacked(runs, |run| &run[layer].bias, shape(layer), device),
            ParameterRole::Scale(layer) => stacked(runs, |run| &run[layer].scale, shape(layer), device),
            ParameterRole::Shift(layer) => stacked(runs, |run| &run[layer].shift, shape(layer), device),
        };
        let normalized = layers.iter().filter(|layer| layer.normalized);
        Self {
            plan: Rc::clone(plan),
            parameters: plan.architecture.parameter_roles().into_iter().map(parameter).collect(),
            statistics: normalized
                .map(|layer| BatchStatistics::initial(runs.len(), layer.shape.outputs(), device))
                .collect(),
        }
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.parameters.first().map_or(0, |parameter| parameter.dims()[0])
    }
}

fn stacked(
    runs: &[Vec<LayerWeights>],
    pick: impl Fn(&[LayerWeights]) -> &Vec<f32>,
    shape: [usize; 3],
    device: &Device,
) -> Tensor<3> {
    let values = runs.iter().flat_map(|run| pick(run).iter().copied()).collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(values, shape), device)
}
