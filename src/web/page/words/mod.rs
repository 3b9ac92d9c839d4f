//! The sentences and numbers that the page shows, composed from plain values.

pub mod chart_descriptions;
pub mod incidents;
pub mod values;

use super::fields::{expectation, field_error};
use super::forecast::{Forecast, seconds_left};
use super::lifecycle::{Lifecycle, Phase};
use crate::error::{Error, ValueError};
use crate::experiment::scheme::{CustomInit, CustomKind};
use crate::experiment::{BaseInit, ClosedForm, DatasetName, InitScheme, Named, Rescaling, RescalingRule, Tuning, Turn};
use crate::metrics::{
    DatasetSample, History, PreparationProgress, PreparationTask, Setup, Statistic, VariantCurves, VariantSummary,
};
use std::fmt::Write;

/// Shown if there is no value.
pub const NOTHING: &str = "–";

/// The display name of a variant.
#[must_use]
pub fn variant_label(scheme: &InitScheme) -> String {
    match scheme {
        InitScheme::Closed(closed) => closed_label(closed),
        InitScheme::RateControl(rescaling) => rescaled_label("Rate control", rescaling),
        InitScheme::Tuned(tuning) => tuned_label(tuning),
    }
}

fn closed_label(scheme: &ClosedForm) -> String {
    match scheme {
        ClosedForm::Base(base) => base_label(base),
        ClosedForm::Emergence(rescaling) => rescaled_label("Emergence", rescaling),
        ClosedForm::Shuffled(rescaling) => rescaled_label("Shuffled", rescaling),
    }
}

fn rescaled_label(kind: &str, rescaling: &Rescaling) -> String {
    let mut label = format!("{kind} α {} ({}", rescaling.alpha, base_label(&rescaling.base));
    label.push_str(match rescaling.rule {
        RescalingRule::Outer => "",
        RescalingRule::Pivot => ", pivot",
        RescalingRule::Inner => ", inner",
        RescalingRule::Flat => ", flat",
    });
    if let Turn::At(turn) = rescaling.turn {
        // Writing to a String cannot fail.
        let _ = write!(label, ", turn {turn}");
    }
    label.push(')');
    label
}

/// `GradInit (Xavier normal, steps 100)`: settings that differ from the defaults of the method are in parentheses.
fn tuned_label(tuning: &Tuning) -> String {
    let mut differences = Vec::new();
    if tuning.base != Tuning::from(tuning.method).base {
        differences.push(closed_label(&tuning.base));
    }
    differences.extend(tuning.changed_constants().map(|(constant, value)| format!("{} {value}", constant.name)));
    let name = tuning.method.label();
    if differences.is_empty() { name.to_owned() } else { format!("{name} ({})", differences.join(", ")) }
}

/// The display name of a base.
#[must_use]
pub fn base_label(base: &BaseInit) -> String {
    match base {
        BaseInit::Custom(custom) => custom_label(custom),
        named => named.facts().map_or_else(String::new, |row| row.label.to_owned()),
    }
}

fn custom_label(custom: &CustomInit) -> String {
    let kind = match custom.kind {
        CustomKind::Std => "std",
        CustomKind::Uniform => "bound",
    };
    format!("{kind} = {}", custom.formula())
}

/// The phase for the status line; `again` means that Run would repeat the last experiment.
#[must_use]
pub fn status(lifecycle: &Lifecycle, history: &History, again: bool) -> String {
    match lifecycle.phase() {
        Phase::Loading if lifecycle.waiting_to_start() => "Loading, then starting …".to_owned(),
        Phase::Loading => "Loading the worker …".to_owned(),
        Phase::Ready if again => "Ready: Run repeats it with the same weights".to_owned(),
        Phase::Ready => "Ready: press Run".to_owned(),
        Phase::Preparing if lifecycle.pausing() => "Preparing, then pausing …".to_owned(),
        Phase::Preparing => "Preparing …".to_owned(),
        Phase::Training if lifecycle.pausing() => "Pausing …".to_owned(),
        Phase::Training => "Training".to_owned(),
        Phase::Paused => format!("Paused at step {}", grouped(history.step)),
        Phase::Finished => format!("Finished in {}", duration(history.timing.elapsed_secs)),
        Phase::Failed => "Stopped".to_owned(),
    }
}

/// `step 450 of 1,000`.
#[must_use]
pub fn step_text(history: &History) -> String {
    format!("step {} of {}", grouped(history.step), grouped(history.setup.experiment.steps))
}

