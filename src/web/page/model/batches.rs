//! Experiments with more runs than are computed at once, and results to which seeds are added: the seeds are computed batch by batch, and
//! each batch joins those before it.

use super::shown::{Origin, Shown};
use crate::checkpoint::RunContext;
use crate::experiment::limits::STACKED_RUNS;
use crate::experiment::{Experiment, parse_query};

/// An experiment that is computed in batches.
#[derive(Debug, Clone, PartialEq)]
pub struct Batches {
    /// The experiment with all its seeds.
    pub whole: Experiment,
    /// The batches that are complete, joined; `None` during the first one.
    pub complete: Option<Shown>,
}

impl Batches {
    /// The batches of an experiment; `None` if all its runs are computed at once.
    #[must_use]
    pub fn of(whole: &Experiment) -> Option<Self> {
        (whole.seeds > most_seeds(whole)).then(|| Self { whole: whole.clone(), complete: None })
    }

    /// A result to which this many seeds are added.
    #[must_use]
    pub fn adding(result: &Shown, seeds: u32) -> Self {
        let whole = Experiment { seeds: result.experiment.seeds + seeds, ..result.experiment.clone() };
        Self { whole, complete: Some(result.clone()) }
    }

    /// The experiment of the next batch: its seeds follow those that are complete, and the order of examples stays the same.
    #[must_use]
    pub fn next(&self) -> Experiment {
        let Some(Shown { experiment: complete, .. }) = &self.complete else {
            return Experiment { seeds: most_seeds(&self.whole).min(self.whole.seeds), ..self.whole.clone() };
        };
        Experiment {
            first_seed: complete.first_seed.wrapping_add(complete.seeds),
            seeds: self.whole.seeds.saturating_sub(complete.seeds).min(most_seeds(&self.whole)),
            order: Some(complete.order_seed()),
            ..complete.clone()
        }
    }

    /// The same with another batch that is complete; `None` if its seeds do not follow those before.
    #[must_use]
    pub fn joined(mut self, batch: Shown) -> Option<Self> {
        match &mut self.complete {
            None => self.complete = Some(batch),
            Some(complete) => {
                let seeds = batch.experiment.seeds;
                if !complete.history.extend_seeds(batch.history) {
                    return None;
                }
                complete.experiment.seeds += seeds;
                complete.origin = Origin::Live;
            }
        }
        Some(self)
    }

    /// Whether no batch is left.
    #[must_use]
    pub fn are_complete(&self) -> bool {
        self.complete.as_ref().is_some_and(|complete| complete.experiment.seeds >= self.whole.seeds)
    }

    /// Writes what is needed to go on after a reload.
    pub fn write(&self, context: &mut RunContext) {
        context.whole = Some(self.whole.to_query());
        let complete = self.complete.as_ref();
        context.complete = complete.map(|complete| (complete.experiment.to_query(), complete.history.clone()));
    }

    /// Reads what [`Self::write`] has written; `None` if the run is no batch.
    #[must_use]
    pub fn read(context: &mut RunContext) -> Option<Self> {
        let experiment = |query: &str| parse_query(query).strict().ok().map(|(experiment, _)| experiment);
        let whole = experiment(&context.whole.take()?)?;
        let complete = match context.complete.take() {
            None => None,
            Some((query, history)) => Some(Shown { experiment: experiment(&query)?, history, origin: Origin::Live }),
        };
        Some(Self { whole, complete })
    }
}

/// Number of seeds of an experiment that are computed at once.
fn most_seeds(experiment: &Experiment) -> u32 {
    let seeds = STACKED_RUNS / experiment.variants.len().max(1);
    u32::try_from(seeds).unwrap_or(u32::MAX).max(1)
}
