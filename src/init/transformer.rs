//! Schemes for transformers alone: the sizes of the matrices, of the embedding tables, and the weights of the shortcuts.
//!
//! | scheme | matrices | embeddings | source |
//! |---|---|---|---|
//! | `fairseq` | Xavier uniform; q, k, v divided by `√2` | `N(0, 1/W)` | fairseq's program; PyTorch's `MultiheadAttention` |
//! | `gpt2` | `N(0, 0.02²)`; ends of branches divided by `√(2 N)` | `N(0, 0.02²)` | GPT-2's program (0.02), Radford et al. 2019, 2.3 (branches) |
//! | `dsinit` | Xavier uniform divided by `√l` in layer `l` | `N(0, 1/W)` | Zhang, Titov & Sennrich 2019, eq. 8 |
//! | `tfixup` | Xavier uniform; v, o, W1, W2 scaled down | `N(0, 1/W) (9 N)^(-1/4)` | Huang et al. 2020 |
//! | `deepnet` | Xavier normal; v, o, W1, W2 scaled down | `N(0, 1/W)` | Wang et al. 2022, fig. 2 |
//!
//! A separate output matrix (`u`) is Xavier like the others, with `gpt2` `N(0, 0.02²)`; fairseq's own is `N(0, 1/W)`.
//!
//! All other schemes draw embedding tables from `N(0, 1/W)`, so that the embedded symbols, which are multiplied by `√W`, have variance 1,
//! as in fairseq and tensor2tensor. `N` is the number of layers of the stack (of the decoder, for embeddings).

use super::Fan;
use super::variance::{Distribution, xavier_normal, xavier_uniform};
use crate::experiment::BaseInit;
use crate::experiment::architecture::{
    Architecture, Layer, MatrixRole, SentenceSide, Stack, TransformerPart, WeightLayer,
};
use std::f64::consts::FRAC_1_SQRT_2;

/// Standard deviation of GPT-2's weights.
const GPT2_STD: f64 = 0.02;

/// Number of layers of each stack.
#[derive(Debug, Clone, Copy, PartialEq)]
struct StackSizes {
    encoder: f64,
    decoder: f64,
}

impl StackSizes {
    fn of(layers: &[WeightLayer]) -> Self {
        let count = |stack| {
            let parts = layers.iter().filter_map(|layer| layer.part);
            parts.filter(|part| part.stack == stack).map(|part| part.layer + 1).max().unwrap_or(1) as f64
        };
        Self { encoder: count(Stack::Encoder), decoder: count(Stack::Decoder) }
    }

    /// `(N⁴ M)^(1/16)`, for `N` encoder and `M` decoder layers.
    fn deepnet_encoder(self) -> f64 {
        libm::pow(self.encoder * self.encoder * self.encoder * self.encoder * self.decoder, 1.0 / 16.0)
    }
}

/// The distribution of the weights of one layer for a scheme of this module; the output matrix, which is in no stack, is plain.
pub(super) fn distribution(base: &BaseInit, layers: &[WeightLayer], index: usize) -> Distribution {
    let fan = Fan::of(layers[index].shape);
    let sizes = StackSizes::of(layers);
    let part = layers[index].part;
    match base {
        BaseInit::Gpt2 => Distribution::Normal { std: GPT2_STD * part.map_or(1.0, |part| gpt2_factor(part, sizes)) },
        BaseInit::DeepNet => xavier_normal(fan, part.map_or(1.0, |part| deepnet_factor(part, sizes))),
        BaseInit::DsInit => xavier_uniform(fan, part.map_or(1.0, |part| 1.0 / ((part.layer + 1) as f64).sqrt())),
        BaseInit::TFixup => xavier_uniform(fan, part.map_or(1.0, |part| tfixup_factor(part, sizes))),
        _ => xavier_uniform(fan, part.map_or(1.0, fairseq_factor)),
    }
}

fn fairseq_factor(part: TransformerPart) -> f64 {
    match part.matrix {
        MatrixRole::Query(_) | MatrixRole::Key(_) | MatrixRole::Value(_) => FRAC_1_SQRT_2,
        MatrixRole::Output(_) | MatrixRole::Expansion | MatrixRole::Contraction => 1.0,
    }
}

fn gpt2_factor(part: TransformerPart, sizes: StackSizes) -> f64 {
    let layers = match part.stack {
        Stack::Encoder => sizes.encoder,
        Stack::Decoder => sizes.decoder,
    };
    match part.matrix {
        MatrixRole::Output(_) | MatrixRole::Contraction => 1.0 / (2.0 * layers).sqrt(),
        _ => 1.0,
    }
}

fn tfixup_factor(part: TransformerPart, sizes: StackSizes) -> f64 {
    match (part.matrix, part.stack) {
        (MatrixRole::Query(_) | MatrixRole::Key(_), _) => 1.0,
        (_, Stack::Encoder) => 0.67 * libm::pow(sizes.encoder, -0.25),
        (_, Stack::Decoder) => libm::pow(9.0 * sizes.decoder, -0.25),
    }
}

fn deepnet_factor(part: TransformerPart, sizes: StackSizes) -> f64 {
    match (part.matrix, part.stack) {
        (MatrixRole::Query(_) | MatrixRole::Key(_), _) => 1.0,
        (_, Stack::Encoder) => 0.87 / sizes.deepnet_encoder(),
        (_, Stack::Decoder) => libm::pow(12.0 * sizes.decoder, -0.25),
    }
}

/// The distribution of an embedding table with this many features.
pub(super) fn embedding(base: &BaseInit, layers: &[WeightLayer], features: usize) -> Distribution {
    let std = 1.0 / (features as f64).sqrt();
    let std = match base {
        BaseInit::Gpt2 => GPT2_STD,
        BaseInit::TFixup => std * libm::pow(9.0 * StackSizes::of(layers).decoder, -0.25),
        _ => std,
    };
    Distribution::Normal { std }
}

/// The weight `ρ` of each shortcut, in forward order; empty if all are 1.
pub(super) fn shortcuts(base: &BaseInit, architecture: &Architecture) -> Vec<f64> {
    if *base != BaseInit::DeepNet {
        return Vec::new();
    }
    let sizes = StackSizes::of(&architecture.weight_layers());
    let mut weight = 1.0;
    let weights = architecture.steps.iter().filter_map(|step| match step.layer {
        Layer::Embedding { side, .. } => {
            weight = match side {
                SentenceSide::Source => 0.81 * sizes.deepnet_encoder(),
                SentenceSide::Target => libm::pow(3.0 * sizes.decoder, 0.25),
            };
            None
        }
        Layer::AddShortcut { .. } => Some(weight),
        _ => None,
    });
    weights.collect()
}
