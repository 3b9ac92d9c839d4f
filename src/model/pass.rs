//! The only forward pass through a network: for training, for evaluation, for measuring, and with derivatives along directions in
//! parameter space ([`super::jet`]).

use super::activation::curve;
use super::batch_norm::{BatchStatistics, StatisticsSource, normalize_jet};
use super::convolution::{convolve, global_average_pool, pool, shortcut};
use super::dense::{dense, product};
use super::jet::Jet;
use super::network::Network;
use crate::experiment::Activation;
use crate::experiment::architecture::{FeatureShape, Layer, Pooling, Step, Window};
use burn::tensor::Tensor;

/// Which statistics batch normalization uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Those of the batch.
    Training,
    /// The running ones.
    Evaluation,
}

/// Directions in parameter space, each with a tensor per parameter, or empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Directions<'tensors> {
    /// Along `s`.
    pub(super) first: &'tensors [Tensor<3>],
    /// Along `t`.
    pub(super) second: &'tensors [Tensor<3>],
}

impl Directions<'_> {
    pub(super) const NONE: Self = Self { first: &[], second: &[] };
}

impl Network {
    /// The logits `[runs, batch, classes]` of `images` `[1, batch, inputs]`, with running statistics.
    #[must_use]
    pub fn forward(&self, images: Tensor<3>) -> Tensor<3> {
        Pass::new(self, Mode::Evaluation, Directions::NONE).run(images, None).0.value
    }

    /// The values of every measured layer ([`Architecture::measured`]), `[runs, batch, units]`, with running statistics.
    #[must_use]
    pub fn activations(&self, images: Tensor<3>) -> Vec<Tensor<3>> {
        let steps: Vec<usize> = self.plan.architecture.measured().into_iter().map(|layer| layer.step).collect();
        let mut kept = Vec::with_capacity(steps.len());
        self.observe(images, Mode::Evaluation, |step, values| {
            if steps.contains(&step) {
                kept.push(values());
            }
        });
        kept
    }

    /// The logits; on the way, `visit` is called for every step and may request the output of the step,
    /// `[runs, batch, units]`.
    pub fn observe(
        &self,
        images: Tensor<3>,
        mode: Mode,
        mut visit: impl FnMut(usize, &dyn Fn() -> Tensor<3>),
    ) -> Tensor<3> {
        let pass = Pass::new(self, mode, Directions::NONE);
        let mut visit = |step, values: &StepValues| visit(step, &|| values.clone().into_units().value);
        pass.run(images, Some(&mut visit)).0.value
    }
}

/// The values of a mini-batch between two steps. Before the first weights they have one run, shared by all.
#[derive(Debug, Clone)]
pub(super) struct StepValues {
    features: Features,
    shape: FeatureShape,
    runs: usize,
}

/// The same numbers in two layouts.
#[derive(Debug, Clone)]
enum Features {
    /// `[runs, batch, units]`.
    Units(Jet<3>),
    /// `[batch, runs · channels, height, width]`.
    Maps(Jet<4>),
}

/// Sees the index of a step and its output.
type Visit<'visit> = &'visit mut dyn FnMut(usize, &StepValues);

/// A forward pass in progress.
pub(super) struct Pass<'network> {
    network: &'network Network,
    mode: Mode,
    directions: Directions<'network>,
    /// Parameters used so far.
    parameters: usize,
    /// Running statistics used so far.
    normalized: usize,
    /// Statistics of the batch so far.
    statistics: Vec<BatchStatistics>,
    /// The values that the next shortcut adds.
    branch: Option<StepValues>,
}

impl<'network> Pass<'network> {
    pub(super) fn new(network: &'network Network, mode: Mode, directions: Directions<'network>) -> Self {
        Self { network, mode, directions, parameters: 0, normalized: 0, statistics: Vec::new(), branch: None }
    }

