//! Outputs of the layers with weights, before normalization and activation.

use crate::model::{Inputs, Mode, Moments, Network};
use burn::tensor::Tensor;

/// An output with a smaller standard deviation is regarded as constant, and its layer is not rescaled.
pub(super) const VARIES: f64 = 1e-30;

/// Moments of the output of a step over all examples, units and positions that count, one row per run; `None` if there is no such step.
pub(super) fn moments_of_layer(network: &Network, inputs: &Inputs, step: usize) -> Option<Moments> {
    moments_of_layers(network, inputs, [step]).map(|[moments]| moments)
}

/// The same of several steps, in one forward pass; `None` if one of them does not exist.
pub(super) fn moments_of_layers<const STEPS: usize>(
    network: &Network,
    inputs: &Inputs,
    steps: [usize; STEPS],
) -> Option<[Moments; STEPS]> {
    let moments = outputs(network, inputs, steps)?.map(|(values, counted)| {
        let [runs, examples, units] = values.dims();
        let counted = counted.map(|counted| counted.reshape([1, examples * units]));
        Moments::of_counted_rows(values.reshape([runs, examples * units]), counted)
    });
    Some(moments)
}

/// Moments over all examples and positions that count, one row per unit or feature map, run by run.
pub(super) fn moments_of_channels(network: &Network, inputs: &Inputs, step: usize) -> Option<Moments> {
    let [(values, counted)] = outputs(network, inputs, [step])?;
    let [runs, examples, units] = values.dims();
    let channels = network.plan.architecture.steps[step].output.channels;
    let by_channel = |values: Tensor<3>| {
        let [runs, ..] = values.dims();
        let split = values.reshape([runs, examples, channels, units / channels]).swap_dims(1, 2);
        split.reshape([runs * channels, examples * (units / channels)])
    };
    let counted = counted.map(|counted| by_channel(counted).repeat_dim(0, runs));
    Some(Moments::of_counted_rows(by_channel(values), counted))
}

/// The values of a step, `[runs, examples, units]`, and which of them count.
type Output = (Tensor<3>, Option<Tensor<3>>);

/// The outputs of steps, with the statistics of the batch; `None` if one of them does not exist.
fn outputs<const STEPS: usize>(network: &Network, inputs: &Inputs, steps: [usize; STEPS]) -> Option<[Output; STEPS]> {
    let mut kept = [const { None }; STEPS];
    network.observe(inputs, Mode::Training, |index, values| {
        if let Some(place) = steps.iter().position(|step| *step == index) {
            kept[place] = Some((values.units(), values.counted()));
        }
    });
    let kept: Vec<Output> = kept.into_iter().collect::<Option<_>>()?;
    kept.try_into().ok()
}
