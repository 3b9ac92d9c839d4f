//! Statistics for comparing variants: mean, sample standard deviation and Student's t confidence interval of a quantity over runs
//! ([`Statistic`]), and in the modules what a comparison needs. Values that are not finite are skipped, and never returned.

mod failures;
mod pairs;
mod power;
mod superiority;

pub use failures::fisher_exact;
pub use pairs::{PairedDifference, holm, sign_flip};
pub use power::{detectable_difference, seeds_to_decide};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};
pub use superiority::probability_of_superiority;

/// Significance level: a difference is called one if its corrected p value is below this.
pub const SIGNIFICANCE: f64 = 0.05;

/// Statistics of a quantity over several runs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Statistic {
    /// Arithmetic mean; absent when `n` is 0.
    pub mean: Option<f64>,
    /// Sample standard deviation (divisor `n - 1`); absent when `n` is below 2.
    pub std: Option<f64>,
    /// Number of runs.
    pub n: usize,
    /// 95 % confidence interval of the mean, `mean ± t(0.975, n - 1) std / sqrt(n)`; absent when `n` is below 2. It does not
    /// take the range of the quantity into account, so the interval of an accuracy may extend beyond 1.
    pub ci95: Option<[f64; 2]>,
}

impl Statistic {
    /// The statistics of `values`, excluding those that are not finite.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        let mean = mean(&values);
        let std = standard_deviation(&values);
        let half = std.and_then(|std| interval_half_width(std, values.len()));
        let ci95 = mean.zip(half).map(|(mean, half)| [mean - half, mean + half]);
        Self { mean, std, n: values.len(), ci95 }
    }

    /// The same without spread and interval, which say nothing of values in two heaps.
    #[must_use]
    pub fn without_spread(self) -> Self {
        Self { std: None, ci95: None, ..self }
    }
}

/// Arithmetic mean; `None` if there are no values or their sum overflows.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// Median, the mean of the two middle values of an even number; `None` if there are no values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

/// Sample standard deviation, `sqrt(sum (x - mean)^2 / (n - 1))`; `None` for fewer than two values.
#[must_use]
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / (values.len() - 1) as f64).sqrt();
    deviation.is_finite().then_some(deviation)
}

/// Half the width of the 95 % confidence interval of a mean of `n` values.
fn interval_half_width(deviation: f64, n: usize) -> Option<f64> {
    let half = interval_factor(n)? * deviation;
    half.is_finite().then_some(half)
}

/// Half the width of the 95 % confidence interval of a mean of `n` values in units of their standard deviation,
/// `t(0.975, n - 1) / sqrt(n)`; `None` for fewer than two values.
#[must_use]
pub fn interval_factor(n: usize) -> Option<f64> {
    quantile(0.975, n).map(|t| t / (n as f64).sqrt())
}

/// The quantile of Student's t distribution for `n` values, with `n - 1` degrees of freedom; `None` for fewer than two values.
fn quantile(probability: f64, n: usize) -> Option<f64> {
    Some(student(n)?.inverse_cdf(probability))
}

/// Student's t distribution for `n` values, with `n - 1` degrees of freedom; `None` for fewer than two values.
fn student(n: usize) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, n.checked_sub(1)? as f64).ok()
}
