//! Learning curves of a variant: for each quantity, the mean over its runs with a band of one standard deviation.

use super::by_step::by_step;
use super::{History, MeasuredPoint, RunCurves, VariantCurves, statistics};
use crate::catalog::{Occasion, Quantity};

/// Maximum number of points of the curve of a quantity that is measured at every step, at the end of the experiment.
pub const LOSS_BUCKETS: u64 = 100;

/// The curve of a variant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeanCurve {
    /// In order of increasing step.
    pub points: Vec<CurvePoint>,
}

/// One point of the curve of a variant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Number of training steps taken.
    pub step: u64,
    /// Mean over the runs.
    pub mean: f64,
    /// Lower edge of the band, one sample standard deviation over the runs below `mean` unless stated otherwise; `mean` itself when
    /// `n` is 1.
    pub low: f64,
    /// Upper edge of the band, likewise.
    pub high: f64,
    /// Number of runs averaged.
    pub n: usize,
}

impl History {
    /// The curve of a quantity, in the unit in which it is measured (accuracy in `[0, 1]`), for every variant.
    ///
    /// A point is the mean over the runs that have not diverged, with a band of one sample standard deviation on either
    /// side if there are at least two; if all have diverged, see [`VariantCurves::shown_runs`]. Values that are measured at every
    /// step, such as the loss of a mini-batch, are noisy, so they are averaged over buckets of consecutive steps; the point is in
    /// the middle of its bucket. Buckets have equal width, there are at most [`LOSS_BUCKETS`] of them in the planned steps, and
    /// they do not move while the curve grows.
    #[must_use]
    pub fn curves(&self, quantity: Quantity) -> Vec<MeanCurve> {
        let width = self.bucket_width(quantity);
        self.variants.iter().map(|variant| curve(variant, quantity, width)).collect()
    }

    /// The number of consecutive steps over which the points of a quantity are averaged.
    #[must_use]
    pub fn bucket_width(&self, quantity: Quantity) -> u64 {
        match quantity.facts().occasion {
            Occasion::Step => self.setup.experiment.steps.div_ceil(LOSS_BUCKETS).max(1),
            Occasion::Evaluation => 1,
        }
    }
}

impl RunCurves {
    /// The points of a curve, averaged over buckets of this many consecutive steps if it is more than one; the step of an undefined
    /// logarithm is kept otherwise.
    #[must_use]
    pub fn thinned(&self, quantity: Quantity, width: u64) -> Vec<MeasuredPoint> {
        if width == 1 {
            return self.curves[quantity].clone();
        }
        let points = self.values(quantity).filter(|(_, value)| value.is_finite());
        bucketed(points, width).into_iter().map(|(step, value)| (step, Some(value))).collect()
    }
}

fn curve(variant: &VariantCurves, quantity: Quantity, width: u64) -> MeanCurve {
    let (runs, end) = variant.shown_runs();
    let series = runs
        .into_iter()
        .map(|run| bucketed(run.values(quantity).filter(|(step, value)| value.is_finite() && *step < end), width));
    MeanCurve { points: runs_mean(&series.collect::<Vec<_>>(), statistics::standard_deviation) }
}

/// The mean over the runs that have a value, at each step; `half_width` is that of the band.
pub(super) fn runs_mean(
    runs: &[Vec<(u64, f64)>],
    mut half_width: impl FnMut(&[f64]) -> Option<f64>,
) -> Vec<CurvePoint> {
    let points = by_step(runs.iter().flatten().copied()).into_iter().filter_map(|(step, values)| {
        let mean = statistics::mean(&values)?;
        let half = half_width(&values).unwrap_or(0.0);
        Some(CurvePoint { step, mean, low: mean - half, high: mean + half, n: values.len() })
    });
    points.collect()
}

/// The means over the buckets of steps `1..=width`, `width + 1..=2 width`, ..., each at the mean of the steps it contains.
pub(super) fn bucketed(points: impl Iterator<Item = (u64, f64)>, width: u64) -> Vec<(u64, f64)> {
    let mut buckets: Vec<Bucket> = Vec::new();
    for (step, value) in points {
        let index = step.saturating_sub(1) / width;
        match buckets.last_mut().filter(|bucket| bucket.index == index && width > 1) {
            Some(bucket) => bucket.add(step, value),
            None => buckets.push(Bucket { index, first: step, last: step, sum: value, count: 1 }),
        }
    }
    buckets.iter().map(|bucket| (bucket.first.midpoint(bucket.last), bucket.sum / bucket.count as f64)).collect()
}

/// Consecutive steps that are averaged.
struct Bucket {
    index: u64,
    first: u64,
    last: u64,
    sum: f64,
    count: u64,
}

impl Bucket {
    fn add(&mut self, step: u64, value: f64) {
        self.last = step;
        self.sum += value;
        self.count += 1;
    }
}
