//! The curves of the figure: for each variant the mean over its runs with a band, or its single runs; measured, or compared with the
//! baseline's runs with the same seeds.

use super::curve::{bucketed, runs_mean};
use super::{CurvePoint, History, RunCurves, statistics};
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
            FigureSource::Difference(quantity) | FigureSource::Change(quantity) => {
                self.paired(variant, run, (source, quantity), baseline).collect()
            }
        }
    }

    /// The last of the [`Self::figure_values`] of a run up to a step. The table asks for it several times a second.
    #[must_use]
    pub fn figure_value_at(
        &self,
        variant: usize,
        run: &RunCurves,
        (source, baseline): (FigureSource, usize),
        until: u64,
    ) -> Option<f64> {
        let is_before = |(step, _): &StepValue| *step <= until;
        match source {
            FigureSource::Measured(quantity) if self.bucket_width(quantity) == 1 => {
                let mut latest = run.values(quantity).rev().filter(|(_, value)| value.is_finite());
                Some(latest.find(is_before)?.1 * quantity.facts().display_factor())
            }
            FigureSource::Difference(quantity) | FigureSource::Change(quantity) => {
                Some(self.paired(variant, run, (source, quantity), baseline).rev().find(is_before)?.1)
            }
            _ => {
                let values = self.figure_values(variant, run, source, baseline).into_iter();
                values.take_while(is_before).last().map(|(_, value)| value)
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
    fn paired<'history>(
        &'history self,
        variant: usize,
        run: &'history RunCurves,
        (source, quantity): (FigureSource, Quantity),
        baseline: usize,
    ) -> impl DoubleEndedIterator<Item = StepValue> + use<'history> {
        let partner =
            self.variants.get(baseline).and_then(|base| base.surviving_runs().find(|one| one.seed == run.seed));
        let others = partner.map_or(&[][..], |partner| &partner.curves[quantity]);
        let factor = if quantity.facts().unit == Unit::Percent { 100.0 } else { 1.0 };
        run.values(quantity).filter_map(move |(step, own)| {
            if variant == baseline {
                return Some((step, 0.0));
            }
            let index = others.binary_search_by_key(&step, |(step, _)| *step).ok()?;
            let other = others.get(index)?.1?;
            let difference = match source {
                FigureSource::Change(_) => 100.0 * (10_f64.powf(own - other) - 1.0),
                _ => factor * (own - other),
            };
            difference.is_finite().then_some((step, difference))
        })
    }

    fn figure_curve(&self, variant: usize, spec: &FigureSpec) -> FigureCurve {
        let (runs, end) = self.variants[variant].shown_runs();
        let series = runs.into_iter().map(|run| {
            let values = self.figure_values(variant, run, spec.source, spec.baseline).into_iter();
            values.filter(|(step, _)| *step < end).collect::<Vec<_>>()
        });
        let series: Vec<Vec<StepValue>> = series.collect();
        let points = runs_mean(&series, band(spec.band));
        let raw: Vec<StepValue> = points.iter().map(|point| (point.step, point.mean)).collect();
        FigureCurve {
            points: if spec.smoothing > 0.0 { smoothed(points, spec.smoothing) } else { points },
            raw: if spec.smoothing > 0.0 { raw } else { Vec::new() },
            seeds: if spec.band == Band::Seeds { series } else { Vec::new() },
            divergence: self.divergence(variant),
        }
    }
}

/// The distance of the edges of the band from the mean of some values. A quantile takes far longer than everything else, and its number of
/// values is mostly that of the point before.
fn band(band: Band) -> impl FnMut(&[f64]) -> Option<f64> {
    let mut quantile = (0, None);
    move |values| match band {
        Band::Deviation => statistics::standard_deviation(values),
        Band::Interval => {
            if quantile.0 != values.len() {
                quantile = (values.len(), statistics::interval_factor(values.len()));
            }
            Some(quantile.1? * statistics::standard_deviation(values)?)
        }
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
