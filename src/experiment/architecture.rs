//! The layers of a network one by one, with their shapes: what a [`ModelSpec`](super::ModelSpec) becomes once the size of
//! an image is known. Initialization, training, the emergence measure, limits and estimates all read this one list.
//!
//! A network is a chain of [`Step`]s. The only detour is the shortcut of a residual block: [`Layer::Branch`] remembers the
//! values at its place and [`Layer::AddShortcut`] adds them again.

use serde::{Deserialize, Serialize};

/// Size of an image or of a block of feature maps. A dense layer of `n` units is `n x 1 x 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureShape {
    /// Colors of an image, or feature maps.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl FeatureShape {
    /// Units of a dense layer.
    #[must_use]
    pub const fn dense(units: usize) -> Self {
        Self { channels: units, height: 1, width: 1 }
    }

    /// Places of one feature map.
    #[must_use]
    pub const fn positions(self) -> usize {
        self.height * self.width
    }

    /// Numbers per example.
    #[must_use]
    pub const fn units(self) -> usize {
        self.channels * self.positions()
    }
}

/// A square window that moves over feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its side.
    pub kernel: usize,
    /// How far it moves each time.
    pub stride: usize,
    /// Zeros around the maps on every side.
    pub padding: usize,
}

impl Window {
    /// Pooling of two by two places without overlap.
    pub const POOL: Self = Self { kernel: 2, stride: 2, padding: 0 };

    /// Positions of the window along `size` places, `⌊(size + 2 padding - kernel) / stride⌋ + 1`; `None` where it does not
    /// fit once.
    #[must_use]
    pub fn positions(self, size: usize) -> Option<usize> {
        Some((size + 2 * self.padding).checked_sub(self.kernel)? / self.stride + 1)
    }
}

/// How a pool sums up its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// Its largest value.
    Max,
    /// The mean of its values.
    Average,
}

/// The weight tensor of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightShape {
    /// `[inputs, outputs]`.
    Dense {
        /// Units that it reads.
        inputs: usize,
        /// Units that it computes.
        outputs: usize,
    },
    /// `[channels_out, channels_in, kernel, kernel]`, as in PyTorch.
    Convolution {
        /// Feature maps that it reads.
        channels_in: usize,
        /// Feature maps that it computes.
        channels_out: usize,
        /// Side of the window.
        kernel: usize,
    },
}

impl WeightShape {
    /// Numbers in the tensor.
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

    /// Rows and columns as a matrix: `[inputs, outputs]`, and of a convolution `[channels_out, channels_in kernel²]`, as
    /// PyTorch flattens it.
    #[must_use]
    pub fn matrix(self) -> [usize; 2] {
        match self {
            Self::Dense { inputs, outputs } => [inputs, outputs],
            Self::Convolution { channels_in, channels_out, kernel } => [channels_out, channels_in * kernel * kernel],
        }
    }

    /// Connections into a unit of the layer. In a convolution a feature map counts once for every place of the window, strides
    /// and borders left aside: `channels_in k²`, as in PyTorch.
    #[must_use]
    pub fn fan_in(self) -> usize {
        match self {
            Self::Dense { inputs, .. } => inputs,
            Self::Convolution { channels_in, kernel, .. } => channels_in * kernel * kernel,
        }
    }

    /// Connections out of a unit of the layer before, likewise: `channels_out k²`.
    #[must_use]
    pub fn fan_out(self) -> usize {
        match self {
            Self::Dense { outputs, .. } => outputs,
            Self::Convolution { channels_out, kernel, .. } => channels_out * kernel * kernel,
        }
    }

    /// Units, or feature maps, that the layer computes: the length of its bias.
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
    /// Whether batch normalization follows. Then there is no bias, which the normalization would only take away again.
    pub normalized: bool,
    /// Where it stands in the network.
    pub place: LayerPlace,
}

/// Where a layer with weights stands in a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerPlace {
    /// On the way that everything takes, before the last layer.
    Trunk,
    /// In a residual branch, before its last layer.
    Branch,
    /// The last layer of a residual branch: what it computes is added to the shortcut.
    BranchEnd,
    /// The last layer, which computes the logits.
    Output,
}

impl WeightLayer {
    /// The layers of a plain dense network with these widths, input and output included.
    #[must_use]
    pub fn dense_chain(widths: &[usize]) -> Vec<Self> {
        let place = |index: usize| if index + 2 == widths.len() { LayerPlace::Output } else { LayerPlace::Trunk };
        let pairs = widths.windows(2).enumerate();
        pairs
            .map(|(index, pair)| Self {
                shape: WeightShape::Dense { inputs: pair[0], outputs: pair[1] },
                normalized: false,
                place: place(index),
            })
            .collect()
    }

    /// Length of its bias: 0 where it has none.
    #[must_use]
    pub fn bias_count(self) -> usize {
        if self.normalized { 0 } else { self.shape.outputs() }
    }
}

