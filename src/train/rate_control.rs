//! The rate control of a rescaling: its base, trained with the layer-wise learning rates that are equivalent to the rescaling.
//! If their curves coincide, the rescaling acts as a layer-wise learning rate and has no other effect.
//!
//! Derived by this project. Let `c_l = alpha^{e_l}` be the factor of weight layer `l` and `s_l = Π_{k≤l} c_k`. In a network
//! with positively homogeneous activation functions (ReLU, linear), no normalization and parameters `c_l W_l`, `s_l b_l`, the
//! values of layer `l` are `s_l` times those of the network with `W_l`, `b_l`. If `s_L = 1`, both networks compute the same
//! function, and by the chain rule the gradients of the rescaled network are `g_W / c_l` and `g_b / s_l`. Expressed in the
//! parameters of the base network, one step of the rescaled network is therefore (with `c = c_l` for weights, `c = s_l` for
//! biases, learning rate `η`, decay `λ`):
//!
//! | optimizer | rescaled network | in parameters of the base | rate | decay |
//! |---|---|---|---|---|
//! | SGD, with or without momentum | `cW -= η (g/c + λcW)` | `W -= η/c² (g + λc² W)` | `1/c²` | `c²` |
//! | Adam, L2 in the gradient, `ε → 0` | `cW -= η A[g/c + λcW]` | `W -= η/c A[g + λc² W]` | `1/c` | `c²` |
//! | AdamW, `ε → 0` | `cW -= η (A[g/c] + λcW)` | `W -= η/c (A[g] + λc W)` | `1/c` | `c` |
//!
//! `A[g]` is the direction of Adam's update; up to `ε` it does not depend on the scale of `g` (for equality with `ε > 0` the base
//! network would need `ε c`). The decay is the coefficient that is multiplied by the learning rate, so for SGD and AdamW the
//! decay per step, rate times decay, is unchanged.
//!
//! The equivalence is exact if `s_L = 1` (rules outer, inner and flat with the automatic turning point, pivot for an odd number
//! of layers), the activation function is ReLU and the base draws no biases. Otherwise the control still uses these layer-wise
//! rates, but is not equivalent; with `s_L ≠ 1` the two networks already differ in the magnitude of their logits.
//!
//! Batch normalization cancels the factor of the layer before it (up to its `ε`): after it, `s` restarts at 1, and its own scale
//! and shift keep the optimizer's rates. The only remaining effect of the rescaling is then the factor of the last layer, which
//! the control does not have: the two networks differ in the magnitude of their logits. The control is not exact either if a
//! shortcut of a residual block without normalization adds values with different products `s`.
//!
//! In a transformer the cumulative product `s` is not passed on by a softmax, a normalization or a residual connection. Only the rates of
//! the matrices are scaled there; biases, embedding tables and normalizations keep the optimizer's rates. The two networks do not compute
//! the same function, so the control does not test an equality, but whether rates of these sizes explain the effect of the rescaling.

use crate::experiment::architecture::WeightLayer;
use crate::experiment::{InitScheme, OptimizerKind};
use crate::init::rescaling::{layer_exponents, power};

/// The factors of the optimizer's coefficients for one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerRates {
    /// Factors for the weight.
    pub weight: ParameterRates,
    /// Factors for the bias.
    pub bias: ParameterRates,
}

/// The factors of the optimizer's coefficients for one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterRates {
    /// Factor of the learning rate.
    pub learning_rate: f64,
    /// Factor of the weight decay coefficient (see
    /// [`OptimizerSpec::weight_decay`](crate::experiment::OptimizerSpec::weight_decay)).
    pub weight_decay: f64,
}

impl ParameterRates {
    /// The optimizer's coefficients, unchanged.
    pub const PLAIN: Self = Self { learning_rate: 1.0, weight_decay: 1.0 };

    /// The factors under which a parameter trains as if it had been multiplied by `scale`.
    fn matching(scale: f64, optimizer: OptimizerKind) -> Self {
        let facts = optimizer.facts();
        // By repeated multiplication, like the factors of the layers: the same bits on all platforms.
        let power = |power| (0..power).fold(1.0, |product, _| product * scale);
        Self { learning_rate: 1.0 / power(facts.rate_power), weight_decay: power(facts.decay_power) }
    }
}

/// The factors of the optimizer's coefficients for each of these weight layers, from input to output: those of the
/// [module](self) for [`InitScheme::RateControl`], 1 for any other scheme.
#[must_use]
pub fn layer_rates(scheme: &InitScheme, layers: &[WeightLayer], optimizer: OptimizerKind) -> Vec<LayerRates> {
    let InitScheme::RateControl(rescaling) = scheme else {
        return vec![LayerRates { weight: ParameterRates::PLAIN, bias: ParameterRates::PLAIN }; layers.len()];
    };
    let exponents = layer_exponents(rescaling, layers);
    // Exponents add up exactly, so that a product of 1 is 1 to the bit.
    let products = exponents.iter().zip(layers).scan(0, |sum, (exponent, layer)| {
        let product = *sum + exponent;
        *sum = if layer.normalized { 0 } else { product };
        Some(product)
    });
    let is_transformer = layers.iter().any(|layer| layer.part.is_some());
    let matching = |exponent| ParameterRates::matching(power(rescaling.alpha, exponent), optimizer);
    let rates = exponents.iter().zip(products).map(|(&own, product)| {
        let bias = if is_transformer { ParameterRates::PLAIN } else { matching(product) };
        LayerRates { weight: matching(own), bias }
    });
    rates.collect()
}
