//! The sentences and labels of the section, composed from plain values.

use crate::catalog::Quantity;
use crate::experiment::ModelSpec;
use crate::metrics::{Examination, Filters, History, Mistake, RunCurves};
use crate::web::page::lifecycle::Phase;
use crate::web::page::words::{grouped, variant_label};

/// The text of panels whose content is available only when training pauses or ends.
pub const LATER: &str = "Available when training pauses or ends.";
/// The text of a panel without content.
pub const NOT_AVAILABLE: &str = "Not available yet.";
/// The text before the first evaluation.
const NOT_EVALUATED: &str = "Not evaluated yet.";

/// The runs of an experiment, variants outermost: `Kaiming normal, seed 0`.
#[must_use]
pub fn run_labels(history: &History) -> Vec<String> {
    let runs = history.variants.iter().flat_map(|variant| variant.runs.iter().map(move |run| (variant, run)));
    runs.map(|(variant, run)| format!("{}, seed {}", variant_label(&variant.scheme), run.seed)).collect()
}

/// The state of a run: its accuracy, and whether it has diverged.
#[must_use]
pub fn run_note(run: &RunCurves) -> String {
    let last = run.values(Quantity::TestAccuracy).next_back();
    let accuracy = last.map(|(step, share)| format!("{} correct at step {}.", percent(share), grouped(step)));
    match (accuracy, run.diverged_at) {
        (Some(accuracy), None) => accuracy,
        (None, None) => NOT_EVALUATED.to_owned(),
        (accuracy, Some(step)) => {
            let before = accuracy.map_or(String::new(), |accuracy| format!(" Before: {accuracy}"));
            format!("Diverged at step {}.{before}", grouped(step))
        }
    }
}

/// What the images of the first layer show.
#[must_use]
pub fn filters_note(filters: &Filters, history: &History) -> String {
    let (height, width, shown) = (filters.height, filters.width, filters.pictures.len());
    let (noun, total) = match &history.setup.experiment.model {
        ModelSpec::Mlp { .. } => ("units", history.layers.measured.first().map(|layer| layer.shape.units())),
        ModelSpec::Cnn { convolutions } => ("filters", convolutions.first().map(|entry| entry.channels)),
        ModelSpec::ResNet { stages } => ("filters", stages.first().map(|stage| stage.channels)),
    };
    let total = total.filter(|total| *total > shown).map_or(String::new(), |total| format!(" of {total}"));
    let step = grouped(filters.step);
    let broken = filters.pictures.iter().flatten().any(|weight| !weight.is_finite());
    let broken = if broken { " Some weights are no longer finite." } else { "" };
    format!("{shown}{total} {noun} of {height} × {width} weights at step {step}.{broken}")
}

/// A summary of a confusion matrix in two sentences, also for screen readers.
#[must_use]
pub fn confusion_note(examination: &Examination, classes: &[String]) -> String {
    let count = classes.len().max(1);
    let number = |index: usize| u64::from(examination.confusion.get(index).copied().unwrap_or(0));
    let total: u64 = (0..count * count).map(number).sum();
    let right: u64 = (0..count).map(|class| number(class * count + class)).sum();
    let share = percent(right as f64 / total.max(1) as f64);
    let (all, step) = (grouped(total), grouped(examination.step));
    let sentence = format!("{} of {all} correct ({share}) at step {step}.", grouped(right));
    let wrong = (0..count * count).filter(|index| index / count != index % count && number(*index) > 0);
    // Reversed, since `max_by_key` returns the last one among equally frequent errors, and the first one is wanted.
    let most = wrong.rev().max_by_key(|index| number(*index));
    let confused = most.map_or("No errors.".to_owned(), |index| {
        let (truth, predicted) = (class_name(classes, index / count), class_name(classes, index % count));
        format!("Most frequent error: {truth} classified as {predicted}, {}.", times(number(index)))
    });
    format!("{sentence} {confused}")
}

/// `cat classified as dog`.
#[must_use]
pub fn mistake_text(mistake: &Mistake, classes: &[String]) -> String {
    let name = |class: u8| class_name(classes, usize::from(class));
    format!("{} classified as {}", name(mistake.label), name(mistake.predicted))
}

/// The number of misclassified images, and how many are shown.
#[must_use]
pub fn mistakes_note(examination: &Examination, classes: usize) -> String {
    let counts = examination.confusion.iter().enumerate();
    let wrong = counts.filter(|(index, _)| index / classes.max(1) != index % classes.max(1));
    let wrong: u64 = wrong.map(|(_, count)| u64::from(*count)).sum();
    let shown = examination.mistakes.len() as u64;
    let step = grouped(examination.step);
    match wrong {
        0 => format!("No misclassified images at step {step}."),
        1 => format!("The only misclassified image at step {step}."),
        _ if shown < wrong => format!("The first {shown} of {} misclassified images at step {step}.", grouped(wrong)),
        _ => format!("All {wrong} misclassified images at step {step}."),
    }
}

/// Why no image can be classified now.
#[must_use]
pub fn ask_reason(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::Training | Phase::Paused | Phase::Finished => None,
        Phase::Preparing => Some("The networks are being prepared."),
        Phase::Loading | Phase::Ready => Some("There are no networks yet: press Run."),
        Phase::Failed => Some("The experiment has stopped, so there are no networks."),
    }
}

/// The instruction for the visitor.
#[must_use]
pub fn ask_invitation(classes: &[String], drawable: bool) -> String {
    if !drawable {
        return "Choose a test image. Drawing is possible for grayscale images only.".to_owned();
    }
    let digits = classes.iter().all(|name| name.len() == 1 && name.as_bytes()[0].is_ascii_digit());
    let thing = match classes.len() {
        _ if digits => "a digit".to_owned(),
        0..=10 => format!("one of {}", classes.join(", ")),
        _ => "something like the training images".to_owned(),
    };
    format!("Draw {thing} with mouse, pen or finger, or choose a test image.")
}

/// The image that is classified.
#[must_use]
pub fn image_note(test: Option<(usize, u8)>, classes: &[String]) -> String {
    match test {
        Some((index, label)) => {
            format!("Test image {}: {}", grouped(index as u64), class_name(classes, usize::from(label)))
        }
        None => "Your drawing as the networks see it".to_owned(),
    }
}

/// A class by its name, or by its number if it has none.
#[must_use]
pub fn class_name(classes: &[String], class: usize) -> String {
    classes.get(class).cloned().unwrap_or_else(|| class.to_string())
}

/// `93.2 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{} times", grouped(count)) }
}

/// The images of the first layer for screen readers: the name of the run and the note about it, once there are any.
#[must_use]
pub fn filters_description(shown: Option<(&str, &str)>) -> String {
    shown.map_or_else(
        || "First layer: not available yet".to_owned(),
        |(name, note)| format!("First layer of {name}: {note}"),
    )
}

/// When the active fractions were measured.
#[must_use]
pub fn activity_note(step: Option<u64>) -> String {
    step.map_or_else(
        || NOT_EVALUATED.to_owned(),
        |step| format!("All layers, from input to output, at step {}.", grouped(step)),
    )
}

/// The confusion matrix for screen readers.
#[must_use]
pub fn confusion_description(name: &str, note: &str) -> String {
    format!("Confusion matrix of {name}: {note}")
}