/// One thing that happens to the values of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// A dense layer on all values, whatever their places.
    Dense(WeightLayer),
    /// A convolution.
    Convolution(WeightLayer, Window),
    /// Batch normalization of every unit of a dense layer or every feature map.
    BatchNorm,
    /// The nonlinearity.
    Activation,
    /// A pool on every feature map.
    Pool(Pooling, Window),
    /// The mean of every feature map.
    GlobalAveragePool,
    /// Remembers the values for the shortcut of a residual block.
    Branch,
    /// Adds the values remembered last: every `stride`-th row and column of them, with zeros for the feature maps that are
    /// new (the shortcut without parameters, "option A", of He et al. 2016).
    AddShortcut {
        /// 1, or 2 where the block halves the maps.
        stride: usize,
    },
}

/// A layer with the shape of what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What happens.
    pub layer: Layer,
    /// What comes out.
    pub output: FeatureShape,
}

/// What a parameter tensor is.
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
    /// An example.
    pub input: FeatureShape,
    /// What happens to it.
    pub steps: Vec<Step>,
}

impl Architecture {
    /// Nothing happens yet.
    #[must_use]
    pub fn new(input: FeatureShape) -> Self {
        Self { input, steps: Vec::new() }
    }

    /// The shape after all steps so far.
    #[must_use]
    pub fn output(&self) -> FeatureShape {
        self.steps.last().map_or(self.input, |step| step.output)
    }

    pub(super) fn push(&mut self, layer: Layer, output: FeatureShape) {
        self.steps.push(Step { layer, output });
    }

    /// The layers with weights, input side first.
    #[must_use]
    pub fn weight_layers(&self) -> Vec<WeightLayer> {
        let weights = self.steps.iter().filter_map(|step| match step.layer {
            Layer::Dense(layer) | Layer::Convolution(layer, _) => Some(layer),
            _ => None,
        });
        weights.collect()
    }

    /// The index of the step that each layer with weights is, input side first.
    #[must_use]
    pub fn weight_steps(&self) -> Vec<usize> {
        let weighs = |layer: &Layer| matches!(layer, Layer::Dense(_) | Layer::Convolution(..));
        let steps = self.steps.iter().enumerate();
        steps.filter(|(_, step)| weighs(&step.layer)).map(|(index, _)| index).collect()
    }

    /// The layers with weights in words, input side first: `dense 784 → 128`, `conv 3×3, 16 → 32`.
    #[must_use]
    pub fn weight_layer_names(&self) -> Vec<String> {
        let name = |layer: WeightLayer| match layer.shape {
            WeightShape::Dense { inputs, outputs } => format!("dense {inputs} → {outputs}"),
            WeightShape::Convolution { channels_in, channels_out, kernel } => {
                format!("conv {kernel}×{kernel}, {channels_in} → {channels_out}")
            }
        };
        self.weight_layers().into_iter().map(name).collect()
    }

    /// All parameter tensors, in the order in which a network keeps them.
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

    /// Weights, biases, scales and shifts of one run. In 64 bits, as all counts here: in WebAssembly a `usize` has 32.
    #[must_use]
    pub fn parameter_count(&self) -> u64 {
        let count = |layer: WeightLayer| {
            let others = if layer.normalized { 2 } else { 1 } * layer.shape.outputs() as u64;
            layer.shape.dimensions().into_iter().map(|size| size as u64).product::<u64>() + others
        };
        self.weight_layers().into_iter().map(count).sum()
    }

    /// Numbers that one example makes a run compute, forward.
    #[must_use]
    pub fn value_count(&self) -> u64 {
        self.steps.iter().map(|step| step.output.units() as u64).sum()
    }

    /// Numbers per example of the largest tensor.
    #[must_use]
    pub fn largest_value_count(&self) -> u64 {
        self.steps.iter().map(|step| step.output.units() as u64).max().unwrap_or(0)
    }

    /// Multiplications with weights for one example, forward.
    #[must_use]
    pub fn multiplication_count(&self) -> u64 {
        let count = |step: &Step| match step.layer {
            Layer::Dense(layer) => layer.shape.count() as u64,
            Layer::Convolution(layer, _) => layer.shape.count() as u64 * step.output.positions() as u64,
            _ => 0,
        };
        self.steps.iter().map(count).sum()
    }

    /// The layers whose units count in the emergence measure, with their names: every hidden layer after its
    /// nonlinearity, every pooled layer, and the output.
    #[must_use]
    pub fn measured(&self) -> Vec<MeasuredLayer> {
        let mut layers = Vec::new();
        let (mut hidden, mut pools) = (0, 0);
        for (index, step) in self.steps.iter().enumerate() {
            let name = match step.layer {
                Layer::Activation => {
                    hidden += 1;
                    format!("hidden {hidden}")
                }
                Layer::Pool(..) | Layer::GlobalAveragePool => {
                    pools += 1;
                    format!("pool {pools}")
                }
                _ if index + 1 == self.steps.len() => "output".to_owned(),
                _ => continue,
            };
            layers.push(MeasuredLayer { name, step: index, shape: step.output });
        }
        layers
    }
}

/// A layer whose units count in the emergence measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredLayer {
    /// Its name on charts.
    pub name: String,
    /// The index of the step that computes it.
    pub step: usize,
    /// Its units.
    pub shape: FeatureShape,
}
