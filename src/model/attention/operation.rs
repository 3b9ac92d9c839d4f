//! Attention as an operation of Burn with its own gradient, `∂/∂score = a (g - Σ a g)` for weights `a` with the gradient `g`: on the CPU in
//! one pass over the examples, which keeps the weights alone.

use super::cpu::{self, AttentionInputs, AttentionSizes, Mask};
use crate::model::flex::{in_its_type, tensor};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, Scalar, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Tensor};

/// As [`super::attention`], without derivatives.
#[must_use]
pub(super) fn attended(
    query: Tensor<3>,
    key: Tensor<3>,
    value: Tensor<3>,
    mask: Tensor<3>,
    sizes: AttentionSizes,
) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as Attentions>::attended(
        query.into_dispatch(),
        key.into_dispatch(),
        value.into_dispatch(),
        mask.into_dispatch(),
        sizes,
    ))
}

/// Attention and its gradients.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "gpu"))]
pub(super) trait Attentions: Backend {
    /// As [`attended`].
    fn attended(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        sizes: AttentionSizes,
    ) -> FloatTensor<Self> {
        Self::attended_with_weights(query, key, value, mask, sizes).0
    }

    /// The result, and the weights in a shape of the backend's own.
    fn attended_with_weights(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        sizes: AttentionSizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [runs, _, features] = query.shape().dims::<3>();
        let AttentionSizes { examples, heads, queries, keys } = sizes;
        let head = features / heads;
        let transposed = Self::float_swap_dims(split::<Self>(key, keys, heads), 2, 3);
        let products = Self::float_matmul(split::<Self>(query, queries, heads), transposed);
        let scores = Self::float_mul_scalar(products, Scalar::from(sizes.scale(head)));
        let [of_examples, of_queries, _] = mask.shape().dims::<3>();
        let mask = Self::float_reshape(mask, Shape::from([1, of_examples, 1, of_queries, keys]));
        let scores = Self::float_reshape(scores, Shape::from([runs, examples, heads, queries, keys]));
        let scores =
            Self::float_reshape(Self::float_add(scores, mask), Shape::from([runs * examples, heads, queries, keys]));
        let weights = Self::softmax(scores, 3);
        let mixed = Self::float_matmul(weights.clone(), split::<Self>(value, keys, heads));
        (merged::<Self>(mixed, runs), weights)
    }

    /// The gradients with respect to queries, keys and values, given that of the result and the weights.
    fn attention_gradients(
        gradient: FloatTensor<Self>,
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        sizes: AttentionSizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [runs, _, features] = query.shape().dims::<3>();
        let AttentionSizes { heads, queries, keys, .. } = sizes;
        let gradient = split::<Self>(gradient, queries, heads);
        let value = Self::float_swap_dims(split::<Self>(value, keys, heads), 2, 3);
        let slopes = Self::float_matmul(gradient.clone(), value);
        let mean = Self::float_sum_dim(Self::float_mul(slopes.clone(), weights.clone()), 3);
        let slopes = Self::float_mul(weights.clone(), Self::float_sub(slopes, mean));
        let slopes = Self::float_mul_scalar(slopes, Scalar::from(sizes.scale(features / heads)));
        let of_query = Self::float_matmul(slopes.clone(), split::<Self>(key, keys, heads));
        let of_key = Self::float_matmul(Self::float_swap_dims(slopes, 2, 3), split::<Self>(query, queries, heads));
        let of_value = Self::float_matmul(Self::float_swap_dims(weights, 2, 3), gradient);
        (merged::<Self>(of_query, runs), merged::<Self>(of_key, runs), merged::<Self>(of_value, runs))
    }
}

/// `[runs, examples · positions, features]` as `[runs · examples, heads, positions, features of a head]`.
fn split<B: Backend>(values: FloatTensor<B>, positions: usize, heads: usize) -> FloatTensor<B> {
    let [runs, rows, features] = values.shape().dims::<3>();
    let shape = Shape::from([runs * rows / positions, positions, heads, features / heads]);
    B::float_swap_dims(B::float_reshape(values, shape), 1, 2)
}

/// The reverse of [`split`].
fn merged<B: Backend>(values: FloatTensor<B>, runs: usize) -> FloatTensor<B> {
    let [sequences, heads, positions, features] = values.shape().dims::<4>();
    let shape = Shape::from([runs, sequences / runs * positions, heads * features]);
    B::float_reshape(B::float_swap_dims(values, 1, 2), shape)
}

#[cfg(feature = "gpu")]
impl Attentions for burn::backend::Cube {}

impl Attentions for Flex {
    fn attended_with_weights(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        sizes: AttentionSizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (shape @ [runs, _, features], mask_shape) = (query.shape().dims::<3>(), mask.shape().dims::<3>());
        let AttentionSizes { examples, heads, queries, keys } = sizes;
        in_its_type!(query, T => {
            let (query, key, value, mask) =
                (query.to_contiguous(), key.to_contiguous(), value.to_contiguous(), mask.to_contiguous());
            let inputs =
                AttentionInputs::<T> { query: query.storage(), key: key.storage(), value: value.storage(), features };
            let (result, weights) = cpu::forward(inputs, Mask { numbers: mask.storage(), shape: mask_shape }, sizes);
            (tensor(result, shape), tensor(weights, [runs * examples, heads, queries, keys]))
        })
    }

    fn attention_gradients(
        gradient: FloatTensor<Self>,
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        sizes: AttentionSizes,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (of_queries @ [_, _, features], of_keys) = (query.shape().dims::<3>(), key.shape().dims::<3>());
        in_its_type!(query, T => {
            let (gradient, weights) = (gradient.to_contiguous(), weights.to_contiguous());
            let (query, key, value) = (query.to_contiguous(), key.to_contiguous(), value.to_contiguous());
            let inputs =
                AttentionInputs::<T> { query: query.storage(), key: key.storage(), value: value.storage(), features };
            let [own, of_key, of_value] = cpu::backward(gradient.storage(), inputs, weights.storage(), sizes);
            (tensor(own, of_queries), tensor(of_key, of_keys), tensor(of_value, of_keys))
        })
    }
}

impl<B: Backend + Attentions, C: CheckpointStrategy> Attentions for Autodiff<B, C> {
    fn attended(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        sizes: AttentionSizes,
    ) -> FloatTensor<Self> {
        let nodes = [query.node(), key.node(), value.node()];
        let (query, key, value) = (query.into_primitive(), key.into_primitive(), value.into_primitive());
        let mask = mask.into_primitive();
        match AttentionGradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (result, weights) =
                    B::attended_with_weights(query.clone(), key.clone(), value.clone(), mask, sizes);
                prepared.finish(AttentionState { query, key, value, weights, sizes }, result)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::attended(query, key, value, mask, sizes)),
        }
    }
}

/// The backward pass of attention.
#[derive(Debug)]
struct AttentionGradient;

/// What the backward pass needs.
#[derive(Debug, Clone)]
struct AttentionState<F> {
    query: F,
    key: F,
    value: F,
    weights: F,
    sizes: AttentionSizes,
}

impl<B: Backend + Attentions> Backward<B, 3> for AttentionGradient {
    type State = AttentionState<FloatTensor<B>>;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let nodes = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let AttentionState { query, key, value, weights, sizes } = ops.state;
        let (of_query, of_key, of_value) = B::attention_gradients(gradient, query, key, value, weights, sizes);
        for (node, own) in nodes.into_iter().zip([of_query, of_key, of_value]) {
            if let Some(node) = node {
                gradients.register::<B>(node.id, own);
            }
        }
    }
}
