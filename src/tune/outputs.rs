//! Outputs of the layers with weights, before normalization and activation.

use crate::model::{Mode, Moments, Network};
use burn::tensor::Tensor;

/// An output with a smaller standard deviation is regarded as constant, and its layer is not rescaled.
pub(super) const VARIES: f64 = 1e-30;

/// Moments of the output of a step over all examples, positions and units, one row per run; `None` if there is no such step.
pub(super) fn moments_of_layer(network: &Network, images: Tensor<3>, step: usize) -> Option<Moments> {
    let values = output(network, images, step)?;
    let [runs, examples, units] = values.dims();
    Some(Moments::of_rows(values.reshape([runs, examples * units])))
}

/// Moments over all examples and positions, one row per unit or feature map, run by run.
pub(super) fn moments_of_channels(network: &Network, images: Tensor<3>, step: usize) -> Option<Moments> {
    let values = output(network, images, step)?;
    let [runs, examples, units] = values.dims();
    let channels = network.plan.architecture.steps[step].output.channels;
    let split = values.reshape([runs, examples, channels, units / channels]).swap_dims(1, 2);
    Some(Moments::of_rows(split.reshape([runs * channels, examples * (units / channels)])))
}

/// The output of a step, `[runs, examples, units]`, with the statistics of the batch; `None` if there is no such step.
fn output(network: &Network, images: Tensor<3>, step: usize) -> Option<Tensor<3>> {
    let mut kept = None;
    network.observe(images, Mode::Training, |index, values| {
        if index == step {
            kept = Some(values());
        }
    });
    kept
}
