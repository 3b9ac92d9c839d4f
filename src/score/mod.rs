//! Scores of translations against reference translations: BLEU and chrF of a corpus, the same numbers as sacrebleu's.
//!
//! | score | counts | source |
//! |---|---|---|
//! | [`bleu`](fn@bleu) | sequences of 1 to 4 words: how many of the hypothesis are in the reference | Papineni et al. 2002; Post 2018 |
//! | [`chrf`](fn@chrf) | sequences of 1 to 6 characters, precision and recall | Popović 2015 |
//!
//! A score depends on many small choices, so each comes with its signature, which names them ([`BLEU_SIGNATURE`], [`CHRF_SIGNATURE`]);
//! only scores with the same signature can be compared (Post 2018). Both are corpus scores: counts are added up over all sentences
//! before anything is divided, so that the score is not the mean of the scores of sentences. This module sees only texts: no symbols,
//! no tensor.

mod bleu;
mod chrf;
mod tokenizer;

pub use bleu::{BLEU_SIGNATURE, Bleu, bleu};
pub use chrf::{CHRF_SIGNATURE, chrf};
pub use tokenizer::tokenize_13a;

use std::collections::HashMap;
use std::hash::Hash;

/// Why a corpus has no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreError {
    /// There is no sentence.
    NoSentences,
    /// There is not one hypothesis for each reference.
    SentenceCount {
        /// Number of references.
        expected: usize,
        /// Number of hypotheses.
        got: usize,
    },
}

/// How many sequences of one length there are in hypotheses and references.
#[derive(Debug, Clone, Copy, Default)]
struct NgramCounts {
    /// In the hypotheses.
    hypothesis: usize,
    /// In the references.
    reference: usize,
    /// In both: a sequence counts in a sentence as often as it occurs in the hypothesis and in the reference.
    matches: usize,
}

impl NgramCounts {
    /// Adds the sequences of `order` items of one sentence.
    fn add<T: Eq + Hash>(&mut self, hypothesis: &[T], reference: &[T], order: usize) {
        let (found, expected) = (ngrams(hypothesis, order), ngrams(reference, order));
        let matches = found.iter().map(|(ngram, count)| *count.min(expected.get(ngram).unwrap_or(&0)));
        self.matches += matches.sum::<usize>();
        self.hypothesis += found.values().sum::<usize>();
        self.reference += expected.values().sum::<usize>();
    }
}

/// Every sequence of `order` items, and how often it occurs.
fn ngrams<T: Eq + Hash>(items: &[T], order: usize) -> HashMap<&[T], usize> {
    let mut counts = HashMap::new();
    for ngram in items.windows(order) {
        *counts.entry(ngram).or_insert(0) += 1;
    }
    counts
}

/// Hypotheses with their references, if there are as many of both and at least one.
fn pairs<'text, H: AsRef<str>, R: AsRef<str>>(
    hypotheses: &'text [H],
    references: &'text [R],
) -> Result<impl Iterator<Item = (&'text str, &'text str)>, ScoreError> {
    if hypotheses.len() != references.len() {
        return Err(ScoreError::SentenceCount { expected: references.len(), got: hypotheses.len() });
    }
    if hypotheses.is_empty() {
        return Err(ScoreError::NoSentences);
    }
    Ok(hypotheses.iter().map(AsRef::as_ref).zip(references.iter().map(AsRef::as_ref)))
}

/// Whether a character separates words. Like Python's, and unlike [`char::is_whitespace`], it includes the four separators of ASCII.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}
