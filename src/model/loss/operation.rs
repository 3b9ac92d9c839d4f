//! Cross-entropy of softmax as an operation of Burn with its own gradient: on the CPU both in one pass over the logits.

use crate::model::flex::{in_its_type, tensor};
use crate::model::kernels::Number;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Tensor};

/// `-sum_b sum_c q_bc log softmax(z_b)_c` of every run, `[runs]`: `logits` are `z`, `[runs, rows, classes]`, `targets` are `q`,
/// `[1, rows, classes]`, which sum up to 1 in each row that counts, and are zero in the others.
#[must_use]
pub(super) fn softmax_cross_entropy(logits: Tensor<3>, targets: Tensor<3>) -> Tensor<1> {
    let losses = <Dispatch as CrossEntropy>::softmax_cross_entropy(logits.into_dispatch(), targets.into_dispatch());
    Tensor::from_dispatch(losses)
}

/// Cross-entropy of softmax, and its gradient.
#[backend_extension(Autodiff, Flex, Cube: cfg(feature = "gpu"))]
pub(super) trait CrossEntropy: Backend {
    /// As [`softmax_cross_entropy`].
    fn softmax_cross_entropy(logits: FloatTensor<Self>, targets: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::softmax_cross_entropy_with_residual(logits, targets).0
    }

    /// The cross-entropy, and its gradient with respect to the logits, `w softmax(z) - q` with the sum `w` of `q` in a row.
    fn softmax_cross_entropy_with_residual(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        by_burn::<Self>(logits, targets)
    }
}

/// With a shader of our own, unless there is none.
#[cfg(feature = "gpu")]
impl CrossEntropy for burn::backend::Cube {
    fn softmax_cross_entropy_with_residual(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let own = crate::model::gpu::layers::cross_entropy(&logits, &targets);
        own.unwrap_or_else(|| by_burn::<Self>(logits, targets))
    }
}

/// The cross-entropy and its gradient with Burn's operations.
fn by_burn<B: Backend>(logits: FloatTensor<B>, targets: FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>) {
    let runs = logits.shape()[0];
    let logarithms = B::log_softmax(logits, 2);
    let products = B::float_mul(logarithms.clone(), targets.clone());
    let sums = B::float_sum_dim(B::float_sum_dim(products, 2), 1);
    let losses = B::float_neg(B::float_reshape(sums, Shape::from([runs])));
    let counted = B::float_sum_dim(targets.clone(), 2);
    (losses, B::float_sub(B::float_mul(B::float_exp(logarithms), counted), targets))
}

impl CrossEntropy for Flex {
    fn softmax_cross_entropy_with_residual(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [runs, batch, classes] = logits.shape().dims::<3>();
        in_its_type!(logits, T => {
            let (losses, residual) = losses_and_residual::<T>(logits.to_contiguous().storage(), targets.to_contiguous().storage(), [batch, classes]);
            (tensor(losses, [runs]), tensor(residual, shape))
        })
    }
}

/// The losses, `[runs]`, and the residual, `[runs, batch, classes]`.
fn losses_and_residual<T: Number>(logits: &[T], targets: &[T], [batch, classes]: [usize; 2]) -> (Vec<T>, Vec<T>) {
    let mut residual = logits.to_vec();
    let run = |residual: &mut [T]| {
        let examples = residual.chunks_exact_mut(classes).zip(targets.chunks_exact(classes));
        let losses = examples.map(|(values, targets)| {
            let largest = values.iter().fold(values[0], |most, value| if *value > most { *value } else { most });
            // Of the shifted logits, before they become probabilities.
            let mut chosen = 0.0;
            let (mut sum, mut weight) = (T::default(), T::default());
            for (value, target) in values.iter_mut().zip(targets) {
                let shifted = *value - largest;
                chosen += (shifted * *target).to_f64();
                *value = shifted.exp();
                sum += *value;
                weight += *target;
            }
            for (value, target) in values.iter_mut().zip(targets) {
                *value = *value / sum * weight - *target;
            }
            weight.to_f64() * libm::log(sum.to_f64()) - chosen
        });
        T::from_f64(losses.sum::<f64>())
    };
    let losses = residual.chunks_exact_mut((batch * classes).max(1)).map(run).collect();
    (losses, residual)
}

impl<B: Backend + CrossEntropy, C: CheckpointStrategy> CrossEntropy for Autodiff<B, C> {
    fn softmax_cross_entropy(logits: FloatTensor<Self>, targets: FloatTensor<Self>) -> FloatTensor<Self> {
        let node = logits.node();
        let (logits, targets) = (logits.into_primitive(), targets.into_primitive());
        match CrossEntropyGradient.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (losses, residual) = B::softmax_cross_entropy_with_residual(logits, targets);
                prepared.finish(residual, losses)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::softmax_cross_entropy(logits, targets)),
        }
    }
}

/// The backward pass of the cross-entropy.
#[derive(Debug)]
struct CrossEntropyGradient;

impl<B: Backend + CrossEntropy> Backward<B, 1> for CrossEntropyGradient {
    /// The residual.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        if let Some(node) = node {
            let per_run = B::float_reshape(gradient, Shape::from([ops.state.shape()[0], 1, 1]));
            gradients.register::<B>(node.id, B::float_mul(ops.state, per_run));
        }
    }
}
