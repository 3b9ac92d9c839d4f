//! The rows of the list of variants, which is legend and results table at once: the value of the quantity shown at a step, one dot per
//! seed, and the comparison with the baseline.

use crate::catalog::{FigureQuantity, Task};
use crate::experiment::Variant;
use crate::metrics::statistics::{PairedDifference, Statistic};
use crate::metrics::{BaselineComparison, Divergence, History, VariantSummary};
use crate::plot::divergence_text;
use crate::texts::text;
use crate::web::page::words::values::{difference_text, value_text};
use crate::web::page::words::verdicts;
use crate::web::page::words::{NOTHING, variant_label};

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantRow {
    /// The display name.
    pub label: String,
    /// The text form.
    pub text: String,
    /// Its place in the palette.
    pub palette_index: usize,
    /// The mean over the seeds at the step, with its unit.
    pub value: String,
    /// The standard deviation or the interval.
    pub spread: String,
    /// The value of the same variant in the pinned result, if there is one.
    pub pinned: Option<String>,
    /// The values of the single seeds, from 0 for the smallest to 1 for the largest value of all rows.
    pub dots: Vec<f64>,
    /// The difference from the baseline with its interval; of the primary quantity, at the end the verdict.
    pub comparison: String,
    /// What is to be known of its runs: failures, and copies.
    pub failures: String,
    /// Whether it is the baseline.
    pub is_baseline: bool,
}

/// What the rows show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowSpec<'page> {
    /// The quantity.
    pub quantity: FigureQuantity,
    /// The step; the last one if absent.
    pub at: Option<u64>,
    /// Index of the baseline.
    pub baseline: usize,
    /// Whether training has ended, so that a verdict is final.
    pub finished: bool,
    /// An earlier result to compare with.
    pub pinned: Option<&'page History>,
}

/// The rows of a history.
#[must_use]
pub fn variant_rows(history: &History, spec: &RowSpec<'_>) -> Vec<VariantRow> {
    let values: Vec<Vec<(u64, f64)>> =
        (0..history.variants.len()).map(|variant| seed_values(history, variant, spec)).collect();
    let all = || values.iter().flatten().map(|(_, value)| *value);
    let (low, high) = all().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let place = |value: f64| if high > low { (value - low) / (high - low) } else { 0.5 };
    let judged = judged(history, spec);
    let rows = history.variants.iter().enumerate().map(|(index, curves)| {
        let statistic = Statistic::of(values[index].iter().map(|(_, value)| *value));
        let judgment = judged.get(index);
        let task = history.setup.experiment.task();
        let (value, spread) = level(spec.quantity, task, &statistic, judgment.map(|(summary, _)| summary));
        let is_baseline = index == spec.baseline;
        VariantRow {
            label: variant_label(&curves.variant),
            text: curves.variant.to_string(),
            palette_index: curves.palette_index,
            value,
            spread,
            pinned: pinned_value(history, &curves.variant, spec).map(|value| text!("pinned: {value}", value)),
            dots: values[index].iter().map(|(_, value)| place(*value)).collect(),
            comparison: match judgment {
                _ if is_baseline => String::new(),
                Some((_, Some(comparison))) => verdict(history, spec.quantity, comparison),
                _ => difference(history, index, spec).unwrap_or_default(),
            },
            failures: failures(history.divergence(index), judgment.map(|(summary, _)| summary), curves.runs.len()),
            is_baseline,
        }
    });
    rows.collect()
}

/// The judgment of every variant: of the primary quantity at the end. Empty for everything else.
fn judged(history: &History, spec: &RowSpec<'_>) -> Vec<(VariantSummary, Option<BaselineComparison>)> {
    let (primary, _) = FigureQuantity::primary(history.setup.experiment.task());
    let is_end = spec.at.is_none_or(|at| at >= history.step);
    if !spec.finished || !is_end || spec.quantity != primary {
        return Vec::new();
    }
    history.summaries().into_iter().zip(history.comparisons(spec.baseline)).collect()
}

/// The mean with its spread; at the end that of independent runs. If runs have failed, that of all runs, in which they count as chance, and that
/// of the others.
fn level(
    quantity: FigureQuantity,
    task: Task,
    statistic: &Statistic,
    summary: Option<&VariantSummary>,
) -> (String, String) {
    let mean = |mean: Option<f64>| mean.map_or(NOTHING.to_owned(), |mean| value_text(quantity, mean));
    let spread = |std: Option<f64>| std.map(|std| format!("± {}", difference_text(quantity, std))).unwrap_or_default();
    let percent = |fraction: Option<f64>| fraction.map(|fraction| 100.0 * fraction);
    let Some(summary) = summary else { return (mean(statistic.mean), spread(statistic.std)) };
    let all = summary.primary(task);
    let beside = match summary.surviving {
        Some(Statistic { mean: None, .. }) => String::new(),
        Some(surviving) => text!("others: {others}", others = mean(percent(surviving.mean))),
        None => spread(percent(all.std)),
    };
    (mean(percent(all.mean)), beside)
}

