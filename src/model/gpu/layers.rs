//! Single layers with the shaders of a training step: for evaluations, and where a network is computed with Burn's operations otherwise.
//! Every function returns nothing if there is no shader for its tensors, or Burn's operations are wanted.

use super::convolution;
use super::loss::StackedCrossEntropy;
use super::maps::{MapKind, MapOperation};
use super::product::{Product, ProductEpilogue};
use super::shader::{ShaderOperation, contiguous, empty, launch};
use super::{are_wanted, is_software};
use crate::experiment::Activation;
use crate::experiment::architecture::Window;
use burn::tensor::DType;
use burn_wgpu::CubeTensor;

/// The tensors, with their numbers in the order of their axes.
fn prepared<const N: usize>(tensors: [&CubeTensor; N]) -> Option<[CubeTensor; N]> {
    let are_ours = are_wanted() && tensors.iter().all(|tensor| tensor.dtype == DType::F32);
    are_ours.then(|| tensors.map(|tensor| contiguous(tensor.clone())))
}

fn size(number: usize) -> Option<u32> {
    u32::try_from(number).ok()
}

fn launched(operation: &impl ShaderOperation, tensors: &[&CubeTensor], result: CubeTensor) -> CubeTensor {
    let buffers = tensors.iter().copied().chain([&result]).collect::<Vec<_>>();
    launch(operation, &buffers);
    result
}

/// `x W`, or if there is a bias `x W + b`, then with `relu` the greater of that and 0.
pub(in crate::model) fn dense(
    input: &CubeTensor,
    weight: &CubeTensor,
    bias: Option<&CubeTensor>,
    relu: bool,
) -> Option<CubeTensor> {
    let [input, weight] = prepared([input, weight])?;
    let bias = bias.cloned().map(contiguous);
    let (of_input, of_weight) = (input.meta.shape().dims::<3>(), weight.meta.shape().dims::<3>());
    let activation = relu.then_some(Activation::Relu);
    let epilogue = bias.as_ref().map_or(ProductEpilogue::None, |_| ProductEpilogue::Bias(activation));
    let product = Product::dense(of_input, of_weight)?.then(epilogue);
    let result = empty([of_weight[0], of_input[1], of_weight[2]], &weight);
    let tensors = [&input, &weight].into_iter().chain(&bias).collect::<Vec<_>>();
    Some(launched(&product, &tensors, result))
}

/// The gradient of `x W` with respect to `x`, of every run.
pub(in crate::model) fn dense_input_gradient(gradient: &CubeTensor, weight: &CubeTensor) -> Option<CubeTensor> {
    let [gradient, weight] = prepared([gradient, weight])?;
    let (of_gradient, of_weight) = (gradient.meta.shape().dims::<3>(), weight.meta.shape().dims::<3>());
    let of_input = [of_gradient[0], of_gradient[1], of_weight[1]];
    let product = Product::dense(of_input, of_weight)?.input_gradient();
    let result = empty(of_input, &gradient);
    Some(launched(&product, &[&gradient, &weight], result))
}

/// The gradient of `x W` with respect to `W`.
pub(in crate::model) fn dense_weight_gradient(input: &CubeTensor, gradient: &CubeTensor) -> Option<CubeTensor> {
    let [input, gradient] = prepared([input, gradient])?;
    let (of_input, of_gradient) = (input.meta.shape().dims::<3>(), gradient.meta.shape().dims::<3>());
    let of_weight = [of_gradient[0], of_input[2], of_gradient[2]];
    let product = Product::dense(of_input, of_weight)?.weight_gradient();
    let result = empty(of_weight, &gradient);
    Some(launched(&product, &[&input, &gradient], result))
}

/// The cross-entropy of softmax of every run, `[runs]`, and its gradient with respect to the logits.
pub(in crate::model) fn cross_entropy(logits: &CubeTensor, targets: &CubeTensor) -> Option<(CubeTensor, CubeTensor)> {
    let [logits, targets] = prepared([logits, targets])?;
    let shape @ [runs, rows, classes] = logits.meta.shape().dims::<3>();
    let (losses, gradient) = (empty([runs], &logits), empty(shape, &logits));
    let factor = 1.0_f32.to_bits();
    let operation = StackedCrossEntropy { runs: size(runs)?, rows: size(rows)?, classes: size(classes)?, factor };
    launch(&operation, &[&logits, &targets, &losses, &gradient]);
    Some((losses, gradient))
}

/// The convolution of maps `[batch, runs · channels, height, width]`, of which runs may have one in common.
pub(in crate::model) fn convolve(
    input: &CubeTensor,
    weight: &CubeTensor,
    window: Window,
    runs: usize,
) -> Option<CubeTensor> {
    let [input, weight] = prepared([input, weight])?;
    let ([batch, channels, height, width], [all_out, channels_in, ..]) =
        (input.meta.shape().dims::<4>(), weight.meta.shape().dims::<4>());
    let [rows, columns] = [window.positions(height)?, window.positions(width)?];
    let three = |[channels, height, width]: [usize; 3]| Some([size(channels)?, size(height)?, size(width)?]);
    let geometry = convolution::ConvolutionSizes {
        runs: size(runs)?,
        batch: size(batch)?,
        input: three([channels_in, height, width])?,
        output: three([all_out / runs, rows, columns])?,
        kernel: size(window.kernel)?,
        stride: size(window.stride)?,
        padding: size(window.padding)?,
        shared: channels == channels_in && runs > 1,
        by_run: false,
        software: is_software(),
    };
    let result = empty([batch, all_out, rows, columns], &weight);
    let shader = convolution::ConvolutionForward { sizes: geometry, bias: false, activation: None };
    Some(launched(&shader, &[&input, &weight], result))
}

/// The maximum of every window of two by two positions.
pub(in crate::model) fn max_pool(maps: &CubeTensor) -> Option<CubeTensor> {
    let [maps] = prepared([maps])?;
    let [batch, channels, height, width] = maps.meta.shape().dims::<4>();
    let maps_of = [size(channels)?, size(height)?, size(width)?];
    let pool = MapOperation {
        kind: MapKind::Pool { side: 2, max: true },
        examples: size(batch)?,
        maps: maps_of,
        kept: maps_of,
    };
    let result = empty([batch, channels, height / 2, width / 2], &maps);
    Some(launched(&pool, &[&maps], result))
}
