//! The list of a network's layers with their shapes, which follows from a [`ModelSpec`](super::ModelSpec) and the size of an
//! image. Initialization, training, the emergence measure, limits and estimates all use this one list.
//!
//! A network is a chain of [`Step`]s. The only exception is the shortcut of a residual block: [`Layer::Branch`] stores the
//! current values and [`Layer::AddShortcut`] adds them later.

use crate::texts::text;
use serde::{Deserialize, Serialize};

/// Shape of an image or of a stack of feature maps. A dense layer of `n` units has the shape `n x 1 x 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureShape {
    /// Number of color channels of an image, or of feature maps.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl FeatureShape {
    /// The shape of a dense layer of this many units.
    #[must_use]
    pub const fn dense(units: usize) -> Self {
        Self { channels: units, height: 1, width: 1 }
    }

    /// Number of positions of one feature map.
    #[must_use]
    pub const fn positions(self) -> usize {
        self.height * self.width
    }

    /// Number of units: values per example.
    #[must_use]
    pub const fn units(self) -> usize {
        self.channels * self.positions()
    }
}

/// A square window that slides over feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its side length.
    pub kernel: usize,
    /// How far it moves between two positions.
    pub stride: usize,
    /// Number of rows and columns of zeros added at each side of the maps.
    pub padding: usize,
}

impl Window {
    /// The window of pooling: two by two positions, without overlap.
    pub const POOL: Self = Self { kernel: 2, stride: 2, padding: 0 };

    /// Number of window positions along a side of length `size`, `⌊(size + 2 padding - kernel) / stride⌋ + 1`; `None` if the
    /// window does not fit.
    #[must_use]
    pub fn positions(self, size: usize) -> Option<usize> {
        Some((size + 2 * self.padding).checked_sub(self.kernel)? / self.stride + 1)
    }
}

/// How a pooling layer reduces a window to one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// The maximum of its values.
    Max,
    /// The mean of its values.
    Average,
}

/// The weight tensor of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightShape {
    /// `[inputs, outputs]`.
    Dense {
        /// Number of input units.
        inputs: usize,
        /// Number of output units.
        outputs: usize,
    },
    /// `[channels_out, channels_in, kernel, kernel]`, as in PyTorch.
    Convolution {
        /// Number of input feature maps.
        channels_in: usize,
        /// Number of output feature maps.
        channels_out: usize,
        /// Side length of the kernel.
        kernel: usize,
    },
}

impl WeightShape {
    /// Number of weights.
    #[must_use]
    pub fn count(self) -> usize {
        self.dimensions().iter().product()
    }

    /// The tensor's shape.
    #[must_use]
    pub fn dimensions(self) -> Vec<usize> {
        match self {
            Self::Dense { inputs, outputs } => vec![inputs, outputs],
            Self::Convolution { channels_in, channels_out, kernel } => vec![channels_out, channels_in, kernel, kernel],
        }
    }

    /// Rows and columns of the tensor as a matrix: `[inputs, outputs]`, or for a convolution `[channels_out, channels_in
    /// kernel²]`, flattened as in PyTorch.
    #[must_use]
    pub fn matrix(self) -> [usize; 2] {
        match self {
            Self::Dense { inputs, outputs } => [inputs, outputs],
            Self::Convolution { channels_in, channels_out, kernel } => [channels_out, channels_in * kernel * kernel],
        }
    }

    /// Number of connections into a unit of the layer. In a convolution an input feature map counts once for every position of
    /// the kernel, ignoring strides and borders: `channels_in k²`, as in PyTorch.
    #[must_use]
    pub fn fan_in(self) -> usize {
        match self {
            Self::Dense { inputs, .. } => inputs,
            Self::Convolution { channels_in, kernel, .. } => channels_in * kernel * kernel,
        }
    }

    /// Number of connections out of a unit of the previous layer; likewise, `channels_out k²` in a convolution.
    #[must_use]
    pub fn fan_out(self) -> usize {
        match self {
            Self::Dense { outputs, .. } => outputs,
            Self::Convolution { channels_out, kernel, .. } => channels_out * kernel * kernel,
        }
    }

    /// Number of units, or feature maps, that the layer computes: the length of its bias.
    #[must_use]
    pub fn outputs(self) -> usize {
        match self {
            Self::Dense { outputs, .. } | Self::Convolution { channels_out: outputs, .. } => outputs,
        }
    }
}

/// A layer with weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightLayer {
    /// Its weight tensor.
    pub shape: WeightShape,
    /// Whether batch normalization follows. Then there is no bias, because the normalization would cancel it.
    pub normalized: bool,
    /// Its position in the network.
    pub place: LayerPlace,
}

/// The position of a layer with weights in a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerPlace {
    /// Outside of residual branches, before the last layer.
    Trunk,
    /// In a residual branch, before the branch's last layer.
    Branch,
    /// The last layer of a residual branch, whose output is added to the shortcut.
    BranchEnd,
    /// The last layer, which computes the logits.
    Output,
}

impl WeightLayer {
    /// Length of its bias; 0 if it has none.
    #[must_use]
    pub fn bias_count(self) -> usize {
        if self.normalized { 0 } else { self.shape.outputs() }
    }
}

/// One operation on the values of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// A dense layer on all values, regardless of their positions.
    Dense(WeightLayer),
    /// A convolution.
    Convolution(WeightLayer, Window),
    /// Batch normalization of every unit of a dense layer or every feature map.
    BatchNorm,
    /// The activation function.
    Activation,
    /// Pooling of every feature map.
    Pool(Pooling, Window),
    /// The mean of every feature map.
    GlobalAveragePool,
    /// Stores the values for the shortcut of a residual block.
    Branch,
    /// Adds the values stored last: every `stride`-th row and column of them, with zeros for additional feature maps (the
    /// parameter-free shortcut, "option A", of He et al. 2016).
    AddShortcut {
        /// 1, or 2 if the block halves the size of the maps.
        stride: usize,
    },
}

