//! The dense layer with a run axis.

use crate::init::LayerWeights;
use burn::tensor::{Device, Tensor, TensorData};

/// `y = x W + b` for every run at once.
#[derive(Debug, Clone)]
pub struct Linear {
    /// `W`, `[runs, fan_in, fan_out]`.
    pub weight: Tensor<3>,
    /// `b`, `[runs, 1, fan_out]`.
    pub bias: Tensor<3>,
}

impl Linear {
    /// Stacks the same layer of several runs; all must have the same shape.
    #[must_use]
    pub fn stack(runs: &[&LayerWeights], device: &Device) -> Self {
        let (fan_in, fan_out) = runs.first().map_or((0, 0), |layer| (layer.fan_in, layer.fan_out));
        let weight = runs.iter().flat_map(|layer| layer.weight.iter().copied()).collect::<Vec<f32>>();
        let bias = runs.iter().flat_map(|layer| layer.bias.iter().copied()).collect::<Vec<f32>>();
        Self {
            weight: Tensor::from_data(TensorData::new(weight, [runs.len(), fan_in, fan_out]), device),
            bias: Tensor::from_data(TensorData::new(bias, [runs.len(), 1, fan_out]), device),
        }
    }

    /// `input` is `[runs or 1, batch, fan_in]`, the result `[runs, batch, fan_out]`.
    #[must_use]
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        input.matmul(self.weight.clone()) + self.bias.clone()
    }
}
