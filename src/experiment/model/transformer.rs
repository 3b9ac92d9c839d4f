//! Transformers for translation (Vaswani et al. 2017, "Attention Is All You Need", arXiv 1706.03762): `transformer:W[hH][fF][xN or xE+D][u]`.
//!
//! | part | meaning | default |
//! |---|---|---|
//! | `W` | width: features of every position | |
//! | `hH` | heads of every attention | 4 |
//! | `fF` | units of the hidden layer of the feed-forward networks | 2 W |
//! | `xE+D` | layers of the encoder and of the decoder; `xN` for as many of both | x2 |
//! | `u` | an output matrix of its own, instead of the target's embedding table | |
//!
//! ```text
//! x = √W · embedding(source) + positions            y = √W · embedding(target before) + positions
//! pre   x ← x + f(LN(x))      post   x ← LN(ρ x + f(x))      none   x ← x + f(x)
//! f of the encoder: self-attention, feed-forward; of the decoder: causal self-attention, attention to the encoder's end, feed-forward
//! ```
//!
//! With `pre`, both stacks end with one more normalization. `ρ` is 1 but for the schemes that choose it. There is no dropout.

use super::NormLayer;
use super::whole_number::whole;
use crate::error::{Bounds, Expected, NetworkForm};
use crate::experiment::architecture::{
    Architecture, AttentionKind, FeatureShape, Layer, LayerPlace, LayerRank, MatrixRole, Route, SentenceSide, Stack,
    TransformerPart, WeightLayer, WeightShape,
};
use crate::experiment::dataset::SequenceFacts;
use crate::experiment::limits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The sizes of a transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransformerSpec {
    /// Features of every position; even, and a multiple of the number of heads.
    pub width: usize,
    /// Heads of every attention.
    pub heads: usize,
    /// Units of the hidden layer of the feed-forward networks.
    pub feed_forward: usize,
    /// Layers of the encoder.
    pub encoder_layers: usize,
    /// Layers of the decoder.
    pub decoder_layers: usize,
    /// Whether the target's embedding table is also the output matrix.
    pub tied: bool,
}

/// Heads, unless stated.
const HEADS: usize = 4;
/// Layers of each stack, unless stated.
const LAYERS: usize = 2;
/// Hidden units per feature in the feed-forward networks, unless stated.
const EXPANSION: usize = 2;

impl TransformerSpec {
    /// The transformer of this width with the default sizes of everything else.
    #[must_use]
    pub const fn of_width(width: usize) -> Self {
        Self {
            width,
            heads: HEADS,
            feed_forward: EXPANSION * width,
            encoder_layers: LAYERS,
            decoder_layers: LAYERS,
            tied: true,
        }
    }

    /// Number of matrices, without embedding tables.
    pub(super) fn weight_layer_count(&self) -> usize {
        6 * self.encoder_layers + 10 * self.decoder_layers + usize::from(!self.tied)
    }

    /// Number of different ranks of its matrices, [`LayerRank::depth`], [`LayerRank::sublayer`] and [`LayerRank::layer`].
    #[must_use]
    pub fn rank_counts(&self) -> LayerRank {
        let Self { encoder_layers: encoder, decoder_layers: decoder, .. } = *self;
        let output = usize::from(!self.tied);
        // The first self-attention of the decoder works beside the encoder.
        LayerRank {
            depth: 4 * encoder + 6 * decoder - 2 + output,
            sublayer: 2 * encoder + 3 * decoder + output,
            layer: encoder + decoder + output,
        }
    }
}

/// Reads what follows `transformer:`; `None` if it is not in the notation.
pub(super) fn parse(text: &str) -> Option<TransformerSpec> {
    let (text, tied) = text.strip_suffix('u').map_or((text, true), |rest| (rest, false));
    let (text, layers) = text.split_once('x').map_or((text, None), |(rest, layers)| (rest, Some(layers)));
    let (text, feed_forward) = text.split_once('f').map_or((text, None), |(rest, units)| (rest, Some(units)));
    let (width, heads) = text.split_once('h').map_or((text, None), |(rest, heads)| (rest, Some(heads)));
    let width = whole(width, limits::TRANSFORMER_WIDTH)?;
    let layer_count = |text: &str| whole(text, limits::TRANSFORMER_LAYERS);
    let [encoder_layers, decoder_layers] = match layers.map(|layers| layers.split_once('+').ok_or(layers)) {
        None => [LAYERS; 2],
        Some(Ok((encoder, decoder))) => [layer_count(encoder)?, layer_count(decoder)?],
        Some(Err(both)) => [layer_count(both)?; 2],
    };
    let heads = heads.map_or(Some(HEADS), |heads| whole(heads, width))?;
    let feed_forward = feed_forward.map_or(Some(EXPANSION * width), |units| whole(units, limits::WIDTH))?;
    let fits = width.is_multiple_of(2) && width.is_multiple_of(heads);
    fits.then_some(TransformerSpec { width, heads, feed_forward, encoder_layers, decoder_layers, tied })
}