    /// The logits `[runs, batch, classes]` of `images` `[1, batch, inputs]`, and the statistics of the batch in training;
    /// `visit` sees the output of every step. Without it, a dense layer and the ReLU that follows are computed together.
    pub(super) fn run(mut self, images: Tensor<3>, mut visit: Option<Visit<'_>>) -> (Jet<3>, Vec<BatchStatistics>) {
        let architecture = &self.network.plan.architecture;
        let mut values =
            StepValues { features: Features::Units(Jet::constant(images)), shape: architecture.input, runs: 1 };
        let mut steps = architecture.steps.iter().enumerate().peekable();
        while let Some((index, step)) = steps.next() {
            let relu = visit.is_none() && self.has_plain_relu(step, steps.peek().map(|(_, step)| *step));
            values = self.apply(values, step, relu);
            match &mut visit {
                Some(visit) => visit(index, &values),
                None if relu => drop(steps.next()),
                None => {}
            }
        }
        (values.into_units(), self.statistics)
    }

    /// Whether a step is a dense layer with a bias that is followed by ReLU, and no derivatives are carried.
    fn has_plain_relu(&self, step: &Step, next: Option<&Step>) -> bool {
        let is_affine = matches!(step.layer, Layer::Dense(layer) if !layer.normalized);
        let is_plain = self.directions.first.is_empty() && self.directions.second.is_empty();
        let is_relu = next.is_some_and(|next| matches!(next.layer, Layer::Activation));
        is_affine && is_plain && is_relu && self.network.plan.activation == Activation::Relu
    }

    /// The output of a step; of a dense layer, after ReLU if `relu`.
    fn apply(&mut self, values: StepValues, step: &Step, relu: bool) -> StepValues {
        let runs = match step.layer {
            Layer::Dense(_) | Layer::Convolution(..) => self.network.parameters[0].dims()[0],
            _ => values.runs,
        };
        let features = match step.layer {
            Layer::Dense(layer) => {
                let (units, weight) = (values.into_units(), self.take());
                Features::Units(if layer.normalized {
                    units.product(&weight, product)
                } else {
                    affine(&units, &weight, self.take(), relu)
                })
            }
            Layer::Convolution(layer, window) => {
                let maps = self.convolution(values, window);
                Features::Maps(if layer.normalized { maps } else { maps.plus(self.take().linear(along_maps)) })
            }
            Layer::BatchNorm => self.batch_norm(values.features),
            Layer::Activation => values.features.activated(self.network.plan.activation),
            Layer::Pool(pooling, window) => Features::Maps(pooled(values.into_maps(), pooling, window)),
            Layer::GlobalAveragePool => Features::Units(values.means_of_maps()),
            Layer::Branch => {
                self.branch = Some(values.clone());
                values.features
            }
            Layer::AddShortcut { stride } => {
                let maps = values.into_maps();
                Features::Maps(match self.branch.take() {
                    Some(kept) => {
                        let channels = step.output.channels;
                        maps.plus(kept.into_maps().linear(|maps| shortcut(maps, runs, stride, channels)))
                    }
                    None => maps,
                })
            }
        };
        StepValues { features, shape: step.output, runs }
    }

    /// The next parameter.
    fn take(&mut self) -> Jet<3> {
        let index = self.parameters;
        self.parameters += 1;
        Jet {
            value: self.network.parameters[index].clone(),
            first: self.directions.first.get(index).cloned(),
            second: self.directions.second.get(index).cloned(),
            mixed: None,
        }
    }

    fn convolution(&mut self, values: StepValues, window: Window) -> Jet<4> {
        let weight = self.take();
        let [runs, channels_out, _] = weight.value.dims();
        let shape = [runs * channels_out, values.shape.channels, window.kernel, window.kernel];
        let weight = weight.linear(|weight| weight.reshape(shape));
        values.into_maps().product(&weight, |maps, weight| convolve(maps, weight, window, runs))
    }

