//! The updates of the optimizers as operations of Burn: on the CPU a single pass over parameters and moments, in place.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, Scalar, backend_extension};
use burn::tensor::Tensor;

use super::{ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON};
use crate::model::flex::{contiguous, in_its_type};
use crate::model::kernels::{Number, vectorized};

/// What an update depends on besides tensors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct UpdateTerms {
    /// The schedule's factor of the learning rates.
    pub(super) factor: f64,
    /// Weight decay, if any run has some.
    pub(super) decay: Decay,
    /// Momentum of SGD.
    pub(super) momentum: f64,
    /// Adam's `1 - b1^t` and `1 - b2^t`.
    pub(super) corrections: [f64; 2],
}

/// How weights decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decay {
    /// Not at all.
    None,
    /// With the gradient.
    WithGradient,
    /// Apart from it, before the update (AdamW).
    Decoupled,
}

/// `parameter`, `gradient` and `velocity` have the same shape; `rate` and `decay` are `[runs, 1, 1]`. Returns parameter and velocity.
pub(super) fn sgd(
    [parameter, gradient, velocity]: [Tensor<3>; 3],
    [rate, decay]: [&Tensor<3>; 2],
    terms: UpdateTerms,
) -> [Tensor<3>; 2] {
    let (parameter, velocity) = <Dispatch as Updates>::sgd_update(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        velocity.into_dispatch(),
        rate.clone().into_dispatch(),
        decay.clone().into_dispatch(),
        terms,
    );
    [parameter, velocity].map(Tensor::from_dispatch)
}

/// As [`sgd`], without velocity.
pub(super) fn plain_sgd(
    [parameter, gradient]: [Tensor<3>; 2],
    [rate, decay]: [&Tensor<3>; 2],
    terms: UpdateTerms,
) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as Updates>::plain_sgd_update(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        rate.clone().into_dispatch(),
        decay.clone().into_dispatch(),
        terms,
    ))
}

/// As [`sgd`], with the moments `first` and `second`. Returns parameter and moments.
pub(super) fn adam(
    [parameter, gradient, first, second]: [Tensor<3>; 4],
    [rate, decay]: [&Tensor<3>; 2],
    terms: UpdateTerms,
) -> [Tensor<3>; 3] {
    let (parameter, first, second) = <Dispatch as Updates>::adam_update(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        first.into_dispatch(),
        second.into_dispatch(),
        rate.clone().into_dispatch(),
        decay.clone().into_dispatch(),
        terms,
    );
    [parameter, first, second].map(Tensor::from_dispatch)
}

/// The updates of one parameter tensor.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"))]
trait Updates: Backend {
    /// As [`plain_sgd`].
    fn plain_sgd_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        rate: FloatTensor<Self>,
        decay: FloatTensor<Self>,
        terms: UpdateTerms,
    ) -> FloatTensor<Self> {
        let (parameter, gradient) = decayed::<Self>(parameter, gradient, &rate, decay, terms);
        Self::float_sub(parameter, scaled::<Self>(gradient, rate, terms.factor))
    }

    /// As [`sgd`].
    fn sgd_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
        rate: FloatTensor<Self>,
        decay: FloatTensor<Self>,
        terms: UpdateTerms,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (parameter, gradient) = decayed::<Self>(parameter, gradient, &rate, decay, terms);
        let velocity = Self::float_add(Self::float_mul_scalar(velocity, Scalar::from(terms.momentum)), gradient);
        (Self::float_sub(parameter, scaled::<Self>(velocity.clone(), rate, terms.factor)), velocity)
    }

    /// As [`adam`].
    fn adam_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        rate: FloatTensor<Self>,
        decay: FloatTensor<Self>,
        terms: UpdateTerms,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (parameter, gradient) = decayed::<Self>(parameter, gradient, &rate, decay, terms);
        let blend = |old, new, beta: f64| {
            let new = Self::float_mul_scalar(new, Scalar::from(1.0 - beta));
            Self::float_add(Self::float_mul_scalar(old, Scalar::from(beta)), new)
        };
        let square = Self::float_mul(gradient.clone(), gradient.clone());
        let (first, second) = (blend(first, gradient, ADAM_BETA_1), blend(second, square, ADAM_BETA_2));
        let root = Self::float_sqrt(Self::float_div_scalar(second.clone(), Scalar::from(terms.corrections[1])));
        let direction = Self::float_div(first.clone(), Self::float_add_scalar(root, Scalar::from(ADAM_EPSILON)));
        let step = scaled::<Self>(direction, rate, terms.factor / terms.corrections[0]);
        (Self::float_sub(parameter, step), first, second)
    }
}

/// `rate * factor * tensor`; the first product is rounded to the precision of the tensor.
fn scaled<B: Backend>(tensor: FloatTensor<B>, rate: FloatTensor<B>, factor: f64) -> FloatTensor<B> {
    B::float_mul(tensor, B::float_mul_scalar(rate, Scalar::from(factor)))
}