/// What an error about the notation states as expected.
pub(super) fn expected() -> Expected {
    Expected::Network {
        form: NetworkForm::Transformer,
        entries: Bounds::whole(1, limits::TRANSFORMER_LAYERS as u64),
        size: Bounds::whole(2, limits::TRANSFORMER_WIDTH as u64),
    }
}

impl fmt::Display for TransformerSpec {
    /// The shortest text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { width, heads, feed_forward, encoder_layers, decoder_layers, tied } = *self;
        write!(f, "{width}")?;
        if heads != HEADS {
            write!(f, "h{heads}")?;
        }
        if feed_forward != EXPANSION * width {
            write!(f, "f{feed_forward}")?;
        }
        match (encoder_layers, decoder_layers) {
            (LAYERS, LAYERS) => {}
            (encoder, decoder) if encoder == decoder => write!(f, "x{encoder}")?,
            (encoder, decoder) => write!(f, "x{encoder}+{decoder}")?,
        }
        f.write_str(if tied { "" } else { "u" })
    }
}

/// Index of the embedding table of the source.
const SOURCE_TABLE: usize = 0;

/// The layers, for sentences of these sizes; `joint` if both languages have one vocabulary, and so one table.
pub(super) fn architecture(
    spec: &TransformerSpec,
    [source, target]: [SequenceFacts; 2],
    joint: bool,
    norm: NormLayer,
) -> Architecture {
    let input = FeatureShape { channels: 1, height: 1, width: source.positions };
    let mut embeddings = [source, target].map(|side| [side.symbols, spec.width]).to_vec();
    if joint {
        embeddings.pop();
    }
    let target_table = embeddings.len() - 1;
    let mut builder = TransformerBuilder {
        architecture: Architecture { embeddings, ..Architecture::new(input) },
        spec: *spec,
        norm,
        target_table,
        positions: source.positions,
        depth: 0,
        memory_depth: 0,
        sublayer: 0,
        layer: 0,
    };
    builder.stack(SentenceSide::Source, SOURCE_TABLE, source.positions);
    for layer in 0..spec.encoder_layers {
        builder.attention(Stack::Encoder, layer, AttentionKind::Encoder);
        builder.feed_forward(Stack::Encoder, layer);
    }
    builder.end_of_stack();
    builder.same(Layer::EncoderEnd);
    builder.memory_depth = builder.depth;
    builder.stack(SentenceSide::Target, target_table, target.positions);
    for layer in 0..spec.decoder_layers {
        builder.attention(Stack::Decoder, layer, AttentionKind::Causal);
        builder.attention(Stack::Decoder, layer, AttentionKind::Cross);
        builder.feed_forward(Stack::Decoder, layer);
    }
    builder.end_of_stack();
    builder.output(target.symbols);
    builder.architecture
}

struct TransformerBuilder {
    architecture: Architecture,
    spec: TransformerSpec,
    norm: NormLayer,
    /// Index of the embedding table of the target: that of the source if both languages have one vocabulary.
    target_table: usize,
    /// Positions of the sentence of the stack.
    positions: usize,
    /// Layers with weights on the longest path from an input to the values so far.
    depth: usize,
    /// The same for the end of the encoder.
    memory_depth: usize,
    /// Sub-layers so far.
    sublayer: usize,
    /// Layers of both stacks so far.
    layer: usize,
}

impl TransformerBuilder {
    /// Begins a stack with the embedded symbols of a sentence.
    fn stack(&mut self, side: SentenceSide, table: usize, positions: usize) {
        (self.positions, self.depth) = (positions, 0);
        self.push(Layer::Embedding { side, table }, self.spec.width, positions);
    }

