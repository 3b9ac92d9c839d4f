//! The curves of a run, one per quantity, with a bounded number of points ([`Resolution`]).

use super::Resolution;
use crate::catalog::{Occasion, QUANTITIES, Quantity};
use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// A step and the value measured there; `None` for the logarithm of a measure that is zero.
pub type MeasuredPoint = (u64, Option<f64>);

/// The points of each quantity, in order of increasing step. A quantity that was not measured has no points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QuantityCurves {
    points: [Vec<MeasuredPoint>; Quantity::COUNT],
    /// What the last point of each curve will become.
    open: [OpenBucket; Quantity::COUNT],
}

/// The values of the bucket of the last point of a curve, which is the latest measurement itself until the next bucket begins.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct OpenBucket {
    /// Of the finite values.
    sum: f64,
    /// Number of finite values.
    count: u64,
}

impl OpenBucket {
    pub(super) fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.sum += value;
            self.count += 1;
        }
    }

    /// The mean of its values, and empties it. `None` if it has none.
    pub(super) fn close(&mut self) -> Option<f64> {
        let Self { sum, count } = std::mem::take(self);
        (count > 0).then(|| sum / count as f64)
    }
}

impl Index<Quantity> for QuantityCurves {
    type Output = Vec<MeasuredPoint>;

    fn index(&self, quantity: Quantity) -> &Self::Output {
        &self.points[quantity as usize]
    }
}

impl IndexMut<Quantity> for QuantityCurves {
    fn index_mut(&mut self, quantity: Quantity) -> &mut Self::Output {
        &mut self.points[quantity as usize]
    }
}

impl QuantityCurves {
    /// Adds a measurement after all earlier ones.
    pub(super) fn add(&mut self, resolution: Resolution, quantity: Quantity, (step, value): MeasuredPoint) {
        let occasion = quantity.facts().occasion;
        let (points, open) = (&mut self.points[quantity as usize], &mut self.open[quantity as usize]);
        match points.last_mut() {
            Some(last) if resolution.is_same(occasion, last.0, step) => *last = (step, value),
            Some(last) => {
                last.1 = open.close().or(last.1);
                points.push((step, value));
            }
            None => points.push((step, value)),
        }
        if resolution.per_point(occasion) > 1 {
            open.add(value);
        }
    }

    /// The number of measurements of which the value at a step is the mean: 1 for the first evaluation and the latest measurement.
    #[must_use]
    pub fn measurements(&self, resolution: Resolution, quantity: Quantity, step: u64) -> u64 {
        let is_latest = self[quantity].last().is_some_and(|(latest, _)| *latest == step);
        let is_itself = step == 0 || is_latest && self.open[quantity as usize].count > 0;
        if is_itself { 1 } else { resolution.per_point(quantity.facts().occasion) }
    }

    /// Forgets what was measured at training steps after `end`. Measurements arrive in any number at a time, so that some of these steps
    /// may be part of a mean, which is then forgotten as a whole: only buckets that are complete at `end` remain, whatever arrived before.
    pub(super) fn end_steps_at(&mut self, resolution: Resolution, end: u64) {
        for row in QUANTITIES.iter().filter(|row| row.occasion == Occasion::Step) {
            let (points, open) = (&mut self.points[row.quantity as usize], &mut self.open[row.quantity as usize]);
            if let Some(mut last) = points.pop() {
                last.1 = open.close().or(last.1);
                if resolution.is_end(row.occasion, last.0) {
                    points.push(last);
                }
            }
            points.retain(|(step, _)| *step <= end);
        }
    }
}
