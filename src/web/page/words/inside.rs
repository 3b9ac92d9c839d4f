//! The sentences and labels of the section, composed from plain values.

use super::{grouped, sentences, variant_label};
use crate::catalog::Quantity;
use crate::experiment::ModelSpec;
use crate::metrics::{Examination, Filters, History, Mistake, RunCurves};
use crate::texts::{text, translated};
use crate::web::page::model::phase::Phase;

/// The text of panels whose content is available only when training pauses or ends.
#[must_use]
pub fn later() -> String {
    text!("Available when a run in this browser pauses or ends.")
}

/// The text of a panel without content.
#[must_use]
pub fn not_available() -> String {
    text!("Available during a run in this browser.")
}

/// The text before the first evaluation.
fn not_evaluated() -> String {
    text!("Not evaluated yet.")
}

/// The runs of an experiment, variants outermost: `Kaiming normal, seed 0`.
#[must_use]
pub fn run_labels(history: &History) -> Vec<String> {
    let runs = history.variants.iter().flat_map(|variant| variant.runs.iter().map(move |run| (variant, run)));
    let label = |variant: String, seed: u64| text!("{variant}, seed {seed}", variant, seed);
    runs.map(|(variant, run)| label(variant_label(&variant.variant), run.seed)).collect()
}

/// The state of a run: its accuracy, and whether it has diverged.
#[must_use]
pub fn run_note(run: &RunCurves, at: Option<u64>) -> String {
    let until = at.unwrap_or(u64::MAX);
    let measured = |quantity: &Quantity| !run.curves[*quantity].is_empty();
    let better = [Quantity::Bleu, Quantity::ExactMatch].into_iter().find(measured);
    let quantity = better.unwrap_or(Quantity::TestAccuracy);
    let last = run.values(quantity).rev().find(|(step, _)| *step <= until);
    let correct = |(step, value)| match quantity {
        Quantity::Bleu => text!("BLEU {score} at step {step}.", score = format!("{value:.1}"), step = grouped(step)),
        _ => text!("{share} correct at step {step}.", share = percent(value), step = grouped(step)),
    };
    match (last.map(correct), run.diverged_at.filter(|step| *step <= until)) {
        (Some(accuracy), None) => accuracy,
        (None, None) => not_evaluated(),
        (None, Some(step)) => text!("Diverged at step {step}.", step = grouped(step)),
        (Some(accuracy), Some(step)) => {
            text!("Diverged at step {step}. Before: {accuracy}", step = grouped(step), accuracy)
        }
    }
}

/// What the images of the first layer show.
#[must_use]
pub fn filters_note(filters: &Filters, history: &History) -> String {
    let (height, width, shown) = (filters.height, filters.width, filters.pictures.len());
    let model = &history.setup.experiment.model;
    let total = match model {
        ModelSpec::Mlp { .. } => history.layers.measured.first().map(|layer| layer.shape.units()),
        ModelSpec::Cnn { convolutions } => convolutions.first().map(|entry| entry.channels),
        ModelSpec::ResNet { stages } => stages.first().map(|stage| stage.channels),
        ModelSpec::Transformer(_) => None,
    };
    let count = match total.filter(|total| *total > shown) {
        Some(total) => text!("{shown} of {total}", shown, total),
        None => shown.to_string(),
    };
    let step = grouped(filters.step);
    let note = if model.has_convolutions() {
        text!("{count} filters of {height} × {width} weights at step {step}.", count, height, width, step)
    } else {
        text!("{count} units of {height} × {width} weights at step {step}.", count, height, width, step)
    };
    let broken = filters.pictures.iter().flatten().any(|weight| !weight.is_finite());
    sentences([note, if broken { text!("Some weights are no longer finite.") } else { String::new() }])
}

/// A summary of a confusion matrix in two sentences, also for screen readers.
#[must_use]
pub fn confusion_note(examination: &Examination, classes: &[String]) -> String {
    let count = classes.len().max(1);
    let number = |index: usize| u64::from(examination.confusion.get(index).copied().unwrap_or(0));
    let total: u64 = (0..count * count).map(number).sum();
    let right: u64 = (0..count).map(|class| number(class * count + class)).sum();
    let share = percent(right as f64 / total.max(1) as f64);
    let (right, all, step) = (grouped(right), grouped(total), grouped(examination.step));
    let sentence = text!("{right} of {all} correct ({share}) at step {step}.", right, all, share, step);
    let wrong = (0..count * count).filter(|index| index / count != index % count && number(*index) > 0);
    // Reversed, since `max_by_key` returns the last one among equally frequent errors, and the first one is wanted.
    let most = wrong.rev().max_by_key(|index| number(*index));
    let confused = most.map_or_else(
        || text!("No errors."),
        |index| {
            let names = (class_name(classes, index / count), class_name(classes, index % count));
            most_frequent_error(names, number(index))
        },
    );
    sentences([sentence, confused])
}

