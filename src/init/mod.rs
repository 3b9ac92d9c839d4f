//! Initial weights, drawn on the CPU from keyed streams as plain numbers, so that every backend starts from the same bits.
//!
//! A dense weight has the shape `[fan_in, fan_out]`, row by row, because layers compute `x · W + b` with
//! `x [batch, fan_in]`; `torch.nn.Linear` stores the transpose. The weight of a convolution is
//! `[channels_out, channels_in, k, k]`, as in PyTorch. Layer `l` draws its weights from the stream `(seed, Weights, l)` and its
//! biases, if the scheme draws any, from `(seed, Biases, l)`; they do not depend on other layers or on the order of drawing.
//!
//! The bits are the same natively and in WebAssembly because everything here is integer arithmetic, IEEE 754 addition,
//! multiplication, division and square root in a fixed order, and one logarithm from the `libm` crate (see [`draw`]).

pub mod draw;
pub mod fan;
pub mod fixup;
pub mod orthogonal;
pub mod rescaling;
pub mod shuffle;
pub mod variance;
pub mod zero;

pub use fan::Fan;

use crate::digest;
use crate::error::Result;
use crate::experiment::architecture::{WeightLayer, WeightShape};
use crate::experiment::scheme::{ClosedForm, CustomInit, CustomKind, FormulaInputs};
use crate::experiment::{Activation, BaseInit, InitScheme};
use crate::rng::{Purpose, stream};
use draw::StandardNormals;

/// The initial weight and bias of one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerWeights {
    /// The weights in row-major order of [`WeightShape::dimensions`].
    pub weight: Vec<f32>,
    /// One bias per unit or feature map; zero unless the scheme draws biases. Empty if batch normalization follows.
    pub bias: Vec<f32>,
    /// Scale of the batch normalization that follows: one number per unit or feature map, 1 unless a method tunes it. Empty if
    /// none follows.
    pub scale: Vec<f32>,
    /// Shift of that normalization, likewise, initially 0.
    pub shift: Vec<f32>,
    /// Shape of the weight.
    pub shape: WeightShape,
    /// The factors by which the scheme multiplied the parameters after drawing them.
    pub factors: Factors,
}

/// The factors by which a scheme multiplied the parameters of a layer after drawing them; 1 if it did not change them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    /// The factor of the weight. If a method scales every unit separately, the ratio of the norms.
    pub weight: f64,
    /// The factor of the bias.
    pub bias: f64,
    /// The factor of the scale of the batch normalization that follows.
    pub norm: f64,
}

impl Factors {
    /// No parameter was multiplied.
    pub const ONE: Self = Self { weight: 1.0, bias: 1.0, norm: 1.0 };
}

/// Draws the weights and biases of a network's `layers`, in forward order.
///
/// - A base scheme is drawn as published; biases are zero except for [`BaseInit::Pytorch`]. The gain of Kaiming and
///   orthogonal weights is that of `activation` in every layer, including the output layer, as is usual with PyTorch.
/// - [`ClosedForm::Emergence`] draws its base and multiplies the weights (in f32) by [`rescaling::factors`]; biases
///   are unchanged. With `alpha = 1` the result equals the base to the bit. [`ClosedForm::Shuffled`] multiplies by the
///   same factors in the random order of [`shuffle::order`].
///   Scale and shift of batch normalization are not weights: they start at 1 and 0 for all schemes.
/// - [`InitScheme::RateControl`] draws its base; the learning rates are computed in `train::rate_control`.
/// - [`InitScheme::Tuned`] draws its base; the tuning is in `tune`.
///
/// Factors beyond the range of f32 result in infinite or zero weights: such a run diverges or stays at chance accuracy, and
/// the experiment reports it like any other run.
///
/// # Errors
/// [`Error::Formula`](crate::error::Error::Formula) if a formula has no value for one of the layers.
pub fn sample(
    scheme: &InitScheme,
    layers: &[WeightLayer],
    activation: Activation,
    seed: u64,
) -> Result<Vec<LayerWeights>> {
    let base = scheme.base();
    let factors = factors(scheme, layers.len(), seed);
    let draw = |(index, factor): (usize, f64)| {
        let layer = layers[index];
        let mut weight = base_weight(base, layers, index, activation, seed)?;
        scale(&mut weight, factor);
        let normalized = if layer.normalized { layer.shape.outputs() } else { 0 };
        Ok(LayerWeights {
            weight,
            bias: base_bias(base, layer, seed, index as u64),
            scale: vec![1.0; normalized],
            shift: vec![0.0; normalized],
            shape: layer.shape,
            factors: Factors { weight: factor, ..Factors::ONE },
        })
    };
    factors.into_iter().enumerate().map(draw).collect()
}

