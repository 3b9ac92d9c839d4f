//! BLEU: the share of the words, and of the sequences of 2, 3 and 4 words, of a translation that are in the reference translation.

use super::tokenizer::tokenize_13a;
use super::{NgramCounts, ScoreError, pairs};

/// The variant of BLEU that [`bleu`] computes, as sacrebleu writes it: one reference for each sentence, upper and lower case differ, all
/// four orders count, words as in mteval-v13a, exponential smoothing.
pub const BLEU_SIGNATURE: &str = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp";

/// Longest sequence of words that counts.
const ORDERS: usize = 4;

/// The BLEU score of a corpus and the numbers that it consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bleu {
    /// The score, from 0 to 100.
    pub score: f64,
    /// For sequences of 1, 2, 3 and 4 words, the percentage of those in the hypotheses that are in the references, smoothed; all are 0
    /// if nothing matches.
    pub precisions: [f64; ORDERS],
    /// The factor for hypotheses that are shorter than their references, from 0 to 1.
    pub brevity_penalty: f64,
    /// Number of words and punctuation marks of all hypotheses.
    pub hypothesis_length: usize,
    /// The same of all references.
    pub reference_length: usize,
}

/// The BLEU score of a corpus, 0 to 100: `hypotheses` are the translations to be judged, `references` the correct ones, one for each.
///
/// ```text
/// BLEU = 100 · min(1, e^(1 − r/c)) · (p_1 p_2 p_3 p_4)^(1/4)      c, r: words of all hypotheses, of all references
/// p_n  = matches_n / ngrams_n                                     sums over all sentences
/// ```
///
/// `ngrams_n` is the number of sequences of `n` words in the hypotheses. Of these, `matches_n` are in the reference of their sentence,
/// where each of them matches only once. Where `matches_n` is 0 but `ngrams_n` is not, `p_n = 1 / (2^k ngrams_n)` for the `k`-th such `n`
/// (exponential smoothing, method 3 of Chen & Cherry 2014). The score is 0 if nothing matches, or if no hypothesis has four words.
///
/// Papineni, Roukos, Ward & Zhu 2002, *BLEU: a method for automatic evaluation of machine translation*; words and smoothing as in Post
/// 2018, *A call for clarity in reporting BLEU scores* ([`tokenize_13a`]). Not for languages without spaces, such as Chinese, of which
/// whole phrases would be words: [`chrf`](fn@super::chrf) needs no words. And not for single sentences, most of which would score nearly 0.
pub fn bleu<H: AsRef<str>, R: AsRef<str>>(hypotheses: &[H], references: &[R]) -> Result<Bleu, ScoreError> {
    let mut counts = [NgramCounts::default(); ORDERS];
    let (mut hypothesis_length, mut reference_length) = (0, 0);
    for (hypothesis, reference) in pairs(hypotheses, references)? {
        let (found, expected) = (tokenize_13a(hypothesis), tokenize_13a(reference));
        hypothesis_length += found.len();
        reference_length += expected.len();
        for (order, counts) in (1..).zip(&mut counts) {
            counts.add(&found, &expected, order);
        }
    }
    let precisions = precisions(&counts);
    let brevity_penalty = brevity_penalty(hypothesis_length, reference_length);
    // The logarithm of 0 is -∞, and the score 0.
    let log_mean = precisions.iter().map(|precision| precision.ln()).sum::<f64>() / ORDERS as f64;
    let score = brevity_penalty * log_mean.exp();
    Ok(Bleu { score, precisions, brevity_penalty, hypothesis_length, reference_length })
}

/// The smoothed precisions in percent.
fn precisions(counts: &[NgramCounts; ORDERS]) -> [f64; ORDERS] {
    if counts.iter().all(|counts| counts.matches == 0) {
        return [0.0; ORDERS];
    }
    let mut smoothing = 1.0;
    counts.map(|counts| match (counts.matches, counts.hypothesis) {
        (_, 0) => 0.0,
        (0, all) => {
            smoothing *= 2.0;
            100.0 / (smoothing * all as f64)
        }
        (matches, all) => 100.0 * matches as f64 / all as f64,
    })
}

/// `min(1, e^(1 - r/c))` for `c` words of the hypotheses and `r` of the references.
fn brevity_penalty(hypothesis_length: usize, reference_length: usize) -> f64 {
    match (hypothesis_length, reference_length) {
        (c, r) if c >= r => 1.0,
        (0, _) => 0.0,
        (c, r) => (1.0 - r as f64 / c as f64).exp(),
    }
}
