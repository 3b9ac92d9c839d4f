//! The dense layer as operations of Burn with their own gradients, so that each backend can implement them differently: the CPU with
//! its own kernels ([`super::cpu`]), the GPU with its own shaders, or Burn's matrix product.

use super::cpu::{self, Epilogue, Sizes};
use crate::model::flex::{in_its_type, tensor};
#[cfg(feature = "gpu")]
use crate::model::gpu::layers;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

/// `x W` of every run: `input` is `[runs, batch, inputs]`, or `[1, batch, inputs]` if all runs have the same input, `weight`
/// `[runs, inputs, outputs]`.
#[must_use]
pub fn product(input: Tensor<3>, weight: Tensor<3>) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as StackedDense>::stacked_product(input.into_dispatch(), weight.into_dispatch()))
}

/// `x W + b` of every run, or with `relu`, `max(x W + b, 0)`: `bias` is `[runs, 1, outputs]`, the others are as in [`product`].
#[must_use]
pub(in crate::model) fn dense(input: Tensor<3>, weight: Tensor<3>, bias: Tensor<3>, relu: bool) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as StackedDense>::stacked_dense(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        relu,
    ))
}

/// The dense layers of several runs, and their gradients.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "gpu"))]
pub(super) trait StackedDense: Backend {
    /// As [`product`].
    fn stacked_product(input: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        product_by_burn::<Self>(input, weight)
    }

    /// The gradient with respect to the input, if it is not shared.
    fn stacked_product_input_gradient(gradient: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        input_gradient_by_burn::<Self>(gradient, weight)
    }

    /// The gradient with respect to the weight.
    fn stacked_product_weight_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        weight_gradient_by_burn::<Self>(input, gradient)
    }

    /// As [`dense`].
    fn stacked_dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        dense_by_burn::<Self>(input, weight, bias, relu)
    }

    /// The gradient with respect to the values before ReLU, given the layer's output, and with respect to the bias.
    fn stacked_dense_relu_gradient(
        gradient: FloatTensor<Self>,
        output: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let masked = Self::relu_backward(output, gradient);
        (masked.clone(), Self::stacked_dense_bias_gradient(masked))
    }

    /// The gradient with respect to the bias of a layer without ReLU.
    fn stacked_dense_bias_gradient(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_sum_dim(gradient, 1)
    }
}

/// With shaders of our own, unless there are none.
#[cfg(feature = "gpu")]
impl StackedDense for burn::backend::Cube {
    fn stacked_product(input: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        layers::dense(&input, &weight, None, false).unwrap_or_else(|| product_by_burn::<Self>(input, weight))
    }

    fn stacked_product_input_gradient(gradient: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        let own = layers::dense_input_gradient(&gradient, &weight);
        own.unwrap_or_else(|| input_gradient_by_burn::<Self>(gradient, weight))
    }

    fn stacked_product_weight_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let own = layers::dense_weight_gradient(&input, &gradient);
        own.unwrap_or_else(|| weight_gradient_by_burn::<Self>(input, gradient))
    }

    fn stacked_dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let own = layers::dense(&input, &weight, Some(&bias), relu);
        own.unwrap_or_else(|| dense_by_burn::<Self>(input, weight, bias, relu))
    }
}

fn product_by_burn<B: Backend>(input: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(input, weight)
}

fn input_gradient_by_burn<B: Backend>(gradient: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(gradient, B::float_swap_dims(weight, 1, 2))
}

fn weight_gradient_by_burn<B: Backend>(input: FloatTensor<B>, gradient: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(B::float_swap_dims(input, 1, 2), gradient)
}

fn dense_by_burn<B: Backend>(
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    relu: bool,
) -> FloatTensor<B> {
    let sum = B::float_add(product_by_burn::<B>(input, weight), bias);
    if relu { B::relu(sum) } else { sum }
}

impl StackedDense for Flex {
    fn stacked_product(input: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        let (sizes, shape) = sizes(&input, &weight);
        in_its_type!(input, T => tensor(cpu::forward::<T>(input.to_contiguous().storage(), weight.to_contiguous().storage(), None, &sizes), shape))
    }

    fn stacked_product_input_gradient(gradient: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        let ([runs, batch, outputs], [_, inputs, _]) = (gradient.shape().dims::<3>(), weight.shape().dims::<3>());
        let sizes = Sizes { runs, batch, inputs, outputs };
        in_its_type!(gradient, T => {
            tensor(cpu::input_gradient::<T>(gradient.to_contiguous().storage(), weight.to_contiguous().storage(), &sizes), [runs, batch, inputs])
        })
    }

    fn stacked_product_weight_gradient(input: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let ([_, batch, inputs], [runs, _, outputs]) = (input.shape().dims::<3>(), gradient.shape().dims::<3>());
        let sizes = Sizes { runs, batch, inputs, outputs };
        in_its_type!(input, T => {
            tensor(cpu::weight_gradient::<T>(input.to_contiguous().storage(), gradient.to_contiguous().storage(), &sizes), [runs, inputs, outputs])
        })
    }

