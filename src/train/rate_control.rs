//! The control for every emergence-promoting scheme: the plain base with the layer-wise learning rate that does the
//! same. If the curves coincide, the rescaling acted as a learning rate per layer and not otherwise.
//!
//! Derived by this project. Let `c_l = alpha^{e_l}` be the factor of weight layer `l` and `s_l = Π_{k≤l} c_k`. A network
//! with positively homogeneous nonlinearities (ReLU, linear), no normalization and parameters `c_l W_l`, `s_l b_l`
//! computes in every layer `s_l` times what the one with `W_l`, `b_l` computes. If `s_L = 1` the functions are equal, and
//! by the chain rule the gradients of the rescaled network are `g_W / c_l` and `g_b / s_l`. So a step of it moves `W_l`,
//! the same parameter in units of the plain network, as follows (with `c = c_l` for weights, `c = s_l` for biases,
//! rate `η`, decay `λ`):
//!
//! | optimizer | rescaled network | in units of the plain one | rate | decay |
//! |---|---|---|---|---|
//! | SGD, with or without momentum | `cW -= η (g/c + λcW)` | `W -= η/c² (g + λc² W)` | `1/c²` | `c²` |
//! | Adam, L2 in the gradient, `ε → 0` | `cW -= η A[g/c + λcW]` | `W -= η/c A[g + λc² W]` | `1/c` | `c²` |
//! | AdamW, `ε → 0` | `cW -= η (A[g/c] + λcW)` | `W -= η/c (A[g] + λc W)` | `1/c` | `c` |
//!
//! `A[g]` is Adam's direction; it does not depend on the scale of `g` up to `ε` (for equality with `ε > 0` the plain
//! network would need `ε c`). The decay is the coefficient beside the rate, so that decay per step, rate times decay,
//! is unchanged for SGD and AdamW.
//!
//! The equality is exact where `s_L = 1` (rules outer, inner and flat with the automatic turn, pivot for an odd number
//! of layers), the nonlinearity is ReLU and the base draws no biases. Otherwise the control is only what the name
//! says, the same layer-wise rates; with `s_L ≠ 1` the two networks already differ in the size of their logits.
//!
//! Batch normalization takes away the factor of the layer before it (up to its `ε`): `s` starts anew at 1 behind it, and its
//! own scale and shift keep the optimizer's rates. What is left of the rescaling is then the factor of the last layer, which
//! the control does not have: the two differ in the size of their logits. Nor is the control exact where a shortcut of a
//! residual block without normalization adds values that were multiplied by different products.

use crate::experiment::architecture::WeightLayer;
use crate::experiment::{InitScheme, OptimizerKind};
use crate::init::rescaling::{exponents, power};

/// What one layer multiplies the optimizer's coefficients by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerRates {
    /// For the weight.
    pub weight: ParameterRates,
    /// For the bias.
    pub bias: ParameterRates,
}

/// What one parameter multiplies the optimizer's coefficients by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterRates {
    /// Factor of the learning rate.
    pub learning_rate: f64,
    /// Factor of the weight decay coefficient, wherever the optimizer puts it (see
    /// [`OptimizerSpec::weight_decay`](crate::experiment::OptimizerSpec::weight_decay)).
    pub weight_decay: f64,
}

impl ParameterRates {
    /// The optimizer's own coefficients.
    pub const PLAIN: Self = Self { learning_rate: 1.0, weight_decay: 1.0 };

    /// The rates under which a parameter behaves as one that was multiplied by `scale`.
    fn matching(scale: f64, optimizer: OptimizerKind) -> Self {
        let facts = optimizer.facts();
        // By repeated multiplication, as the factors of the layers are: the same bits everywhere.
        let power = |power| (0..power).fold(1.0, |product, _| product * scale);
        Self { learning_rate: 1.0 / power(facts.rate_power), weight_decay: power(facts.decay_power) }
    }
}

/// The multipliers of each of these weight layers, input side first: those of the [module](self) for
/// [`InitScheme::RateControl`], 1 for any other scheme.
#[must_use]
pub fn layer_rates(scheme: &InitScheme, layers: &[WeightLayer], optimizer: OptimizerKind) -> Vec<LayerRates> {
    let InitScheme::RateControl(rescaling) = scheme else {
        return vec![LayerRates { weight: ParameterRates::PLAIN, bias: ParameterRates::PLAIN }; layers.len()];
    };
    let exponents = exponents(rescaling.rule, rescaling.turn, layers.len());
    // Exponents add up exactly, so that a product of 1 is 1 to the bit.
    let products = exponents.iter().zip(layers).scan(0, |sum, (exponent, layer)| {
        let product = *sum + exponent;
        *sum = if layer.normalized { 0 } else { product };
        Some(product)
    });
    let matching = |exponent| ParameterRates::matching(power(rescaling.alpha, exponent), optimizer);
    let pairs = exponents.iter().zip(products);
    pairs.map(|(&own, product)| LayerRates { weight: matching(own), bias: matching(product) }).collect()
}