fn most_frequent_error((truth, predicted): (String, String), count: u64) -> String {
    if count == 1 {
        return text!("Most frequent error: {truth} classified as {predicted}, once.", truth, predicted);
    }
    let count = grouped(count);
    text!("Most frequent error: {truth} classified as {predicted}, {count} times.", truth, predicted, count)
}

/// `cat classified as dog`.
#[must_use]
pub fn mistake_text(mistake: &Mistake, classes: &[String]) -> String {
    let name = |class: u16| class_name(classes, usize::from(class));
    text!("{truth} classified as {predicted}", truth = name(mistake.label.into()), predicted = name(mistake.predicted))
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
        0 => text!("No misclassified images at step {step}.", step),
        1 => text!("The only misclassified image at step {step}.", step),
        _ if shown < wrong => {
            let wrong = grouped(wrong);
            text!("The first {shown} of {wrong} misclassified images at step {step}.", shown, wrong, step)
        }
        _ => text!("All {wrong} misclassified images at step {step}.", wrong, step),
    }
}

/// Why no image can be classified now.
#[must_use]
pub fn ask_reason(phase: Phase) -> Option<String> {
    match phase {
        Phase::Training | Phase::Paused | Phase::Finished => None,
        Phase::Preparing => Some(text!("The networks are being prepared.")),
        Phase::Loading | Phase::Ready => Some(text!("There are no networks yet: press Run.")),
        Phase::Failed => Some(text!("The experiment has stopped, so there are no networks.")),
    }
}

/// The instruction for the visitor.
#[must_use]
pub fn ask_invitation(classes: &[String], drawable: bool) -> String {
    if !drawable {
        return text!("Choose a test image. Drawing is possible for grayscale images only.");
    }
    let digits = classes.iter().all(|name| name.len() == 1 && name.as_bytes()[0].is_ascii_digit());
    match classes.len() {
        _ if digits => text!("Draw a digit with mouse, pen or finger, or choose a test image."),
        0..=10 => {
            let classes: Vec<String> = (0..classes.len()).map(|class| class_name(classes, class)).collect();
            let classes = classes.join(", ");
            text!("Draw one of {classes} with mouse, pen or finger, or choose a test image.", classes)
        }
        _ => text!("Draw something like the training images with mouse, pen or finger, or choose a test image."),
    }
}

/// The image that is classified.
#[must_use]
pub fn image_note(test: Option<(usize, u8)>, classes: &[String]) -> String {
    match test {
        Some((index, label)) => {
            let (index, class) = (grouped(index as u64), class_name(classes, usize::from(label)));
            text!("Test image {index}: {class}", index, class)
        }
        None => text!("Your drawing as the networks see it"),
    }
}

/// A class by its name, or by its number if it has none.
#[must_use]
pub fn class_name(classes: &[String], class: usize) -> String {
    classes.get(class).map_or_else(|| class.to_string(), |name| translated(name))
}

/// `93.2 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// The images of the first layer for screen readers: the name of the run and the note about it, once there are any.
#[must_use]
pub fn filters_description(shown: Option<(&str, &str)>) -> String {
    shown.map_or_else(
        || text!("First layer: not available yet"),
        |(name, note)| text!("First layer of {name}: {note}", name, note),
    )
}

/// When the active fractions were measured.
#[must_use]
pub fn activity_note(step: Option<u64>) -> String {
    step.map_or_else(not_evaluated, |step| {
        text!("All layers, from input to output, at step {step}.", step = grouped(step))
    })
}

/// The confusion matrix for screen readers: the name of the run, once there is one, and the note about it.
#[must_use]
pub fn confusion_description(name: Option<&str>, note: &str) -> String {
    match name {
        Some(name) => text!("Confusion matrix of {name}: {note}", name, note),
        None => text!("Confusion matrix: {note}", note),
    }
}

/// The number of a misclassified image.
#[must_use]
pub fn image_number(index: usize) -> String {
    text!("image {index}", index = grouped(index as u64))
}

/// The text beside the place of an image until there is one.
#[must_use]
pub fn no_image() -> String {
    text!("No image yet")
}
