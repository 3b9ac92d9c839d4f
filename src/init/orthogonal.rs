//! Orthogonal weights: Saxe, McClelland & Ganguli 2013 (arXiv 1312.6120), as `torch.nn.init.orthogonal_`.
//!
//! PyTorch takes the QR decomposition of a normal matrix and flips the signs of Q so that the diagonal of R is
//! positive, which makes Q uniformly (Haar) distributed. The QR decomposition with a positive diagonal is unique, and
//! Gram-Schmidt computes just that one, so no sign has to be flipped here. In f64, every vector is orthogonalized
//! twice ("twice is enough", Giraud, Langou & Rozložník 2005), which leaves errors of rounding size only. Sums run in
//! a fixed order, so the result is the same to the bit on every platform, unlike that of a tuned LAPACK.

use super::Fan;

/// `gain · Q` with shape `[fan_in, fan_out]`: columns are orthonormal (`WᵀW = gain² I`) where `fan_in >= fan_out`,
/// rows are (`WWᵀ = gain² I`) otherwise. `normals` are independent `N(0, 1)` numbers.
///
/// Costs `O(fan_in · fan_out · min(fan_in, fan_out))`.
#[expect(clippy::cast_possible_truncation, reason = "computed in f64, kept in the precision of the weights")]
pub(super) fn orthogonal(fan: Fan, gain: f64, normals: &mut impl Iterator<Item = f64>) -> Vec<f32> {
    let Fan { fan_in, fan_out } = fan;
    let vectors = orthonormal(fan_in.min(fan_out), fan_in.max(fan_out), normals);
    let element = |row: usize, column: usize| {
        if fan_in >= fan_out { vectors[column][row] } else { vectors[row][column] }
    };
    (0..fan_in)
        .flat_map(|row| (0..fan_out).map(move |column| (row, column)))
        .map(|(row, column)| (gain * element(row, column)) as f32)
        .collect()
}

/// `count` orthonormal vectors of `length >= count` numbers.
fn orthonormal(count: usize, length: usize, normals: &mut impl Iterator<Item = f64>) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut vector: Vec<f64> = normals.take(length).collect();
        for _ in 0..2 {
            for previous in &basis {
                let along = dot(previous, &vector);
                vector.iter_mut().zip(previous).for_each(|(value, previous)| *value -= along * previous);
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        for value in &mut vector {
            *value /= norm;
        }
        basis.push(vector);
    }
    basis
}

/// Numbers that are summed side by side, so that the processor need not wait for each addition.
const LANES: usize = 8;

/// The scalar product, added up in an order that depends on the length alone.
fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(left, right)| left * right).sum();
    let mut lanes = [0.0; LANES];
    for (left, right) in left.zip(right) {
        for lane in 0..LANES {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest
}