/// How many runs have failed, or are copies.
fn failures(divergence: Option<Divergence>, summary: Option<&VariantSummary>, of: usize) -> String {
    let idle = summary.map_or(0, |summary| summary.failed - summary.diverged);
    let idle = (idle > 0).then(|| text!("{runs} of {of} learned nothing", runs = idle, of));
    let copies = summary.filter(|summary| summary.copies > 0);
    let copies = copies.map(|summary| text!("{copies} of {of} are copies", copies = summary.copies, of));
    [divergence.as_ref().map(divergence_text), idle, copies].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The values of the variants that only the pinned result has: `PyTorch default 94.1 %, Xavier normal 94.6 %`.
#[must_use]
pub fn only_pinned(history: &History, spec: &RowSpec<'_>) -> Option<String> {
    let variants = &spec.pinned?.variants;
    let others = variants.iter().filter(|curves| history.variants.iter().all(|own| own.variant != curves.variant));
    let values = others.filter_map(|curves| {
        Some(format!("{} {}", variant_label(&curves.variant), pinned_value(history, &curves.variant, spec)?))
    });
    Some(values.collect::<Vec<_>>().join(", ")).filter(|values| !values.is_empty())
}

/// The value of a variant in the pinned result, compared, if the quantity is a comparison, with the same baseline there.
fn pinned_value(history: &History, variant: &Variant, spec: &RowSpec<'_>) -> Option<String> {
    let pinned = spec.pinned?;
    let index = pinned.variants.iter().position(|curves| curves.variant == *variant)?;
    let baseline = match pinned.same_variant(history, spec.baseline) {
        None if spec.quantity.facts().is_relative() => return None,
        baseline => baseline.unwrap_or_default(),
    };
    let values = seed_values(pinned, index, &RowSpec { baseline, ..*spec });
    let mean = Statistic::of(values.into_iter().map(|(_, value)| value)).mean?;
    Some(value_text(spec.quantity, mean))
}

/// The value of each seed that has not diverged, at the last measurement up to the step.
fn seed_values(history: &History, variant: usize, spec: &RowSpec<'_>) -> Vec<(u64, f64)> {
    let source = spec.quantity.facts().source;
    let until = spec.at.unwrap_or(u64::MAX);
    let runs = history.variants[variant].surviving_runs();
    let values =
        runs.filter_map(|run| Some((run.seed, history.figure_value_at(variant, run, (source, spec.baseline), until)?)));
    values.collect()
}

/// The paired difference from the baseline at the step.
#[must_use]
pub fn compared(history: &History, variant: usize, spec: &RowSpec<'_>) -> Option<PairedDifference> {
    // Copies of a run would have no spread.
    if [variant, spec.baseline].iter().any(|index| history.has_copies(*index)) {
        return None;
    }
    let others = seed_values(history, spec.baseline, spec);
    let own = seed_values(history, variant, spec);
    let pairs = own.iter().filter_map(|(seed, value)| {
        let (_, other) = others.iter().find(|(other, _)| other == seed)?;
        Some(value - other)
    });
    PairedDifference::of(&pairs.collect::<Vec<_>>(), 0.0)
}

/// The difference with its interval. There is no verdict: one number is decided, at one time.
fn difference(history: &History, variant: usize, spec: &RowSpec<'_>) -> Option<String> {
    if spec.quantity.facts().is_relative() {
        return None;
    }
    let spread = compared(history, variant, spec)?;
    let numbers = numbers(spec.quantity, spread.difference, Some(spread.interval(0.95)), false);
    Some(if spec.finished { numbers } else { text!("{numbers} so far", numbers) })
}

/// The difference with its interval, and what it means.
fn verdict(history: &History, quantity: FigureQuantity, comparison: &BaselineComparison) -> String {
    let interval = comparison.ci95.map(|ends| ends.map(|end| 100.0 * end));
    // A bound that rounds to zero would seem to contradict a verdict.
    let decided = comparison.verdict.is_difference();
    let numbers = comparison.difference.map(|mean| numbers(quantity, 100.0 * mean, interval, decided));
    let words = verdicts::short(&history.setup.experiment, comparison);
    numbers.into_iter().chain(std::iter::once(words)).collect::<Vec<_>>().join(" ")
}

fn numbers(quantity: FigureQuantity, difference: f64, interval: Option<[f64; 2]>, decided: bool) -> String {
    let mean = difference_signed(quantity, difference, decided);
    let interval = interval.map(|ends| ends.map(|end| difference_signed(quantity, end, decided)));
    interval.map_or_else(|| mean.clone(), |[low, high]| format!("{mean} [{low}; {high}]"))
}

/// A difference with its sign; with more digits if it must not round to zero.
fn difference_signed(quantity: FigureQuantity, value: f64, decided: bool) -> String {
    let mut text = difference_text(quantity, value.abs());
    if is_zero(&text) && decided && value != 0.0 {
        text = format!("{:.2}", value.abs());
        if is_zero(&text) {
            text = format!("{:.0e}", value.abs());
        }
    }
    if value < 0.0 && !is_zero(&text) { format!("−{text}") } else { format!("+{text}") }
}

fn is_zero(text: &str) -> bool {
    text.chars().all(|character| !character.is_ascii_digit() || character == '0')
}
