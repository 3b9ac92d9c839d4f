//! The sentences and numbers that the page shows, composed from plain values.

pub mod chart_descriptions;
pub mod files;
pub mod incidents;
pub mod inside;
pub mod interruptions;
mod labels;
mod numbers;
pub mod paths;
pub mod sentences;
pub mod values;
pub mod verdicts;

pub use labels::{base_label, scheme_label, variant_label};
pub use numbers::{duration, grouped, three_digits};

use crate::catalog::DataKind;
use crate::error::{Error, ValueError};
use crate::experiment::{DatasetName, Experiment, Named, NormLayer};
use crate::metrics::{History, OpeningStage, PreparationProgress, Setup, StepTimes};
use crate::texts::{text, translated};
use crate::web::page::model::failure::Remedy;
use crate::web::page::model::fields::{expectation, field_error};
use crate::web::page::model::forecast::{Forecast, seconds_left};
use crate::web::page::model::lifecycle::Lifecycle;
use crate::web::page::model::phase::Phase;
use crate::web::page::model::shown::{Origin, Shown};
use files::selection_note;
use numbers::{memory, milliseconds, short, whole_seconds};

/// Shown if there is no value.
pub const NOTHING: &str = "–";

/// Sentences one after the other; empty ones are left out.
#[must_use]
pub fn sentences(sentences: impl IntoIterator<Item = String>) -> String {
    let mut present = sentences.into_iter().filter(|sentence| !sentence.is_empty());
    let first = present.next().unwrap_or_default();
    present.fold(first, |first, second| text!("{first} {second}", first, second))
}

/// The phase for the status line; `again` means that Run would repeat the last experiment.
#[must_use]
pub fn status(lifecycle: &Lifecycle, history: &History, again: bool) -> String {
    match lifecycle.phase() {
        Phase::Loading if lifecycle.waiting_to_start() => text!("Loading, then starting …"),
        Phase::Loading => text!("Loading the worker …"),
        Phase::Ready if again => text!("Ready: Run repeats it with the same weights"),
        Phase::Ready => text!("Ready"),
        Phase::Preparing if lifecycle.pausing() => text!("Preparing, then pausing …"),
        Phase::Preparing => text!("Preparing …"),
        Phase::Training if lifecycle.pausing() => text!("Pausing …"),
        Phase::Training => text!("Training"),
        Phase::Paused if lifecycle.tuning() => text!("Tuning paused"),
        Phase::Paused => text!("Paused at step {step}", step = grouped(history.step)),
        Phase::Finished => text!("Finished in {time}", time = duration(history.timing.elapsed_secs)),
        Phase::Failed if lifecycle.failure().is_some_and(|failure| failure.remedy == Remedy::Consent) => {
            text!("Waiting for your decision")
        }
        Phase::Failed => incidents::stopped(),
    }
}

/// What is done before the first step on a GPU.
#[must_use]
pub fn opening_text(stage: OpeningStage) -> String {
    match stage {
        OpeningStage::Testing { done, total } => {
            text!("Compiling the GPU's shaders and testing its results: {done} of {total} done …", done, total)
        }
        OpeningStage::Timing => {
            text!("Measuring a training step on the GPU and on the CPU; then the faster one trains …")
        }
    }
}

/// Why GPU or CPU was chosen.
#[must_use]
pub fn step_times_text(times: StepTimes) -> String {
    let [gpu, cpu] = [times.webgpu_microseconds, times.cpu_microseconds].map(|time| milliseconds(time as f64 / 1e3));
    text!("GPU {gpu}, CPU {cpu} a step", gpu, cpu)
}

/// The label of the only button of a frame.
#[must_use]
pub fn play_label(phase: Phase) -> String {
    match phase {
        Phase::Preparing | Phase::Training => text!("Pause"),
        Phase::Paused => text!("Resume"),
        Phase::Loading | Phase::Ready | Phase::Failed => text!("▶ Run live"),
        Phase::Finished => text!("▶ Run again"),
    }
}

/// `step 450 of 1,000`.
#[must_use]
pub fn step_text(history: &History) -> String {
    let (step, steps) = (grouped(history.step), grouped(history.setup.experiment.steps));
    text!("step {step} of {steps}", step, steps)
}

