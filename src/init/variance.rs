//! Schemes that derive the variance of independent weights from fan-in and fan-out, and the gains of activation functions.
//!
//! All take a [`Fan`] and return a [`Distribution`] with mean zero; formulas and defaults are those of `torch.nn.init`.

use super::Fan;
use super::draw::{StandardNormals, symmetric};
use crate::experiment::Activation;
use rand::Rng;

/// A distribution of independent weights with mean zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// `N(0, std²)`.
    Normal {
        /// Standard deviation.
        std: f64,
    },
    /// `U(-bound, bound)`.
    Uniform {
        /// Largest absolute value.
        bound: f64,
    },
}

impl Distribution {
    /// Its standard deviation; `bound / √3` for the uniform distribution.
    #[must_use]
    pub fn std(self) -> f64 {
        match self {
            Self::Normal { std } => std,
            Self::Uniform { bound } => bound / 3.0_f64.sqrt(),
        }
    }

    /// `count` independent numbers, drawn in f64 and then rounded; if the standard deviation is 0, all are positive zeros.
    #[expect(clippy::cast_possible_truncation, reason = "kept in the precision of the weights")]
    pub(super) fn draw(self, count: usize, mut rng: impl Rng) -> Vec<f32> {
        if self.std() == 0.0 {
            return vec![0.0; count];
        }
        match self {
            Self::Normal { std } => StandardNormals::new(rng).take(count).map(|normal| (std * normal) as f32).collect(),
            Self::Uniform { bound } => (0..count).map(|_| (bound * symmetric(&mut rng)) as f32).collect(),
        }
    }
}

/// The factor by which weights compensate for the activation function, as in `torch.nn.init.calculate_gain`: ReLU `√2`,
/// tanh `5/3`, sigmoid 1. PyTorch defines none for GELU; this project uses `√2`, the gain of ReLU, which GELU approaches for
/// large inputs.
#[must_use]
pub fn gain(activation: Activation) -> f64 {
    match activation {
        Activation::Relu | Activation::Gelu => std::f64::consts::SQRT_2,
        Activation::Tanh => 5.0 / 3.0,
        Activation::Sigmoid => 1.0,
    }
}

/// Glorot & Bengio 2010, eq. 12, with a normal distribution: `std = gain · √(2 / (fan_in + fan_out))`.
#[must_use]
pub fn xavier_normal(fan: Fan, gain: f64) -> Distribution {
    Distribution::Normal { std: gain * (2.0 / (fan.fan_in + fan.fan_out) as f64).sqrt() }
}

/// Glorot & Bengio 2010, eq. 16: `bound = gain · √(6 / (fan_in + fan_out))`.
#[must_use]
pub fn xavier_uniform(fan: Fan, gain: f64) -> Distribution {
    Distribution::Uniform { bound: gain * (6.0 / (fan.fan_in + fan.fan_out) as f64).sqrt() }
}

/// He et al. 2015, eq. 10 (fan-in): `std = gain / √fan_in`.
#[must_use]
pub fn kaiming_normal(fan: Fan, gain: f64) -> Distribution {
    Distribution::Normal { std: gain / (fan.fan_in as f64).sqrt() }
}

/// He et al. 2015 (fan-in) with a uniform distribution: `bound = gain · √(3 / fan_in)`.
#[must_use]
pub fn kaiming_uniform(fan: Fan, gain: f64) -> Distribution {
    Distribution::Uniform { bound: gain * (3.0 / fan.fan_in as f64).sqrt() }
}

/// LeCun et al. 1998, eq. 16: `std = 1 / √fan_in`, for all activation functions.
#[must_use]
pub fn lecun_normal(fan: Fan) -> Distribution {
    kaiming_normal(fan, 1.0)
}

/// The default of `torch.nn.Linear` and `torch.nn.Conv2d`, for both weight and bias: `bound = 1 / √fan_in`.
///
/// PyTorch implements it as `kaiming_uniform_(a=√5)`, whose gain `√(2 / (1 + 5))` times `√3` is 1.
#[must_use]
pub fn pytorch(fan: Fan) -> Distribution {
    // Without inputs PyTorch sets the bias to zero.
    let bound = if fan.fan_in == 0 { 0.0 } else { 1.0 / (fan.fan_in as f64).sqrt() };
    Distribution::Uniform { bound }
}
