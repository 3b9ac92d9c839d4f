//! `ZerO`: Zhao, Schäfer & Anandkumar 2021, "ZerO Initialization: Initializing Neural Networks with only Zeros and Ones"
//! (arXiv 2110.12661): identity matrices for layers that do not widen, Hadamard matrices for layers that do. The scheme is
//! deterministic, so all seeds start from the same weights.
//!
//! For a layer from `P` to `Q` units (algorithm 1), as a matrix `[Q, P]`:
//!
//! - `Q <= P`: the partial identity, ones on the diagonal;
//! - `Q > P`: `2^(-m/2) I* H I*`, the first `Q` rows and `P` columns of the scaled Hadamard matrix `H` of size `2^m` with
//!   `m = ⌈log2 Q⌉`. The factor, which is that of the authors' code, makes `H` orthogonal, so `WᵀW = I` for `Q = 2^m`.
//!
//! A convolution (algorithm 2) has this matrix at the center of its kernel and zeros around it. The last layer of a residual
//! branch is zero, so that every block starts as the identity. The authors' residual networks set every convolution to zero,
//! which requires a special shortcut around each; this is not done here. In a transformer every matrix is an identity or a Hadamard
//! matrix, our choice: with zeros at the ends of all branches no gradient would reach the matrices before them.

use crate::experiment::architecture::{LayerPlace, WeightLayer, WeightShape};

/// The weight of a layer, in the order of its dimensions.
pub(super) fn zero(layer: WeightLayer) -> Vec<f32> {
    let mut weight = vec![0.0; layer.shape.count()];
    if layer.place == LayerPlace::BranchEnd && layer.part.is_none() {
        return weight;
    }
    let (inputs, outputs) = match layer.shape {
        WeightShape::Dense { inputs, outputs } => (inputs, outputs),
        WeightShape::Convolution { channels_in, channels_out, .. } => (channels_in, channels_out),
    };
    for output in 0..outputs {
        for input in 0..inputs {
            weight[place(layer.shape, input, output)] = element(inputs, outputs, input, output);
        }
    }
    weight
}

/// The index of the weight from an input to an output; in a convolution, that at the center of the kernel.
fn place(shape: WeightShape, input: usize, output: usize) -> usize {
    match shape {
        WeightShape::Dense { outputs, .. } => input * outputs + output,
        WeightShape::Convolution { channels_in, kernel, .. } => {
            let middle = kernel / 2 * kernel + kernel / 2;
            (output * channels_in + input) * kernel * kernel + middle
        }
    }
}

/// The matrix of algorithm 1.
#[expect(clippy::cast_possible_truncation, reason = "computed in f64, kept in the precision of the weights")]
fn element(inputs: usize, outputs: usize, input: usize, output: usize) -> f32 {
    if outputs <= inputs {
        return if input == output { 1.0 } else { 0.0 };
    }
    // Sylvester's Hadamard matrix: the sign is the parity of the number of bits that are set in both indices.
    let sign = if (input & output).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let size = outputs.next_power_of_two() as f64;
    (sign / size.sqrt()) as f32
}