/// Speed and, during training, the remaining time.
#[must_use]
pub fn pace_text(history: &History, phase: Phase) -> String {
    let rate = history.timing.steps_per_sec;
    let speed = (rate > 0.0 && history.step > 0).then(|| format!("{} steps/s", short(rate)));
    let left = seconds_left(history).filter(|_| phase == Phase::Training);
    let left = left.map(|seconds| format!("{} left", duration(seconds)));
    [speed, left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The estimated cost of an experiment: `118,282 parameters per run, 9 runs · about 120 MB of memory · about 40 s on the CPU`.
#[must_use]
pub fn forecast_text(forecast: &Forecast) -> String {
    let Forecast { estimate, seconds, measured } = forecast;
    let runs = if estimate.runs == 1 { "1 run".to_owned() } else { format!("{} runs", estimate.runs) };
    let whose = if *measured { "at the last run’s speed" } else { "on the CPU" };
    // Tenths of a second would suggest a precision that an estimate does not have.
    let time = if *seconds < 9.5 { format!("{:.0} s", seconds.max(1.0)) } else { duration(*seconds) };
    let parameters = grouped(estimate.parameters);
    format!(
        "{parameters} parameters per run, {runs} · about {} of memory · about {time} {whose}",
        memory(estimate.memory_bytes)
    )
}

/// The line about presets if the form holds none of them.
pub const NO_PRESET: &str = "Your own settings.";
/// Shown instead of the estimate while a field is invalid.
pub const NO_FORECAST: &str = "The estimate appears once all fields are valid.";
/// Shown instead of the estimate until the files have been read.
pub const FORECAST_NEEDS_FILES: &str = "The estimate appears once the files have been read.";

fn memory(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        0.0..100.0 => format!("{:.0} MB", megabytes.max(1.0)),
        100.0..995.0 => format!("{:.0} MB", (megabytes / 10.0).round() * 10.0),
        _ => format!("{:.1} GB", megabytes / 1e3),
    }
}

/// The contents of the visitor's own files.
#[must_use]
pub fn upload_text(train: usize, test: usize, sample: &DatasetSample) -> String {
    let colors = match sample.channels {
        1 => "gray".to_owned(),
        3 => "color".to_owned(),
        channels => format!("{channels}-channel"),
    };
    format!(
        "Your files: {} training and {} test examples, {} × {} {colors} images of {} classes.",
        grouped(train as u64),
        grouped(test as u64),
        sample.height,
        sample.width,
        sample.classes.len(),
    )
}

/// The visitor's own files have crashed one worker after another.
pub const DEADLY_FILES: &str =
    "Your files have crashed the training worker three times, so they are not loaded again. Please choose other files.";

/// The visitor's own files are being read.
pub const READING_FILES: &str = "Reading your files …";
/// The visitor's own files are needed, and there are none.
pub const NO_FILES: &str = "No files chosen yet. Choose some, or drop them anywhere on this page.";
/// The same on a page without a form.
pub const NO_FORM_FOR_FILES: &str =
    "This experiment needs your own files, and this page has no form to choose them with.";

/// The heading of the sample images.
#[must_use]
pub fn sample_title(name: DatasetName) -> String {
    format!("Training images: {}", name.row().label)
}

/// Shown instead of the sample images until there are some.
#[must_use]
pub fn sample_missing(name: DatasetName) -> &'static str {
    if name == DatasetName::Upload {
        "Shown once your files have been read."
    } else {
        "Shown once the data is loaded, at the first run."
    }
}

/// The data, the runs and the parameters of an experiment; `None` before the start.
#[must_use]
pub fn facts(Setup { experiment, start }: &Setup) -> Option<String> {
    let start = start.as_ref()?;
    let (data, runs) = (experiment.dataset.name.row().label, experiment.run_count());
    Some(format!(
        "{data}: {} training and {} test examples · {runs} {} of {} parameters · {} steps per epoch",
        grouped(start.data.train as u64),
        grouped(start.data.test as u64),
        if runs == 1 { "run" } else { "runs" },
        grouped(start.parameters),
        grouped(start.steps_per_epoch),
    ))
}

/// The progress of a download: `t10k-images: 45 %`.
#[must_use]
pub fn data_text(file: &str, received: u64, total: Option<u64>) -> String {
    match total.filter(|total| *total > 0) {
        Some(total) => format!("{file}: {} %", (received.min(total) * 100) / total),
        None => format!("{file}: {} KB", grouped(received / 1000)),
    }
}

/// Number of digits that fit in the status line on a phone of 360 px; letters are narrower on average.
const PHONE_LINE: usize = 48;

/// The progress of the preparation: `GradInit: 40 of 390, objective 21.3`. If a phone has no room for the text in parentheses,
/// it is replaced by an ellipsis, consistently for all iterations of a tuning.
#[must_use]
pub fn preparation_text(progress: &PreparationProgress) -> String {
    let mut label = match &progress.task {
        PreparationTask::Tuning { variant } => variant_label(variant),
        PreparationTask::RandomActivity => "Random activity".to_owned(),
    };
    let total = grouped(progress.total);
    let objective = if progress.objective.is_some() { ", objective 1.23e-45".len() } else { 0 };
    let taken = ":  of ".len() + 2 * total.len() + objective;
    if let Some((name, _)) = label.split_once(" (").filter(|_| label.chars().count() + taken > PHONE_LINE) {
        label = format!("{name} (…)");
    }
    let mut text = format!("{label}: {} of {total}", grouped(progress.done));
    if let Some(objective) = progress.objective {
        // Writing to a String cannot fail.
        let _ = write!(text, ", objective {}", three_digits(objective));
    }
    text
}

