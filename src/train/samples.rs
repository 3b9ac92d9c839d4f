//! Greedy translations at every evaluation: of a few test sentences, which are shown, and of texts of more, which are scored.

use super::batches::{positions, sentence_tensor};
use crate::catalog::Quantity;
use crate::dataset::symbols::BEGINNING;
use crate::dataset::{Dataset, Vocabulary, until_end, without_padding};
use crate::device::{Backend, OpenDevice, read};
use crate::error::Result;
use crate::experiment::limits::{SAMPLE_SENTENCES, SCORED_SENTENCES};
use crate::metrics::SampleSentence;
use crate::model::{Network, SentenceTensor};
use crate::score::{bleu, chrf};
use burn::tensor::Transaction;
use std::rc::Rc;

/// Sentences that the CPU translates in one piece of work.
const TOGETHER: usize = 10;

/// The first test sentences with their translations in the data set; none for images.
pub(super) fn sample_sentences(dataset: &Dataset) -> Vec<SampleSentence> {
    let Dataset::Pairs(pairs) = dataset else { return Vec::new() };
    let sample = |(index, (source, target)): (usize, (&[u16], &[u16]))| SampleSentence {
        source: pairs.source.text(&without_padding(source)),
        reference: pairs.references.get(index).cloned().unwrap_or_else(|| pairs.target.text(&until_end(target))),
    };
    pairs.test.iter().take(SAMPLE_SENTENCES).enumerate().map(sample).collect()
}

/// Translates test sentences at every evaluation.
#[derive(Debug)]
pub(super) struct Translator {
    /// What the symbols of translations mean.
    vocabulary: Vocabulary,
    /// Positions of a translation.
    positions: usize,
    /// The test sentences that are translated, in pieces of work.
    chunks: Vec<SentenceTensor>,
    /// Indices of the runs whose translations of the first sentences are kept.
    sampled: Vec<usize>,
    /// The reference translations of the sentences, if they are scored; then every run translates.
    references: Vec<String>,
}

impl Translator {
    /// For the test sentences of a data set, and keeping the translations of these runs; `None` for images.
    pub(super) fn new(dataset: &Rc<Dataset>, sampled: Vec<usize>, open: &OpenDevice) -> Option<Self> {
        let pairs = dataset.pairs()?;
        let [source_positions, positions] = positions(pairs);
        let references: Vec<String> =
            pairs.references.iter().take(SCORED_SENTENCES.min(pairs.test.len())).cloned().collect();
        let count = references.len().max(SAMPLE_SENTENCES);
        let sources: Vec<u16> = pairs.test.iter().take(count).flat_map(|(source, _)| source).copied().collect();
        let together = if open.backend == Backend::Cpu { TOGETHER } else { count };
        let chunks = sources.chunks(together * source_positions);
        let chunks = chunks.map(|symbols| sentence_tensor(symbols, source_positions, &open.device)).collect();
        Some(Self { vocabulary: pairs.target.clone(), positions, chunks, sampled, references })
    }

    /// Number of pieces of work for a run.
    pub(super) fn chunk_count(&self, run: usize) -> usize {
        let translates = !self.references.is_empty() || self.sampled.contains(&run);
        if translates { self.chunks.len() } else { 0 }
    }

    /// The translations of a piece of the sentences by the network of one run; none if there is no such piece.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device cannot be read.
    pub(super) async fn translate(&self, network: &Network, chunk: usize) -> Result<Vec<String>> {
        let Some(source) = self.chunks.get(chunk) else { return Ok(Vec::new()) };
        let decoded = network.translate(source, BEGINNING, self.positions);
        let symbols = read(Transaction::default().register(decoded.symbols.float())).await?.concat();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^16")]
        let symbols: Vec<u16> = symbols.into_iter().map(|symbol| symbol as u16).collect();
        Ok(symbols.chunks(self.positions).map(|symbols| self.vocabulary.text(&until_end(symbols))).collect())
    }

    /// The scores of the translations of a run; none if they are not scored.
    pub(super) fn scores(&self, translations: &[String]) -> Vec<(Quantity, Option<f64>)> {
        if self.references.is_empty() {
            return Vec::new();
        }
        let bleu = bleu(translations, &self.references).ok().map(|bleu| bleu.score);
        let chrf = chrf(translations, &self.references).ok();
        vec![(Quantity::Bleu, bleu), (Quantity::Chrf, chrf)]
    }

    /// The translations of a run that are kept.
    pub(super) fn kept(&self, run: usize, mut translations: Vec<String>) -> Vec<String> {
        translations.truncate(if self.sampled.contains(&run) { SAMPLE_SENTENCES } else { 0 });
        translations
    }
}
