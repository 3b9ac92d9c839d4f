//! Layer normalization as an operation of Burn with its own gradient. With the standardized values `z` and `g = γ ∂/∂y`,
//!
//! ```text
//! ∂/∂x = (g - mean(g) - z mean(g z)) / √(variance + ε)        ∂/∂γ = Σ_rows z ∂/∂y        ∂/∂β = Σ_rows ∂/∂y
//! ```

#![expect(
    clippy::inline_always,
    reason = "a loop is compiled for a vector unit only with all of its body in one function"
)]

use super::EPSILON;
use crate::model::flex::{in_its_type, tensor};
use crate::model::kernels::{Number, vectorized};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, Scalar, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

/// As [`super::layer_norm`], without derivatives.
#[must_use]
pub(super) fn normalized(values: Tensor<3>, scale: Tensor<3>, shift: Tensor<3>) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as LayerNorms>::layer_normalized(
        values.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
    ))
}

/// Layer normalization and its gradients.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "gpu"))]
pub(super) trait LayerNorms: Backend {
    /// As [`normalized`].
    fn layer_normalized(
        values: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::layer_normalized_with_parts(values, scale, shift).0
    }

    /// The result, the standardized values, `[runs, rows, features]`, and the reciprocals of their standard deviations, `[runs, rows, 1]`.
    fn layer_normalized_with_parts(
        values: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let mean = Self::float_mean_dim(values.clone(), 2);
        let centered = Self::float_sub(values, mean);
        let variance = Self::float_mean_dim(Self::float_mul(centered.clone(), centered.clone()), 2);
        let inverse = Self::float_recip(Self::float_sqrt(Self::float_add_scalar(variance, Scalar::from(EPSILON))));
        let standardized = Self::float_mul(centered, inverse.clone());
        let result = Self::float_add(Self::float_mul(standardized.clone(), scale), shift);
        (result, standardized, inverse)
    }

    /// The gradients with respect to values, scale and shift, given that of the result.
    fn layer_norm_gradients(
        gradient: FloatTensor<Self>,
        standardized: FloatTensor<Self>,
        inverse: FloatTensor<Self>,
        scale: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let of_scale = Self::float_sum_dim(Self::float_mul(gradient.clone(), standardized.clone()), 1);
        let of_shift = Self::float_sum_dim(gradient.clone(), 1);
        let scaled = Self::float_mul(gradient, scale);
        let mean = Self::float_mean_dim(scaled.clone(), 2);
        let along = Self::float_mean_dim(Self::float_mul(scaled.clone(), standardized.clone()), 2);
        let rest = Self::float_sub(Self::float_sub(scaled, mean), Self::float_mul(standardized, along));
        (Self::float_mul(rest, inverse), of_scale, of_shift)
    }
}

#[cfg(feature = "gpu")]
impl LayerNorms for burn::backend::Cube {}

impl LayerNorms for Flex {
    fn layer_normalized_with_parts(
        values: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [runs, rows, _] = values.shape().dims::<3>();
        in_its_type!(values, T => {
            let (values, scale, shift) = (values.to_contiguous(), scale.to_contiguous(), shift.to_contiguous());
            let (result, standardized, inverse) = forward::<T>(values.storage(), scale.storage(), shift.storage(), shape);
            (tensor(result, shape), tensor(standardized, shape), tensor(inverse, [runs, rows, 1]))
        })
    }

    fn layer_norm_gradients(
        gradient: FloatTensor<Self>,
        standardized: FloatTensor<Self>,
        inverse: FloatTensor<Self>,
        scale: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [runs, _, features] = gradient.shape().dims::<3>();
        in_its_type!(gradient, T => {
            let (gradient, scale) = (gradient.to_contiguous(), scale.to_contiguous());
            let (standardized, inverse) = (standardized.to_contiguous(), inverse.to_contiguous());
            let (own, of_scale, of_shift) =
                backward::<T>(gradient.storage(), standardized.storage(), inverse.storage(), scale.storage(), shape);
            (tensor(own, shape), tensor(of_scale, [runs, 1, features]), tensor(of_shift, [runs, 1, features]))
        })
    }
}

