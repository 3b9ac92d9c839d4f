//! The fully connected network, stacked over runs.

use super::Linear;
use crate::experiment::Activation;
use crate::init::LayerWeights;
use burn::tensor::activation::{gelu, relu, sigmoid, tanh};
use burn::tensor::{Device, Tensor};

/// Dense layers with one activation after each but the last.
#[derive(Debug, Clone)]
pub struct Mlp {
    layers: Vec<Linear>,
    activation: Activation,
}

impl Mlp {
    /// Stacks the initial weights of several runs, given per run and layer.
    #[must_use]
    pub fn stack(runs: &[Vec<LayerWeights>], activation: Activation, device: &Device) -> Self {
        let depth = runs.first().map_or(0, Vec::len);
        let layers = (0..depth).map(|index| {
            let layer = runs.iter().map(|run| &run[index]).collect::<Vec<_>>();
            Linear::stack(&layer, device)
        });
        Self { layers: layers.collect(), activation }
    }

    /// The network with these parameters: weight and bias of each layer in turn, as [`Mlp::into_parameters`] gives them.
    #[must_use]
    pub fn from_parameters(parameters: &[Tensor<3>], activation: Activation) -> Self {
        let layers = parameters.chunks_exact(2).map(|pair| Linear { weight: pair[0].clone(), bias: pair[1].clone() });
        Self { layers: layers.collect(), activation }
    }

    /// Weight and bias of each layer in turn.
    #[must_use]
    pub fn into_parameters(self) -> Vec<Tensor<3>> {
        self.layers.into_iter().flat_map(|layer| [layer.weight, layer.bias]).collect()
    }

    /// The logits `[runs, batch, classes]` of `images` `[1, batch, inputs]`.
    #[must_use]
    pub fn forward(&self, images: Tensor<3>) -> Tensor<3> {
        self.pass(images, |_| ())
    }

    /// The values of every measured layer, `[runs, batch, units]`: each hidden layer after its activation, then the logits.
    #[must_use]
    pub fn activations(&self, images: Tensor<3>) -> Vec<Tensor<3>> {
        let mut kept = Vec::with_capacity(self.layers.len());
        let logits = self.pass(images, |hidden| kept.push(hidden.clone()));
        kept.push(logits);
        kept
    }

    /// The one forward pass; `visit` sees every hidden layer's output.
    fn pass(&self, images: Tensor<3>, mut visit: impl FnMut(&Tensor<3>)) -> Tensor<3> {
        let mut values = images;
        for (index, layer) in self.layers.iter().enumerate() {
            values = layer.forward(values);
            if index + 1 < self.layers.len() {
                values = activate(values, self.activation);
                visit(&values);
            }
        }
        values
    }
}

fn activate(values: Tensor<3>, activation: Activation) -> Tensor<3> {
    match activation {
        Activation::Relu => relu(values),
        Activation::Tanh => tanh(values),
        Activation::Gelu => gelu(values),
        Activation::Sigmoid => sigmoid(values),
    }
}
