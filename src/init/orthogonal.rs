//! Orthogonal weights: Saxe, McClelland & Ganguli 2013 (arXiv 1312.6120), as `torch.nn.init.orthogonal_`.
//!
//! PyTorch computes the QR decomposition of a normal matrix and flips the signs of Q so that the diagonal of R is
//! positive, which makes Q uniformly (Haar) distributed. The QR decomposition with a positive diagonal is unique, and
//! it is the one that the Gram-Schmidt process computes, so no signs have to be flipped here. In f64, every vector is
//! orthogonalized twice ("twice is enough", Giraud, Langou & Rozložník 2005), which leaves only rounding errors. Sums are
//! computed in a fixed order, so the result is the same to the bit on every platform, unlike that of an optimized LAPACK.

/// `gain · Q` with shape `[rows, columns]`: the columns of `Q` are orthonormal (`WᵀW = gain² I`) if `rows >= columns`,
/// otherwise its rows are (`WWᵀ = gain² I`). `normals` are independent `N(0, 1)` numbers.
///
/// Costs `O(rows · columns · min(rows, columns))`.
#[expect(clippy::cast_possible_truncation, reason = "computed in f64, kept in the precision of the weights")]
pub(super) fn orthogonal(rows: usize, columns: usize, gain: f64, normals: &mut impl Iterator<Item = f64>) -> Vec<f32> {
    let vectors = orthonormal(rows.min(columns), rows.max(columns), normals);
    let element = |row: usize, column: usize| {
        if rows >= columns { vectors[column][row] } else { vectors[row][column] }
    };
    (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .map(|(row, column)| (gain * element(row, column)) as f32)
        .collect()
}

/// `count` orthonormal vectors of length `length >= count`.
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

/// Number of independent partial sums, so that the processor need not wait for each addition.
const LANES: usize = 8;

/// The dot product, summed in an order that depends on the length alone.
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
