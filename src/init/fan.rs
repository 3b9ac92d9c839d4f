//! Fan-in and fan-out: the numbers of connections into and out of a unit.

use crate::experiment::architecture::WeightShape;

/// Fan-in and fan-out of a weight tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fan {
    /// Connections into a unit of the next layer.
    pub fan_in: usize,
    /// Connections out of a unit of the previous layer.
    pub fan_out: usize,
}

impl Fan {
    /// The fans of a dense layer with a weight of shape `[inputs, outputs]`.
    #[must_use]
    pub fn dense(inputs: usize, outputs: usize) -> Self {
        Self { fan_in: inputs, fan_out: outputs }
    }

    /// The fans of a weight tensor.
    #[must_use]
    pub fn of(shape: WeightShape) -> Self {
        Self { fan_in: shape.fan_in(), fan_out: shape.fan_out() }
    }
}
