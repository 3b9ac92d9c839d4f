//! The sentences and labels about translations.

use super::{grouped, sentences};
use crate::catalog::Task;
use crate::experiment::Direction;
use crate::metrics::{AttentionMap, SentenceAnswer};
use crate::texts::{text, translated};

/// The sentence that is translated, of a text with its symbols, and what it means if that is known.
#[must_use]
pub fn sentence_note(task: Task, answer: &SentenceAnswer) -> String {
    let is_text = task == Task::Texts;
    let kind = match answer.test {
        Some(index) => text!("Test sentence {index}.", index = grouped(index as u64)),
        None => String::new(),
    };
    let right = match &answer.reference {
        Some(reference) if is_text => reference_label(reference),
        None if is_text => String::new(),
        Some(reference) => text!("Correct translation: {reference}", reference),
        None => text!("The correct translation is unknown."),
    };
    let unknown = answer.words.iter().filter(|word| *word == "<unk>").count();
    let unknown = match unknown {
        0 => String::new(),
        1 if is_text => text!("1 character was not seen in training and is read as <unk>."),
        count if is_text => text!("{count} characters were not seen in training and are read as <unk>.", count),
        1 => text!("1 word is not in the language and is read as <unk>."),
        count => text!("{count} words are not in the language and are read as <unk>.", count),
    };
    let cut = match answer.left_out {
        0 => String::new(),
        count => text!("It is too long: the last {count} symbols are left out.", count),
    };
    let symbols = is_text.then(|| text!("Symbols: {symbols}", symbols = answer.words.join(" ")));
    sentences([kind, unknown, cut].into_iter().chain(symbols).chain([right]))
}

/// What the attention table shows.
#[must_use]
pub fn attention_note(run: &str, map: Option<&AttentionMap>) -> String {
    match map {
        Some(_) => text!(
            "How much every symbol of the translation by {run} attends to every symbol of the sentence, in percent.",
            run
        ),
        None => text!("Shown for the sentence that is translated below."),
    }
}

/// The choice of a head.
#[must_use]
pub fn head_label(head: Option<usize>) -> String {
    match head {
        Some(head) => text!("head {number}", number = head + 1),
        None => text!("mean over the heads"),
    }
}

/// The choice of a layer of the decoder.
#[must_use]
pub fn layer_label(layer: usize) -> String {
    text!("layer {number}", number = layer + 1)
}

/// The evaluation at which the sample sentences were translated.
#[must_use]
pub fn samples_note(step: Option<u64>) -> String {
    match step {
        Some(step) => text!(
            "Translations by the first seed of each variant at step {step}; changes since the previous evaluation are marked.",
            step = grouped(step)
        ),
        None => text!("Not evaluated yet."),
    }
}

/// The reference below a sample sentence.
#[must_use]
pub fn reference_label(reference: &str) -> String {
    text!("Reference: {reference}", reference)
}

/// The instruction for the visitor.
#[must_use]
pub fn sentence_invitation(task: Task, direction: Direction) -> String {
    let languages = capitalized(&translated(direction.label()));
    if task == Task::Texts {
        return text!("{languages}. Type a sentence, or choose a test sentence.", languages);
    }
    text!("{languages}. Type a number in words or in digits, or choose a test sentence.", languages)
}

/// A text with a capital letter at its beginning, if that is an ASCII letter: a table of all letters would be a fiftieth of the page.
fn capitalized(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The text beside the place of a sentence until there is one.
#[must_use]
pub fn no_sentence() -> String {
    text!("No sentence yet")
}

/// Whether a translation is correct, as a mark and in words.
#[must_use]
pub fn judgment(is_right: bool) -> (&'static str, String) {
    if is_right { ("✓", text!("correct")) } else { ("✗", text!("wrong")) }
}
