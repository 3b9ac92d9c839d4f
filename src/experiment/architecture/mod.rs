//! The list of a network's layers with their shapes, which follows from a [`ModelSpec`](super::ModelSpec) and the examples.
//! Initialization, training, the emergence measure, limits and estimates all use this one list.
//!
//! A network is a chain of [`Step`]s with a few places where values are kept for later: [`Layer::Branch`] stores the current values and
//! [`Layer::AddShortcut`] adds them; queries, keys and values wait for [`Layer::Attention`], and the end of the encoder for the decoder.

mod layer_names;
mod layers;
mod shapes;

pub use layer_names::MeasuredLayer;
pub use layers::{
    AttentionKind, Layer, LayerPlace, LayerRank, MatrixRole, ParameterFacts, ParameterRole, Route, SentenceSide, Stack,
    Step, TransformerPart, WeightLayer,
};
pub use shapes::{FeatureShape, Pooling, WeightShape, Window};

/// A network for examples of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architecture {
    /// The shape of an example; of a pair of sentences, the symbols of the source: one channel, and a column per position.
    pub input: FeatureShape,
    /// Symbols and features of each embedding table; none for images.
    pub embeddings: Vec<[usize; 2]>,
    /// The operations, in order.
    pub steps: Vec<Step>,
}

impl Architecture {
    /// A network without any steps.
    #[must_use]
    pub fn new(input: FeatureShape) -> Self {
        Self { input, embeddings: Vec::new(), steps: Vec::new() }
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
        self.steps.iter().filter_map(|step| step.layer.with_weights()).collect()
    }

    /// The step index of each layer with weights, in forward order.
    #[must_use]
    pub fn weight_steps(&self) -> Vec<usize> {
        let steps = self.steps.iter().enumerate();
        steps.filter(|(_, step)| step.layer.with_weights().is_some()).map(|(index, _)| index).collect()
    }

    /// All parameter tensors, in the order in which a network stores them: embedding tables, then those of each step.
    #[must_use]
    pub fn parameters(&self) -> Vec<ParameterFacts> {
        let tables = self.embeddings.iter().enumerate();
        let mut parameters: Vec<ParameterFacts> = tables
            .map(|(table, shape)| ParameterFacts { role: ParameterRole::Embedding(table), shape: *shape })
            .collect();
        let (mut weights, mut norms) = (0, 0);
        for step in &self.steps {
            let mut push = |role, shape| parameters.push(ParameterFacts { role, shape });
            if let Some(layer) = step.layer.with_weights() {
                let row = [1, layer.shape.outputs()];
                push(ParameterRole::Weight(weights), layer.shape.matrix());
                if layer.normalized {
                    push(ParameterRole::Scale(weights), row);
                    push(ParameterRole::Shift(weights), row);
                } else {
                    push(ParameterRole::Bias(weights), row);
                }
                weights += 1;
            } else if step.layer == Layer::LayerNorm {
                push(ParameterRole::LayerNormScale(norms), [1, step.output.channels]);
                push(ParameterRole::LayerNormShift(norms), [1, step.output.channels]);
                norms += 1;
            }
        }
        parameters
    }

    /// The roles of all parameter tensors, in the order in which a network stores them.
    #[must_use]
    pub fn parameter_roles(&self) -> Vec<ParameterRole> {
        self.parameters().into_iter().map(|parameter| parameter.role).collect()
    }

    /// Number of parameters of one run. Counts have 64 bits, because a `usize` has 32 in WebAssembly.
    #[must_use]
    pub fn parameter_count(&self) -> u64 {
        self.parameters()
            .into_iter()
            .map(|parameter| parameter.shape.map(|size| size as u64).iter().product::<u64>())
            .sum()
    }

    /// Number of values that a run computes for one example in a forward pass.
    #[must_use]
    pub fn value_count(&self) -> u64 {
        // The weights of attention are kept, too.
        self.steps.iter().map(|step| step.output.units() as u64 + self.attention_weights(step)).sum()
    }

    /// Number of values per example of the largest tensor.
    #[must_use]
    pub fn largest_value_count(&self) -> u64 {
        self.steps.iter().map(|step| self.attention_weights(step).max(step.output.units() as u64)).max().unwrap_or(0)
    }

    /// Number of weights of attention for one example; none in other layers.
    fn attention_weights(&self, step: &Step) -> u64 {
        match step.layer {
            Layer::Attention { heads, kind } => self.pairs(kind, step) * heads as u64,
            _ => 0,
        }
    }

    /// Number of multiplications with weights, and of attention, for one example in a forward pass.
    #[must_use]
    pub fn multiplication_count(&self) -> u64 {
        let count = |step: &Step| match step.layer {
            Layer::Dense(layer) => layer.shape.count() as u64,
            Layer::Convolution(layer, _) | Layer::Projection(layer, _) => {
                layer.shape.count() as u64 * step.output.positions() as u64
            }
            Layer::Attention { kind, .. } => 2 * self.pairs(kind, step) * step.output.channels as u64,
            Layer::TiedOutput { table } => {
                self.embeddings[table].map(|size| size as u64).iter().product::<u64>() * step.output.positions() as u64
            }
            _ => 0,
        };
        self.steps.iter().map(count).sum()
    }

    /// Number of pairs of positions that attention compares.
    fn pairs(&self, kind: AttentionKind, step: &Step) -> u64 {
        let queries = step.output.positions() as u64;
        match kind {
            AttentionKind::Cross => queries * self.input.positions() as u64,
            AttentionKind::Encoder | AttentionKind::Causal => queries * queries,
        }
    }

    /// Number of shortcuts.
    #[must_use]
    pub fn shortcut_count(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.layer, Layer::AddShortcut { .. })).count()
    }

    /// Number of layer normalizations.
    #[must_use]
    pub fn layer_norm_count(&self) -> usize {
        self.steps.iter().filter(|step| step.layer == Layer::LayerNorm).count()
    }
}

impl Layer {
    /// The layer, if it has weights.
    #[must_use]
    pub fn with_weights(&self) -> Option<WeightLayer> {
        match self {
            Self::Dense(layer) | Self::Convolution(layer, _) | Self::Projection(layer, _) => Some(*layer),
            _ => None,
        }
    }
}
