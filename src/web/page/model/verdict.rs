//! The sentence below the figure: which variant leads, by how much, and how large the lead was at its largest.

use super::variant_rows::{RowSpec, compared};
use crate::catalog::FigureQuantity;
use crate::metrics::statistics::{self, Verdict};
use crate::metrics::{History, VariantCurves};
use crate::texts::text;
use crate::web::page::words::{sentences, variant_label};

/// The sentence about the quantity by which variants are compared; empty before the first evaluation.
#[must_use]
pub fn verdict_text(history: &History, baseline: usize, finished: bool) -> String {
    let (quantity, _) = FigureQuantity::primary(history.setup.experiment.task());
    let spec = RowSpec { quantity, at: None, baseline, finished, pinned: None };
    let Some(base) = history.variants.get(baseline) else { return String::new() };
    let name = variant_label(&base.variant);
    let tests = (0..history.variants.len()).filter(|index| *index != baseline);
    let tests = tests.filter_map(|index| Some((index, compared(history, index, &spec)?)));
    // A difference that the seeds do not settle must not hide one that they do, however large it is.
    let largest = tests.max_by(|(_, one), (_, other)| {
        let settled = [one, other].map(|test| test.verdict != Verdict::NoEvidence);
        settled[0].cmp(&settled[1]).then(one.difference.abs().total_cmp(&other.difference.abs()))
    });
    let failed = failures(history);
    let Some((index, test)) = largest else { return failed };
    let other = variant_label(&history.variants[index].variant);
    let seeds = pairs(base, &history.variants[index]);
    let [low, high] = test.ci95.map(points);
    let compared = Compared {
        steps: history.step,
        finished,
        other,
        name,
        difference: test.difference,
        interval: text!("95 % interval {low} to {high}", low, high),
        seeds,
    };
    let sentence =
        if test.verdict == Verdict::NoEvidence { compared.no_difference() } else { compared.clear_difference() };
    sentences([sentence, early_lead(history, index, baseline), failed])
}

/// Number of seeds for which neither run has diverged.
fn pairs(base: &VariantCurves, other: &VariantCurves) -> usize {
    let seeds: Vec<u64> = base.surviving_runs().map(|run| run.seed).collect();
    other.surviving_runs().filter(|run| seeds.contains(&run.seed)).count()
}

/// A variant and the baseline after a number of steps.
struct Compared {
    steps: u64,
    finished: bool,
    /// The name of the variant.
    other: String,
    /// The name of the baseline.
    name: String,
    difference: f64,
    interval: String,
    seeds: usize,
}

impl Compared {
    fn no_difference(&self) -> String {
        let Self { steps, other, name, interval, seeds, .. } = self;
        let difference = points(self.difference);
        if self.finished {
            text!(
                "After {steps} steps the {seeds} seeds do not settle whether {other} and {name} differ ({difference}, {interval}).",
                steps,
                seeds,
                other,
                name,
                difference,
                interval
            )
        } else {
            text!(
                "So far, after {steps} steps the {seeds} seeds do not settle whether {other} and {name} differ ({difference}, \
                 {interval}).",
                steps,
                seeds,
                other,
                name,
                difference,
                interval
            )
        }
    }

    fn clear_difference(&self) -> String {
        let Self { steps, other, name, interval, seeds, .. } = self;
        let distance = format!("{:.1}", self.difference.abs());
        match (self.finished, self.difference > 0.0) {
            (true, true) => text!(
                "After {steps} steps {other} is ahead of {name} by {distance} points ({interval}, {seeds} seeds).",
                steps,
                other,
                name,
                distance,
                interval,
                seeds
            ),
            (true, false) => text!(
                "After {steps} steps {other} is behind {name} by {distance} points ({interval}, {seeds} seeds).",
                steps,
                other,
                name,
                distance,
                interval,
                seeds
            ),
            (false, true) => text!(
                "So far, after {steps} steps {other} is ahead of {name} by {distance} points ({interval}, {seeds} seeds).",
                steps,
                other,
                name,
                distance,
                interval,
                seeds
            ),
            (false, false) => text!(
                "So far, after {steps} steps {other} is behind {name} by {distance} points ({interval}, {seeds} seeds).",
                steps,
                other,
                name,
                distance,
                interval,
                seeds
            ),
        }
    }
}

/// The step at which the lead of a variant was largest, if it is at least twice as large as at the end.
fn early_lead(history: &History, variant: usize, baseline: usize) -> String {
    let (_, difference) = FigureQuantity::primary(history.setup.experiment.task());
    let source = difference.facts().source;
    let runs: Vec<_> = history.variants[variant].surviving_runs().collect();
    let series: Vec<Vec<(u64, f64)>> =
        runs.iter().map(|run| history.figure_values(variant, run, source, baseline)).collect();
    let Some(first) = series.first() else { return String::new() };
    let mean = |index: usize| {
        let values: Vec<f64> = series.iter().filter_map(|run| Some(run.get(index)?.1)).collect();
        statistics::mean(&values)
    };
    let means: Vec<(u64, f64)> =
        first.iter().enumerate().filter_map(|(index, (step, _))| Some((*step, mean(index)?))).collect();
    let largest = means.iter().copied().max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()));
    match (largest, means.last()) {
        (Some((step, most)), Some((_, end))) if most.abs() >= 2.0 && most.abs() >= 2.0 * end.abs() => {
            text!("The difference was largest at step {step}: {difference} points.", step, difference = points(most))
        }
        _ => String::new(),
    }
}

/// The runs that have diverged.
fn failures(history: &History) -> String {
    let failed = history.variants.iter().enumerate().filter_map(|(index, curves)| {
        let divergence = history.divergence(index)?;
        let (name, runs, of) = (variant_label(&curves.variant), divergence.runs, divergence.of);
        Some(text!("{name}: {runs} of {of} runs diverged.", name, runs, of))
    });
    sentences(failed)
}

fn points(value: f64) -> String {
    format!("{value:+.1}").replace('-', "−")
}
