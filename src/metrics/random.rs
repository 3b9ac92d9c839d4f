//! The emergence of random activity, as an interval at the fraction of active units of a run.

use super::by_step::by_step;
use super::{History, NetworkLayers, RandomActivity, RandomPoint, RunCurves, VariantCurves, statistics};
use crate::catalog::Quantity;

/// A step with the lower and upper end of an interval.
pub type StepInterval = (u64, f64, f64);

impl RandomActivity {
    /// Whether random activity was not measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The interval of `quantity` at a fraction of active units. Both ends are interpolated linearly in the log odds
    /// `ln(p / (1 - p))` between the two nearest points, since `log E` is nearly linear in `ln p` if few units are active, and in
    /// `ln(1 - p)` if few are inactive. `None` if one of the points has no interval, if the fraction is outside `[0, 1]`, and for
    /// quantities other than the emergence of units.
    #[must_use]
    pub fn at(&self, fraction: f64, quantity: Quantity) -> Option<(f64, f64)> {
        let next = self.points.iter().position(|point| point.fraction >= fraction)?;
        let (after, high) = (self.points[next].fraction, self.points[next].interval(quantity)?);
        if after <= fraction {
            return Some(high);
        }
        let point = self.points.get(next.checked_sub(1)?)?;
        let low = point.interval(quantity)?;
        let odds = |fraction: f64| (fraction / (1.0 - fraction)).ln();
        let share = (odds(fraction) - odds(point.fraction)) / (odds(after) - odds(point.fraction));
        let between = |from: f64, to: f64| from + share * (to - from);
        Some((between(low.0, high.0), between(low.1, high.1)))
    }
}

impl RandomPoint {
    fn interval(&self, quantity: Quantity) -> Option<(f64, f64)> {
        match quantity {
            Quantity::EmergenceA => self.emergence_a,
            Quantity::EmergenceB => self.emergence_b,
            _ => None,
        }
    }
}

impl NetworkLayers {
    /// The fraction of active units among all measured units, given the fraction of each layer; `None` if their number is not
    /// the number of layers, or if one is not finite.
    #[must_use]
    pub fn overall_fraction(&self, fractions: &[f32]) -> Option<f64> {
        let units = || self.measured.iter().map(|layer| layer.shape.units());
        let active = units().zip(fractions).map(|(units, &share)| units as f64 * f64::from(share));
        let fraction = active.sum::<f64>() / units().sum::<usize>() as f64;
        (fractions.len() == self.measured.len() && fraction.is_finite()).then_some(fraction)
    }

    pub(super) fn overall_fractions(&self, run: &RunCurves) -> impl Iterator<Item = (u64, f64)> {
        run.active_fraction.iter().filter_map(|(step, layers)| Some((*step, self.overall_fraction(layers)?)))
    }
}

impl History {
    /// Whether the emergence of random activity is known.
    #[must_use]
    pub fn has_random_activity(&self) -> bool {
        self.random_activity().is_some()
    }

    /// The interval at the fraction of active units of a run, for every evaluation that has one.
    #[must_use]
    pub fn random_of_run(&self, run: &RunCurves, quantity: Quantity) -> Vec<StepInterval> {
        self.intervals(self.layers.overall_fractions(run), quantity)
    }

    /// The band of random activity for the curve of a variant, in order of increasing step: the interval at the mean fraction of
    /// active units over the runs of the curve.
    #[must_use]
    pub fn random_band(&self, variant: &VariantCurves, quantity: Quantity) -> Vec<StepInterval> {
        if !self.has_random_activity() {
            return Vec::new();
        }
        let (runs, end) = variant.shown_runs();
        let fractions = runs.into_iter().flat_map(|run| self.layers.overall_fractions(run));
        let means = by_step(fractions.filter(|(step, _)| *step < end))
            .into_iter()
            .filter_map(|(step, values)| Some((step, statistics::mean(&values)?)));
        self.intervals(means, quantity)
    }

    fn random_activity(&self) -> Option<&RandomActivity> {
        self.setup.start.as_ref().map(|start| &start.random_activity).filter(|random| !random.is_empty())
    }

    /// The intervals at these fractions of active units, in the order of their steps.
    fn intervals(&self, fractions: impl Iterator<Item = (u64, f64)>, quantity: Quantity) -> Vec<StepInterval> {
        let Some(random) = self.random_activity() else { return Vec::new() };
        let intervals = fractions.filter_map(|(step, fraction)| {
            let (low, high) = random.at(fraction, quantity)?;
            (low.is_finite() && high.is_finite()).then_some((step, low, high))
        });
        intervals.collect()
    }
}
