//! Initial weights, drawn on the CPU from keyed streams as plain numbers, so that every backend starts from the same bits.
//!
//! A dense weight has the shape `[fan_in, fan_out]`, row by row, because layers compute `x · W + b` with
//! `x [batch, fan_in]`; `torch.nn.Linear` stores the transpose. The weight of a convolution is
//! `[channels_out, channels_in, k, k]`, as in PyTorch. Layer `l` draws its weights from the stream `(seed, Weights, l)` and its
//! biases, if the scheme draws any, from `(seed, Biases, l)`; embedding table `t` is drawn from `(seed, Embeddings, t)`. They do not depend
//! on other layers or on the order of drawing.
//!
//! The bits are the same natively and in WebAssembly because everything here is integer arithmetic, IEEE 754 addition,
//! multiplication, division and square root in a fixed order, and one logarithm from the `libm` crate (see [`draw`]).

pub mod draw;
pub mod fan;
pub mod fixup;
pub mod orthogonal;
mod parameters;
pub mod rescaling;
pub mod shuffle;
pub mod transformer;
pub mod variance;
pub mod zero;

pub use fan::Fan;
pub use parameters::{Factors, InitialParameters, LayerParameters, Parameter, Statistics};

use crate::error::Result;
use crate::experiment::architecture::{Architecture, ParameterFacts, ParameterRole, WeightLayer};
use crate::experiment::scheme::{ClosedForm, CustomInit, CustomKind, FormulaInputs};
use crate::experiment::{Activation, BaseInit, InitScheme};
use crate::rng::{Purpose, stream};
use draw::StandardNormals;

/// Draws the parameters of a network.
///
/// - A base scheme is drawn as published; biases are zero except for [`BaseInit::Pytorch`]. The gain of Kaiming and
///   orthogonal weights is that of `activation` in every layer, including the output layer, as is usual with PyTorch.
///   Embedding tables are no layers: see [`transformer`].
/// - [`ClosedForm::Emergence`] draws its base and multiplies the weights (in f32) by [`rescaling::factors`]; biases and embedding
///   tables are unchanged. With `alpha = 1` the result equals the base to the bit. [`ClosedForm::Shuffled`] multiplies by the
///   same factors in the random order of [`shuffle::order`].
///   Scale and shift of normalizations are not weights: they start at 1 and 0 for all schemes.
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
    architecture: &Architecture,
    activation: Activation,
    seed: u64,
) -> Result<InitialParameters> {
    let (base, layers) = (scheme.base(), architecture.weight_layers());
    let factors = factors(scheme, &layers, seed);
    let draw = |ParameterFacts { role, shape: [rows, columns] }: ParameterFacts| {
        let (values, factor) = match role {
            ParameterRole::Weight(index) => {
                let mut weight = base_weight(base, &layers, index, activation, seed)?;
                scale(&mut weight, factors[index]);
                (weight, factors[index])
            }
            ParameterRole::Bias(index) => (base_bias(base, layers[index], seed, index as u64), 1.0),
            ParameterRole::Embedding(table) => {
                let distribution = transformer::embedding(base, &layers, columns);
                (distribution.draw(rows * columns, stream(seed, Purpose::Embeddings, table as u64)), 1.0)
            }
            ParameterRole::Scale(_) | ParameterRole::LayerNormScale(_) => (vec![1.0; columns], 1.0),
            ParameterRole::Shift(_) | ParameterRole::LayerNormShift(_) => (vec![0.0; columns], 1.0),
        };
        Ok(Parameter { role, values, factor })
    };
    let parameters = architecture.parameters().into_iter().map(draw).collect::<Result<_>>()?;
    Ok(InitialParameters { parameters, shortcuts: transformer::shortcuts(base, architecture) })
}

/// The factors by which a scheme multiplies the weights of each layer after drawing them.
fn factors(scheme: &InitScheme, layers: &[WeightLayer], seed: u64) -> Vec<f64> {
    let closed = match scheme {
        InitScheme::Closed(closed) => closed,
        InitScheme::Tuned(tuning) => &tuning.base,
        InitScheme::RateControl(_) => return vec![1.0; layers.len()],
    };
    match closed {
        ClosedForm::Base(_) => vec![1.0; layers.len()],
        ClosedForm::Emergence(rescaling) => rescaling::layer_factors(rescaling, layers, |factors| factors),
        ClosedForm::Shuffled(rescaling) => rescaling::layer_factors(rescaling, layers, |factors| {
            shuffle::order(&factors, seed).into_iter().map(|index| factors[index]).collect()
        }),
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
        BaseInit::Fairseq | BaseInit::Gpt2 | BaseInit::DsInit | BaseInit::TFixup | BaseInit::DeepNet => {
            transformer::distribution(base, layers, index)
        }
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
