//! Which runs have failed: they count in every comparison, and their values do not make others look reliable.

use super::{Chance, RunCurves};
use crate::catalog::{Quantity, Task};
use serde::{Deserialize, Serialize};

/// A run whose accuracy is at most this much above that of a constant prediction has learned nothing: so much may be the noise of a thousand
/// test examples. It is at most half of what can be learned, so that examples nearly all of one class fail nobody.
const ABOVE_CHANCE: f64 = 0.02;
/// A run whose loss is still this share of that of equal probabilities has learned nothing.
const LOSS_SHARE: f64 = 0.98;
/// The training losses over which the last one is averaged.
const LAST_LOSSES: usize = 10;

/// How a run has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureMode {
    /// Its loss is no longer a finite number.
    Diverged,
    /// It has trained to the end and learned nothing.
    NothingLearned,
}

impl RunCurves {
    /// Whether the run has failed so far: its loss is not finite; or `is_finished`, and what it has learned is not above chance. That is
    /// decided by the test accuracy of images, and by the training loss of sentences, whose accuracy has no simple chance level.
    #[must_use]
    pub fn failure(&self, task: Task, chance: Chance, is_finished: bool) -> Option<FailureMode> {
        if self.diverged_at.is_some() {
            return Some(FailureMode::Diverged);
        }
        let has_learned = match task {
            Task::Images => {
                self.final_value(Quantity::TestAccuracy)?
                    > chance.accuracy + ABOVE_CHANCE.min((1.0 - chance.accuracy) / 2.0)
            }
            Task::Numbers | Task::Texts => self.last_loss()? < LOSS_SHARE * chance.loss,
        };
        (is_finished && !has_learned).then_some(FailureMode::NothingLearned)
    }

    /// The mean of the last training losses.
    fn last_loss(&self) -> Option<f64> {
        let losses: Vec<f64> = self.values(Quantity::TrainLoss).rev().take(LAST_LOSSES).map(|(_, loss)| loss).collect();
        super::statistics::mean(&losses)
    }
}
