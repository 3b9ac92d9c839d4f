//! The statistics that a comparison needs: mean, sample standard deviation, Student's t interval and the paired
//! two-sided t test. Numbers that are not finite are
//! skipped, and never returned.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A verdict needs a p value below this.
pub const SIGNIFICANCE: f64 = 0.05;

/// A number over several runs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Statistic {
    /// Arithmetic mean; absent when `n` is 0.
    pub mean: Option<f64>,
    /// Sample standard deviation (divisor `n - 1`); absent when `n` is below 2.
    pub std: Option<f64>,
    /// Number of runs that it is taken over.
    pub n: usize,
    /// 95 % confidence interval of the mean, `mean ± t(0.975, n - 1) std / sqrt(n)`; absent when `n` is below 2. It
    /// assumes nothing about the range of the quantity, so an accuracy's interval may pass 1.
    pub ci95: Option<[f64; 2]>,
}

/// What a paired comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Higher than the baseline.
    #[serde(rename = "better")]
    Better,
    /// Lower than the baseline.
    #[serde(rename = "worse")]
    Worse,
    /// The runs do not show a difference.
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
    /// The conclusion at the level [`SIGNIFICANCE`]; more is better.
    pub verdict: Verdict,
}

impl Statistic {
    /// Summarizes `values`; those that are not finite are left out and not counted.
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
    /// The words of the results file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoEvidence => "no evidence of difference",
        }
    }
}

/// Arithmetic mean; `None` for no values or when the sum leaves f64.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// Sample standard deviation, `sqrt(sum (x - mean)^2 / (n - 1))`; `None` below two values.
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
/// When all differences are the same the test has no spread to judge by and takes its limit: p = 1 if they are 0, p = 0
/// otherwise. `None` below two finite differences.
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

/// Half the width of the 95 % interval of a mean of `n` values.
fn interval_half_width(deviation: f64, n: usize) -> Option<f64> {
    let half = student(n)?.inverse_cdf(0.975) * deviation / (n as f64).sqrt();
    half.is_finite().then_some(half)
}

/// Student's distribution for `n` values; `None` below two.
fn student(n: usize) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, n.checked_sub(1)? as f64).ok()
}
