//! The convolution as an operation of Burn with its own gradients, so that each backend can implement it differently: the CPU
//! directly ([`super::cpu`]), the GPU by Burn's grouped convolution.

use super::cpu::{self, Geometry};
use super::cpu_pool;
use crate::experiment::architecture::Window;
use crate::model::flex::{in_its_type, tensor};
#[cfg(feature = "gpu")]
use crate::model::gpu::layers;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{IntDType, Tensor};

/// `y = x * W` (cross-correlation, as everywhere in deep learning) for every run at once.
///
/// `input` is `[batch, runs · channels_in, height, width]`, or without the factor `runs` if all runs see the same images;
/// `weight` is `[runs · channels_out, channels_in, kernel, kernel]`.
#[must_use]
pub fn convolve(input: Tensor<4>, weight: Tensor<4>, window: Window, runs: usize) -> Tensor<4> {
    let output = <Dispatch as StackedConvolution>::stacked_convolution(
        input.into_dispatch(),
        weight.into_dispatch(),
        window,
        runs,
    );
    Tensor::from_dispatch(output)
}

/// The maximum of every 2 × 2 window of `maps`, `[batch, channels, height, width]`; an odd last row or column is
/// omitted.
#[must_use]
pub(super) fn max_pool(maps: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as StackedConvolution>::max_pooling(maps.into_dispatch()))
}

/// The convolution of several runs, max pooling, and their gradients.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "gpu"))]
pub(super) trait StackedConvolution: Backend {
    /// As [`convolve`].
    fn stacked_convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        convolution_by_burn::<Self>(input, weight, window, runs)
    }

    /// The gradient with respect to the input, if the input is not shared.
    fn stacked_convolution_input_gradient(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        let options = options(&input, &weight, window, runs);
        Self::conv2d_x_backward(input, weight, gradient, options)
    }

    /// The gradient with respect to the weight.
    fn stacked_convolution_weight_gradient(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        let options = options(&input, &weight, window, runs);
        Self::conv2d_weight_backward(input, weight, gradient, options)
    }

    /// As [`max_pool`].
    fn max_pooling(input: FloatTensor<Self>) -> FloatTensor<Self> {
        max_pooling_by_burn::<Self>(input)
    }

    /// The gradient with respect to the input.
    fn max_pooling_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let (pair, none, one) = ([2; 2], [0; 2], [1; 2]);
        let pooled = Self::max_pool2d_with_indices(input.clone(), pair, pair, none, one, false, IntDType::I32);
        Self::max_pool2d_with_indices_backward(input, pair, pair, none, one, false, gradient, pooled.indices).x_grad
    }
}

/// The options of Burn's own convolution: runs are its groups, unless they share the input.
fn options<T: TensorMetadata>(input: &T, weight: &T, window: Window, runs: usize) -> ConvOptions<2> {
    let groups = if input.shape()[1] == weight.shape()[1] { 1 } else { runs };
    ConvOptions::new([window.stride; 2], [window.padding; 2], [1, 1], groups)
}

/// Forward with shaders of our own, unless there are none.
#[cfg(feature = "gpu")]
impl StackedConvolution for burn::backend::Cube {
    fn stacked_convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        let own = layers::convolve(&input, &weight, window, runs);
        own.unwrap_or_else(|| convolution_by_burn::<Self>(input, weight, window, runs))
    }

    fn max_pooling(input: FloatTensor<Self>) -> FloatTensor<Self> {
        layers::max_pool(&input).unwrap_or_else(|| max_pooling_by_burn::<Self>(input))
    }
}

fn convolution_by_burn<B: Backend>(
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    window: Window,
    runs: usize,
) -> FloatTensor<B> {
    let options = options(&input, &weight, window, runs);
    B::conv2d(input, weight, None, options)
}

fn max_pooling_by_burn<B: Backend>(input: FloatTensor<B>) -> FloatTensor<B> {
    B::max_pool2d(input, [2; 2], [2; 2], [0; 2], [1; 2], false)
}

