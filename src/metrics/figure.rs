//! The curves of the figure: for each variant the mean over its runs with a band, or its single runs; measured, or compared with the
//! baseline's runs with the same seeds.

use super::curve::{bucketed, runs_mean};
use super::{CurvePoint, History, RunCurves, Statistic};
use crate::catalog::{FigureSource, Quantity, Unit};
use crate::experiment::Band;

/// What the curves of the figure show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureSpec {
    /// The quantity.
    pub source: FigureSource,
    /// Index of the baseline.
    pub baseline: usize,
    /// What is shown beside the mean.
    pub band: Band,
    /// Weight of earlier values in the exponential moving average, below 1; 0 for no smoothing.
    pub smoothing: f64,
}

/// A step and a value.
pub type StepValue = (u64, f64);

/// The curves of one variant, in the unit of the axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FigureCurve {
    /// The mean over the runs, smoothed if desired.
    pub points: Vec<CurvePoint>,
    /// The mean before smoothing; empty without smoothing.
    pub raw: Vec<StepValue>,
    /// The single runs, if they are shown.
    pub seeds: Vec<Vec<StepValue>>,
    /// The divergence of its runs, if any has diverged.
    pub divergence: Option<Divergence>,
}

/// The divergence of runs of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Divergence {
    /// The step at which the first one diverged.
    pub step: u64,
    /// Number of diverged runs.
    pub runs: usize,
    /// Number of runs.
    pub of: usize,
}

impl History {
    /// The curves of every variant. Means are over the runs that have not diverged; if all have, see
    /// [`VariantCurves::shown_runs`](super::VariantCurves::shown_runs).
    #[must_use]
    pub fn figure_curves(&self, spec: &FigureSpec) -> Vec<FigureCurve> {
        (0..self.variants.len()).map(|variant| self.figure_curve(variant, spec)).collect()
    }

    /// The divergence of the runs of a variant, if any has diverged.
    #[must_use]
    pub fn divergence(&self, variant: usize) -> Option<Divergence> {
        let runs = &self.variants.get(variant)?.runs;
        let diverged: Vec<u64> = runs.iter().filter_map(|run| run.diverged_at).collect();
        let step = diverged.iter().copied().min()?;
        Some(Divergence { step, runs: diverged.len(), of: runs.len() })
    }

    /// The values of a run for the figure, in the unit of the axis, in order of increasing step.
    #[must_use]
    pub fn figure_values(
        &self,
        variant: usize,
        run: &RunCurves,
        source: FigureSource,
        baseline: usize,
    ) -> Vec<StepValue> {
        match source {
            FigureSource::Measured(quantity) => {
                let factor = quantity.facts().display_factor();
                let values = run.values(quantity).filter(|(_, value)| value.is_finite());
                bucketed(values, self.bucket_width(quantity)).into_iter().map(|(step, v)| (step, v * factor)).collect()
            }
            FigureSource::ActiveFraction => {
                let fractions = self.layers.overall_fractions(run);
                fractions.map(|(step, fraction)| (step, 100.0 * fraction)).collect()
            }
            FigureSource::Difference(quantity) => {
                let factor = if quantity.facts().unit == Unit::Percent { 100.0 } else { 1.0 };
                self.paired(variant, run, quantity, baseline, |own, other| factor * (own - other))
            }
            FigureSource::Change(quantity) => {
                self.paired(variant, run, quantity, baseline, |own, other| 100.0 * (10_f64.powf(own - other) - 1.0))
            }
        }
    }

    /// The index of the variant with this index in another history.
    #[must_use]
    pub fn same_variant(&self, other: &Self, index: usize) -> Option<usize> {
        let variant = &other.variants.get(index)?.variant;
        self.variants.iter().position(|curves| curves.variant == *variant)
    }

    /// The comparison with the baseline's run of the same seed at every step at which both have a value.
    fn paired(
        &self,
        variant: usize,
        run: &RunCurves,
        quantity: Quantity,
        baseline: usize,
        compare: impl Fn(f64, f64) -> f64,
    ) -> Vec<StepValue> {
        if variant == baseline {
            return run.values(quantity).map(|(step, _)| (step, 0.0)).collect();
        }
        let partner =
            self.variants.get(baseline).and_then(|base| base.surviving_runs().find(|one| one.seed == run.seed));
        let Some(partner) = partner else { return Vec::new() };
        let others: Vec<StepValue> = partner.values(quantity).collect();
        let other_at =
            |step: u64| others.binary_search_by_key(&step, |(step, _)| *step).ok().map(|index| others[index].1);
        let pairs = run.values(quantity).filter_map(|(step, own)| Some((step, compare(own, other_at(step)?))));
        pairs.filter(|(_, value)| value.is_finite()).collect()
    }

    fn figure_curve(&self, variant: usize, spec: &FigureSpec) -> FigureCurve {
        let (runs, end) = self.variants[variant].shown_runs();
        let series = runs.into_iter().map(|run| {
            let values = self.figure_values(variant, run, spec.source, spec.baseline).into_iter();
            values.filter(|(step, _)| *step < end).collect::<Vec<_>>()
        });
        let series: Vec<Vec<StepValue>> = series.collect();
        let points = runs_mean(&series, |values| band(values, spec.band));
        let raw: Vec<StepValue> = points.iter().map(|point| (point.step, point.mean)).collect();
        FigureCurve {
            points: if spec.smoothing > 0.0 { smoothed(points, spec.smoothing) } else { points },
            raw: if spec.smoothing > 0.0 { raw } else { Vec::new() },
            seeds: if spec.band == Band::Seeds { series } else { Vec::new() },
            divergence: self.divergence(variant),
        }
    }
}

/// The distance of the edges of the band from the mean.
fn band(values: &[f64], band: Band) -> Option<f64> {
    let statistic = Statistic::of(values.iter().copied());
    match band {
        Band::Deviation => statistic.std,
        Band::Interval => statistic.mean.zip(statistic.ci95).map(|(mean, [_, high])| high - mean),
        Band::Seeds | Band::Random => None,
    }
}

/// The exponential moving average `s_t = (1 - w) Σ w^k x_(t-k) / (1 - w^(t+1))`, which has no bias toward zero at the start.
fn smoothed(points: Vec<CurvePoint>, weight: f64) -> Vec<CurvePoint> {
    let (mut sums, mut total) = ([0.0; 3], 0.0);
    let smooth = |point: CurvePoint| {
        let values = [point.mean, point.low, point.high];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = weight * *sum + (1.0 - weight) * value;
        }
        total = weight * total + (1.0 - weight);
        let [mean, low, high] = sums.map(|sum| sum / total);
        CurvePoint { mean, low, high, ..point }
    };
    points.into_iter().map(smooth).collect()
}
