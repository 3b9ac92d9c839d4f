//! The rows of the list of variants, which is legend and results table at once: the value of the quantity shown at a step, one dot per
//! seed, and the comparison with the baseline.

use crate::catalog::{FigureQuantity, FigureUnit};
use crate::experiment::Variant;
use crate::metrics::statistics::{PairedTest, Statistic, Verdict, paired_t_test};
use crate::metrics::{Divergence, History};
use crate::texts::text;
use crate::web::page::words::values::{difference_text, value_text};
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
    /// The difference from the baseline with its interval, and the verdict.
    pub comparison: String,
    /// Its divergence, if any.
    pub divergence: Option<Divergence>,
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
    let rows = history.variants.iter().enumerate().map(|(index, curves)| {
        let statistic = Statistic::of(values[index].iter().map(|(_, value)| *value));
        VariantRow {
            label: variant_label(&curves.variant),
            text: curves.variant.to_string(),
            palette_index: curves.palette_index,
            value: statistic.mean.map_or(NOTHING.to_owned(), |mean| value_text(spec.quantity, mean)),
            spread: statistic.std.map_or(String::new(), |std| format!("± {}", difference_text(spec.quantity, std))),
            pinned: pinned_value(history, &curves.variant, spec).map(|value| text!("pinned: {value}", value)),
            dots: values[index].iter().map(|(_, value)| place(*value)).collect(),
            comparison: if index == spec.baseline {
                String::new()
            } else {
                comparison(history, index, spec).unwrap_or_default()
            },
            divergence: history.divergence(index),
            is_baseline: index == spec.baseline,
        }
    });
    rows.collect()
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

/// The paired comparison with the baseline at the step.
#[must_use]
pub fn compared(history: &History, variant: usize, spec: &RowSpec<'_>) -> Option<PairedTest> {
    let others = seed_values(history, spec.baseline, spec);
    let own = seed_values(history, variant, spec);
    let pairs = own.iter().filter_map(|(seed, value)| {
        let (_, other) = others.iter().find(|(other, _)| other == seed)?;
        Some(value - other)
    });
    paired_t_test(&pairs.collect::<Vec<_>>())
}

fn comparison(history: &History, variant: usize, spec: &RowSpec<'_>) -> Option<String> {
    if spec.quantity.facts().is_relative() {
        return None;
    }
    let test = compared(history, variant, spec)?;
    // A bound that rounds to zero would seem to contradict a verdict.
    let decided = test.verdict != Verdict::NoEvidence;
    let [low, high] = test.ci95.map(|bound| difference_signed(spec.quantity, bound, decided));
    let numbers = format!("{} [{low}; {high}]", difference_signed(spec.quantity, test.difference, decided));
    Some(if spec.finished {
        format!("{numbers} {}", verdict(spec.quantity, &test))
    } else {
        text!("{numbers} so far", numbers)
    })
}

/// What a difference means; empty for quantities of which neither more nor less is better.
fn verdict(quantity: FigureQuantity, test: &PairedTest) -> String {
    let more_is_better = match quantity.facts().unit() {
        FigureUnit::Nats => false,
        FigureUnit::Score => true,
        FigureUnit::Percent if matches!(quantity, FigureQuantity::Accuracy | FigureQuantity::ExactMatch) => true,
        _ => return String::new(),
    };
    match test.verdict {
        Verdict::NoEvidence => text!("no evidence of difference"),
        Verdict::Better if more_is_better => text!("better"),
        Verdict::Worse if !more_is_better => text!("better"),
        Verdict::Better | Verdict::Worse => text!("worse"),
    }
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
