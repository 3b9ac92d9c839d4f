//! The measurements of an experiment from those of its shares ([`Share`]).

use super::{EvaluationRecord, LateFacts, LayerReport, Record, RunStart, Setup, StepRecord, VariantStart};
use crate::experiment::Share;
use std::collections::VecDeque;

/// Puts the records of shares together: what all shares have measured, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembly {
    shares: Vec<Received>,
    /// What was taken last.
    taken: Position,
    /// The facts about the start that are the same for all shares, not taken yet.
    common: LateFacts,
}

/// The records of a share that were not taken yet.
#[derive(Debug, Clone, PartialEq, Default)]
struct Received {
    steps: VecDeque<StepRecord>,
    evaluations: VecDeque<EvaluationRecord>,
    /// Its layers before training.
    layers: Vec<Vec<LayerReport>>,
}

/// How far the measurements go.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Position {
    step: u64,
    /// Absent before the evaluation of step 0.
    evaluation: Option<u64>,
    /// Whether the layers before training were taken.
    layers: bool,
}

impl Assembly {
    /// Of this many shares.
    #[must_use]
    pub fn new(shares: usize) -> Self {
        Self { shares: vec![Received::default(); shares], taken: Position::default(), common: LateFacts::default() }
    }

    /// Of this many shares that go on from a checkpoint at `step`, before which everything was taken.
    #[must_use]
    pub fn resumed(shares: usize, step: u64) -> Self {
        Self { taken: Position { step, evaluation: Some(step), layers: true }, ..Self::new(shares) }
    }

    /// Adds the measurements of a share. Those that were taken before are ignored, as from a share that is computed again.
    pub fn add(&mut self, share: usize, record: Record) {
        let Position { step, evaluation, layers } = self.taken;
        let LateFacts { layers: measured, random_activity, data_sha256 } = record.start;
        self.common.extend(LateFacts { layers: Vec::new(), random_activity, data_sha256 });
        let Some(received) = self.shares.get_mut(share) else { return };
        received.steps.extend(record.steps.into_iter().filter(|record| record.step > step));
        let later = record.evaluations.into_iter().filter(|record| evaluation.is_none_or(|taken| record.step > taken));
        received.evaluations.extend(later);
        if !layers && !measured.is_empty() {
            received.layers = measured;
        }
    }

    /// The last training step that was taken.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.taken.step
    }

    /// Forgets what a share has measured since the last [`Self::take`]: it is computed again from the beginning.
    pub fn restart(&mut self, share: usize) {
        if let Some(received) = self.shares.get_mut(share) {
            *received = Received::default();
        }
    }

    /// The measurements that all shares have and that were not taken before.
    pub fn take(&mut self) -> Record {
        let mut record = Record { start: std::mem::take(&mut self.common), ..Record::default() };
        if !self.taken.layers && self.shares.iter().all(|received| !received.layers.is_empty()) {
            self.taken.layers = true;
            record.start.layers =
                interleaved(self.shares.iter_mut().map(|received| std::mem::take(&mut received.layers)));
        }
        while let Some(steps) = self.next(|received| received.steps.pop_front(), |received| received.steps.is_empty()) {
            let step = steps.first().map_or(self.taken.step, |record| record.step);
            self.taken.step = step;
            record.steps.push(StepRecord { step, losses: interleaved(steps.into_iter().map(|record| record.losses)) });
        }
        let pop = |received: &mut Received| received.evaluations.pop_front();
        while let Some(evaluations) = self.next(pop, |received| received.evaluations.is_empty()) {
            let step = evaluations.first().map_or(self.taken.step, |record| record.step);
            self.taken.evaluation = Some(step);
            let (mut runs, mut layers, mut translations) = (Vec::new(), Vec::new(), Vec::new());
            for record in evaluations {
                runs.push(record.runs);
                layers.push(record.layers);
                translations.push(record.translations);
            }
            record.evaluations.push(EvaluationRecord {
                step,
                runs: interleaved(runs),
                layers: interleaved(layers),
                translations: interleaved(translations),
            });
        }
        record
    }

    /// The next element of every share, if all have one.
    fn next<T>(
        &mut self,
        pop: impl Fn(&mut Received) -> Option<T>,
        is_empty: impl Fn(&Received) -> bool,
    ) -> Option<Vec<T>> {
        if self.shares.is_empty() || self.shares.iter().any(is_empty) {
            return None;
        }
        self.shares.iter_mut().map(pop).collect()
    }
}

/// What is fixed before the first step, from the setups of all shares of `whole`; `None` if there is none.
///
/// The environment and the receipt are those of the first share. The cost of an initialization is that of
/// the share to which it was most expensive, since they are tuned at the same time.
#[must_use]
pub fn assembled(setups: Vec<Setup>, whole: Share) -> Option<Setup> {
    let mut setups = setups.into_iter();
    let Setup { experiment, start } = setups.next()?;
    let mut start = start?;
    let mut costs = start.variants.iter().map(|variant| variant.cost).collect::<Vec<_>>();
    let mut runs = vec![all_runs(start.variants)];
    for other in setups {
        let other = other.start?;
        for (cost, other) in costs.iter_mut().zip(&other.variants) {
            *cost = cost.most(other.cost);
        }
        runs.push(all_runs(other.variants));
    }
    let mut runs = interleaved(runs).into_iter();
    let counts = whole.runs_per_variant(&experiment);
    let variants = costs.into_iter().zip(counts);
    let variants = variants.map(|(cost, count)| VariantStart { cost, runs: runs.by_ref().take(count).collect() });
    start.variants = variants.collect();
    Some(Setup { experiment, start: Some(start) })
}

fn all_runs(variants: Vec<VariantStart>) -> Vec<RunStart> {
    variants.into_iter().flat_map(|variant| variant.runs).collect()
}

/// The first elements of all lists, then the second ones, and so on: from the values of the runs of each share, those of all runs in
/// order.
#[must_use]
pub fn interleaved<T>(lists: impl IntoIterator<Item = Vec<T>>) -> Vec<T> {
    let mut lists = lists.into_iter().map(Vec::into_iter).collect::<Vec<_>>();
    let mut values = Vec::new();
    loop {
        let before = values.len();
        values.extend(lists.iter_mut().filter_map(Iterator::next));
        if values.len() == before {
            return values;
        }
    }
}
