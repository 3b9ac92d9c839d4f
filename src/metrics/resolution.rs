//! How much of a long experiment is kept: every measurement up to a stated number per curve, and of longer curves means over
//! consecutive measurements. It follows from the experiment alone, so that all runs, and an experiment that was interrupted, have the same
//! points, and none of them moves while a curve grows.

use crate::catalog::Occasion;
use crate::experiment::{EvaluationSteps, Experiment};

/// Most points of a curve of a quantity that is measured at every step.
pub const KEPT_LOSSES: u64 = 10_000;
/// Most points of a curve of a quantity that is measured at every evaluation.
pub const KEPT_EVALUATIONS: u64 = 5_000;

/// How many measurements a point of a curve stands for: a power of two, 1 for an experiment that is not long.
///
/// The point of a bucket of consecutive measurements is their mean, at the step of the last one. The first evaluation and the latest
/// measurement are kept as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    /// Training steps per point of the train loss.
    pub steps_per_point: u64,
    /// Evaluations per point of every other curve.
    pub evaluations_per_point: u64,
    /// Training steps from one evaluation to the next, if several make a point.
    interval: u64,
}

impl Resolution {
    /// The resolution of the curves of an experiment.
    #[must_use]
    pub fn of(experiment: &Experiment) -> Self {
        let (steps, evaluation) = (experiment.steps, experiment.evaluation);
        let interval = match evaluation {
            // Its evaluations are at most a fifth of what is kept.
            EvaluationSteps::Auto => 1,
            EvaluationSteps::Every(interval) => interval.max(1),
        };
        Self {
            steps_per_point: per_point(steps, KEPT_LOSSES),
            evaluations_per_point: per_point(evaluation.count(steps), KEPT_EVALUATIONS),
            interval,
        }
    }

    /// Whether every measurement is kept.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.steps_per_point == 1 && self.evaluations_per_point == 1
    }

    /// How many measurements a point of a curve stands for.
    #[must_use]
    pub fn per_point(self, occasion: Occasion) -> u64 {
        match occasion {
            Occasion::Step => self.steps_per_point,
            Occasion::Evaluation => self.evaluations_per_point,
        }
    }

    /// Whether two steps belong to the same bucket. Step 0 is alone.
    pub(super) fn is_same(self, occasion: Occasion, one: u64, other: u64) -> bool {
        let width = self.width(occasion);
        width > 1 && one.div_ceil(width) == other.div_ceil(width)
    }

    /// Whether a step is the last one of its bucket.
    pub(super) fn is_end(self, occasion: Occasion, step: u64) -> bool {
        step.is_multiple_of(self.width(occasion))
    }

    /// Training steps of a bucket.
    fn width(self, occasion: Occasion) -> u64 {
        match (occasion, self.per_point(occasion)) {
            (_, 1) => 1,
            (Occasion::Step, steps) => steps,
            (Occasion::Evaluation, evaluations) => evaluations.saturating_mul(self.interval),
        }
    }
}

/// The smallest power of two by which `count` measurements become at most `kept` points.
fn per_point(count: u64, kept: u64) -> u64 {
    count.div_ceil(kept).max(1).next_power_of_two()
}
