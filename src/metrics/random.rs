//! What of a run's emergence random activity would have: the interval at its own fraction of active units.

use super::{History, Quantity, RandomActivity, RandomPoint, RunCurves, Setup, VariantCurves, statistics};
use std::collections::BTreeMap;

/// A step with the two ends of an interval.
pub type StepInterval = (u64, f64, f64);

impl RandomActivity {
    /// Nothing is known of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The interval of `quantity` at a fraction of active units: both ends linear in the log odds `ln(p / (1 - p))` between the
    /// two points around it, since where few units are active `log E` is nearly linear in `ln p`, and where few are not in
    /// `ln(1 - p)`. `None` where one of the points has none, outside of `[0, 1]`, and for what is not the emergence of units.
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

impl Setup {
    /// The fraction of active units among all that are measured, from the fractions of the layers; `None` where these are not
    /// those of the layers.
    #[must_use]
    pub fn overall_fraction(&self, layers: &[f32]) -> Option<f64> {
        let units: usize = self.layer_widths.iter().sum();
        let active = self.layer_widths.iter().zip(layers).map(|(&units, &share)| units as f64 * f64::from(share));
        let fraction = active.sum::<f64>() / units as f64;
        (layers.len() == self.layer_widths.len() && fraction.is_finite()).then_some(fraction)
    }

    /// The intervals of a run, at every evaluation that has one: at the fraction of its units that were active.
    #[must_use]
    pub fn random_of_run(&self, run: &RunCurves, quantity: Quantity) -> Vec<StepInterval> {
        let intervals = self.fractions(run).filter_map(|(step, fraction)| self.random_at(step, fraction, quantity));
        intervals.collect()
    }

    fn fractions(&self, run: &RunCurves) -> impl Iterator<Item = (u64, f64)> {
        run.active_fraction.iter().filter_map(|(step, layers)| Some((*step, self.overall_fraction(layers)?)))
    }

    fn random_at(&self, step: u64, fraction: f64, quantity: Quantity) -> Option<StepInterval> {
        let (low, high) = self.random_activity.at(fraction, quantity)?;
        (low.is_finite() && high.is_finite()).then_some((step, low, high))
    }
}

impl History {
    /// The band of random activity behind the curve of a variant, by rising step: the interval at the fraction of active units
    /// that the runs of the curve have on average.
    #[must_use]
    pub fn random_band(&self, variant: &VariantCurves, quantity: Quantity) -> Vec<StepInterval> {
        if self.setup.random_activity.is_empty() {
            return Vec::new();
        }
        let (runs, end) = variant.shown_runs();
        let mut fractions: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (step, fraction) in runs.into_iter().flat_map(|run| self.setup.fractions(run)) {
            if step < end {
                fractions.entry(step).or_default().push(fraction);
            }
        }
        let means = fractions.into_iter().filter_map(|(step, values)| Some((step, statistics::mean(&values)?)));
        means.filter_map(|(step, fraction)| self.setup.random_at(step, fraction, quantity)).collect()
    }
}
