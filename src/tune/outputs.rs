//! What the layers with weights compute, before normalisation and nonlinearity.

use crate::experiment::architecture::{Architecture, Layer};
use crate::model::{Mode, Network};
use burn::tensor::Tensor;

/// An output of a smaller standard deviation does not vary, and there is nothing to divide by.
pub(super) const VARIES: f64 = 1e-12;

/// The index of the step that each layer with weights is, input side first.
pub(super) fn weight_steps(architecture: &Architecture) -> Vec<usize> {
    let weighs = |layer: &Layer| matches!(layer, Layer::Dense(_) | Layer::Convolution(..));
    let steps = architecture.steps.iter().enumerate();
    steps.filter(|(_, step)| weighs(&step.layer)).map(|(index, _)| index).collect()
}

/// Mean and standard deviation (divided by the count) per run of what a layer computes, of everything or of every unit or feature
/// map.
pub(super) struct Moments {
    /// `[runs]` or, run by run, `[runs · channels]`.
    pub(super) mean: Tensor<1>,
    /// Likewise.
    pub(super) std: Tensor<1>,
}

impl Moments {
    /// Those over all examples, places and units.
    pub(super) fn of_layer(network: &Network, images: Tensor<3>, step: usize) -> Option<Self> {
        let values = output(network, images, step)?;
        let [runs, examples, units] = values.dims();
        Some(Self::along_rows(values.reshape([runs, examples * units])))
    }

    /// Those over all examples and places, for every unit or feature map.
    pub(super) fn of_channels(network: &Network, images: Tensor<3>, step: usize) -> Option<Self> {
        let values = output(network, images, step)?;
        let [runs, examples, units] = values.dims();
        let channels = network.plan.architecture.steps[step].output.channels;
        let split = values.reshape([runs, examples, channels, units / channels]).swap_dims(1, 2);
        Some(Self::along_rows(split.reshape([runs * channels, examples * (units / channels)])))
    }

    fn along_rows(rows: Tensor<2>) -> Self {
        let mean = rows.clone().mean_dim(1);
        let centered = rows - mean.clone();
        let variance = (centered.clone() * centered).mean_dim(1);
        Self { mean: mean.squeeze_dim(1), std: variance.sqrt().squeeze_dim(1) }
    }
}

/// What a step computes, `[runs, examples, units]`, with the statistics of the batch; `None` for a step that there is not.
fn output(network: &Network, images: Tensor<3>, step: usize) -> Option<Tensor<3>> {
    let mut kept = None;
    network.observe(images, Mode::Training, |index, values| {
        if index == step {
            kept = Some(values());
        }
    });
    kept
}