/// A layer with the shape of its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub layer: Layer,
    /// The shape of its output.
    pub output: FeatureShape,
}

/// The role of a parameter tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterRole {
    /// Weight of the layer with this index among those with weights.
    Weight(usize),
    /// Bias of that layer.
    Bias(usize),
    /// Scale (gamma) of the batch normalization after that layer.
    Scale(usize),
    /// Shift (beta) of the batch normalization after that layer.
    Shift(usize),
}

/// A network for images of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architecture {
    /// The shape of an example.
    pub input: FeatureShape,
    /// The operations, in order.
    pub steps: Vec<Step>,
}

impl Architecture {
    /// A network without any steps.
    #[must_use]
    pub fn new(input: FeatureShape) -> Self {
        Self { input, steps: Vec::new() }
    }

    /// The shape after the last step so far.
    #[must_use]
    pub fn output(&self) -> FeatureShape {
        self.steps.last().map_or(self.input, |step| step.output)
    }

    pub(super) fn push(&mut self, layer: Layer, output: FeatureShape) {
        self.steps.push(Step { layer, output });
    }

    /// The layers with weights, in forward order.
    #[must_use]
    pub fn weight_layers(&self) -> Vec<WeightLayer> {
        let weights = self.steps.iter().filter_map(|step| match step.layer {
            Layer::Dense(layer) | Layer::Convolution(layer, _) => Some(layer),
            _ => None,
        });
        weights.collect()
    }

    /// The step index of each layer with weights, in forward order.
    #[must_use]
    pub fn weight_steps(&self) -> Vec<usize> {
        let weighs = |layer: &Layer| matches!(layer, Layer::Dense(_) | Layer::Convolution(..));
        let steps = self.steps.iter().enumerate();
        steps.filter(|(_, step)| weighs(&step.layer)).map(|(index, _)| index).collect()
    }

    /// Descriptions of the layers with weights, in forward order: `dense 784 → 128`, `conv 3×3, 16 → 32`.
    #[must_use]
    pub fn weight_layer_names(&self) -> Vec<String> {
        let name = |layer: WeightLayer| match layer.shape {
            WeightShape::Dense { inputs, outputs } => text!("dense {inputs} → {outputs}", inputs, outputs),
            WeightShape::Convolution { channels_in, channels_out, kernel } => {
                text!("conv {kernel}×{kernel}, {channels_in} → {channels_out}", kernel, channels_in, channels_out)
            }
        };
        self.weight_layers().into_iter().map(name).collect()
    }

    /// The roles of all parameter tensors, in the order in which a network stores them.
    #[must_use]
    pub fn parameter_roles(&self) -> Vec<ParameterRole> {
        let mut roles = Vec::new();
        for (index, layer) in self.weight_layers().into_iter().enumerate() {
            roles.push(ParameterRole::Weight(index));
            if layer.normalized {
                roles.extend([ParameterRole::Scale(index), ParameterRole::Shift(index)]);
            } else {
                roles.push(ParameterRole::Bias(index));
            }
        }
        roles
    }

    /// Number of weights, biases, scales and shifts of one run. Counts have 64 bits, because a `usize` has 32 in WebAssembly.
    #[must_use]
    pub fn parameter_count(&self) -> u64 {
        let count = |layer: WeightLayer| {
            let others = if layer.normalized { 2 } else { 1 } * layer.shape.outputs() as u64;
            layer.shape.dimensions().into_iter().map(|size| size as u64).product::<u64>() + others
        };
        self.weight_layers().into_iter().map(count).sum()
    }

    /// Number of values that a run computes for one example in a forward pass.
    #[must_use]
    pub fn value_count(&self) -> u64 {
        self.steps.iter().map(|step| step.output.units() as u64).sum()
    }

    /// Number of values per example of the largest tensor.
    #[must_use]
    pub fn largest_value_count(&self) -> u64 {
        self.steps.iter().map(|step| step.output.units() as u64).max().unwrap_or(0)
    }

    /// Number of multiplications with weights for one example in a forward pass.
    #[must_use]
    pub fn multiplication_count(&self) -> u64 {
        let count = |step: &Step| match step.layer {
            Layer::Dense(layer) => layer.shape.count() as u64,
            Layer::Convolution(layer, _) => layer.shape.count() as u64 * step.output.positions() as u64,
            _ => 0,
        };
        self.steps.iter().map(count).sum()
    }

    /// The layers whose units the emergence measure counts, with their names: every hidden layer after its activation
    /// function, every pooling layer, and the output.
    #[must_use]
    pub fn measured(&self) -> Vec<MeasuredLayer> {
        let mut layers = Vec::new();
        let (mut hidden, mut pools) = (0, 0);
        for (index, step) in self.steps.iter().enumerate() {
            let name = match step.layer {
                Layer::Activation => {
                    hidden += 1;
                    text!("hidden {number}", number = hidden)
                }
                Layer::Pool(..) | Layer::GlobalAveragePool => {
                    pools += 1;
                    text!("pool {number}", number = pools)
                }
                _ if index + 1 == self.steps.len() => text!("output"),
                _ => continue,
            };
            layers.push(MeasuredLayer { name, step: index, shape: step.output });
        }
        layers
    }
}

/// A layer whose units the emergence measure counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredLayer {
    /// Its name on charts.
    pub name: String,
    /// The index of the step that computes it.
    pub step: usize,
    /// The shape of its units.
    pub shape: FeatureShape,
}
