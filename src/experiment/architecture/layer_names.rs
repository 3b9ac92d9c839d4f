//! The names of a network's layers, and which of them the emergence measure counts.

use super::{
    Architecture, AttentionKind, FeatureShape, Layer, MatrixRole, SentenceSide, Stack, Step, TransformerPart,
    WeightLayer, WeightShape,
};
use crate::texts::text;

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

impl Architecture {
    /// Descriptions of the layers with weights, in forward order: `dense 784 → 128`, `conv 3×3, 16 → 32`, `encoder 1 query 32 → 32`.
    #[must_use]
    pub fn weight_layer_names(&self) -> Vec<String> {
        self.weight_layers().into_iter().map(weight_layer_name).collect()
    }

    /// The layers whose units the emergence measure counts, with their names. Of image networks every hidden layer after its activation
    /// function, and every pooling layer; of transformers the heads, the hidden layers, and the stream of values after each addition
    /// (with post-normalization, after the normalization that follows); of both the output.
    #[must_use]
    pub fn measured(&self) -> Vec<MeasuredLayer> {
        let mut names = LayerNames { post: self.normalizes_sums(), ..LayerNames::default() };
        let last = self.steps.len().saturating_sub(1);
        let measured = self.steps.iter().enumerate().filter_map(|(index, step)| {
            let name = names.name(&step.layer);
            let name = if index == last { Some(text!("output")) } else { name };
            Some(MeasuredLayer { name: name?, step: index, shape: step.output })
        });
        measured.collect()
    }

    /// Whether layer normalization follows the additions (post-normalization) instead of preceding the sub-layers.
    fn normalizes_sums(&self) -> bool {
        let is_pre = |pair: &[Step]| pair[0].layer == Layer::Branch && pair[1].layer == Layer::LayerNorm;
        self.layer_norm_count() > 0 && !self.steps.windows(2).any(is_pre)
    }
}

/// Counts the layers so far.
#[derive(Default)]
struct LayerNames {
    /// Whether layer normalization follows the additions.
    post: bool,
    /// The sentence that is read or written; `None` in an image network.
    side: Option<SentenceSide>,
    /// Layers of the stack so far.
    layer: usize,
    /// Streams of the layer so far.
    streams: usize,
    hidden: usize,
    pools: usize,
}

impl LayerNames {
    /// The name of a layer that is measured; `None` for any other.
    fn name(&mut self, layer: &Layer) -> Option<String> {
        match (layer, self.side) {
            (Layer::Embedding { side, .. }, _) => {
                (self.side, self.layer) = (Some(*side), 0);
                None
            }
            (Layer::Pool(..) | Layer::GlobalAveragePool, _) => {
                self.pools += 1;
                Some(text!("pool {number}", number = self.pools))
            }
            (Layer::Activation, None) => {
                self.hidden += 1;
                Some(text!("hidden {number}", number = self.hidden))
            }
            (Layer::Activation, Some(SentenceSide::Source)) => {
                Some(text!("encoder {number} hidden", number = self.layer))
            }
            (Layer::Activation, Some(SentenceSide::Target)) => {
                Some(text!("decoder {number} hidden", number = self.layer))
            }
            (Layer::Attention { kind, .. }, _) => Some(self.heads(*kind)),
            (Layer::AddShortcut { .. }, Some(side)) if !self.post => Some(self.stream(side)),
            (Layer::LayerNorm, Some(side)) if self.post => Some(self.stream(side)),
            _ => None,
        }
    }

    fn heads(&mut self, kind: AttentionKind) -> String {
        if kind != AttentionKind::Cross {
            (self.layer, self.streams) = (self.layer + 1, 0);
        }
        let number = self.layer;
        match kind {
            AttentionKind::Encoder => text!("encoder {number} heads", number),
            AttentionKind::Causal => text!("decoder {number} heads", number),
            AttentionKind::Cross => text!("decoder {number} cross heads", number),
        }
    }

    fn stream(&mut self, side: SentenceSide) -> String {
        self.streams += 1;
        let (number, part) = (self.layer, self.streams);
        match side {
            SentenceSide::Source => text!("encoder {number} stream {part}", number, part),
            SentenceSide::Target => text!("decoder {number} stream {part}", number, part),
        }
    }
}

fn weight_layer_name(layer: WeightLayer) -> String {
    let shape = layer.shape;
    match (layer.part, shape) {
        (Some(part), WeightShape::Dense { inputs, outputs }) => {
            text!("{matrix} {inputs} → {outputs}", matrix = matrix_name(part), inputs, outputs)
        }
        (_, WeightShape::Dense { inputs, outputs }) => text!("dense {inputs} → {outputs}", inputs, outputs),
        (_, WeightShape::Convolution { channels_in, channels_out, kernel }) => {
            text!("conv {kernel}×{kernel}, {channels_in} → {channels_out}", kernel, channels_in, channels_out)
        }
    }
}

/// `encoder 1 query`, `decoder 2 cross output`.
fn matrix_name(part: TransformerPart) -> String {
    let number = part.layer + 1;
    match (part.stack, part.matrix) {
        (Stack::Encoder, MatrixRole::Query(_)) => text!("encoder {number} query", number),
        (Stack::Encoder, MatrixRole::Key(_)) => text!("encoder {number} key", number),
        (Stack::Encoder, MatrixRole::Value(_)) => text!("encoder {number} value", number),
        (Stack::Encoder, MatrixRole::Output(_)) => text!("encoder {number} attention output", number),
        (Stack::Encoder, MatrixRole::Expansion) => text!("encoder {number} feed-forward 1", number),
        (Stack::Encoder, MatrixRole::Contraction) => text!("encoder {number} feed-forward 2", number),
        (Stack::Decoder, MatrixRole::Query(AttentionKind::Cross)) => text!("decoder {number} cross query", number),
        (Stack::Decoder, MatrixRole::Key(AttentionKind::Cross)) => text!("decoder {number} cross key", number),
        (Stack::Decoder, MatrixRole::Value(AttentionKind::Cross)) => text!("decoder {number} cross value", number),
        (Stack::Decoder, MatrixRole::Output(AttentionKind::Cross)) => {
            text!("decoder {number} cross-attention output", number)
        }
        (Stack::Decoder, MatrixRole::Query(_)) => text!("decoder {number} query", number),
        (Stack::Decoder, MatrixRole::Key(_)) => text!("decoder {number} key", number),
        (Stack::Decoder, MatrixRole::Value(_)) => text!("decoder {number} value", number),
        (Stack::Decoder, MatrixRole::Output(_)) => text!("decoder {number} attention output", number),
        (Stack::Decoder, MatrixRole::Expansion) => text!("decoder {number} feed-forward 1", number),
        (Stack::Decoder, MatrixRole::Contraction) => text!("decoder {number} feed-forward 2", number),
    }
}
