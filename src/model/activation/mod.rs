//! The activation functions with their first two derivatives.

mod operation;

use super::jet::ElementwiseFunction;
use crate::experiment::Activation;
use burn::tensor::Tensor;
use operation::activated;
use std::f64::consts::{PI, SQRT_2};

/// An activation function with its derivatives. The derivative of ReLU at 0 is 0, and its kink has no curvature, as in PyTorch.
pub(super) fn curve<const D: usize>(activation: Activation) -> ElementwiseFunction<D> {
    match activation {
        // The sign of a non-negative value is 1 or 0, in the type of the values.
        Activation::Relu => ElementwiseFunction {
            value: |x| activated(x, Activation::Relu),
            slope: |_, y| y.clone().sign(),
            curvature: None,
        },
        Activation::Tanh => ElementwiseFunction {
            value: |x| activated(x, Activation::Tanh),
            slope: |_, y| one_minus(y.clone() * y.clone()),
            curvature: Some(|_, y| one_minus(y.clone() * y.clone()) * y.clone().mul_scalar(-2.0)),
        },
        Activation::Gelu => ElementwiseFunction {
            // Not Burn's own: on some devices it uses the gradient of an approximation.
            value: |x| activated(x, Activation::Gelu),
            slope: |x, _| cumulative(x) + x.clone() * density(x),
            curvature: Some(|x, _| density(x) * (x.clone() * x.clone()).neg().add_scalar(2.0)),
        },
        Activation::Sigmoid => ElementwiseFunction {
            value: |x| activated(x, Activation::Sigmoid),
            slope: |_, y| y.clone() * one_minus(y.clone()),
            curvature: Some(|_, y| y.clone() * one_minus(y.clone()) * one_minus(y.clone().mul_scalar(2.0))),
        },
    }
}

fn one_minus<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    tensor.neg().add_scalar(1.0)
}

/// `Φ(x)`, the standard normal distribution function.
fn cumulative<const D: usize>(x: &Tensor<D>) -> Tensor<D> {
    x.clone().div_scalar(SQRT_2).erf().add_scalar(1.0).mul_scalar(0.5)
}

/// `φ(x)`, its density.
fn density<const D: usize>(x: &Tensor<D>) -> Tensor<D> {
    (x.clone() * x.clone()).mul_scalar(-0.5).exp().mul_scalar((2.0 * PI).sqrt().recip())
}
