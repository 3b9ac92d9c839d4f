//! The results table: the accuracy of each variant, or how many sentences it translates exactly, how soon it was reached, and whether it
//! differs from the baseline.

use super::statistics::{PairedTest, Statistic, paired_t_test};
use super::{History, RunCurves, VariantCurves};
use crate::catalog::{Quantity, Task};
use serde::{Deserialize, Serialize};

/// The accuracy for which the first step that reaches it is reported.
const ACCURACY_MARK: f32 = 0.9;

/// The first steps that reach an accuracy, by the name of that accuracy in the results file.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct StepsTo {
    /// For a test accuracy of 90 %.
    #[serde(rename = "0.9")]
    pub nine_tenths: Statistic,
}

/// One row of the results table. Diverged runs are counted but excluded from the statistics.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VariantSummary {
    /// Test accuracy in `[0, 1]` at the last evaluation so far; of sentences, that of their symbols.
    pub final_accuracy: Statistic,
    /// Fraction of sentences that are translated exactly, likewise; absent for images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_exact_match: Option<Statistic>,
    /// BLEU, from 0 to 100, likewise; absent but for texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_bleu: Option<Statistic>,
    /// The primary quantity (exact match of numbers, test accuracy of everything else) in `[0, 1]` at the first evaluation after at least one
    /// epoch; `n` is 0 before that.
    pub first_epoch_accuracy: Statistic,
    /// The first evaluated step at which the primary quantity is at least this high; `n` counts the runs that have reached it.
    pub steps_to: StepsTo,
    /// Number of diverged runs: those whose loss is no longer a finite number.
    pub diverged: usize,
    /// The primary quantity at the end minus that of the baseline, paired by seed (same seed, same batches). Absent for the baseline itself and
    /// if there are fewer than two pairs.
    pub vs_baseline: Option<PairedTest>,
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

    /// The first evaluated step with at least this value. Both are compared in f32, in which 9000 of 10,000 equals 0.9.
    #[must_use]
    pub fn steps_to(&self, quantity: Quantity, mark: f32) -> Option<u64> {
        self.values(quantity).find(|(_, reached)| *reached >= f64::from(mark)).map(|(step, _)| step)
    }

    fn finite(&self, quantity: Quantity) -> impl DoubleEndedIterator<Item = (u64, f64)> {
        self.values(quantity).filter(|(_, value)| value.is_finite())
    }
}

impl History {
    /// The results table, one row per variant.
    #[must_use]
    pub fn summaries(&self) -> Vec<VariantSummary> {
        let steps_per_epoch = self.setup.start.as_ref().map(|start| start.steps_per_epoch);
        summaries(&self.variants, self.setup.experiment.task(), steps_per_epoch)
    }
}

/// The results table of these variants, one row each; an epoch is not known before the start.
#[must_use]
pub fn summaries(variants: &[VariantCurves], task: Task, steps_per_epoch: Option<u64>) -> Vec<VariantSummary> {
    let baseline = variants.first();
    let primary = Quantity::primary(task);
    let lines = variants.iter().enumerate().map(|(index, variant)| VariantSummary {
        vs_baseline: baseline.filter(|_| index > 0).and_then(|baseline| compare(variant, baseline, primary)),
        ..summary(variant, task, steps_per_epoch)
    });
    lines.collect()
}

fn summary(variant: &VariantCurves, task: Task, steps_per_epoch: Option<u64>) -> VariantSummary {
    let primary = Quantity::primary(task);
    let over_runs = |of: &dyn Fn(&RunCurves) -> Option<f64>| Statistic::of(variant.surviving_runs().filter_map(of));
    let steps = |run: &RunCurves| run.steps_to(primary, ACCURACY_MARK).map(|step| step as f64);
    let last = |quantity| over_runs(&|run| run.final_value(quantity));
    VariantSummary {
        final_accuracy: last(Quantity::TestAccuracy),
        final_exact_match: (task != Task::Images).then(|| last(Quantity::ExactMatch)),
        final_bleu: (task == Task::Texts).then(|| last(Quantity::Bleu)),
        first_epoch_accuracy: over_runs(&|run| run.value_from(primary, steps_per_epoch?)),
        steps_to: StepsTo { nine_tenths: over_runs(&steps) },
        diverged: variant.runs.len() - variant.surviving_runs().count(),
        vs_baseline: None,
    }
}

fn compare(variant: &VariantCurves, baseline: &VariantCurves, primary: Quantity) -> Option<PairedTest> {
    let differences = variant.surviving_runs().filter_map(|run| {
        let partner = baseline.surviving_runs().find(|partner| partner.seed == run.seed)?;
        Some(run.final_value(primary)? - partner.final_value(primary)?)
    });
    paired_t_test(&differences.collect::<Vec<_>>())
}
