//! chrF: precision and recall of the sequences of 1 to 6 characters of a translation against a reference translation.

use super::{NgramCounts, ScoreError, is_space, pairs};

/// The variant of chrF that [`chrf`] computes, as sacrebleu writes it: one reference for each sentence, upper and lower case differ, only
/// orders that occur count, 6 orders of characters and none of words, spaces left out.
pub const CHRF_SIGNATURE: &str = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no";

/// Longest sequence of characters that counts.
const ORDERS: usize = 6;
/// How many times as much as precision recall counts: the 2 of chrF2.
const BETA: f64 = 2.0;

/// The chrF2 score of a corpus, 0 to 100: `hypotheses` are the translations to be judged, `references` the correct ones, one for each.
///
/// ```text
/// chrF = 100 · (1 + β²) P R / (β² P + R)      β = 2
/// P, R = means over n = 1 … 6 of matches_n / ngrams of hypotheses, of matches_n / ngrams of references
/// ```
///
/// N-grams are sequences of `n` characters, white space left out, summed over all sentences; each matches only once. Orders that do not
/// occur in both hypotheses and references are left out of the means; n-grams of a hypothesis count only where the reference is long
/// enough to have any. The score is 0 if nothing matches.
///
/// Popović 2015, *chrF: character n-gram F-score for automatic MT evaluation*, with the β of Popović 2016, *chrF deconstructed*. It needs
/// no words, so it fits every language. A character is a Unicode scalar value.
pub fn chrf<H: AsRef<str>, R: AsRef<str>>(hypotheses: &[H], references: &[R]) -> Result<f64, ScoreError> {
    let mut counts = [NgramCounts::default(); ORDERS];
    for (hypothesis, reference) in pairs(hypotheses, references)? {
        let (found, expected) = (characters(hypothesis), characters(reference));
        // The reference has no longer sequences.
        for (order, counts) in (1..=expected.len()).zip(&mut counts) {
            counts.add(&found, &expected, order);
        }
    }
    let present: Vec<_> = counts.iter().filter(|counts| counts.hypothesis > 0 && counts.reference > 0).collect();
    let mean = |share: fn(&NgramCounts) -> f64| {
        present.iter().map(|counts| share(counts)).sum::<f64>() / present.len().max(1) as f64
    };
    let precision = mean(|counts| counts.matches as f64 / counts.hypothesis as f64);
    let recall = mean(|counts| counts.matches as f64 / counts.reference as f64);
    let weight = BETA * BETA;
    let total = weight * precision + recall;
    Ok(if total > 0.0 { 100.0 * (1.0 + weight) * precision * recall / total } else { 0.0 })
}

/// The characters of a text without white space.
fn characters(text: &str) -> Vec<char> {
    text.chars().filter(|character| !is_space(*character)).collect()
}