/// Parameter and gradient with weight decay.
fn decayed<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    rate: &FloatTensor<B>,
    decay: FloatTensor<B>,
    terms: UpdateTerms,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let decay = |parameter: &FloatTensor<B>| B::float_mul(parameter.clone(), decay);
    match terms.decay {
        Decay::None => (parameter, gradient),
        Decay::WithGradient => {
            let gradient = B::float_add(gradient, decay(&parameter));
            (parameter, gradient)
        }
        Decay::Decoupled => {
            let decay = scaled::<B>(decay(&parameter), rate.clone(), terms.factor);
            (B::float_sub(parameter, decay), gradient)
        }
    }
}

#[cfg(feature = "gpu")]
impl Updates for burn::backend::Cube {}

impl Updates for Flex {
    fn plain_sgd_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        rate: FloatTensor<Self>,
        decay: FloatTensor<Self>,
        terms: UpdateTerms,
    ) -> FloatTensor<Self> {
        let (mut parameter, gradient) = (contiguous(parameter), gradient.to_contiguous());
        in_its_type!(gradient, T => {
            let coefficients: [&[T]; 2] = [rate.storage(), decay.storage()];
            let parameters: &mut [T] = parameter.storage_mut();
            update([parameters], gradient.storage(), coefficients, terms, |[w], g, rate| *w -= rate * g);
        });
        parameter
    }

    fn sgd_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
        rate: FloatTensor<Self>,
        decay: FloatTensor<Self>,
        terms: UpdateTerms,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (mut parameter, gradient) = (contiguous(parameter), gradient.to_contiguous());
        let mut velocity = contiguous(velocity);
        in_its_type!(gradient, T => {
            let coefficients: [&[T]; 2] = [rate.storage(), decay.storage()];
            let momentum = T::from_f64(terms.momentum);
            let tensors = [parameter.storage_mut(), velocity.storage_mut()];
            update(tensors, gradient.storage(), coefficients, terms, |[w, v]: [&mut T; 2], g, rate| {
                *v = momentum * *v + g;
                *w -= rate * *v;
            });
        });
        (parameter, velocity)
    }

    fn adam_update(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        rate: FloatTensor<Self>,
        decay: FloatTensor<Self>,
        terms: UpdateTerms,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (mut parameter, gradient) = (contiguous(parameter), gradient.to_contiguous());
        let (mut first, mut second) = (contiguous(first), contiguous(second));
        in_its_type!(gradient, T => {
            let coefficients: [&[T]; 2] = [rate.storage(), decay.storage()];
            let [beta_1, beta_2] = [ADAM_BETA_1, ADAM_BETA_2].map(T::from_f64);
            let [rest_1, rest_2] = [1.0 - ADAM_BETA_1, 1.0 - ADAM_BETA_2].map(T::from_f64);
            let (correction, epsilon) = (T::from_f64(terms.corrections[1]), T::from_f64(ADAM_EPSILON));
            let tensors = [parameter.storage_mut(), first.storage_mut(), second.storage_mut()];
            update(tensors, gradient.storage(), coefficients, terms, |[w, m, v]: [&mut T; 3], g, rate| {
                *m = beta_1 * *m + rest_1 * g;
                *v = beta_2 * *v + rest_2 * (g * g);
                *w -= rate * (*m / (Number::sqrt(*v / correction) + epsilon));
            });
        });
        (parameter, first, second)
    }
}

/// Calls `step` for every place of tensors of the same shape, with the decayed gradient and the learning rate of the run, which
/// includes the factors. The first tensor is the parameter.
fn update<T: Number, const N: usize>(
    mut tensors: [&mut [T]; N],
    gradient: &[T],
    [rates, decays]: [&[T]; 2],
    terms: UpdateTerms,
    step: impl Fn([&mut T; N], T, T),
) {
    let size = gradient.len() / rates.len().max(1);
    vectorized(
        #[inline(always)]
        || {
            for (run, (rate, decay)) in rates.iter().zip(decays).enumerate() {
                let of_decay = *rate * T::from_f64(terms.factor) * *decay;
                let rate = *rate * T::from_f64(terms.factor / terms.corrections[0]);
                let gradient = &gradient[run * size..][..size];
                let mut tensors = tensors.each_mut().map(|tensor| &mut tensor[run * size..][..size]);
                for place in 0..size {
                    let gradient = match terms.decay {
                        Decay::None => gradient[place],
                        Decay::WithGradient => gradient[place] + *decay * tensors[0][place],
                        Decay::Decoupled => {
                            tensors[0][place] = tensors[0][place] - of_decay * tensors[0][place];
                            gradient[place]
                        }
                    };
                    step(tensors.each_mut().map(|tensor| &mut tensor[place]), gradient, rate);
                }
            }
        },
    );
}
