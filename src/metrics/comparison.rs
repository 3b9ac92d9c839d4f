//! The results table: the accuracy of each variant, or how many sentences it translates exactly, how soon it was reached, and whether it
//! differs from the baseline.

use super::failure::FailureMode;
use super::statistics::{PairedDifference, Statistic, median};
use super::verdict::{BaselineComparison, Criteria, Outcome, comparisons, distinct};
use super::{Chance, History, RunCurves, VariantCurves};
use crate::catalog::{Quantity, Task};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The steps to a goal.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct GoalSteps {
    /// Median over the runs of the step at which the goal is reached, interpolated between evaluations; absent if fewer than half of them
    /// have reached it. Runs that have not are counted as later than all others.
    #[serde(default)]
    pub median: Option<f64>,
    /// Number of runs that have reached it.
    #[serde(default)]
    pub reached: usize,
    /// Number of runs.
    #[serde(default)]
    pub n: usize,
}

/// The speed of a variant compared with that of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpeedComparison {
    /// Number of pairs of the same seed.
    pub n: usize,
    /// Mean of the differences.
    pub difference: f64,
    /// Its 95 % confidence interval by Student's t.
    pub ci95: [f64; 2],
}

/// One row of the results table. Of runs with the same initial weights, which are copies of each other, all numbers count one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VariantSummary {
    /// Test accuracy in `[0, 1]` at the last evaluation so far; of sentences, that of their symbols. If it is the primary quantity, a
    /// failed run counts as chance, and there is no spread: the values are two heaps.
    pub final_accuracy: Statistic,
    /// Fraction of sentences that are translated exactly, likewise; absent for images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_exact_match: Option<Statistic>,
    /// BLEU, from 0 to 100, of the runs that have not diverged; absent but for texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_bleu: Option<Statistic>,
    /// The primary quantity (exact match of numbers, test accuracy of everything else) of the runs that have not failed; absent if none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surviving: Option<Statistic>,
    /// The primary quantity in `[0, 1]` at the first evaluation after at least one epoch, of the runs that have not diverged; `n` is 0 before
    /// that.
    pub first_epoch_accuracy: Statistic,
    /// *Speed*: the mean of the primary quantity over the training; a failed run counts as chance.
    #[serde(default)]
    pub speed: Statistic,
    /// The steps to the goal, under its text as a fraction: `0.9`.
    #[serde(default)]
    pub steps_to: BTreeMap<String, GoalSteps>,
    /// Number of diverged runs: those whose loss is no longer a finite number.
    pub diverged: usize,
    /// Number of failed runs: those that have diverged, or have learned nothing by the end.
    #[serde(default)]
    pub failed: usize,
    /// Number of runs that are copies of others.
    #[serde(default)]
    pub copies: usize,
    /// The primary quantity at the end compared with that of the baseline, paired by seed (same seed, same batches). Absent for the baseline
    /// itself.
    pub vs_baseline: Option<BaselineComparison>,
    /// The speed compared with that of the baseline; absent for the baseline itself, if there are fewer than two pairs, and if runs have
    /// failed or are copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_vs_baseline: Option<SpeedComparison>,
}

/// What the results table depends on besides the curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableFacts {
    /// What the networks learn.
    pub task: Task,
    /// What predictions that know nothing attain; `None` before it is known.
    pub chance: Option<Chance>,
    /// Number of test examples; 0 before it is known.
    pub examples: u64,
    /// Training steps per epoch, if that is known.
    pub steps_per_epoch: Option<u64>,
    /// The difference of the primary quantity that does not matter.
    pub margin: f64,
    /// The value of the primary quantity to which steps are counted.
    pub goal: f64,
    /// Whether the training has ended.
    pub is_finished: bool,
}

impl VariantSummary {
    /// The primary quantity at the end: exact match of numbers, accuracy of everything else.
    #[must_use]
    pub fn primary(&self, task: Task) -> Statistic {
        self.final_exact_match.filter(|_| task == Task::Numbers).unwrap_or(self.final_accuracy)
    }
}

impl VariantCurves {
    /// The runs that have not diverged.
    pub fn surviving_runs(&self) -> impl Iterator<Item = &RunCurves> {
        self.runs.iter().filter(|run| run.diverged_at.is_none())
    }

    /// The runs that curves are averaged over, and the last step shown: all runs that have not diverged, to the end; or, if all
    /// have diverged, all of them up to the first divergence.
    #[must_use]
    pub fn shown_runs(&self) -> (Vec<&RunCurves>, u64) {
        let surviving = self.surviving_runs().collect::<Vec<_>>();
        if !surviving.is_empty() {
            return (surviving, u64::MAX);
        }
        let end = self.runs.iter().filter_map(|run| run.diverged_at).min();
        (self.runs.iter().collect(), end.unwrap_or(u64::MAX))
    }
}

impl RunCurves {
    /// A fraction in `[0, 1]` at the last evaluation so far.
    #[must_use]
    pub fn final_value(&self, quantity: Quantity) -> Option<f64> {
        self.finite(quantity).last().map(|(_, value)| value)
    }

