//! Values with their derivatives along up to two directions in parameter space: forward-mode differentiation.
//!
//! With parameters `θ(s, t) = θ + s u + t v` every value of the network is a function of `s` and `t`; a [`Jet`] carries it with
//! `∂/∂s`, `∂/∂t` and `∂²/∂s∂t` at `s = t = 0`. Each operation of the forward pass propagates these derivatives, so the pass is
//! written only once, and differentiating its result backwards, as in training, yields higher-order derivatives exactly: the
//! gradient of the loss's `∂/∂s` is the Hessian-vector product `H u` (reverse over forward, Pearlmutter 1994).
//!
//! An absent derivative is zero. Without directions a jet is a plain value and causes no additional computation.

use burn::tensor::Tensor;

/// A value with derivatives.
#[derive(Debug, Clone)]
pub(super) struct Jet<const D: usize> {
    /// The value.
    pub(super) value: Tensor<D>,
    /// `∂/∂s`.
    pub(super) first: Option<Tensor<D>>,
    /// `∂/∂t`.
    pub(super) second: Option<Tensor<D>>,
    /// `∂²/∂s∂t`.
    pub(super) mixed: Option<Tensor<D>>,
}

/// An elementwise function with its first two derivatives, for tensors.
pub(super) struct ElementwiseFunction<const D: usize> {
    /// `f(x)`.
    pub(super) value: fn(Tensor<D>) -> Tensor<D>,
    /// `f'(x)`, given `x` and `f(x)`.
    pub(super) slope: fn(&Tensor<D>, &Tensor<D>) -> Tensor<D>,
    /// `f''(x)`, given `x` and `f(x)`; `None` for a piecewise linear function.
    pub(super) curvature: Option<fn(&Tensor<D>, &Tensor<D>) -> Tensor<D>>,
}

impl<const D: usize> Jet<D> {
    /// A value that does not depend on the parameters.
    pub(super) fn constant(value: Tensor<D>) -> Self {
        Self { value, first: None, second: None, mixed: None }
    }

    /// Whether there are no derivatives to carry.
    pub(super) fn is_plain(&self) -> bool {
        self.first.is_none() && self.second.is_none() && self.mixed.is_none()
    }

    /// `f` of the value, for a linear `f`.
    pub(super) fn linear<const E: usize>(self, f: impl Fn(Tensor<D>) -> Tensor<E>) -> Jet<E> {
        Jet { value: f(self.value), first: self.first.map(&f), second: self.second.map(&f), mixed: self.mixed.map(&f) }
    }

    /// The sum; shapes are broadcast.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            first: sum(self.first, other.first),
            second: sum(self.second, other.second),
            mixed: sum(self.mixed, other.mixed),
        }
    }

    /// A bilinear product of any kind.
    pub(super) fn product<const A: usize, const C: usize>(
        &self,
        other: &Jet<A>,
        of: impl Fn(Tensor<D>, Tensor<A>) -> Tensor<C>,
    ) -> Jet<C> {
        let pair = |left: Option<&Tensor<D>>, right: Option<&Tensor<A>>| Some(of(left?.clone(), right?.clone()));
        let (left, right) = (Some(&self.value), Some(&other.value));
        let along =
            |own: &Option<Tensor<D>>, its: &Option<Tensor<A>>| sum(pair(own.as_ref(), right), pair(left, its.as_ref()));
        let crossed =
            sum(pair(self.first.as_ref(), other.second.as_ref()), pair(self.second.as_ref(), other.first.as_ref()));
        Jet {
            value: of(self.value.clone(), other.value.clone()),
            first: along(&self.first, &other.first),
            second: along(&self.second, &other.second),
            mixed: sum(along(&self.mixed, &other.mixed), crossed),
        }
    }

    /// Applies a function elementwise.
    pub(super) fn map(self, curve: &ElementwiseFunction<D>) -> Self {
        if self.is_plain() {
            return Self::constant((curve.value)(self.value));
        }
        let value = (curve.value)(self.value.clone());
        let slope = (curve.slope)(&self.value, &value);
        let bent = match (&self.first, &self.second, curve.curvature) {
            (Some(first), Some(second), Some(curvature)) => {
                Some(curvature(&self.value, &value) * first.clone() * second.clone())
            }
            _ => None,
        };
        let scaled = |derivative: Option<Tensor<D>>| derivative.map(|derivative| slope.clone() * derivative);
        Self { first: scaled(self.first), second: scaled(self.second), mixed: sum(scaled(self.mixed), bent), value }
    }
}

/// The sum of two derivatives, either of which may be absent (zero).
pub(super) fn sum<const D: usize>(left: Option<Tensor<D>>, right: Option<Tensor<D>>) -> Option<Tensor<D>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left + right),
        (left, right) => left.or(right),
    }
}
