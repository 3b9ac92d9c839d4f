//! Differences of pairs of runs, and the tests of their mean.

use super::{Statistic, quantile, student};
use statrs::distribution::ContinuousCDF;

/// The sign-flip test has no p value below 0.05 for fewer pairs: `2 / 2^n` is its smallest one.
const FEWEST_FLIPPED: usize = 6;
/// With more pairs, the sums of all signs take too long, and the t test is as good.
const MOST_FLIPPED: usize = 20;
/// Sums that differ by less than this share of the largest one are equal: they differ by rounding.
const ROUNDING: f64 = 1e-9;

/// The mean difference of pairs, with its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedDifference {
    /// Number of pairs.
    pub n: usize,
    /// Mean of the differences, in the unit of the quantity.
    pub difference: f64,
    /// Sample standard deviation of the differences; at least the resolution of the quantity.
    pub deviation: f64,
}

impl PairedDifference {
    /// Of the differences of pairs; `None` for fewer than two finite ones. `resolution` is the smallest step of the quantity: values that
    /// are rounded to it are known no better, so the spread of their differences is not taken to be smaller.
    #[must_use]
    pub fn of(differences: &[f64], resolution: f64) -> Option<Self> {
        let statistic = Statistic::of(differences.iter().copied());
        let deviation = statistic.std?.max(resolution);
        Some(Self { n: statistic.n, difference: statistic.mean?, deviation })
    }

    /// The confidence interval of this level, `d ± t((1 + level) / 2, n - 1) s / sqrt(n)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> [f64; 2] {
        let half = quantile(f64::midpoint(1.0, level), self.n).unwrap_or(f64::INFINITY) * self.standard_error();
        [self.difference - half, self.difference + half]
    }

    /// The two-sided p value of the paired t test with `n - 1` degrees of freedom: `t = d / (s / sqrt(n))`, `p = 2 P(T > |t|)`. `None` if
    /// the differences do not vary, and the quantity has no resolution.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        let statistic = Some((self.difference / self.standard_error()).abs()).filter(|t| t.is_finite())?;
        Some(2.0 * student(self.n)?.sf(statistic))
    }

    fn standard_error(&self) -> f64 {
        self.deviation / (self.n as f64).sqrt()
    }
}

/// The two-sided p value of the sign-flip test: the share of all `2^n` choices of signs for which the sum of the differences is at least as
/// large as theirs. It supposes only that a difference is as likely as its opposite. `None` for fewer than 6 pairs, for which it cannot
/// be below 0.05, and for more than 20.
#[must_use]
pub fn sign_flip(differences: &[f64]) -> Option<f64> {
    let n = differences.len();
    if !(FEWEST_FLIPPED..=MOST_FLIPPED).contains(&n) {
        return None;
    }
    let sum: f64 = differences.iter().sum();
    let largest: f64 = differences.iter().map(|difference| difference.abs()).sum();
    let limit = sum.abs() - ROUNDING * largest;
    let (mut flipped, mut reached) = (sum, 0_u32);
    let mut signs = vec![1.0; n];
    // In the order of Gray's code, in which one sign changes at a time.
    for choice in 1..=1_u32 << n {
        reached += u32::from(flipped.abs() >= limit);
        let index = choice.trailing_zeros() as usize;
        if let (Some(sign), Some(difference)) = (signs.get_mut(index), differences.get(index)) {
            flipped -= 2.0 * *sign * difference;
            *sign = -*sign;
        }
    }
    Some(f64::from(reached) / f64::from(1_u32 << n))
}

/// The p values of several tests, corrected by Holm's method: the `k`-th smallest of `m` is multiplied by `m - k + 1`, and none is smaller
/// than that of a smaller one. The probability that any of them is below 0.05 although nothing differs is then at most 0.05 (Holm 1979).
#[must_use]
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let (mut corrected, mut largest) = (vec![1.0; values.len()], 0.0_f64);
    for (rank, index) in order.into_iter().enumerate() {
        largest = largest.max(values[index] * (values.len() - rank) as f64).min(1.0);
        corrected[index] = largest;
    }
    corrected
}