    /// A fraction in `[0, 1]` at the first evaluation at or after `step`.
    #[must_use]
    pub fn value_from(&self, quantity: Quantity, step: u64) -> Option<f64> {
        self.finite(quantity).find(|(at, _)| *at >= step).map(|(_, value)| value)
    }

    /// The step at which a fraction reaches `goal`, between two evaluations by a straight line. Both are compared in f32, in which 9000 of
    /// 10,000 equals 0.9.
    #[must_use]
    pub fn steps_to(&self, quantity: Quantity, goal: f32) -> Option<f64> {
        let goal = f64::from(goal);
        let mut before = None;
        for (step, reached) in self.finite(quantity) {
            let step = step as f64;
            if reached >= goal {
                let share = |(start, low): (f64, f64)| step - (step - start) * (reached - goal) / (reached - low);
                return Some(before.map_or(step, share));
            }
            before = Some((step, reached));
        }
        None
    }

    /// The mean of a fraction over the training, the area under its curve divided by the number of steps: how soon it was reached, in one
    /// number. The curve is straight between two evaluations.
    #[must_use]
    pub fn mean_over_training(&self, quantity: Quantity) -> Option<f64> {
        let points: Vec<(u64, f64)> = self.finite(quantity).collect();
        let (first, last) = (points.first()?.0, points.last()?.0);
        let area = |pair: &[(u64, f64)]| (pair[1].0 - pair[0].0) as f64 * f64::midpoint(pair[0].1, pair[1].1);
        (last > first).then(|| points.windows(2).map(area).sum::<f64>() / (last - first) as f64)
    }

    fn finite(&self, quantity: Quantity) -> impl DoubleEndedIterator<Item = (u64, f64)> {
        self.values(quantity).filter(|(_, value)| value.is_finite())
    }
}

impl History {
    /// The results table, one row per variant, compared with the first one.
    #[must_use]
    pub fn summaries(&self) -> Vec<VariantSummary> {
        summaries(&self.variants, &self.weights(), &self.table_facts())
    }

    /// Every variant compared with the one with the index `baseline`, which has no comparison itself.
    #[must_use]
    pub fn comparisons(&self, baseline: usize) -> Vec<Option<BaselineComparison>> {
        let facts = self.table_facts();
        comparisons(&outcomes(&self.variants, &self.weights(), &facts), baseline, facts.criteria())
    }

    /// What the results table depends on besides the curves.
    #[must_use]
    pub fn table_facts(&self) -> TableFacts {
        let experiment = &self.setup.experiment;
        let start = self.setup.start.as_ref();
        TableFacts {
            task: experiment.task(),
            chance: start.map(|start| start.chance),
            examples: start.map_or(0, |start| start.data.test as u64),
            steps_per_epoch: start.map(|start| start.steps_per_epoch),
            margin: experiment.margin(),
            goal: experiment.goal(),
            is_finished: self.is_finished(),
        }
    }

    /// Whether some runs of the variant with this index start from the same weights, so that they are copies of each other.
    #[must_use]
    pub fn has_copies(&self, variant: usize) -> bool {
        let mut weights = self.weights().into_iter().nth(variant).unwrap_or_default();
        weights.sort_unstable();
        weights.windows(2).any(|pair| pair[0] == pair[1] && !pair[0].is_empty())
    }

    /// The checksums of the initial weights of every run; empty before the start.
    fn weights(&self) -> Vec<Vec<&str>> {
        let starts = self.setup.start.iter().flat_map(|start| &start.variants);
        starts.map(|variant| variant.runs.iter().map(|run| run.weights_sha256.as_str()).collect()).collect()
    }
}

impl TableFacts {
    fn criteria(&self) -> Criteria {
        let counts_examples = self.task != Task::Texts;
        Criteria { margin: self.margin, examples: self.examples, counts_examples, is_finished: self.is_finished }
    }

    /// How a run has failed, as far as that can be known.
    #[must_use]
    pub fn failure(&self, run: &RunCurves) -> Option<FailureMode> {
        run.failure(self.task, self.chance.unwrap_or(Chance { accuracy: 0.0, loss: f64::INFINITY }), self.is_finished)
    }
}