    fn stacked_dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let (sizes, shape) = sizes(&input, &weight);
        in_its_type!(input, T => {
            let bias = bias.to_contiguous();
            let epilogue = Some(Epilogue { bias: bias.storage::<T>(), relu });
            tensor(cpu::forward(input.to_contiguous().storage(), weight.to_contiguous().storage(), epilogue, &sizes), shape)
        })
    }

    fn stacked_dense_relu_gradient(
        gradient: FloatTensor<Self>,
        output: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [runs, batch, outputs] = gradient.shape().dims::<3>();
        in_its_type!(gradient, T => {
            let (masked, bias) = cpu::relu_gradient::<T>(gradient.to_contiguous().storage(), output.to_contiguous().storage(), [runs, batch, outputs]);
            (tensor(masked, shape), tensor(bias, [runs, 1, outputs]))
        })
    }

    fn stacked_dense_bias_gradient(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape @ [runs, _, outputs] = gradient.shape().dims::<3>();
        in_its_type!(gradient, T => tensor(cpu::bias_gradient::<T>(gradient.to_contiguous().storage(), shape), [runs, 1, outputs]))
    }
}

/// The sizes of a layer, and the shape of its output.
fn sizes(input: &FloatTensor<Flex>, weight: &FloatTensor<Flex>) -> (Sizes, [usize; 3]) {
    let ([_, batch, inputs], [runs, _, outputs]) = (input.shape().dims::<3>(), weight.shape().dims::<3>());
    (Sizes { runs, batch, inputs, outputs }, [runs, batch, outputs])
}

impl<B: Backend + StackedDense, C: CheckpointStrategy> StackedDense for Autodiff<B, C> {
    fn stacked_product(input: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        match ProductGradient.prepare::<C>([input.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let state = (prepared.checkpoint(&input), prepared.checkpoint(&weight));
                prepared.finish(state, B::stacked_product(input.into_primitive(), weight.into_primitive()))
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::stacked_product(input.into_primitive(), weight.into_primitive()))
            }
        }
    }

    fn stacked_dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), weight.node(), bias.node()];
        let output = |input: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>| {
            B::stacked_dense(input.into_primitive(), weight.into_primitive(), bias.into_primitive(), relu)
        };
        match DenseGradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let (of_input, of_weight) = (prepared.checkpoint(&input), prepared.checkpoint(&weight));
                let output = output(input, weight, bias);
                prepared.finish((of_input, of_weight, relu.then(|| output.clone())), output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(output(input, weight, bias)),
        }
    }
}

/// The backward pass of a product.
#[derive(Debug)]
struct ProductGradient;

impl<B: Backend + StackedDense> Backward<B, 2> for ProductGradient {
    type State = (NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        register_products::<B>(
            ops.parents.map(|node| node.map(|node| node.id)),
            ops.state,
            gradient,
            gradients,
            checkpointer,
        );
    }
}

/// The backward pass of a layer.
#[derive(Debug)]
struct DenseGradient;

impl<B: Backend + StackedDense> Backward<B, 3> for DenseGradient {
    /// Input, weight, and with ReLU the output.
    type State = (NodeId, NodeId, Option<FloatTensor<B>>);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [input, weight, bias] = ops.parents.map(|node| node.map(|node| node.id));
        let (of_input, of_weight, output) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let (gradient, of_bias) = match output {
            Some(output) => B::stacked_dense_relu_gradient(gradient, output),
            None => (gradient.clone(), B::stacked_dense_bias_gradient(gradient)),
        };
        if let Some(bias) = bias {
            gradients.register::<B>(bias, of_bias);
        }
        register_products::<B>([input, weight], (of_input, of_weight), gradient, gradients, checkpointer);
    }
}

/// Registers the gradients of a product with respect to its input and weight, as far as they are wanted.
fn register_products<B: Backend + StackedDense>(
    [of_input, of_weight]: [Option<NodeId>; 2],
    (input, weight): (NodeId, NodeId),
    gradient: FloatTensor<B>,
    gradients: &mut Gradients,
    checkpointer: &mut Checkpointer,
) {
    let input = checkpointer.retrieve_node_output::<FloatTensor<B>>(input);
    let weight = checkpointer.retrieve_node_output::<FloatTensor<B>>(weight);
    if let Some(node) = of_input {
        let own = B::stacked_product_input_gradient(gradient.clone(), weight);
        // An input that all runs share gets the sum of their gradients.
        let is_shared = input.shape()[0] < own.shape()[0];
        gradients.register::<B>(node, if is_shared { B::float_sum_dim(own, 0) } else { own });
    }
    if let Some(node) = of_weight {
        gradients.register::<B>(node, B::stacked_product_weight_gradient(input, gradient));
    }
}
