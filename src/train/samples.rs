//! Translations of a few test sentences, at every evaluation.

use super::batches::{positions, sentence_tensor};
use crate::dataset::symbols::BEGINNING;
use crate::dataset::{Dataset, until_end, without_padding};
use crate::device::read;
use crate::error::Result;
use crate::metrics::SampleSentence;
use crate::model::{Network, SentenceTensor, predicted_classes};
use burn::tensor::{Device, Transaction};
use std::rc::Rc;

/// Number of test sentences whose translations are kept at every evaluation, the first ones.
const SAMPLES: usize = 5;

/// The first test sentences with their translations in the data set; none for images.
pub(super) fn sample_sentences(dataset: &Dataset) -> Vec<SampleSentence> {
    let Dataset::Pairs(pairs) = dataset else { return Vec::new() };
    let sample = |(source, target): (&[u16], &[u16])| SampleSentence {
        source: pairs.source.text(&without_padding(source)),
        reference: pairs.target.text(&until_end(target)),
    };
    pairs.test.iter().take(SAMPLES).map(sample).collect()
}

/// Translates the first test sentences at every evaluation.
#[derive(Debug)]
pub(super) struct SampleTranslator {
    dataset: Rc<Dataset>,
    source: SentenceTensor,
    /// Indices of the runs that translate.
    runs: Vec<usize>,
}

impl SampleTranslator {
    /// For these runs; `None` for images.
    pub(super) fn new(dataset: &Rc<Dataset>, runs: Vec<usize>, device: &Device) -> Option<Self> {
        let pairs = dataset.pairs()?;
        let sources: Vec<u16> = pairs.test.iter().take(SAMPLES).flat_map(|(source, _)| source).copied().collect();
        let source = sentence_tensor(&sources, positions(pairs)[0], device);
        Some(Self { dataset: Rc::clone(dataset), source, runs })
    }

    /// Whether a run translates.
    pub(super) fn includes(&self, run: usize) -> bool {
        self.runs.contains(&run)
    }

    /// The translations of a run.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device cannot be read.
    pub(super) async fn translate(&self, network: &Network) -> Result<Vec<String>> {
        let Some(pairs) = self.dataset.pairs() else { return Ok(Vec::new()) };
        let positions = positions(pairs)[1];
        let decoded = network.translate(&self.source, BEGINNING, positions);
        let predicted = read(Transaction::default().register(predicted_classes(decoded.logits))).await?.concat();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^16")]
        let symbols: Vec<u16> = predicted.into_iter().map(|symbol| symbol as u16).collect();
        Ok(symbols.chunks(positions).map(|symbols| pairs.target.text(&until_end(symbols))).collect())
    }
}
