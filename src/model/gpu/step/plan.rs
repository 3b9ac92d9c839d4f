//! The layers of a network for which there are shaders, each with the activation function that follows.

use crate::experiment::Activation;
use crate::experiment::architecture::{FeatureShape, Layer, Pooling, Step, Window};
use crate::model::pass::Mode;

/// A layer with shaders, the activation function that follows, and the shape of its output.
pub(super) struct Planned {
    pub(super) operation: Operation,
    pub(super) activation: Option<Activation>,
    pub(super) output: FeatureShape,
}

/// What a layer computes; parameters are indices of their first tensor.
pub(super) enum Operation {
    Dense {
        parameter: usize,
        bias: bool,
    },
    Convolution {
        parameter: usize,
        bias: bool,
        window: Window,
    },
    /// Batch normalization, which is the `index`-th.
    BatchNorm {
        parameter: usize,
        index: usize,
    },
    Pool {
        side: usize,
        max: bool,
    },
    Mean,
    /// Adds the values with the index `kept`.
    Add {
        kept: usize,
        stride: usize,
    },
}

/// The layers of a network; `None` if one has no shader.
pub(super) fn layers(steps: &[Step], activation: Activation, mode: Mode) -> Option<Vec<Planned>> {
    let (mut layers, mut parameter, mut norms, mut branch) = (Vec::<Planned>::new(), 0, 0, None);
    for step in steps {
        let operation = match step.layer {
            Layer::Dense(layer) => Operation::Dense { parameter, bias: !layer.normalized },
            Layer::Convolution(layer, window) => Operation::Convolution { parameter, bias: !layer.normalized, window },
            Layer::BatchNorm if mode == Mode::Training => {
                norms += 1;
                Operation::BatchNorm { parameter, index: norms - 1 }
            }
            Layer::Pool(pooling, Window { kernel, stride, padding: 0 }) if kernel == stride => {
                Operation::Pool { side: kernel, max: pooling == Pooling::Max }
            }
            Layer::GlobalAveragePool => Operation::Mean,
            Layer::Branch => {
                branch = Some(layers.len());
                continue;
            }
            Layer::AddShortcut { stride } => {
                // What is added has no activation function of its own, whose derivative would have to be multiplied.
                let is_plain = layers.last().is_some_and(|last| last.activation.is_none());
                // Nor is it the images, which all runs share.
                Operation::Add { kept: branch.take().filter(|kept| is_plain && *kept > 0)?, stride }
            }
            Layer::Activation => {
                let follows = layers.last_mut().filter(|last| last.activation.is_none() && last.takes_activation());
                follows?.activation = Some(activation);
                continue;
            }
            _ => return None,
        };
        parameter += match operation {
            Operation::Dense { bias, .. } | Operation::Convolution { bias, .. } => 1 + usize::from(bias),
            Operation::BatchNorm { .. } => 2,
            Operation::Pool { .. } | Operation::Mean | Operation::Add { .. } => 0,
        };
        layers.push(Planned { operation, activation: None, output: step.output });
    }
    // The logits have no activation function.
    let ends_with_logits = layers
        .last()
        .is_some_and(|last| matches!(last.operation, Operation::Dense { .. }) && last.activation.is_none());
    ends_with_logits.then_some(layers)
}

impl Planned {
    /// Whether an activation function is computed together with the layer.
    fn takes_activation(&self) -> bool {
        match self.operation {
            Operation::Dense { bias, .. } | Operation::Convolution { bias, .. } => bias,
            Operation::BatchNorm { .. } | Operation::Add { .. } => true,
            Operation::Pool { .. } | Operation::Mean => false,
        }
    }
}
