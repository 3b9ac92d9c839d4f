//! The matrix products of dense layers on the CPU. Every run is computed separately, in the same order of operations regardless of
//! its place. The matrices of a mini-batch that all runs share are packed only once.

use crate::model::kernels::panels::{Matrix, Panels};
use crate::model::kernels::product::multiply;
use crate::model::kernels::{Number, ROWS, vectorized};
use std::ops::Range;

/// Sizes of a stacked dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Runs.
    pub runs: usize,
    /// Examples.
    pub batch: usize,
    /// Inputs of the layer.
    pub inputs: usize,
    /// Outputs of the layer.
    pub outputs: usize,
}

impl Sizes {
    fn input(&self) -> usize {
        self.batch * self.inputs
    }

    fn output(&self) -> usize {
        self.batch * self.outputs
    }

    fn weight(&self) -> usize {
        self.inputs * self.outputs
    }
}

/// What follows the product.
#[derive(Debug, Clone, Copy)]
pub struct Epilogue<'numbers, T> {
    /// A bias per run and output.
    pub bias: &'numbers [T],
    /// Whether negative results become zero.
    pub relu: bool,
}

/// `y = x W`, `[runs, batch, outputs]`; `input` is that of each run, or one for all of them. If there is an
/// epilogue, with its bias and ReLU.
#[must_use]
pub fn forward<T: Number>(input: &[T], weight: &[T], epilogue: Option<Epilogue<'_, T>>, sizes: &Sizes) -> Vec<T> {
    let Sizes { runs, batch, inputs, outputs } = *sizes;
    let left = packed(input, sizes.input(), |input| Panels::new(Matrix::Rows(input), [batch, inputs]));
    let right = weight.chunks_exact(sizes.weight().max(1)).map(Matrix::Columns);
    let mut result = products(&left, right, runs, [batch, outputs, inputs]);
    if let Some(Epilogue { bias, relu }) = epilogue {
        let rows = result.chunks_exact_mut(outputs.max(1));
        let biases = bias.chunks_exact(outputs.max(1)).flat_map(|bias| std::iter::repeat_n(bias, batch));
        vectorized(
            #[inline(always)]
            || {
                for (row, bias) in rows.zip(biases) {
                    for (place, bias) in row.iter_mut().zip(bias) {
                        let sum = *place + *bias;
                        *place = if relu && sum < T::default() { T::default() } else { sum };
                    }
                }
            },
        );
    }
    result
}

/// The gradient with respect to the input, `[runs, batch, inputs]`.
#[must_use]
pub fn input_gradient<T: Number>(gradient: &[T], weight: &[T], sizes: &Sizes) -> Vec<T> {
    let Sizes { runs, batch, inputs, outputs } = *sizes;
    let left = packed(gradient, sizes.output(), |gradient| Panels::new(Matrix::Rows(gradient), [batch, outputs]));
    let right = weight.chunks_exact(sizes.weight().max(1)).map(Matrix::Rows);
    products(&left, right, runs, [batch, inputs, outputs])
}

/// The gradient with respect to the weight, `[runs, inputs, outputs]`.
#[must_use]
pub fn weight_gradient<T: Number>(input: &[T], gradient: &[T], sizes: &Sizes) -> Vec<T> {
    let Sizes { runs, batch, inputs, outputs } = *sizes;
    let left = packed(input, sizes.input(), |input| Panels::new(Matrix::Columns(input), [inputs, batch]));
    let right = gradient.chunks_exact(sizes.output().max(1)).map(Matrix::Columns);
    products(&left, right, runs, [inputs, outputs, batch])
}

/// The gradient with respect to the values before ReLU, given a layer's `output` and the gradient with respect to it, both
/// `[runs, batch, outputs]`; and the one with respect to the bias, `[runs, 1, outputs]`. In one pass.
#[must_use]
pub fn relu_gradient<T: Number>(gradient: &[T], output: &[T], shape: [usize; 3]) -> (Vec<T>, Vec<T>) {
    let mut masked = gradient.to_vec();
    let bias = summed(shape, |place, sums| {
        for ((gradient, output), sum) in masked[place.clone()].iter_mut().zip(&output[place]).zip(sums) {
            *gradient = if *output > T::default() { *gradient } else { T::default() };
            *sum += *gradient;
        }
    });
    (masked, bias)
}

/// The gradient with respect to the bias, `[runs, 1, outputs]`, given that with respect to the output, `[runs, batch, outputs]`.
#[must_use]
pub fn bias_gradient<T: Number>(gradient: &[T], shape: [usize; 3]) -> Vec<T> {
    summed(shape, |place, sums| {
        for (sum, gradient) in sums.iter_mut().zip(&gradient[place]) {
            *sum += *gradient;
        }
    })
}

/// Sums over the batch, `[runs, 1, outputs]`: calls `add` for every row of `[runs, batch, outputs]`, with its place and the sums of
/// its run.
fn summed<T: Number>([runs, batch, outputs]: [usize; 3], mut add: impl FnMut(Range<usize>, &mut [T])) -> Vec<T> {
    let mut sums = vec![T::default(); runs * outputs];
    vectorized(
        #[inline(always)]
        || {
            for (run, sums) in sums.chunks_exact_mut(outputs.max(1)).enumerate() {
                for row in run * batch..(run + 1) * batch {
                    add(row * outputs..(row + 1) * outputs, sums);
                }
            }
        },
    );
    sums
}

/// The packed matrices of the runs, of `size` numbers each; a single one if all runs share it.
fn packed<T: Number>(numbers: &[T], size: usize, pack: impl Fn(&[T]) -> Panels<T, ROWS>) -> Vec<Panels<T, ROWS>> {
    numbers.chunks_exact(size.max(1)).map(pack).collect()
}

/// The products of each run, `[runs, rows, columns]`. `left` has one element for each run, or one for all of them.
fn products<'numbers, T: Number>(
    left: &[Panels<T, ROWS>],
    right: impl Iterator<Item = Matrix<'numbers, T>>,
    runs: usize,
    [rows, columns, depth]: [usize; 3],
) -> Vec<T> {
    let mut result = vec![T::default(); runs * rows * columns];
    let results = result.chunks_exact_mut((rows * columns).max(1));
    for (run, (result, right)) in results.zip(right).enumerate() {
        if let Some(left) = left.get(run).or(left.first()) {
            multiply(left, right, [rows, columns, depth], result);
        }
    }
    result
}
