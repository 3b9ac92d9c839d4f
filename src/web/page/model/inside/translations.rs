//! How all networks translate one sentence: the rows of a table with one row per variant; and how their translations of the sample
//! sentences change over time.

use crate::catalog::Task;
use crate::metrics::{History, SentenceAnswer, Translation};
use crate::texts::text;
use crate::web::page::words::NOTHING;

/// The row of a variant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TranslationRow {
    /// The translation by the first run that has not diverged.
    pub text: String,
    /// Its symbols with their probabilities.
    pub words: Vec<(String, f32)>,
    /// Whether it is right, and how many of the seeds are, in words.
    pub verdict: String,
    /// The mean logarithm of the probabilities.
    pub score: String,
}

/// The rows of the variants of `history`.
#[must_use]
pub fn translation_rows(history: &History, answer: &SentenceAnswer) -> Vec<TranslationRow> {
    let mut first = 0;
    let rows = history.variants.iter().map(|variant| {
        let runs = answer.translations.get(first..).unwrap_or_default();
        first += variant.runs.len();
        row(&runs[..variant.runs.len().min(runs.len())])
    });
    rows.collect()
}

fn row(runs: &[Translation]) -> TranslationRow {
    let sound: Vec<&Translation> = runs.iter().filter(|run| run.score().is_some()).collect();
    let Some(shown) = sound.first() else {
        let verdict = if runs.is_empty() { String::new() } else { text!("diverged") };
        return TranslationRow { text: NOTHING.to_owned(), verdict, ..TranslationRow::default() };
    };
    let (right, seeds) = (sound.iter().filter(|run| run.is_right == Some(true)).count(), runs.len());
    let verdict = match shown.is_right {
        None => shown.chrf.map_or_else(String::new, |score| text!("chrF {score}", score = format!("{score:.0}"))),
        Some(true) if seeds == 1 => text!("✓ correct"),
        Some(false) if seeds == 1 => text!("✗ wrong"),
        Some(true) => text!("✓ correct, {right} of {seeds} seeds", right, seeds),
        Some(false) => text!("✗ wrong, {right} of {seeds} seeds correct", right, seeds),
    };
    TranslationRow {
        text: if shown.text.is_empty() { NOTHING.to_owned() } else { shown.text.clone() },
        words: shown.words.iter().cloned().zip(shown.probabilities.iter().copied()).collect(),
        verdict,
        score: shown.score().map_or(String::new(), |score| format!("{score:.2}").replace('-', "−")),
    }
}

/// A sample sentence with its translations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// The sentence.
    pub source: String,
    /// Its translation in the data set.
    pub reference: String,
    /// The translation by the first run of each variant.
    pub translations: Vec<SampleTranslation>,
}

/// A translation, in three parts: what was the same at the evaluation before, what has changed, and what was the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleTranslation {
    /// The parts; only the second one differs from the evaluation before.
    pub parts: [String; 3],
    /// Whether it is the translation in the data set; absent if another one may be as good.
    pub is_right: Option<bool>,
}

/// The sample sentences at the last evaluation after at most `at` steps (the last one if absent), with its step; none before the first.
#[must_use]
pub fn sample_rows(history: &History, at: Option<u64>) -> (Option<u64>, Vec<SampleRow>) {
    let until = at.unwrap_or(u64::MAX);
    let kept = history.variants.iter().map(|variant| variant.runs.first().map_or(&[][..], |run| &run.translations));
    let shown: Vec<_> = kept.map(|kept| &kept[..kept.partition_point(|(step, _)| *step <= until)]).collect();
    let step = shown.iter().filter_map(|kept| kept.last()).map(|(step, _)| *step).max();
    let samples = history.setup.start.as_ref().map_or(&[][..], |start| &start.samples);
    let rows = samples.iter().enumerate().filter(|_| step.is_some()).map(|(index, sample)| {
        let of = |kept: &&[(u64, Vec<String>)]| {
            // A run that has diverged translates nothing any more.
            let is_there = kept.last().is_some_and(|(own, _)| Some(*own) == step);
            let mut latest = kept.iter().rev().map(|(_, texts)| texts.get(index).map_or("", String::as_str));
            let (now, before) = (latest.next().filter(|_| is_there).unwrap_or(NOTHING), latest.next());
            let is_same = now == sample.reference;
            let is_right = (is_same || history.setup.experiment.task() != Task::Texts).then_some(is_same);
            SampleTranslation { parts: changed(before.unwrap_or(now), now), is_right }
        };
        SampleRow {
            source: sample.source.clone(),
            reference: sample.reference.clone(),
            translations: shown.iter().map(of).collect(),
        }
    });
    (step, rows.collect())
}

/// A text in three parts, of which only the second one differs from the text before.
fn changed(before: &str, now: &str) -> [String; 3] {
    let (before, now): (Vec<char>, Vec<char>) = (before.chars().collect(), now.chars().collect());
    let start = before.iter().zip(&now).take_while(|(one, other)| one == other).count();
    let rest = before.len().min(now.len()) - start;
    let end = before.iter().rev().zip(now.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    [&now[..start], &now[start..now.len() - end], &now[now.len() - end..]].map(|part| part.iter().collect())
}