/// An invalid value in the address.
#[must_use]
pub fn address_error(error: &Error) -> String {
    match error {
        Error::Value(ValueError { key, parameter, expected, got }) => {
            let parameter = parameter.map(|name| format!(" ({name})")).unwrap_or_default();
            let expected = expectation(expected);
            format!(
                "In the address, “{key}”{parameter}: expected {expected}; got “{got}”. The default is used instead."
            )
        }
        Error::Formula(error) => format!(
            "In the address, the formula “{}” is invalid at character {}: {}. The default is used instead.",
            error.formula,
            error.character(),
            error.reason
        ),
        other => other.to_string(),
    }
}

/// Why the list of variants has not changed: an invalid field must be corrected first.
#[must_use]
pub fn fix_first(error: &Error) -> String {
    match field_error(error) {
        ("", text) => text,
        (key, text) => format!("Fix “{key}” first. {text}"),
    }
}

/// The worker has sent nothing for a long time.
#[must_use]
pub fn silence(loading: bool) -> &'static str {
    if loading {
        "The training worker, a download of several megabytes, is still loading. On a slow connection this may take minutes."
    } else {
        "The training worker has not responded for a minute. One step of a large network may take that long; if this \
         network is small, restart the worker."
    }
}

/// Unknown keys in the address.
#[must_use]
pub fn unknown_keys(keys: &[String]) -> String {
    let (noun, was) = if keys.len() == 1 { ("Unknown key", "was") } else { ("Unknown keys", "were") };
    format!("{noun} “{}” in the address {was} ignored.", keys.join("”, “"))
}

/// The cells of a variant's row in the results table, after its name.
#[must_use]
pub fn table_cells(curves: &VariantCurves, summary: &VariantSummary, first: bool) -> [String; 5] {
    let steps_to = summary.steps_to.get("0.9").copied().unwrap_or_default();
    [
        accuracy(&summary.final_accuracy),
        accuracy(&summary.first_epoch_accuracy),
        steps(&steps_to, curves.runs.len()),
        diverged(curves),
        if first { "baseline".to_owned() } else { difference(summary) },
    ]
}

fn accuracy(statistic: &Statistic) -> String {
    match (statistic.mean, statistic.std) {
        (Some(mean), Some(std)) => format!("{:.1} ± {:.1} %", mean * 100.0, std * 100.0),
        (Some(mean), None) => format!("{:.1} %", mean * 100.0),
        _ => NOTHING.to_owned(),
    }
}

fn steps(statistic: &Statistic, runs: usize) -> String {
    let reached = if statistic.n < runs { format!(" ({} of {runs} runs)", statistic.n) } else { String::new() };
    match (statistic.mean, statistic.std) {
        (Some(mean), Some(std)) => format!("{mean:.0} ± {std:.0}{reached}"),
        (Some(mean), None) => format!("{mean:.0}{reached}"),
        _ => NOTHING.to_owned(),
    }
}

fn diverged(curves: &VariantCurves) -> String {
    let steps: Vec<String> = curves.runs.iter().filter_map(|run| run.diverged_at).map(grouped).collect();
    match steps.len() {
        0 => "none".to_owned(),
        count => format!("{count} of {} at step {}", curves.runs.len(), steps.join(", ")),
    }
}

fn difference(summary: &VariantSummary) -> String {
    let Some(test) = &summary.vs_baseline else { return NOTHING.to_owned() };
    let [low, high] = test.ci95.map(|bound| signed(bound * 100.0));
    format!("{} points ({low} to {high}): {}", signed(test.difference * 100.0), test.verdict.name())
}

fn signed(value: f64) -> String {
    // A minus sign, not a hyphen, and no negative zero.
    let value = (value * 10.0).round() / 10.0 + 0.0;
    if value < 0.0 { format!("−{:.1}", -value) } else { format!("+{value:.1}") }
}

/// A duration, given in seconds, as text.
#[must_use]
pub fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a million seconds")]
    let whole = seconds.clamp(0.0, 1e6).round() as u64;
    match whole {
        0..10 => format!("{:.1} s", seconds.max(0.0)),
        10..120 => format!("{whole} s"),
        120..7200 => format!("{} min", (whole + 30) / 60),
        _ => format!("{} h", (whole + 1800) / 3600),
    }
}

/// A number with three significant digits, in a form that can be copied: `0.0506`, `1.00`, `123`; `3.10e-5` if tiny or huge.
#[must_use]
pub fn three_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let decimals = [100.0, 10.0, 1.0, 0.1, 0.01].into_iter().filter(|power| value.abs() < *power).count();
    format!("{value:.decimals$}")
}

fn short(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// `12,345`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