impl StackedConvolution for Flex {
    fn stacked_convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        let geometry = geometry(&input, &weight, window, runs);
        let [height, width] = geometry.output;
        let shape = [geometry.batch, runs * geometry.channels_out, height, width];
        in_its_type!(input, T => {
            let (input, weight) = (input.to_contiguous(), weight.to_contiguous());
            tensor(cpu::forward::<T>(input.storage(), weight.storage(), &geometry), shape)
        })
    }

    fn stacked_convolution_input_gradient(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        let geometry = geometry(&input, &weight, window, runs);
        let [height, width] = geometry.input;
        let shape = [geometry.batch, runs * geometry.channels_in, height, width];
        in_its_type!(gradient, T => {
            let (gradient, weight) = (gradient.to_contiguous(), weight.to_contiguous());
            tensor(cpu::input_gradient::<T>(gradient.storage(), weight.storage(), &geometry), shape)
        })
    }

    fn stacked_convolution_weight_gradient(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        let geometry = geometry(&input, &weight, window, runs);
        let shape = [runs * geometry.channels_out, geometry.channels_in, window.kernel, window.kernel];
        in_its_type!(input, T => {
            let (input, gradient) = (input.to_contiguous(), gradient.to_contiguous());
            tensor(cpu::weight_gradient::<T>(input.storage(), gradient.storage(), &geometry), shape)
        })
    }

    fn max_pooling(input: FloatTensor<Self>) -> FloatTensor<Self> {
        let [batch, channels, height, width] = input.shape().dims::<4>();
        let (input, shape) = (input.to_contiguous(), [batch, channels, height / 2, width / 2]);
        in_its_type!(input, T => tensor(cpu_pool::max_pool::<T>(input.storage(), [height, width]), shape))
    }

    fn max_pooling_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = input.shape().dims::<4>();
        in_its_type!(input, T => {
            let (input, gradient) = (input.to_contiguous(), gradient.to_contiguous());
            let size = [shape[2], shape[3]];
            tensor(cpu_pool::max_pool_gradient::<T>(input.storage(), gradient.storage(), size), shape)
        })
    }
}

fn geometry(input: &FloatTensor<Flex>, weight: &FloatTensor<Flex>, window: Window, runs: usize) -> Geometry {
    let ([batch, channels, height, width], [channels_out, channels_in, ..]) =
        (input.shape().dims::<4>(), weight.shape().dims::<4>());
    let positions = |size| window.positions(size).unwrap_or_default();
    Geometry {
        batch,
        runs,
        shared: channels == channels_in,
        channels_in,
        channels_out: channels_out / runs,
        input: [height, width],
        output: [positions(height), positions(width)],
        window,
    }
}

impl<B: Backend + StackedConvolution, C: CheckpointStrategy> StackedConvolution for Autodiff<B, C> {
    fn stacked_convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        runs: usize,
    ) -> FloatTensor<Self> {
        match Gradient.prepare::<C>([input.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let state = (prepared.checkpoint(&input), prepared.checkpoint(&weight), window, runs);
                prepared.finish(
                    state,
                    B::stacked_convolution(input.into_primitive(), weight.into_primitive(), window, runs),
                )
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::stacked_convolution(input.into_primitive(), weight.into_primitive(), window, runs))
            }
        }
    }

    fn max_pooling(input: FloatTensor<Self>) -> FloatTensor<Self> {
        match PoolGradient.prepare::<C>([input.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let state = prepared.checkpoint(&input);
                prepared.finish(state, B::max_pooling(input.into_primitive()))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::max_pooling(input.into_primitive())),
        }
    }
}

/// The backward pass of max pooling.
#[derive(Debug)]
struct PoolGradient;

impl<B: Backend + StackedConvolution> Backward<B, 1> for PoolGradient {
    type State = NodeId;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let input = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(ops.state);
        if let Some(node) = node {
            gradients.register::<B>(node.id, B::max_pooling_gradient(input, gradient));
        }
    }
}

/// The backward pass of a stacked convolution.
#[derive(Debug)]
struct Gradient;

impl<B: Backend + StackedConvolution> Backward<B, 2> for Gradient {
    type State = (NodeId, NodeId, Window, usize);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [input_node, weight_node] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let (input, weight, window, runs) = ops.state;
        let input = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(input);
        let weight = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(weight);
        if let Some(node) = input_node {
            let (input, weight) = (input.clone(), weight.clone());
            let own = B::stacked_convolution_input_gradient(input, weight, gradient.clone(), window, runs);
            gradients.register::<B>(node.id, own);
        }
        if let Some(node) = weight_node {
            let own = B::stacked_convolution_weight_gradient(input, weight, gradient, window, runs);
            gradients.register::<B>(node.id, own);
        }
    }
}
