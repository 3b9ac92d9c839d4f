//! Kinds of networks and their architectures. The notation is that of the table below; [`grammar`] reads and writes it, `images` and
//! [`transformer`] list the layers.
//!
//! | text | network |
//! |---|---|
//! | `mlp:W,W,...` | dense layers of these widths, then the output; `mlp` alone is a linear softmax classifier |
//! | `cnn:C,C,...` | per entry a 3x3 convolution to `C` feature maps with activation, then one dense layer on all values |
//! | `resnet:C,C,...` | a 3x3 convolution to the first `C`, a residual block per entry, the mean of every map, one dense layer |
//! | `transformer:W` | an encoder and a decoder of this width, for pairs of sentences; see [`transformer`] |
//!
//! An entry of `cnn` may continue with `k5` (5x5 kernel), `s2` (stride 2), and `p` or `a` (followed by 2x2 max or average
//! pooling), in this order. If no entry has `s2`, `p` or `a`, every convolution is followed by max pooling. Convolutions are
//! padded so that a stride of 1 preserves the size.
//!
//! An entry `CxN` of `resnet` is `N` basic blocks (He et al. 2016, fig. 5 left): two 3x3 convolutions, with the input added
//! before the second activation function. The first block of every entry but the first has stride 2. If a block changes the
//! shape, its shortcut has no parameters (their option A): every second row and column, and zeros for the additional maps.

mod grammar;
mod images;
pub mod transformer;
mod whole_number;

use super::architecture::{Architecture, Pooling};
use super::dataset::ExampleFacts;
use super::scheme::RescalingLevel;
use super::values::Named;
use crate::catalog::DataKind;
use crate::error::{Error, Requirement, Result};
use crate::prose::Prose;
use serde::{Deserialize, Serialize};
pub use transformer::TransformerSpec;

/// The kind and size of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSpec {
    /// Fully connected layers; with no hidden layer it is a linear softmax classifier.
    Mlp {
        /// Width of each hidden layer, in forward order.
        hidden: Vec<usize>,
    },
    /// Convolutions, then one dense layer.
    Cnn {
        /// In forward order; at least one.
        convolutions: Vec<ConvolutionSpec>,
    },
    /// Residual blocks, then one dense layer on the mean of every feature map.
    ResNet {
        /// In forward order; at least one.
        stages: Vec<StageSpec>,
    },
    /// An encoder and a decoder with attention, for pairs of sentences.
    Transformer(TransformerSpec),
}

/// One entry of a convolutional network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvolutionSpec {
    /// Number of feature maps that it computes.
    pub channels: usize,
    /// Side length of its kernel, 3 or 5.
    pub kernel: usize,
    /// Stride, 1 or 2.
    pub stride: usize,
    /// The pooling after its activation function.
    pub pool: Option<Pooling>,
}

/// Residual blocks with the same number of feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StageSpec {
    /// Number of feature maps.
    pub channels: usize,
    /// Number of blocks.
    pub blocks: usize,
}

/// The normalization of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum NormLayer {
    /// None.
    #[default]
    None,
    /// Batch normalization (Ioffe & Szegedy 2015), of image networks: between the weights and the activation function of every hidden
    /// layer.
    Batch,
    /// Layer normalization of transformers, before every sub-layer and at the end of both stacks (pre-LN).
    Pre,
    /// Layer normalization of transformers, after every addition (post-LN; Vaswani et al. 2017).
    Post,
}

impl NormLayer {
    /// Those of networks for this kind of data.
    #[must_use]
    pub const fn of_kind(kind: DataKind) -> &'static [Self] {
        match kind {
            DataKind::Images => &[Self::None, Self::Batch],
            DataKind::Pairs => &[Self::None, Self::Pre, Self::Post],
        }
    }
}

impl Named for NormLayer {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("none", "none", Self::None),
            ("batch", "batch", Self::Batch),
            ("pre", "layer, before sub-layers (pre-LN)", Self::Pre),
            ("post", "layer, after additions (post-LN)", Self::Post),
        ]
        .into_iter()
    }
}

/// Example networks, each with a description.
pub const NETWORK_EXAMPLES: [(Prose, Prose); 13] = [
    (Prose::new("mlp:128,128,128"), Prose::new("3 hidden layers of 128")),
    (Prose::new("mlp:64"), Prose::new("1 hidden layer of 64")),
    (Prose::new("mlp:64,64,64,64,64,64"), Prose::new("6 hidden layers of 64")),
    (Prose::new("mlp:"), Prose::new("no hidden layer: a linear classifier")),
    (Prose::new("cnn:8,16"), Prose::new("2 convolutions, small")),
    (Prose::new("cnn:16,32"), Prose::new("2 convolutions, each max-pooled")),
    (Prose::new("cnn:16,16p,32,32p,32p"), Prose::new("5 convolutions, pooled where marked p")),
    (Prose::new("cnn:16s2,32s2"), Prose::new("2 convolutions with stride 2, no pooling")),
    (Prose::new("resnet:16,32"), Prose::new("2 residual blocks")),
    (Prose::new("resnet:16,32,64"), Prose::new("3 residual blocks")),
    (Prose::new("transformer:32"), Prose::new("2 encoder and 2 decoder layers, for sentences")),
    (Prose::new("transformer:32x1"), Prose::new("1 encoder and 1 decoder layer")),
    (Prose::new("transformer:32x4"), Prose::new("4 encoder and 4 decoder layers")),
];

impl ModelSpec {
    /// The network for these examples.
    ///
    /// # Errors
    /// [`Error::Value`] of `model` if the network is for another kind of examples, or if the feature maps become too small for a window.
    pub fn architecture(&self, examples: &ExampleFacts, norm: NormLayer) -> Result<Architecture> {
        match (self, examples) {
            (Self::Transformer(spec), ExampleFacts::Pairs { source, target, joint }) => {
                Ok(transformer::architecture(spec, [*source, *target], *joint, norm))
            }
            (Self::Transformer(_), ExampleFacts::Images { .. }) | (_, ExampleFacts::Pairs { .. }) => {
                Err(Error::value("model", Requirement::ModelFor(examples.kind()).into(), self))
            }
            (_, ExampleFacts::Images { shape, classes }) => images::architecture(self, *shape, *classes, norm),
        }
    }

    /// The kind of examples that it is for.
    #[must_use]
    pub fn kind(&self) -> DataKind {
        if matches!(self, Self::Transformer(_)) { DataKind::Pairs } else { DataKind::Images }
    }

    /// Whether it has convolutions.
    #[must_use]
    pub fn has_convolutions(&self) -> bool {
        matches!(self, Self::Cnn { .. } | Self::ResNet { .. })
    }

    /// Number of different ranks of its layers.
    #[must_use]
    pub fn rank_count(&self, level: RescalingLevel) -> usize {
        match self {
            Self::Transformer(spec) => level.of(spec.rank_counts()),
            _ => self.weight_layer_count(),
        }
    }

    /// Number of layers with weights.
    #[must_use]
    pub fn weight_layer_count(&self) -> usize {
        match self {
            Self::Mlp { hidden } => hidden.len() + 1,
            Self::Cnn { convolutions } => convolutions.len() + 1,
            Self::ResNet { stages } => 2 + stages.iter().map(|stage| 2 * stage.blocks).sum::<usize>(),
            Self::Transformer(spec) => spec.weight_layer_count(),
        }
    }
}
