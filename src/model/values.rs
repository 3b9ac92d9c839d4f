//! The values of a mini-batch between two steps of the forward pass, in the layouts that the steps need.

use super::activation::curve;
use super::batch::Inputs;
use super::convolution::global_average_pool;
use super::jet::Jet;
use crate::experiment::Activation;
use crate::experiment::architecture::{FeatureShape, SentenceSide};
use burn::tensor::Tensor;

/// The values of a mini-batch between two steps. Before the first weights they have one run, shared by all.
#[derive(Debug, Clone)]
pub(super) struct StepValues {
    pub(super) features: Features,
    pub(super) shape: FeatureShape,
    pub(super) runs: usize,
    /// The sentence to whose positions they belong; the source for images.
    pub(super) side: SentenceSide,
}

/// The same numbers in three layouts.
#[derive(Debug, Clone)]
pub(super) enum Features {
    /// `[runs, batch, units]`.
    Units(Jet<3>),
    /// `[batch, runs · channels, height, width]`.
    Maps(Jet<4>),
    /// Of sequences: `[runs, batch · positions, channels]`.
    Rows(Jet<3>),
}

impl Features {
    pub(super) fn activated(self, activation: Activation) -> Self {
        match self {
            Self::Rows(rows) => Self::Rows(rows.map(&curve(activation))),
            Self::Units(units) => Self::Units(units.map(&curve(activation))),
            Self::Maps(maps) => Self::Maps(maps.map(&curve(activation))),
        }
    }
}

impl StepValues {
    /// The values before the first step: an image's, or none for sentences, whose symbols are embedded first.
    pub(super) fn before(inputs: &Inputs, shape: FeatureShape) -> Self {
        let features = match inputs {
            Inputs::Images(images) => Features::Units(Jet::constant(images.clone())),
            Inputs::Sentences(sentences) => {
                let [examples, positions] = sentences.source.present.dims();
                let present = sentences.source.present.clone().reshape([1, examples * positions, 1]);
                Features::Rows(Jet::constant(present))
            }
        };
        Self { features, shape, runs: 1, side: SentenceSide::Source }
    }

    /// Of rows for `positions` of every sentence, those of one position.
    pub(super) fn at_position(self, position: usize, positions: usize) -> Self {
        let (shape, runs, side) = (self.shape, self.runs, self.side);
        let rows = self.into_rows().linear(|rows| {
            let [runs, all, features] = rows.dims();
            let sentences = rows.reshape([runs * all / positions, positions, features]);
            sentences.narrow(1, position, 1).reshape([runs, all / positions, features])
        });
        Self { features: Features::Rows(rows), shape, runs, side }
    }

    /// `[runs, batch, units]`, units in the order of PyTorch's `flatten`: channel, row, column.
    pub(super) fn into_units(self) -> Jet<3> {
        match self.features {
            Features::Units(units) => units,
            Features::Maps(maps) => {
                let batch = maps.value.dims()[0];
                maps.linear(|maps| maps.reshape([batch, self.runs, self.shape.units()]).swap_dims(0, 1))
            }
            Features::Rows(rows) => rows.linear(|rows| {
                let [runs, count, channels] = rows.dims();
                let positions = self.shape.positions();
                let examples = count / positions;
                let split = rows.reshape([runs * examples, positions, channels]).swap_dims(1, 2);
                split.reshape([runs, examples, channels * positions])
            }),
        }
    }

    /// `[runs, batch · positions, channels]`; units of other layouts have a single position.
    pub(super) fn into_rows(self) -> Jet<3> {
        match self.features {
            Features::Rows(rows) => rows,
            _ => self.into_units(),
        }
    }

    /// `[batch, runs · channels, height, width]`.
    pub(super) fn into_maps(self) -> Jet<4> {
        match self.features {
            Features::Maps(maps) => maps,
            Features::Units(units) | Features::Rows(units) => {
                let batch = units.value.dims()[1];
                let FeatureShape { channels, height, width } = self.shape;
                let shape = [batch, self.runs * channels, height, width];
                units.linear(|units| units.swap_dims(0, 1).reshape(shape))
            }
        }
    }

    /// `[runs, batch, channels]`.
    pub(super) fn means_of_maps(self) -> Jet<3> {
        let (runs, channels) = (self.runs, self.shape.channels);
        let maps = self.into_maps();
        let batch = maps.value.dims()[0];
        maps.linear(|maps| global_average_pool(maps).reshape([batch, runs, channels]).swap_dims(0, 1))
    }
}

/// What is kept on the way: the inputs of the next attention, and the end of the encoder.
#[derive(Debug, Clone, Default)]
pub(super) struct KeptRows {
    pub(super) query: Option<Jet<3>>,
    pub(super) key: Option<Jet<3>>,
    pub(super) value: Option<Jet<3>>,
    pub(super) encoder_end: Option<Jet<3>>,
    /// The weights of cross-attention, `[runs · examples, heads, queries, keys]` per layer, if they are wanted.
    pub(super) cross_attention: Option<Vec<Tensor<4>>>,
}
