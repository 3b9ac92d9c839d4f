//! Statistics for comparing variants: mean, sample standard deviation, Student's t confidence interval and the paired two-sided
//! t test. Values that are not finite are skipped, and never returned.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Significance level: a difference is reported if the p value is below this.
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

/// The conclusion of a paired comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Significantly higher than the baseline.
    #[serde(rename = "better")]
    Better,
    /// Significantly lower than the baseline.
    #[serde(rename = "worse")]
    Worse,
    /// No significant difference.
    #[serde(rename = "no evidence of difference")]
    NoEvidence,
}

/// The outcome of a paired t test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairedTest {
    /// Mean of the differences, in the unit of the quantity.
    pub difference: f64,
    /// 95 % confidence interval of `difference`.
    pub ci95: [f64; 2],
    /// Two-sided p value, not corrected for the number of variants.
    pub p: f64,
    /// The conclusion at the level [`SIGNIFICANCE`]; higher is better.
    pub verdict: Verdict,
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
}

impl Verdict {
    /// The name in results files and in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoEvidence => "no evidence of difference",
        }
    }
}

/// Arithmetic mean; `None` if there are no values or their sum overflows.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
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

/// The paired two-sided t test of `differences` (variant minus baseline, one per seed) with `n - 1` degrees of freedom:
/// `t = mean / (std / sqrt(n))`, `p = 2 P(T > |t|)`.
///
/// If all differences are equal, the standard deviation is zero and the limit is returned: p = 1 if they are 0, p = 0
/// otherwise. `None` for fewer than two finite differences.
#[must_use]
pub fn paired_t_test(differences: &[f64]) -> Option<PairedTest> {
    let statistic = Statistic::of(differences.iter().copied());
    let (difference, deviation) = (statistic.mean?, statistic.std?);
    let ci95 = statistic.ci95?;
    let p = if deviation > 0.0 {
        let standard_error = deviation / (statistic.n as f64).sqrt();
        2.0 * student(statistic.n)?.sf((difference / standard_error).abs())
    } else if difference == 0.0 {
        1.0
    } else {
        0.0
    };
    let verdict = match difference {
        _ if p.is_nan() || p >= SIGNIFICANCE => Verdict::NoEvidence,
        better if better > 0.0 => Verdict::Better,
        _ => Verdict::Worse,
    };
    p.is_finite().then_some(PairedTest { difference, ci95, p, verdict })
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
    Some(student(n)?.inverse_cdf(0.975) / (n as f64).sqrt())
}

/// Student's t distribution for `n` values, with `n - 1` degrees of freedom; `None` for fewer than two values.
fn student(n: usize) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, n.checked_sub(1)? as f64).ok()
}