/// The results table of these variants, one row each, compared with the first one; `weights` are the checksums of the initial weights of their
/// runs, as far as they are known.
#[must_use]
pub fn summaries(variants: &[VariantCurves], weights: &[Vec<&str>], facts: &TableFacts) -> Vec<VariantSummary> {
    let outcomes = outcomes(variants, weights, facts);
    let compared = comparisons(&outcomes, 0, facts.criteria());
    let speeds: Vec<Vec<(u64, f64)>> = outcomes.iter().map(|own| speeds(own, facts)).collect();
    let rows = outcomes.iter().zip(variants).zip(compared).enumerate();
    let rows = rows.map(|(index, ((own, variant), vs_baseline))| {
        let is_comparable = |index: usize| {
            let outcomes = &outcomes[index];
            distinct(outcomes).len() == outcomes.len() && outcomes.iter().all(|outcome| !outcome.has_failed)
        };
        let pairs = speeds[index]
            .iter()
            .filter_map(|(seed, speed)| Some(speed - speeds[0].iter().find(|(other, _)| other == seed)?.1));
        let spread = PairedDifference::of(&pairs.collect::<Vec<_>>(), 0.0)
            .filter(|_| index > 0 && is_comparable(0) && is_comparable(index));
        VariantSummary {
            vs_baseline,
            speed_vs_baseline: spread.map(|spread| SpeedComparison {
                n: spread.n,
                difference: spread.difference,
                ci95: spread.interval(0.95),
            }),
            ..summary(variant, own, facts)
        }
    });
    rows.collect()
}

/// What every run contributes that has a value, by variant.
fn outcomes<'run>(
    variants: &'run [VariantCurves],
    weights: &[Vec<&'run str>],
    facts: &TableFacts,
) -> Vec<Vec<Outcome<'run>>> {
    let primary = Quantity::primary(facts.task);
    let chance = facts.chance.map_or(0.0, |chance| chance.accuracy);
    let of_variant = |(index, variant): (usize, &'run VariantCurves)| {
        let runs = variant.runs.iter().enumerate();
        let outcomes = runs.filter_map(|(place, run)| {
            let has_failed = facts.failure(run).is_some();
            let value = if has_failed { chance } else { run.final_value(primary)? };
            let weights = weights.get(index).and_then(|runs| runs.get(place)).copied().filter(|sum| !sum.is_empty());
            Some(Outcome { run, weights, value, has_failed })
        });
        outcomes.collect()
    };
    variants.iter().enumerate().map(of_variant).collect()
}

/// The mean of the primary quantity over the training, by seed.
fn speeds(outcomes: &[Outcome<'_>], facts: &TableFacts) -> Vec<(u64, f64)> {
    let primary = Quantity::primary(facts.task);
    let speed = |outcome: &Outcome<'_>| {
        if outcome.has_failed { Some(outcome.value) } else { outcome.run.mean_over_training(primary) }
    };
    outcomes.iter().filter_map(|outcome| Some((outcome.run.seed, speed(outcome)?))).collect()
}

fn summary(variant: &VariantCurves, outcomes: &[Outcome<'_>], facts: &TableFacts) -> VariantSummary {
    let (task, primary) = (facts.task, Quantity::primary(facts.task));
    let distinct = distinct(outcomes);
    let failed = outcomes.iter().filter(|outcome| outcome.has_failed).count();
    let runs = || distinct.iter().map(|outcome| outcome.run).filter(|run| run.diverged_at.is_none());
    let over_runs = |of: &dyn Fn(&RunCurves) -> Option<f64>| Statistic::of(runs().filter_map(of));
    let spread = |statistic: Statistic| if failed > 0 { statistic.without_spread() } else { statistic };
    let last = |quantity: Quantity| {
        if quantity == primary {
            spread(Statistic::of(distinct.iter().map(|outcome| outcome.value)))
        } else {
            over_runs(&|run| run.final_value(quantity))
        }
    };
    let surviving = distinct.iter().filter(|outcome| !outcome.has_failed).map(|outcome| outcome.value);
    VariantSummary {
        final_accuracy: last(Quantity::TestAccuracy),
        final_exact_match: (task != Task::Images).then(|| last(Quantity::ExactMatch)),
        final_bleu: (task == Task::Texts).then(|| last(Quantity::Bleu)),
        surviving: (failed > 0).then(|| Statistic::of(surviving)),
        first_epoch_accuracy: over_runs(&|run| run.value_from(primary, facts.steps_per_epoch?)),
        speed: spread(Statistic::of(speeds(&distinct, facts).into_iter().map(|(_, speed)| speed))),
        steps_to: BTreeMap::from([(goal_text(facts.goal), goal_steps(&distinct, primary, facts.goal))]),
        diverged: variant.runs.len() - variant.surviving_runs().count(),
        failed,
        copies: outcomes.len() - distinct.len(),
        vs_baseline: None,
        speed_vs_baseline: None,
    }
}

/// The goal as a key, without the digits of binary fractions.
fn goal_text(goal: f64) -> String {
    ((1e6 * goal).round() / 1e6).to_string()
}

fn goal_steps(outcomes: &[Outcome<'_>], primary: Quantity, goal: f64) -> GoalSteps {
    #[expect(clippy::cast_possible_truncation, reason = "compared in the precision of the measurement")]
    let reached: Vec<Option<f64>> = outcomes.iter().map(|outcome| outcome.run.steps_to(primary, goal as f32)).collect();
    let steps: Vec<f64> = reached.iter().map(|steps| steps.unwrap_or(f64::INFINITY)).collect();
    GoalSteps {
        median: median(&steps).filter(|steps| steps.is_finite()),
        reached: reached.iter().flatten().count(),
        n: outcomes.len(),
    }
}
