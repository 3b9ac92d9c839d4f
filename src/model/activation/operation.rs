//! Activation functions as operations of Burn with their own gradients: on the CPU a single pass over the numbers, compiled to vector
//! instructions.

use crate::experiment::Activation;
use crate::model::flex::{in_its_type, tensor};
use crate::model::kernels::{Number, vectorized};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, Scalar, TensorMetadata, backend_extension};
use burn::tensor::Tensor;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The activation function of every number.
#[must_use]
pub(super) fn activated<const D: usize>(values: Tensor<D>, activation: Activation) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Activations>::activated(values.into_dispatch(), activation))
}

/// The activation functions and their gradients.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "gpu"))]
pub(super) trait Activations: Backend {
    /// As [`activated`].
    fn activated(values: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        match activation {
            Activation::Relu => Self::relu(values),
            Activation::Tanh => Self::float_tanh(values),
            Activation::Sigmoid => Self::sigmoid(values),
            Activation::Gelu => Self::float_mul(values.clone(), cumulative::<Self>(values)),
        }
    }

    /// The gradient with respect to the values, given them for GELU, and the results for all others.
    fn activation_gradient(
        known: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let one_minus = |tensor| Self::float_add_scalar(Self::float_neg(tensor), Scalar::from(1.0));
        let slope = match activation {
            Activation::Relu => return Self::relu_backward(known, gradient),
            Activation::Tanh => one_minus(Self::float_mul(known.clone(), known)),
            Activation::Sigmoid => Self::float_mul(known.clone(), one_minus(known)),
            Activation::Gelu => {
                let square = Self::float_mul(known.clone(), known.clone());
                let density = Self::float_exp(Self::float_mul_scalar(square, Scalar::from(-0.5)));
                let density = Self::float_mul_scalar(density, Scalar::from((2.0 * PI).sqrt().recip()));
                Self::float_add(cumulative::<Self>(known.clone()), Self::float_mul(known, density))
            }
        };
        Self::float_mul(slope, gradient)
    }
}

/// `Φ(x)`, the standard normal distribution function.
fn cumulative<B: Backend>(values: FloatTensor<B>) -> FloatTensor<B> {
    let erf = B::float_erf(B::float_mul_scalar(values, Scalar::from(FRAC_1_SQRT_2)));
    B::float_mul_scalar(B::float_add_scalar(erf, Scalar::from(1.0)), Scalar::from(0.5))
}

#[cfg(feature = "gpu")]
impl Activations for burn::backend::Cube {}

impl Activations for Flex {
    fn activated(values: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        let shape = values.shape();
        in_its_type!(values, T => tensor(apply::<T>(values.to_contiguous().storage(), activation), shape))
    }

    fn activation_gradient(
        known: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let shape = gradient.shape();
        in_its_type!(known, T => tensor(slope_times::<T>(known.to_contiguous().storage(), gradient.to_contiguous().storage(), activation), shape))
    }
}

/// The activation function of every number.
fn apply<T: Number>(values: &[T], activation: Activation) -> Vec<T> {
    let (zero, one, half) = (T::default(), T::from_f64(1.0), T::from_f64(0.5));
    match activation {
        Activation::Relu => mapped(values, |x| if x < zero { zero } else { x }),
        Activation::Tanh => mapped(values, T::tanh),
        Activation::Sigmoid => mapped(values, |x| one / (one + (-x).exp())),
        Activation::Gelu => mapped(values, |x| x * (half + half * (x * T::from_f64(FRAC_1_SQRT_2)).erf())),
    }
}

/// The slope at each place times the gradient there; `known` are the values for GELU, and the results for all others.
fn slope_times<T: Number>(known: &[T], gradient: &[T], activation: Activation) -> Vec<T> {
    let (zero, one, half) = (T::default(), T::from_f64(1.0), T::from_f64(0.5));
    let scale = T::from_f64((2.0 * PI).sqrt().recip());
    match activation {
        Activation::Relu => mapped_pairs(known, gradient, |y, g| if y > zero { g } else { zero }),
        Activation::Tanh => mapped_pairs(known, gradient, |y, g| (one - y * y) * g),
        Activation::Sigmoid => mapped_pairs(known, gradient, |y, g| y * (one - y) * g),
        Activation::Gelu => mapped_pairs(known, gradient, |x, g| {
            let cumulative = half + half * (x * T::from_f64(FRAC_1_SQRT_2)).erf();
            (cumulative + x * scale * (-half * x * x).exp()) * g
        }),
    }
}

fn mapped<T: Number>(values: &[T], function: impl Fn(T) -> T) -> Vec<T> {
    let mut result = values.to_vec();
    vectorized(
        #[inline(always)]
        || result.iter_mut().for_each(|value| *value = function(*value)),
    );
    result
}

fn mapped_pairs<T: Number>(known: &[T], gradient: &[T], function: impl Fn(T, T) -> T) -> Vec<T> {
    let mut result = gradient.to_vec();
    vectorized(
        #[inline(always)]
        || result.iter_mut().zip(known).for_each(|(value, known)| *value = function(*known, *value)),
    );
    result
}

impl<B: Backend + Activations, C: CheckpointStrategy> Activations for Autodiff<B, C> {
    fn activated(values: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        match ActivationGradient.prepare::<C>([values.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let values = values.into_primitive();
                let result = B::activated(values.clone(), activation);
                let known = if activation == Activation::Gelu { values } else { result.clone() };
                prepared.finish((known, activation), result)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::activated(values.into_primitive(), activation)),
        }
    }
}

/// The backward pass of an activation function.
#[derive(Debug)]
struct ActivationGradient;

impl<B: Backend + Activations> Backward<B, 1> for ActivationGradient {
    type State = (FloatTensor<B>, Activation);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let (known, activation) = ops.state;
        if let Some(node) = node {
            gradients.register::<B>(node.id, B::activation_gradient(known, gradient, activation));
        }
    }
}
