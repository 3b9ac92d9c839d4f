//! Fan-in and fan-out: how many connections lead into and out of a unit.

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
    /// A dense layer: its weight is `[inputs, outputs]`, and the fans are just these.
    #[must_use]
    pub fn dense(inputs: usize, outputs: usize) -> Self {
        Self { fan_in: inputs, fan_out: outputs }
    }

    /// The fans of a weight tensor. In a convolution a feature map counts once for every place of the window, strides and
    /// borders left aside: `channels_in k²` and `channels_out k²`, as in PyTorch.
    #[must_use]
    pub fn of(shape: WeightShape) -> Self {
        match shape {
            WeightShape::Dense { inputs, outputs } => Self::dense(inputs, outputs),
            WeightShape::Convolution { channels_in, channels_out, kernel } => {
                Self { fan_in: channels_in * kernel * kernel, fan_out: channels_out * kernel * kernel }
            }
        }
    }
}
