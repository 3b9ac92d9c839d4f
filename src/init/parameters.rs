//! The initial parameters of a run: one list of tensors, each with its role, in the order in which a network stores them.

use super::Fan;
use crate::digest;
use crate::experiment::architecture::{Architecture, ParameterRole, WeightShape};

/// The initial parameters of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitialParameters {
    /// In the order of [`Architecture::parameters`].
    pub parameters: Vec<Parameter>,
    /// The weight `ρ` of each shortcut, in forward order; empty if all are 1. They are not trained.
    pub shortcuts: Vec<f64>,
}

/// A parameter tensor before training.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its role.
    pub role: ParameterRole,
    /// Its numbers, row by row; those of the weight of a convolution in the order of [`WeightShape::dimensions`].
    pub values: Vec<f32>,
    /// The factor by which the scheme multiplied the numbers after drawing them; 1 if it did not change them. If a method scales every
    /// unit separately, the ratio of the norms.
    pub factor: f64,
}

/// The parameters of a layer with weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerParameters<'parameters> {
    /// Its weights, in row-major order of [`WeightShape::dimensions`].
    pub weight: &'parameters [f32],
    /// One bias per unit or feature map; zero unless the scheme draws biases. Empty if batch normalization follows.
    pub bias: &'parameters [f32],
    /// Scale of the batch normalization that follows: one number per unit or feature map, 1 unless a method tunes it. Empty if
    /// none follows.
    pub scale: &'parameters [f32],
    /// Shift of that normalization, likewise, initially 0.
    pub shift: &'parameters [f32],
    /// Shape of the weight.
    pub shape: WeightShape,
    /// The factors of its parameters.
    pub factors: Factors,
}

/// The factors by which a scheme multiplied the parameters of a layer after drawing them; 1 if it did not change them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    /// The factor of the weight.
    pub weight: f64,
    /// The factor of the bias.
    pub bias: f64,
    /// The factor of the scale of the batch normalization that follows.
    pub norm: f64,
}

/// Mean and standard deviation of the elements of a tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Mean.
    pub mean: f64,
    /// Population standard deviation (the sum of squares is divided by the count).
    pub std: f64,
}

impl InitialParameters {
    /// The parameter with this role.
    #[must_use]
    pub fn get(&self, role: ParameterRole) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.role == role)
    }

    /// The parameter with this role, to be changed.
    pub fn get_mut(&mut self, role: ParameterRole) -> Option<&mut Parameter> {
        self.parameters.iter_mut().find(|parameter| parameter.role == role)
    }

    /// The numbers of the parameter with this role; none if there is no such parameter.
    #[must_use]
    pub fn values(&self, role: ParameterRole) -> &[f32] {
        self.get(role).map_or(&[], |parameter| &parameter.values)
    }

    /// The parameters of each layer with weights, in forward order.
    #[must_use]
    pub fn layers(&self, architecture: &Architecture) -> Vec<LayerParameters<'_>> {
        let layers = architecture.weight_layers().into_iter().enumerate();
        layers.map(|(index, layer)| self.layer(index, layer.shape)).collect()
    }

    fn layer(&self, index: usize, shape: WeightShape) -> LayerParameters<'_> {
        let factor = |role| self.get(role).map_or(1.0, |parameter| parameter.factor);
        LayerParameters {
            weight: self.values(ParameterRole::Weight(index)),
            bias: self.values(ParameterRole::Bias(index)),
            scale: self.values(ParameterRole::Scale(index)),
            shift: self.values(ParameterRole::Shift(index)),
            shape,
            factors: Factors {
                weight: factor(ParameterRole::Weight(index)),
                bias: factor(ParameterRole::Bias(index)),
                norm: factor(ParameterRole::Scale(index)),
            },
        }
    }

    /// SHA-256 of all parameters as little-endian f32, in hexadecimal, in the order in which a network stores them: for each layer the
    /// weight, then the bias or, if the layer is normalized, scale and shift.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(self.parameters.iter().map(|parameter| parameter.values.as_slice()))
    }
}

impl LayerParameters<'_> {
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

    /// SHA-256 of the weights alone as little-endian f32, in hexadecimal.
    #[must_use]
    pub fn weight_sha256(&self) -> String {
        sha256([self.weight])
    }
}

fn sha256<'values>(tensors: impl IntoIterator<Item = &'values [f32]>) -> String {
    digest::sha256(tensors.into_iter().flatten().map(|value| value.to_le_bytes()))
}
