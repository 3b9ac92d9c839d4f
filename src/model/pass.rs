//! The one forward pass through a network: for training, for evaluation and for measuring.

use super::batch_norm::{BatchStatistics, Source, normalize};
use super::convolution::{convolve, global_average_pool, pool, shortcut};
use super::network::Network;
use crate::experiment::Activation;
use crate::experiment::architecture::{FeatureShape, Layer, Step, Window};
use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, relu, sigmoid, tanh};

/// Which statistics batch normalisation uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Those of the batch.
    Training,
    /// The running ones.
    Evaluation,
}

/// The values of a mini-batch between two steps. They have one run, the same for all, until the first weights.
#[derive(Debug, Clone)]
pub(super) struct Values {
    features: Features,
    shape: FeatureShape,
    runs: usize,
}

/// The same numbers in two orders.
#[derive(Debug, Clone)]
enum Features {
    /// `[runs, batch, units]`.
    Units(Tensor<3>),
    /// `[batch, runs · channels, height, width]`.
    Maps(Tensor<4>),
}

/// A forward pass on its way.
pub(super) struct Pass<'network> {
    network: &'network Network,
    mode: Mode,
    /// Parameters used so far.
    parameters: usize,
    /// Running statistics used so far.
    normalized: usize,
    /// Of the batch, so far.
    statistics: Vec<BatchStatistics>,
    /// What the next shortcut adds.
    branch: Option<Values>,
}

impl<'network> Pass<'network> {
    pub(super) fn new(network: &'network Network, mode: Mode) -> Self {
        Self { network, mode, parameters: 0, normalized: 0, statistics: Vec::new(), branch: None }
    }

    /// The logits `[runs, batch, classes]` of `images` `[1, batch, inputs]`, and the statistics of the batch in training;
    /// `visit` sees what every step computes.
    pub(super) fn run(
        mut self,
        images: Tensor<3>,
        mut visit: impl FnMut(usize, &Values),
    ) -> (Tensor<3>, Vec<BatchStatistics>) {
        let architecture = &self.network.plan.architecture;
        let mut values = Values { features: Features::Units(images), shape: architecture.input, runs: 1 };
        for (index, step) in architecture.steps.iter().enumerate() {
            values = self.apply(values, step);
            visit(index, &values);
        }
        (values.into_units(), self.statistics)
    }

    fn apply(&mut self, values: Values, step: &Step) -> Values {
        let runs = match step.layer {
            Layer::Dense(_) | Layer::Convolution(..) => self.network.parameters[0].dims()[0],
            _ => values.runs,
        };
        let features = match step.layer {
            Layer::Dense(layer) => {
                let product = values.into_units().matmul(self.take());
                Features::Units(if layer.normalized { product } else { product + self.take() })
            }
            Layer::Convolution(layer, window) => {
                let maps = self.convolution(values, window);
                Features::Maps(if layer.normalized { maps } else { maps + along_maps(self.take()) })
            }
            Layer::BatchNorm => self.batch_norm(values.features),
            Layer::Activation => values.features.activated(self.network.plan.activation),
            Layer::Pool(pooling, window) => Features::Maps(pool(values.into_maps(), pooling, window)),
            Layer::GlobalAveragePool => Features::Units(values.means_of_maps()),
            Layer::Branch => {
                self.branch = Some(values.clone());
                values.features
            }
            Layer::AddShortcut { stride } => {
                let maps = values.into_maps();
                Features::Maps(match self.branch.take() {
                    Some(kept) => maps + shortcut(kept.into_maps(), runs, stride, step.output.channels),
                    None => maps,
                })
            }
        };
        Values { features, shape: step.output, runs }
    }

    /// The next parameter.
    fn take(&mut self) -> Tensor<3> {
        self.parameters += 1;
        self.network.parameters[self.parameters - 1].clone()
    }

    fn convolution(&mut self, values: Values, window: Window) -> Tensor<4> {
        let weight = self.take();
        let [runs, channels_out, _] = weight.dims();
        let weight = weight.reshape([runs * channels_out, values.shape.channels, window.kernel, window.kernel]);
        convolve(values.into_maps(), weight, window, runs)
    }

    fn batch_norm(&mut self, features: Features) -> Features {
        let (scale, shift) = (self.take(), self.take());
        let source = match self.mode {
            Mode::Training => Source::Batch,
            Mode::Evaluation => Source::Running(&self.network.statistics[self.normalized]),
        };
        self.normalized += 1;
        let (features, batch) = match features {
            Features::Units(units) => {
                let [runs, examples, channels] = units.dims();
                let side_by_side = units.swap_dims(0, 1).reshape([examples, runs * channels]);
                let (normalized, batch) = normalize(side_by_side, scale, shift, &source);
                (Features::Units(normalized.reshape([examples, runs, channels]).swap_dims(0, 1)), batch)
            }
            Features::Maps(maps) => {
                let (normalized, batch) = normalize(maps, scale, shift, &source);
                (Features::Maps(normalized), batch)
            }
        };
        self.statistics.extend(batch);
        features
    }
}

impl Features {
    fn activated(self, activation: Activation) -> Self {
        match self {
            Self::Units(units) => Self::Units(activate(units, activation)),
            Self::Maps(maps) => Self::Maps(activate(maps, activation)),
        }
    }
}

impl Values {
    /// `[runs, batch, units]`, units in the order of PyTorch's `flatten`: channel, row, column.
    pub(super) fn into_units(self) -> Tensor<3> {
        match self.features {
            Features::Units(units) => units,
            Features::Maps(maps) => {
                let batch = maps.dims()[0];
                maps.reshape([batch, self.runs, self.shape.units()]).swap_dims(0, 1)
            }
        }
    }

    /// `[batch, runs · channels, height, width]`.
    fn into_maps(self) -> Tensor<4> {
        match self.features {
            Features::Maps(maps) => maps,
            Features::Units(units) => {
                let batch = units.dims()[1];
                let FeatureShape { channels, height, width } = self.shape;
                units.swap_dims(0, 1).reshape([batch, self.runs * channels, height, width])
            }
        }
    }

    /// `[runs, batch, channels]`.
    fn means_of_maps(self) -> Tensor<3> {
        let (runs, channels) = (self.runs, self.shape.channels);
        let means = global_average_pool(self.into_maps());
        let batch = means.dims()[0];
        means.reshape([batch, runs, channels]).swap_dims(0, 1)
    }
}

/// `[runs, 1, channels]` as `[1, runs · channels, 1, 1]`.
fn along_maps(parameter: Tensor<3>) -> Tensor<4> {
    let [runs, _, channels] = parameter.dims();
    parameter.reshape([1, runs * channels, 1, 1])
}

fn activate<const D: usize>(values: Tensor<D>, activation: Activation) -> Tensor<D> {
    match activation {
        Activation::Relu => relu(values),
        Activation::Tanh => tanh(values),
        Activation::Gelu => gelu(values),
        Activation::Sigmoid => sigmoid(values),
    }
}