/// Speed and, during training, the remaining time.
#[must_use]
pub fn pace_text(history: &History, phase: Phase) -> String {
    let rate = history.timing.steps_per_sec;
    let speed = (rate > 0.0 && history.step > 0).then(|| text!("{rate} steps/s", rate = short(rate)));
    let left = seconds_left(history).filter(|_| phase == Phase::Training);
    let left = left.map(|seconds| text!("{time} left", time = duration(seconds)));
    [speed, left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The estimated cost of an experiment: `118,282 parameters per run, 9 runs · about 120 MB of memory · about 40 s on the CPU`.
#[must_use]
pub fn forecast_text(forecast: &Forecast) -> String {
    let Forecast { estimate, seconds, measured, scarce } = forecast;
    // Tenths of a second would suggest a precision that an estimate does not have.
    let time = if *seconds < 9.5 { whole_seconds(seconds.max(1.0)) } else { duration(*seconds) };
    let (parameters, memory) = (grouped(estimate.parameters), memory(estimate.memory_bytes));
    let parts = [
        text!("{parameters} parameters per run, {runs}", parameters, runs = runs_text(estimate.runs)),
        if *scarce {
            text!("about {memory} of memory, which may exceed that of this device", memory)
        } else {
            text!("about {memory} of memory", memory)
        },
        if *measured {
            text!("about {time} at the last run’s speed", time)
        } else {
            text!("about {time} on the CPU", time)
        },
    ];
    parts.join(" · ")
}

fn runs_text(runs: u64) -> String {
    if runs == 1 { text!("1 run") } else { text!("{runs} runs", runs) }
}

/// How to read values, while there is no cursor.
#[must_use]
pub fn reading_hint() -> String {
    text!("Point at the figure, or move the slider, to read values; drag across it to zoom.")
}

/// The status while a field of the form is invalid.
#[must_use]
pub fn invalid_setup() -> String {
    text!("Cannot run: a field of the setup is invalid")
}

/// Shown instead of the estimate while a field is invalid.
#[must_use]
pub fn no_forecast() -> String {
    text!("The estimate appears once all fields are valid.")
}

/// The name of a data set.
fn data_label(name: DatasetName) -> String {
    translated(name.row().label)
}

/// The heading of the sample images.
#[must_use]
pub fn sample_title(name: DatasetName) -> String {
    match name.row().kind() {
        DataKind::Images => text!("Training images: {data}", data = data_label(name)),
        DataKind::Pairs => text!("Training sentences: {data}", data = data_label(name)),
    }
}

/// Shown instead of the sample images until there are some.
#[must_use]
pub fn sample_missing(name: DatasetName) -> String {
    if name.is_own() {
        text!("Shown once your files have been read.")
    } else {
        text!("Shown once the data is loaded, at the first run.")
    }
}

/// The data, the runs and the parameters of an experiment; `None` before the start.
#[must_use]
pub fn facts(Setup { experiment, start }: &Setup) -> Option<String> {
    let start = start.as_ref()?;
    let (data, runs) = (data_label(experiment.dataset.name), experiment.run_count());
    let (train, test) = (grouped(start.data.train as u64), grouped(start.data.test as u64));
    let parameters = grouped(start.parameters);
    let parts = [
        if experiment.dataset.valid > 0 {
            text!("{data}: {train} training and {test} held-out examples", data, train, test)
        } else {
            text!("{data}: {train} training and {test} test examples", data, train, test)
        },
        if runs == 1 {
            text!("1 run of {parameters} parameters", parameters)
        } else {
            text!("{runs} runs of {parameters} parameters", runs, parameters)
        },
        text!("{steps} steps per epoch", steps = grouped(start.steps_per_epoch)),
    ];
    let selection = start.selection.iter().map(selection_note);
    Some(parts.into_iter().chain(selection).collect::<Vec<_>>().join(" · "))
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

/// The progress of tuning: `GradInit: 40 of 390, objective 21.3`. If a phone has no room for the text in parentheses,
/// it is replaced by an ellipsis, consistently for all iterations of a tuning.
#[must_use]
pub fn preparation_text(progress: &PreparationProgress) -> String {
    let mut label = variant_label(&progress.variant);
    let total = grouped(progress.total);
    let objective = if progress.objective.is_some() { ", objective 1.23e-45".len() } else { 0 };
    let taken = ":  of ".len() + 2 * total.len() + objective;
    if let Some((name, _)) = label.split_once(" (").filter(|_| label.chars().count() + taken > PHONE_LINE) {
        label = format!("{name} (…)");
    }
    let done = grouped(progress.done);
    match progress.objective {
        Some(objective) => {
            let objective = three_digits(objective);
            text!("{label}: {done} of {total}, objective {objective}", label, done, total, objective)
        }
        None => text!("{label}: {done} of {total}", label, done, total),
    }
}

/// An invalid value in the address.
#[must_use]
pub fn address_error(error: &Error) -> String {
    match error {
        Error::Value(ValueError { key, parameter: None, expected, got }) => text!(
            "In the address, “{key}”: expected {expected}; got “{got}”. The default is used instead.",
            key,
            expected = expectation(expected),
            got
        ),
        Error::Value(ValueError { key, parameter: Some(parameter), expected, got }) => text!(
            "In the address, “{key}” ({parameter}): expected {expected}; got “{got}”. The default is used instead.",
            key,
            parameter,
            expected = expectation(expected),
            got
        ),
        Error::Formula(error) => text!(
            "In the address, the formula “{formula}” is invalid at character {character}: {reason}. The default is used \
             instead.",
            formula = error.formula,
            character = error.character(),
            reason = error.reason
        ),
        other => error_text(other),
    }
}

/// An error of an experiment, in the words of the library. Others concern data, devices and files, which only the worker reads; without
/// their words the page's program is smaller.
#[must_use]
pub fn error_text(error: &Error) -> String {
    match error {
        Error::Value(error) => error.to_string(),
        Error::Formula(error) => error.to_string(),
        _ => text!("the experiment is invalid"),
    }
}

/// Why the list of variants has not changed: an invalid field must be corrected first.
#[must_use]
pub fn fix_first(error: &Error) -> String {
    match field_error(error) {
        ("", text) => text,
        (key, reason) => text!("Fix “{key}” first. {reason}", key, reason),
    }
}

/// The worker has sent nothing for a long time.
#[must_use]
pub fn silence(loading: bool) -> String {
    if loading {
        text!("The training worker is still loading. On a slow connection this may take minutes.")
    } else {
        text!(
            "The training worker has not responded for a minute. One step of a large network may take that long; if this \
             network is small, restart the worker."
        )
    }
}

/// Unknown keys in the address.
#[must_use]
pub fn unknown_keys(keys: &[String]) -> String {
    match keys {
        [key] => text!("Unknown key “{key}” in the address was ignored.", key),
        // A notice has no room for more.
        keys => {
            text!("Unknown keys “{keys}” in the address were ignored.", keys = keys[..keys.len().min(50)].join("”, “"))
        }
    }
}

/// Where a result comes from, and the device that computed it; `runnable` says whether the visitor can run it.
#[must_use]
pub fn origin_text(shown: &Shown, phase: Phase, runnable: bool) -> String {
    let history = &shown.history;
    let runs = runs_text(history.runs().count() as u64);
    let backend = history.setup.start.as_ref().map_or("", |start| start.environment.backend.as_str());
    let backend = if backend == "webgpu" { "WebGPU" } else { "CPU" };
    match &shown.origin {
        Origin::Nothing => text!("No result yet."),
        Origin::Recorded { date, .. } if !runnable => {
            text!("Recorded on the {backend}, {date}, {runs}.", backend, date, runs)
        }
        Origin::Recorded { date, .. } => {
            text!("Recorded on the {backend}, {date}, {runs}. Run live computes it here.", backend, date, runs)
        }
        Origin::Live if phase == Phase::Finished || shown.is_complete() => {
            text!("Computed here on the {backend}, {runs}.", backend, runs)
        }
        Origin::Live => text!("Live on the {backend}, {runs}.", backend, runs),
        Origin::Kept { date } => {
            text!("Computed in this browser on the {backend}, {date}, {runs}.", backend, date, runs)
        }
    }
}

/// How many runs remain of an experiment with more than are computed at once.
#[must_use]
pub fn queue_text(shown: usize, all: usize) -> String {
    text!("{shown} of {all} runs; they are computed in batches.", shown, all)
}

/// The step at which the layers are shown: that of the last measurement after at most `at` steps.
#[must_use]
pub fn layers_step_text(history: &History, at: Option<u64>) -> String {
    match history.layer_steps().into_iter().rev().find(|step| *step <= at.unwrap_or(u64::MAX)) {
        None => String::new(),
        Some(0) => text!("Before training"),
        Some(step) => text!("After step {step}", step = grouped(step)),
    }
}

/// The experiment of the form in a line: `MNIST · mlp:128,128,128 ReLU · SGD 0.01 · 3 seeds · 300 steps`.
#[must_use]
pub fn setup_summary(experiment: &Experiment) -> String {
    let seeds = experiment.seeds;
    let network = format!("{} {}", experiment.model, experiment.activation.label());
    let network = match experiment.norm {
        NormLayer::Batch => text!("{network}, batch norm", network),
        NormLayer::Pre => text!("{network}, pre-LN", network),
        NormLayer::Post => text!("{network}, post-LN", network),
        NormLayer::None => network,
    };
    let parts = [
        data_label(experiment.dataset.name),
        network,
        format!("{} {}", experiment.optimizer.kind.label(), experiment.optimizer.learning_rate),
        if seeds == 1 { text!("1 seed") } else { text!("{seeds} seeds", seeds) },
        text!("{steps} steps", steps = grouped(experiment.steps)),
    ];
    parts.join(" · ")
}