/// The factors by which a scheme multiplies the weights of each layer after drawing them.
fn factors(scheme: &InitScheme, layers: usize, seed: u64) -> Vec<f64> {
    let closed = match scheme {
        InitScheme::Closed(closed) => closed,
        InitScheme::Tuned(tuning) => &tuning.base,
        InitScheme::RateControl(_) => return vec![1.0; layers],
    };
    match closed {
        ClosedForm::Base(_) => vec![1.0; layers],
        ClosedForm::Emergence(rescaling) => rescaling::factors(rescaling, layers),
        ClosedForm::Shuffled(rescaling) => {
            let factors = rescaling::factors(rescaling, layers);
            shuffle::order(&factors, seed).into_iter().map(|index| factors[index]).collect()
        }
    }
}

fn base_weight(
    base: &BaseInit,
    layers: &[WeightLayer],
    index: usize,
    activation: Activation,
    seed: u64,
) -> Result<Vec<f32>> {
    let shape = layers[index].shape;
    let rng = stream(seed, Purpose::Weights, index as u64);
    let fan = Fan::of(shape);
    let gain = variance::gain(activation);
    let distribution = match base {
        BaseInit::XavierNormal => variance::xavier_normal(fan, 1.0),
        BaseInit::XavierUniform => variance::xavier_uniform(fan, 1.0),
        BaseInit::KaimingNormal => variance::kaiming_normal(fan, gain),
        BaseInit::KaimingUniform => variance::kaiming_uniform(fan, gain),
        BaseInit::LecunNormal => variance::lecun_normal(fan),
        BaseInit::Pytorch => variance::pytorch(fan),
        BaseInit::Fixup => fixup::distribution(layers, index, gain),
        BaseInit::Custom(custom) => custom_distribution(custom, layers, index)?,
        BaseInit::Zero => return Ok(zero::zero(layers[index])),
        BaseInit::Orthogonal => {
            let [rows, columns] = shape.matrix();
            return Ok(orthogonal::orthogonal(rows, columns, gain, &mut StandardNormals::new(rng)));
        }
    };
    Ok(distribution.draw(shape.count(), rng))
}

/// The distribution that a formula defines for the layer with this index.
///
/// # Errors
/// [`Error::Formula`](crate::error::Error::Formula) if the formula has no value for this layer.
pub fn custom_distribution(
    custom: &CustomInit,
    layers: &[WeightLayer],
    index: usize,
) -> Result<variance::Distribution> {
    let value = custom.evaluate(FormulaInputs::of(layers, index))?;
    Ok(match custom.kind {
        CustomKind::Std => variance::Distribution::Normal { std: value },
        CustomKind::Uniform => variance::Distribution::Uniform { bound: value },
    })
}

fn base_bias(base: &BaseInit, layer: WeightLayer, seed: u64, index: u64) -> Vec<f32> {
    let count = layer.bias_count();
    match base {
        BaseInit::Pytorch => variance::pytorch(Fan::of(layer.shape)).draw(count, stream(seed, Purpose::Biases, index)),
        _ => vec![0.0; count],
    }
}

/// Multiplies in f32, as a tensor library would.
#[expect(clippy::cast_possible_truncation, reason = "the factor is applied in the precision of the weights")]
fn scale(weight: &mut [f32], factor: f64) {
    let factor = factor as f32;
    for value in weight {
        *value *= factor;
    }
}

/// Mean and standard deviation of the elements of a tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Mean.
    pub mean: f64,
    /// Population standard deviation (the sum of squares is divided by the count).
    pub std: f64,
}

impl LayerWeights {
    /// Fan-in and fan-out of its weight.
    #[must_use]
    pub fn fan(&self) -> Fan {
        Fan::of(self.shape)
    }

    /// Mean and standard deviation of the weights; `None` for a layer without weights.
    #[must_use]
    pub fn statistics(&self) -> Option<Statistics> {
        if self.weight.is_empty() {
            return None;
        }
        let count = self.weight.len() as f64;
        let mean = self.weight.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let squares = self.weight.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>();
        Some(Statistics { mean, std: (squares / count).sqrt() })
    }

    /// All parameters in the order in which they are hashed; absent ones are empty.
    #[must_use]
    pub fn tensors(&self) -> [&[f32]; 4] {
        [&self.weight, &self.bias, &self.scale, &self.shift]
    }

    /// SHA-256 of the weights alone as little-endian f32, in hexadecimal.
    #[must_use]
    pub fn weight_sha256(&self) -> String {
        sha256([self.weight.as_slice()])
    }
}

/// SHA-256 of all parameters as little-endian f32, in hexadecimal: for each layer the weight, then the bias or, if the layer is
/// normalized, scale and shift.
#[must_use]
pub fn weights_sha256(layers: &[LayerWeights]) -> String {
    sha256(layers.iter().flat_map(LayerWeights::tensors))
}

fn sha256<'values>(tensors: impl IntoIterator<Item = &'values [f32]>) -> String {
    digest::sha256(tensors.into_iter().flatten().map(|value| value.to_le_bytes()))
}
