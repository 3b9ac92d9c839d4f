//! Mean, standard deviation and scalar products of values and parameters, row by row.

use burn::tensor::Tensor;

/// Mean and standard deviation (divided by the count) of every row.
#[derive(Debug, Clone)]
pub struct Moments {
    /// `[rows]`.
    pub mean: Tensor<1>,
    /// `[rows]`.
    pub std: Tensor<1>,
}

impl Moments {
    /// The moments of `[rows, numbers]`.
    #[must_use]
    pub fn of_rows(rows: Tensor<2>) -> Self {
        let mean = rows.clone().mean_dim(1);
        let centered = rows - mean.clone();
        let variance = (centered.clone() * centered).mean_dim(1);
        Self { mean: mean.squeeze_dim(1), std: variance.sqrt().squeeze_dim(1) }
    }

    /// The moments of those numbers of `[rows, numbers]` that count: `counted` is 1 or 0 for each, `[1, numbers]` or `[rows, numbers]`; all
    /// do if it is absent.
    #[must_use]
    pub fn of_counted_rows(rows: Tensor<2>, counted: Option<Tensor<2>>) -> Self {
        let Some(counted) = counted else { return Self::of_rows(rows) };
        let mean = counted_mean(rows.clone(), &counted);
        let centered = rows - mean.clone();
        let variance = counted_mean(centered.clone() * centered, &counted);
        Self { mean: mean.squeeze_dim(1), std: variance.sqrt().squeeze_dim(1) }
    }
}

/// The mean of those numbers of each row that count, `[rows, 1]`.
#[must_use]
pub fn counted_mean(rows: Tensor<2>, counted: &Tensor<2>) -> Tensor<2> {
    (rows * counted.clone()).sum_dim(1) / counted.clone().sum_dim(1)
}

/// The scalar product of two parameters `[runs, ...]` for every run: `[runs]`.
#[must_use]
pub fn inner_product(left: &Tensor<3>, right: &Tensor<3>) -> Tensor<1> {
    (left.clone() * right.clone()).sum_dims_squeeze::<1, _>(&[1, 2])
}
