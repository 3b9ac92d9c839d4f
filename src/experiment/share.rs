//! Which runs of an experiment one of several workers trains. Nothing mixes between runs, so the results do not depend on it.

use super::Experiment;
use serde::{Deserialize, Serialize};

/// Every `of`-th run of an experiment, counted by variant, then by seed, beginning with run `first`: so each worker gets runs of every
/// variant, and all have nearly the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The first run.
    pub first: usize,
    /// Number of shares.
    pub of: usize,
    /// If the shares are those of one of several machines, which has a part of the runs itself, the number of machines.
    #[serde(skip, default = "one")]
    machines: usize,
}

fn one() -> usize {
    1
}

impl Share {
    /// All runs.
    pub const WHOLE: Self = Self::new(0, 1);

    /// Every `of`-th run, beginning with run `first`.
    #[must_use]
    pub const fn new(first: usize, of: usize) -> Self {
        Self { first, of, machines: 1 }
    }

    /// One of `of` shares of its runs, for a worker of a machine that has this share.
    #[must_use]
    pub const fn part(self, index: usize, of: usize) -> Self {
        Self { first: self.first + self.of * index, of: self.of * of, machines: self.of }
    }

    /// Whether it is the first of the shares of its machine. What is the same for all shares is computed by one of them.
    #[must_use]
    pub fn is_first(self) -> bool {
        self.first < self.machines
    }

    /// Whether it is the last of the shares of its machine.
    #[must_use]
    pub fn is_last(self) -> bool {
        self.first + self.machines >= self.of
    }

    /// Whether it includes the run with this index over all variants.
    #[must_use]
    pub fn contains(self, run: usize) -> bool {
        Self::of_run(run, self.of).0 == self.first
    }

    /// The index over all variants of one of its runs.
    #[must_use]
    pub fn run(self, index: usize) -> usize {
        index * self.of + self.first
    }

    /// Number of its runs.
    #[must_use]
    pub fn run_count(self, experiment: &Experiment) -> usize {
        self.runs_per_variant(experiment).into_iter().sum()
    }

    /// The share with this run, and the run's index in it.
    #[must_use]
    pub fn of_run(run: usize, shares: usize) -> (usize, usize) {
        (run % shares.max(1), run / shares.max(1))
    }

    /// Number of its runs of each variant.
    #[must_use]
    pub fn runs_per_variant(self, experiment: &Experiment) -> Vec<usize> {
        let seeds = experiment.seeds as usize;
        let count = |variant| (variant * seeds..(variant + 1) * seeds).filter(|run| self.contains(*run)).count();
        (0..experiment.variants.len()).map(count).collect()
    }
}