    /// A sub-layer of attention.
    fn attention(&mut self, stack: Stack, layer: usize, kind: AttentionKind) {
        self.begin_branch();
        let begin = self.depth;
        let cross = kind == AttentionKind::Cross;
        let part = |matrix| TransformerPart { stack, layer, matrix };
        self.project(part(MatrixRole::Query(kind)), Route::Query, begin);
        // Keys and values of cross-attention follow the end of the encoder.
        let (keys_begin, positions) =
            if cross { (self.memory_depth, self.architecture.input.width) } else { (begin, self.positions) };
        let [key, value] = if cross { [Route::EncoderKey, Route::EncoderValue] } else { [Route::Key, Route::Value] };
        let own = std::mem::replace(&mut self.positions, positions);
        self.project(part(MatrixRole::Key(kind)), key, keys_begin);
        self.project(part(MatrixRole::Value(kind)), value, keys_begin);
        self.positions = own;
        self.push(Layer::Attention { heads: self.spec.heads, kind }, self.spec.width, self.positions);
        let mixed = begin.max(keys_begin) + 1;
        self.project(part(MatrixRole::Output(kind)), Route::Onward, mixed);
        self.end_branch(mixed + 1);
    }

    /// A sub-layer with two dense layers.
    fn feed_forward(&mut self, stack: Stack, layer: usize) {
        self.begin_branch();
        let begin = self.depth;
        let part = |matrix| TransformerPart { stack, layer, matrix };
        self.project(part(MatrixRole::Expansion), Route::Onward, begin);
        self.same(Layer::Activation);
        self.project(part(MatrixRole::Contraction), Route::Onward, begin + 1);
        self.end_branch(begin + 2);
        self.layer += 1;
    }

    fn begin_branch(&mut self) {
        self.same(Layer::Branch);
        if self.norm == NormLayer::Pre {
            self.same(Layer::LayerNorm);
        }
    }

    /// Ends a sub-layer whose results follow this many layers with weights.
    fn end_branch(&mut self, depth: usize) {
        self.same(Layer::AddShortcut { stride: 1 });
        if self.norm == NormLayer::Post {
            self.same(Layer::LayerNorm);
        }
        self.depth = self.depth.max(depth);
        self.sublayer += 1;
    }

    fn end_of_stack(&mut self) {
        if self.norm == NormLayer::Pre {
            self.same(Layer::LayerNorm);
        }
    }

    fn output(&mut self, symbols: usize) {
        if self.spec.tied {
            self.push(Layer::TiedOutput { table: self.target_table }, symbols, self.positions);
        } else {
            let layer = WeightLayer {
                shape: WeightShape::Dense { inputs: self.spec.width, outputs: symbols },
                normalized: false,
                place: LayerPlace::Output,
                rank: LayerRank { depth: self.depth, sublayer: self.sublayer, layer: self.layer },
                part: None,
            };
            self.push(Layer::Projection(layer, Route::Onward), symbols, self.positions);
        }
    }

    /// A matrix after `depth` layers with weights.
    fn project(&mut self, part: TransformerPart, route: Route, depth: usize) {
        let TransformerSpec { width, feed_forward, .. } = self.spec;
        let (inputs, outputs) = match part.matrix {
            MatrixRole::Expansion => (width, feed_forward),
            MatrixRole::Contraction => (feed_forward, width),
            _ => (width, width),
        };
        let is_end = matches!(part.matrix, MatrixRole::Output(_) | MatrixRole::Contraction);
        let layer = WeightLayer {
            shape: WeightShape::Dense { inputs, outputs },
            normalized: false,
            place: if is_end { LayerPlace::BranchEnd } else { LayerPlace::Branch },
            rank: LayerRank { depth, sublayer: self.sublayer, layer: self.layer },
            part: Some(part),
        };
        self.push(Layer::Projection(layer, route), outputs, self.positions);
    }

    /// Appends a layer that preserves the shape.
    fn same(&mut self, layer: Layer) {
        let output = self.architecture.output();
        self.architecture.push(layer, output);
    }

    fn push(&mut self, layer: Layer, features: usize, positions: usize) {
        self.architecture.push(layer, FeatureShape { channels: features, height: 1, width: positions });
    }
}