    fn batch_norm(&mut self, features: Features) -> Features {
        let (scale, shift) = (self.take(), self.take());
        let source = match self.mode {
            Mode::Training => StatisticsSource::Batch,
            Mode::Evaluation => StatisticsSource::Running(&self.network.statistics[self.normalized]),
        };
        self.normalized += 1;
        let (features, batch) = match features {
            Features::Units(units) => {
                let [runs, examples, channels] = units.value.dims();
                let side_by_side = units.linear(|units| units.swap_dims(0, 1).reshape([examples, runs * channels]));
                let (normalized, batch) = normalize_jet(side_by_side, scale, shift, &source);
                let stacked = |units: Tensor<2>| units.reshape([examples, runs, channels]).swap_dims(0, 1);
                (Features::Units(normalized.linear(stacked)), batch)
            }
            Features::Maps(maps) => {
                let (normalized, batch) = normalize_jet(maps, scale, shift, &source);
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
            Self::Units(units) => Self::Units(units.map(&curve(activation))),
            Self::Maps(maps) => Self::Maps(maps.map(&curve(activation))),
        }
    }
}

impl StepValues {
    /// `[runs, batch, units]`, units in the order of PyTorch's `flatten`: channel, row, column.
    pub(super) fn into_units(self) -> Jet<3> {
        match self.features {
            Features::Units(units) => units,
            Features::Maps(maps) => {
                let batch = maps.value.dims()[0];
                maps.linear(|maps| maps.reshape([batch, self.runs, self.shape.units()]).swap_dims(0, 1))
            }
        }
    }

    /// `[batch, runs · channels, height, width]`.
    fn into_maps(self) -> Jet<4> {
        match self.features {
            Features::Maps(maps) => maps,
            Features::Units(units) => {
                let batch = units.value.dims()[1];
                let FeatureShape { channels, height, width } = self.shape;
                let shape = [batch, self.runs * channels, height, width];
                units.linear(|units| units.swap_dims(0, 1).reshape(shape))
            }
        }
    }

    /// `[runs, batch, channels]`.
    fn means_of_maps(self) -> Jet<3> {
        let (runs, channels) = (self.runs, self.shape.channels);
        let maps = self.into_maps();
        let batch = maps.value.dims()[0];
        maps.linear(|maps| global_average_pool(maps).reshape([batch, runs, channels]).swap_dims(0, 1))
    }
}

/// `x W + b`, as a single operation if there are no derivatives to carry, then with ReLU if asked for.
fn affine(units: &Jet<3>, weight: &Jet<3>, bias: Jet<3>, relu: bool) -> Jet<3> {
    if units.is_plain() && weight.is_plain() && bias.is_plain() {
        let (units, weight) = (units.value.clone(), weight.value.clone());
        return Jet::constant(dense(units, weight, bias.value, relu));
    }
    units.product(weight, product).plus(bias)
}

/// `[runs, 1, channels]` as `[1, runs · channels, 1, 1]`.
fn along_maps(parameter: Tensor<3>) -> Tensor<4> {
    let [runs, _, channels] = parameter.dims();
    parameter.reshape([1, runs * channels, 1, 1])
}

/// Pools feature maps. The derivatives of the maximum of a window are those at the position of the maximum.
fn pooled(maps: Jet<4>, pooling: Pooling, window: Window) -> Jet<4> {
    if pooling == Pooling::Average || maps.is_plain() {
        return maps.linear(|maps| pool(maps, pooling, window));
    }
    let chosen = chosen_places(&maps.value, window);
    let places = (window.kernel * window.kernel) as f64;
    // One position of each window is left, so its sum, the mean times the number of positions, is the value there.
    let pick = |derivative| pool(chosen.clone() * derivative, Pooling::Average, window).mul_scalar(places);
    Jet {
        value: pool(maps.value, pooling, window),
        first: maps.first.map(pick),
        second: maps.second.map(pick),
        mixed: maps.mixed.map(pick),
    }
}

/// 1 at the maximum of a window, 0 elsewhere: the gradient of the sum of the maxima.
fn chosen_places(maps: &Tensor<4>, window: Window) -> Tensor<4> {
    let maps = maps.clone().inner().autodiff().require_grad();
    let gradients = pool(maps.clone(), Pooling::Max, window).sum().backward();
    maps.grad(&gradients).unwrap_or_else(|| maps.clone().inner().zeros_like())
}
