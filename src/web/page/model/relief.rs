//! How an experiment that does not fit the memory becomes smaller: what takes most of it is halved.

use crate::experiment::Experiment;
use crate::experiment::dataset::DatasetFacts;
use crate::experiment::estimate::Estimate;

/// A change of an experiment after which it needs less memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relief {
    /// Half as many examples per batch.
    Batch,
    /// Half as many seeds.
    Seeds,
}

impl Relief {
    /// The change that helps most on a data set with these facts; without them, a smaller batch. `None` if nothing can be halved, or nothing
    /// that matters.
    #[must_use]
    pub fn of(experiment: &Experiment, facts: Option<&DatasetFacts>) -> Option<Self> {
        let Some(facts) = facts else {
            return Self::Batch.applied(experiment).map(|_| Self::Batch);
        };
        let memory =
            |experiment: &Experiment| Estimate::new(experiment, facts).map_or(0, |estimate| estimate.memory_bytes);
        let saved = |relief: Self| {
            relief.applied(experiment).map_or(0, |smaller| memory(experiment).saturating_sub(memory(&smaller)))
        };
        match (saved(Self::Batch), saved(Self::Seeds)) {
            (0, 0) => None,
            // Half of the batch saves half of its values, half of the seeds also half of the networks: are the values the larger part?
            (batch, seeds) => Some(if 2 * batch >= seeds { Self::Batch } else { Self::Seeds }),
        }
    }

    /// The changed experiment; `None` if there is nothing to halve.
    #[must_use]
    pub fn applied(self, experiment: &Experiment) -> Option<Experiment> {
        let batch_size = experiment.batch_size / 2;
        let seeds = experiment.seeds / 2;
        match self {
            Self::Batch => (batch_size > 0).then(|| Experiment { batch_size, ..experiment.clone() }),
            Self::Seeds => (seeds > 0).then(|| Experiment { seeds, ..experiment.clone() }),
        }
    }
}
