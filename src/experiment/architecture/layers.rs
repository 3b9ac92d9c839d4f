//! The operations of a network, one [`Step`] each, and the parameters that they need.

use super::shapes::{FeatureShape, Pooling, WeightShape, Window};

/// A layer with weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightLayer {
    /// Its weight tensor.
    pub shape: WeightShape,
    /// Whether batch normalization follows. Then there is no bias, because the normalization would cancel it.
    pub normalized: bool,
    /// Its position in the network.
    pub place: LayerPlace,
    /// Its rank among the layers, by which it is rescaled.
    pub rank: LayerRank,
    /// What it is in a transformer.
    pub part: Option<TransformerPart>,
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

/// The rank of a layer with weights, from 0, in three ways of counting. In a chain of layers all three are the index of the layer. In a
/// transformer, layers that work side by side have the same rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerRank {
    /// Number of layers with weights before it on the longest path from an input.
    pub depth: usize,
    /// Number of sub-layers (attention or feed-forward) before its own, those of the encoder first.
    pub sublayer: usize,
    /// Number of encoder and decoder layers before its own.
    pub layer: usize,
}

impl LayerRank {
    /// The rank in a chain of layers.
    #[must_use]
    pub const fn in_chain(index: usize) -> Self {
        Self { depth: index, sublayer: index, layer: index }
    }
}

/// A matrix of a transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransformerPart {
    /// The stack that contains it.
    pub stack: Stack,
    /// The layer of this stack, from 0.
    pub layer: usize,
    /// Which matrix of the layer.
    pub matrix: MatrixRole,
}

/// One of the two stacks of layers of a transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// It reads the source sentence.
    Encoder,
    /// It writes the target sentence.
    Decoder,
}

/// The matrices of a layer of a transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixRole {
    /// From the values of a position to its query.
    Query(AttentionKind),
    /// From the values of a position to its key.
    Key(AttentionKind),
    /// From the values of a position to what others get from it.
    Value(AttentionKind),
    /// From the heads, side by side, to the output of attention.
    Output(AttentionKind),
    /// The first layer of the feed-forward network.
    Expansion,
    /// Its second layer.
    Contraction,
}

/// Which positions attention connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttentionKind {
    /// Every position of the source with every other.
    Encoder,
    /// Every position of the target with itself and the ones before.
    Causal,
    /// Every position of the target with every position of the source.
    Cross,
}

impl WeightLayer {
    /// Length of its bias; 0 if it has none.
    #[must_use]
    pub fn bias_count(self) -> usize {
        if self.normalized { 0 } else { self.shape.outputs() }
    }
}

/// One of the two sentences of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentenceSide {
    /// The sentence to be translated.
    Source,
    /// Its translation.
    Target,
}

/// Where the results of a dense layer on the features of every position go, and where its inputs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// They replace its inputs.
    Onward,
    /// They are kept as the queries of the next attention; the inputs go on.
    Query,
    /// They are kept as its keys; the inputs go on.
    Key,
    /// They are kept as its values; the inputs go on.
    Value,
    /// They are kept as its keys, and computed from the end of the encoder.
    EncoderKey,
    /// They are kept as its values, and computed from the end of the encoder.
    EncoderValue,
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
    /// The symbols of a sentence as vectors: a row of an embedding table times the square root of its length, plus the position as
    /// sines and cosines (Vaswani et al. 2017). The values before are left.
    Embedding {
        /// Which sentence of the pair.
        side: SentenceSide,
        /// Index of the table.
        table: usize,
    },
    /// A dense layer on the features of every position.
    Projection(WeightLayer, Route),
    /// Layer normalization of the features of every position.
    LayerNorm,
    /// Attention with the queries, keys and values kept last; the heads side by side.
    Attention {
        /// Number of heads.
        heads: usize,
        /// Which positions it connects.
        kind: AttentionKind,
    },
    /// Stores the values as the end of the encoder.
    EncoderEnd,
    /// The scalar products with the rows of an embedding table, as logits: the table is also the output layer.
    TiedOutput {
        /// Index of the table.
        table: usize,
    },
}

/// A layer with the shape of its output. The output of a layer whose results are kept is those results.
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
    /// Embedding table with this index.
    Embedding(usize),
    /// Weight of the layer with this index among those with weights.
    Weight(usize),
    /// Bias of that layer.
    Bias(usize),
    /// Scale (gamma) of the batch normalization after that layer.
    Scale(usize),
    /// Shift (beta) of the batch normalization after that layer.
    Shift(usize),
    /// Scale of the layer normalization with this index.
    LayerNormScale(usize),
    /// Shift of the layer normalization with this index.
    LayerNormShift(usize),
}

/// A parameter tensor of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterFacts {
    /// Its role.
    pub role: ParameterRole,
    /// Rows and columns: those of [`WeightShape::matrix`] for a weight, `[symbols, features]` for an embedding table, and one row for
    /// everything else.
    pub shape: [usize; 2],
}
