//! The only forward pass through a network: for training, for evaluation, for measuring, and with derivatives along directions in
//! parameter space ([`super::jet`]).

use super::batch::Inputs;
use super::batch_norm::{BatchStatistics, StatisticsSource, normalize_jet};
use super::convolution::{convolve, pool, shortcut};
use super::dense::{dense, product};
use super::jet::Jet;
use super::network::Network;
use super::values::{Features, KeptRows, StepValues};
use crate::experiment::Activation;
use crate::experiment::architecture::{Layer, Pooling, Route, SentenceSide, Step, Window};
use burn::tensor::Tensor;
use std::ops::Range;

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
    /// The logits `[runs, rows, classes]` of the examples, with running statistics: a row per image, or per position of a translation.
    #[must_use]
    pub fn forward(&self, inputs: &Inputs) -> Tensor<3> {
        Pass::new(self, Mode::Evaluation, Directions::NONE).run(inputs, None).value
    }

    /// The values of every measured layer ([`Architecture::measured`]), `[runs, examples, units]`, with running statistics.
    #[must_use]
    pub fn activations(&self, inputs: &Inputs) -> Vec<Tensor<3>> {
        let steps: Vec<usize> = self.plan.architecture.measured().into_iter().map(|layer| layer.step).collect();
        let mut kept = Vec::with_capacity(steps.len());
        self.observe(inputs, Mode::Evaluation, |step, values| {
            if steps.contains(&step) {
                kept.push(values.units());
            }
        });
        kept
    }

    /// The logits; on the way, `visit` is called for every step and may request its output.
    pub fn observe(&self, inputs: &Inputs, mode: Mode, mut visit: impl FnMut(usize, StepView<'_>)) -> Tensor<3> {
        let mut pass = Pass::new(self, mode, Directions::NONE);
        let mut visit = |step, values: &StepValues| visit(step, StepView { values, inputs });
        pass.run(inputs, Some(&mut visit)).value
    }

    /// The weights of cross-attention of every layer of the decoder, `[runs · examples, heads, positions, positions of the source]`.
    #[must_use]
    pub fn cross_attention(&self, inputs: &Inputs) -> Vec<Tensor<4>> {
        let mut pass = Pass::new(self, Mode::Evaluation, Directions::NONE);
        pass.kept.cross_attention = Some(Vec::new());
        pass.run(inputs, None);
        pass.kept.cross_attention.unwrap_or_default()
    }
}

/// The output of a step.
#[derive(Debug, Clone, Copy)]
pub struct StepView<'pass> {
    values: &'pass StepValues,
    inputs: &'pass Inputs,
}

impl StepView<'_> {
    /// Its values, `[runs, examples, units]`, units in the order channel, row, column.
    #[must_use]
    pub fn units(&self) -> Tensor<3> {
        self.values.clone().into_units().value
    }

    /// Which of these count, `[1, examples, units]`: 1, or 0 at positions that only pad a sentence; `None` if all do.
    #[must_use]
    pub fn counted(&self) -> Option<Tensor<3>> {
        let Inputs::Sentences(sentences) = self.inputs else { return None };
        let present = sentences.side(self.values.side).present.clone();
        let [examples, positions] = present.dims();
        let channels = self.values.shape.channels;
        let repeated = present.reshape([examples, 1, positions]).repeat_dim(1, channels);
        Some(repeated.reshape([1, examples, channels * positions]))
    }
}

/// Sees the index of a step and its output.
type Visit<'visit> = &'visit mut dyn FnMut(usize, &StepValues);

/// A forward pass in progress.
#[derive(Clone)]
pub(super) struct Pass<'network> {
    pub(super) network: &'network Network,
    mode: Mode,
    directions: Directions<'network>,
    /// Parameters used so far.
    parameters: usize,
    /// Running statistics used so far.
    normalized: usize,
    /// Statistics of the batch so far.
    pub(super) statistics: Vec<BatchStatistics>,
    /// The values that the next shortcut adds.
    branch: Option<StepValues>,
    /// Shortcuts so far.
    shortcuts: usize,
    /// What is kept for attention.
    pub(super) kept: KeptRows,
    /// The output of the last step if it is kept instead of passed on.
    pub(super) aside: Option<StepValues>,
}

