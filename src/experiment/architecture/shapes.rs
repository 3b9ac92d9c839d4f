//! The shapes of values and weights: feature maps and sequences, windows, and weight tensors.

use serde::{Deserialize, Serialize};

/// Shape of an image or of a stack of feature maps. A dense layer of `n` units has the shape `n x 1 x 1`, a sequence of `n` positions with `d`
/// features `d x 1 x n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureShape {
    /// Number of color channels of an image, or of feature maps.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl FeatureShape {
    /// The shape of a dense layer of this many units.
    #[must_use]
    pub const fn dense(units: usize) -> Self {
        Self { channels: units, height: 1, width: 1 }
    }

    /// Number of positions of one feature map.
    #[must_use]
    pub const fn positions(self) -> usize {
        self.height * self.width
    }

    /// Number of units: values per example.
    #[must_use]
    pub const fn units(self) -> usize {
        self.channels * self.positions()
    }
}

/// A square window that slides over feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its side length.
    pub kernel: usize,
    /// How far it moves between two positions.
    pub stride: usize,
    /// Number of rows and columns of zeros added at each side of the maps.
    pub padding: usize,
}

impl Window {
    /// The window of pooling: two by two positions, without overlap.
    pub const POOL: Self = Self { kernel: 2, stride: 2, padding: 0 };

    /// Number of window positions along a side of length `size`, `⌊(size + 2 padding - kernel) / stride⌋ + 1`; `None` if the
    /// window does not fit.
    #[must_use]
    pub fn positions(self, size: usize) -> Option<usize> {
        Some((size + 2 * self.padding).checked_sub(self.kernel)? / self.stride + 1)
    }
}

/// How a pooling layer reduces a window to one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// The maximum of its values.
    Max,
    /// The mean of its values.
    Average,
}

/// The weight tensor of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightShape {
    /// `[inputs, outputs]`.
    Dense {
        /// Number of input units.
        inputs: usize,
        /// Number of output units.
        outputs: usize,
    },
    /// `[channels_out, channels_in, kernel, kernel]`, as in PyTorch.
    Convolution {
        /// Number of input feature maps.
        channels_in: usize,
        /// Number of output feature maps.
        channels_out: usize,
        /// Side length of the kernel.
        kernel: usize,
    },
}

impl WeightShape {
    /// Number of weights.
    #[must_use]
    pub fn count(self) -> usize {
        self.dimensions().iter().product()
    }

    /// The tensor's shape.
    #[must_use]
    pub fn dimensions(self) -> Vec<usize> {
        match self {
            Self::Dense { inputs, outputs } => vec![inputs, outputs],
            Self::Convolution { channels_in, channels_out, kernel } => vec![channels_out, channels_in, kernel, kernel],
        }
    }

    /// Rows and columns of the tensor as a matrix: `[inputs, outputs]`, or for a convolution `[channels_out, channels_in
    /// kernel²]`, flattened as in PyTorch.
    #[must_use]
    pub fn matrix(self) -> [usize; 2] {
        match self {
            Self::Dense { inputs, outputs } => [inputs, outputs],
            Self::Convolution { channels_in, channels_out, kernel } => [channels_out, channels_in * kernel * kernel],
        }
    }

    /// Number of connections into a unit of the layer. In a convolution an input feature map counts once for every position of
    /// the kernel, ignoring strides and borders: `channels_in k²`, as in PyTorch.
    #[must_use]
    pub fn fan_in(self) -> usize {
        match self {
            Self::Dense { inputs, .. } => inputs,
            Self::Convolution { channels_in, kernel, .. } => channels_in * kernel * kernel,
        }
    }

    /// Number of connections out of a unit of the previous layer; likewise, `channels_out k²` in a convolution.
    #[must_use]
    pub fn fan_out(self) -> usize {
        match self {
            Self::Dense { outputs, .. } => outputs,
            Self::Convolution { channels_out, kernel, .. } => channels_out * kernel * kernel,
        }
    }

    /// Number of units, or feature maps, that the layer computes: the length of its bias.
    #[must_use]
    pub fn outputs(self) -> usize {
        match self {
            Self::Dense { outputs, .. } | Self::Convolution { channels_out: outputs, .. } => outputs,
        }
    }
}
