//! Translations of sentences by runs, for display: of fixed sentences over time, and of a sentence that a visitor chooses.

use serde::{Deserialize, Serialize};

/// A test sentence whose translations are kept at every evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SampleSentence {
    /// The sentence.
    pub source: String,
    /// Its translation in the data set.
    pub reference: String,
}

/// A sentence to be translated, as symbols.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AskedSentence {
    /// Its index, if it is a test sentence.
    pub test: Option<usize>,
    /// As text.
    pub text: String,
    /// Its symbols, as many as a sentence may have.
    pub symbols: Vec<u16>,
    /// Number of symbols that are left out.
    pub left_out: usize,
}

/// The translation of a sentence by one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Translation {
    /// As a sentence.
    pub text: String,
    /// Its symbols.
    pub words: Vec<String>,
    /// The probability of each symbol after those before it, then that of the end; none in a run that has diverged.
    pub probabilities: Vec<f32>,
    /// Whether it is the right one; absent if that is unknown, or if there are many.
    pub is_right: Option<bool>,
    /// Of a test sentence of a text, chrF2 of this translation alone.
    pub chrf: Option<f64>,
}

/// How much every symbol of a translation attends to every symbol of the sentence, in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttentionMap {
    /// The run, counted through all variants.
    pub run: usize,
    /// Layers of the decoder.
    pub layers: usize,
    /// Heads of each.
    pub heads: usize,
    /// Symbols of the sentence.
    pub inputs: usize,
    /// Weights, `[layers, heads, outputs, inputs]`; those of an output sum up to 1. The outputs are the symbols of the run's translation,
    /// and its end.
    pub weights: Vec<f32>,
}

/// A sentence with the translations of all runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SentenceAnswer {
    /// Its index, if it is a test sentence.
    pub test: Option<usize>,
    /// The sentence as it was asked.
    pub sentence: String,
    /// The symbols that were recognized in it.
    pub words: Vec<String>,
    /// Symbols beyond the longest sentence, which were left out.
    pub left_out: usize,
    /// The right translation, if it is known.
    pub reference: Option<String>,
    /// By variant, then by seed.
    pub translations: Vec<Translation>,
    /// Of the inspected run.
    pub attention: Option<AttentionMap>,
}

impl Translation {
    /// The mean logarithm of the probabilities, in nats; `None` in a run that has diverged.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        let logarithms = self.probabilities.iter().map(|probability| f64::from(*probability).ln());
        let mean = logarithms.sum::<f64>() / self.probabilities.len() as f64;
        mean.is_finite().then_some(mean)
    }
}

impl AttentionMap {
    /// The weights of one head, `[outputs, inputs]`; the mean over the heads of the layer without one.
    #[must_use]
    pub fn of(&self, layer: usize, head: Option<usize>) -> Vec<f32> {
        let size = self.weights.len() / (self.layers * self.heads).max(1);
        let heads = match head {
            Some(head) => head..head + 1,
            None => 0..self.heads,
        };
        let mut sums = vec![0.0; size];
        for head in heads.clone() {
            let first = (layer * self.heads + head) * size;
            for (sum, weight) in sums.iter_mut().zip(self.weights.iter().skip(first)) {
                *sum += weight / heads.len() as f32;
            }
        }
        sums
    }
}