impl<'network> Pass<'network> {
    pub(super) fn new(network: &'network Network, mode: Mode, directions: Directions<'network>) -> Self {
        Self {
            network,
            mode,
            directions,
            // Embedding tables come first, and are used by their index.
            parameters: network.plan.architecture.embeddings.len(),
            normalized: 0,
            statistics: Vec::new(),
            branch: None,
            shortcuts: 0,
            kept: KeptRows::default(),
            aside: None,
        }
    }

    /// The logits `[runs, rows, classes]` of the examples; in training, [`Self::statistics`] are then those of the batch.
    /// `visit` sees the output of every step. Without it, a dense layer and the ReLU that follows are computed together.
    pub(super) fn run(&mut self, inputs: &Inputs, visit: Option<Visit<'_>>) -> Jet<3> {
        let architecture = &self.network.plan.architecture;
        let values = StepValues::before(inputs, architecture.input);
        self.advance(values, 0..architecture.steps.len(), inputs, visit).into_rows()
    }

    /// The output of some of the steps, which are the next ones; `values` is that of the step before.
    pub(super) fn advance(
        &mut self,
        mut values: StepValues,
        range: Range<usize>,
        inputs: &Inputs,
        mut visit: Option<Visit<'_>>,
    ) -> StepValues {
        let steps = &self.network.plan.architecture.steps[range.clone()];
        let mut steps = range.zip(steps).peekable();
        while let Some((index, step)) = steps.next() {
            let relu = visit.is_none() && self.has_plain_relu(step, steps.peek().map(|(_, step)| *step));
            values = self.apply(values, step, inputs, relu);
            match &mut visit {
                Some(visit) => visit(index, self.aside.as_ref().unwrap_or(&values)),
                None if relu => drop(steps.next()),
                None => {}
            }
            self.aside = None;
        }
        values
    }

    /// Whether a step is a dense layer with a bias that is followed by ReLU, and no derivatives are carried.
    fn has_plain_relu(&self, step: &Step, next: Option<&Step>) -> bool {
        let is_affine = match step.layer {
            Layer::Dense(layer) => !layer.normalized,
            Layer::Projection(_, route) => route == Route::Onward,
            _ => false,
        };
        let is_plain = self.directions.first.is_empty() && self.directions.second.is_empty();
        let is_relu = next.is_some_and(|next| matches!(next.layer, Layer::Activation));
        is_affine && is_plain && is_relu && self.network.plan.activation == Activation::Relu
    }

    /// What a step passes on; of a dense layer, after ReLU if `relu`.
    fn apply(&mut self, values: StepValues, step: &Step, inputs: &Inputs, relu: bool) -> StepValues {
        if let Inputs::Sentences(sentences) = inputs {
            return self.apply_to_sequence(values, step, sentences, relu);
        }
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
            // Layers of sequences.
            Layer::Embedding { .. }
            | Layer::Projection(..)
            | Layer::LayerNorm
            | Layer::Attention { .. }
            | Layer::EncoderEnd
            | Layer::TiedOutput { .. } => values.features,
        };
        StepValues { features, shape: step.output, runs, side: SentenceSide::Source }
    }

    /// Stores the values for the next shortcut.
    pub(super) fn branch_off(&mut self, values: &StepValues) {
        self.branch = Some(values.clone());
    }

    /// The values stored for the next shortcut, as rows, times the shortcut's weight.
    pub(super) fn shortcut_rows(&mut self) -> Option<Jet<3>> {
        let index = self.shortcuts;
        self.shortcuts += 1;
        let rows = self.branch.take()?.into_rows();
        Some(match self.network.shortcuts.get(index) {
            Some(weight) => rows.linear(|rows| rows * weight.clone()),
            None => rows,
        })
    }

    /// The next parameter.
    pub(super) fn take(&mut self) -> Jet<3> {
        let index = self.parameters;
        self.parameters += 1;
        self.parameter(index)
    }

    /// The parameter with this index.
    pub(super) fn parameter(&self, index: usize) -> Jet<3> {
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
            // Sequences have no batch normalization.
            rows @ Features::Rows(_) => (rows, None),
        };
        self.statistics.extend(batch);
        features
    }
}

/// `x W + b`, as a single operation if there are no derivatives to carry, then with ReLU if asked for.
pub(super) fn affine(units: &Jet<3>, weight: &Jet<3>, bias: Jet<3>, relu: bool) -> Jet<3> {
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