/// The result, the standardized values and the reciprocals of the standard deviations.
fn forward<T: Number>(
    values: &[T],
    scale: &[T],
    shift: &[T],
    [_, rows, features]: [usize; 3],
) -> (Vec<T>, Vec<T>, Vec<T>) {
    let (mut result, mut standardized) = (values.to_vec(), values.to_vec());
    let mut inverses = Vec::with_capacity(values.len() / features.max(1));
    let count = T::from_f64(features as f64);
    vectorized(
        #[inline(always)]
        || {
            let positions = result.chunks_exact_mut(features).zip(standardized.chunks_exact_mut(features)).enumerate();
            for (index, (result, standardized)) in positions {
                let run = index / rows * features;
                let (scale, shift) = (&scale[run..][..features], &shift[run..][..features]);
                let mean = sum(standardized) / count;
                for value in standardized.iter_mut() {
                    *value = *value - mean;
                }
                let variance = sum_of_squares(standardized) / count;
                let inverse = T::from_f64(1.0) / Number::sqrt(variance + T::from_f64(EPSILON));
                for value in standardized.iter_mut() {
                    *value = *value * inverse;
                }
                for (place, ((value, scale), shift)) in result.iter_mut().zip(standardized.iter().zip(scale).zip(shift))
                {
                    *place = *value * *scale + *shift;
                }
                inverses.push(inverse);
            }
        },
    );
    (result, standardized, inverses)
}

/// The gradients with respect to values, scale and shift.
fn backward<T: Number>(
    gradient: &[T],
    standardized: &[T],
    inverses: &[T],
    scale: &[T],
    [runs, rows, features]: [usize; 3],
) -> (Vec<T>, Vec<T>, Vec<T>) {
    let mut own = gradient.to_vec();
    let mut of_scale = vec![T::default(); runs * features];
    let mut of_shift = vec![T::default(); runs * features];
    let count = T::from_f64(features as f64);
    vectorized(
        #[inline(always)]
        || {
            let positions = own.chunks_exact_mut(features).zip(standardized.chunks_exact(features)).zip(inverses);
            for (index, ((own, standardized), inverse)) in positions.enumerate() {
                let run = index / rows * features;
                add_products(&mut of_scale[run..][..features], own, standardized);
                of_shift[run..][..features].iter_mut().zip(own.iter()).for_each(|(sum, value)| *sum += *value);
                own.iter_mut().zip(&scale[run..][..features]).for_each(|(value, scale)| *value = *value * *scale);
                let (mean, along) = (sum(own) / count, sum_of_products(own, standardized) / count);
                for (value, standardized) in own.iter_mut().zip(standardized) {
                    *value = (*value - mean - *standardized * along) * *inverse;
                }
            }
        },
    );
    (own, of_scale, of_shift)
}

/// Sums are formed in this many parts, which a processor can compute at once.
const LANES: usize = 8;

#[inline(always)]
fn sum<T: Number>(values: &[T]) -> T {
    lanes(values, values, |value, _| value)
}

#[inline(always)]
fn sum_of_squares<T: Number>(values: &[T]) -> T {
    lanes(values, values, |left, right| left * right)
}

#[inline(always)]
fn sum_of_products<T: Number>(left: &[T], right: &[T]) -> T {
    lanes(left, right, |left, right| left * right)
}

#[inline(always)]
fn lanes<T: Number>(left: &[T], right: &[T], term: impl Fn(T, T) -> T) -> T {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [T::default(); LANES];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            sums[lane] += term(left[lane], right[lane]);
        }
    }
    let mut total = T::default();
    for sum in sums {
        total += sum;
    }
    for (left, right) in left_rest.iter().zip(right_rest) {
        total += term(*left, *right);
    }
    total
}

#[inline(always)]
fn add_products<T: Number>(sums: &mut [T], left: &[T], right: &[T]) {
    for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
        *sum += *left * *right;
    }
}

impl<B: Backend + LayerNorms, C: CheckpointStrategy> LayerNorms for Autodiff<B, C> {
    fn layer_normalized(
        values: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [values.node(), scale.node(), shift.node()];
        let (values, scale, shift) = (values.into_primitive(), scale.into_primitive(), shift.into_primitive());
        match LayerNormGradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (result, standardized, inverse) = B::layer_normalized_with_parts(values, scale.clone(), shift);
                prepared.finish((standardized, inverse, scale), result)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::layer_normalized(values, scale, shift)),
        }
    }
}

/// The backward pass of layer normalization.
#[derive(Debug)]
struct LayerNormGradient;

impl<B: Backend + LayerNorms> Backward<B, 3> for LayerNormGradient {
    /// Standardized values, reciprocals of the standard deviations, and the scale.
    type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let nodes = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let (standardized, inverse, scale) = ops.state;
        let (of_values, of_scale, of_shift) = B::layer_norm_gradients(gradient, standardized, inverse, scale);
        for (node, own) in nodes.into_iter().zip([of_values, of_scale, of_shift]) {
            if let Some(node) = node {
                gradients.register::<B>(node.id, own);
            }
        }
    }
}
