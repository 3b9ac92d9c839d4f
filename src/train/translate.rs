//! Translations by the runs of a training of a sentence that is asked.

use super::batches::{positions, sentence_tensor};
use super::training::Training;
use crate::dataset::symbols::{BEGINNING, END, PADDING};
use crate::dataset::{PairSet, until_end, without_padding};
use crate::device::read;
use crate::error::Result;
use crate::metrics::{AskedSentence, AttentionMap, Translation};
use crate::score::chrf;
use burn::tensor::{Tensor, Transaction};

/// The translations of all runs, and the attention of one.
pub type RunTranslations = (Vec<Translation>, Option<AttentionMap>);

impl Training {
    /// The pairs of sentences; `None` for images.
    fn pairs(&self) -> Option<&PairSet> {
        self.dataset.pairs()
    }

    /// A test sentence; `index` is taken modulo their number. Empty for images.
    #[must_use]
    pub fn test_sentence(&self, index: usize) -> AskedSentence {
        let Some(pairs) = self.pairs() else { return AskedSentence::default() };
        let index = index % pairs.test.len().max(1);
        let symbols: Vec<u16> = pairs.test.get(index).map_or_else(Vec::new, |(source, _)| without_padding(source));
        AskedSentence { test: Some(index), text: pairs.source.text(&symbols), symbols, left_out: 0 }
    }

    /// The sentence that a visitor has typed.
    #[must_use]
    pub fn typed_sentence(&self, text: &str) -> AskedSentence {
        let Some(pairs) = self.pairs() else { return AskedSentence::default() };
        let mut symbols = pairs.source.read(text);
        let left_out = symbols.len().saturating_sub(positions(pairs)[0]);
        symbols.truncate(positions(pairs)[0]);
        AskedSentence { test: None, text: text.to_owned(), symbols, left_out }
    }

    /// The words of a sentence, and its right translation if that is known.
    #[must_use]
    pub fn described(&self, asked: &AskedSentence) -> (Vec<String>, Option<String>) {
        let Some(pairs) = self.pairs() else { return (Vec::new(), None) };
        let words = asked.symbols.iter().map(|symbol| pairs.source.symbol(*symbol).to_owned());
        (words.collect(), reference(pairs, asked))
    }

    /// Translates a sentence with every run, after at most `at` steps (now if absent), and looks at the attention of run `attended`.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device cannot be read.
    pub async fn translate(
        &self,
        asked: &AskedSentence,
        at: Option<u64>,
        attended: Option<usize>,
    ) -> Result<RunTranslations> {
        let Some(pairs) = self.pairs() else { return Ok((Vec::new(), None)) };
        let [source_positions, target_positions] = positions(pairs);
        let mut padded = asked.symbols.clone();
        padded.resize(source_positions, PADDING);
        let source = sentence_tensor(&padded, source_positions, &self.device);
        let right = right_translation(pairs, asked);
        let reference = asked.test.and_then(|index| pairs.references.get(index));
        let networks = self.networks_at(at).1;
        let (mut translations, mut attention) = (Vec::new(), None);
        while let Some((group, index)) = networks.group_of_run(translations.len()) {
            let network = group.of_run(index);
            let decoded = network.translate(&source, BEGINNING, target_positions);
            let logits = network.forward(&decoded.inputs);
            let logits = read(Transaction::default().register(logits)).await?.concat();
            let (symbols, probabilities) = best(&logits, target_positions);
            if attended == Some(translations.len()) && !asked.symbols.is_empty() && !probabilities.is_empty() {
                let weights = network.cross_attention(&decoded.inputs);
                let sizes = [probabilities.len(), asked.symbols.len()];
                attention = Some(attention_map(translations.len(), weights, sizes).await?);
            }
            let text = pairs.target.text(&symbols);
            translations.push(Translation {
                words: symbols.iter().map(|symbol| pairs.target.symbol(*symbol).to_owned()).collect(),
                chrf: reference.and_then(|reference| chrf(&[&text], &[reference]).ok()),
                is_right: right.as_ref().map(|right| *right == symbols),
                probabilities,
                text,
            });
        }
        Ok((translations, attention))
    }
}

/// The translation in the data set as text, or the one that can be computed.
fn reference(pairs: &PairSet, asked: &AskedSentence) -> Option<String> {
    let stated = asked.test.and_then(|index| pairs.references.get(index)).cloned();
    stated.or_else(|| right_translation(pairs, asked).map(|symbols| pairs.target.text(&symbols)))
}

/// The only right translation: that of the data set, or the one that can be computed; none of texts, of which there are many.
fn right_translation(pairs: &PairSet, asked: &AskedSentence) -> Option<Vec<u16>> {
    if pairs.selection.is_some() {
        return None;
    }
    let stated = asked.test.and_then(|index| pairs.test.get(index)).map(|(_, target)| until_end(target));
    stated.or_else(|| pairs.source.translation(&asked.symbols, &pairs.target).filter(|_| asked.left_out == 0))
}

/// The most probable symbol at every position up to the end, with their probabilities and that of the end; `logits` is
/// `[positions, symbols]`.
fn best(logits: &[f32], positions: usize) -> (Vec<u16>, Vec<f32>) {
    let rows = logits.chunks(logits.len() / positions.max(1));
    let (mut symbols, mut chosen) = (Vec::new(), Vec::new());
    for row in rows {
        // The first one among equally probable ones, as everywhere.
        let best = row.iter().enumerate().rev().max_by(|one, other| one.1.total_cmp(other.1));
        // A diverged run translates nothing.
        let Some((symbol, largest)) = best.filter(|(_, largest)| largest.is_finite()) else { break };
        chosen.push(1.0 / row.iter().map(|logit| libm::expf(logit - largest)).sum::<f32>());
        match u16::try_from(symbol).unwrap_or(END) {
            END => break,
            symbol => symbols.push(symbol),
        }
    }
    (symbols, chosen)
}

/// The weights `[1, heads, positions, positions of the source]` of each layer, cut to `[outputs, inputs]`.
async fn attention_map(run: usize, layers: Vec<Tensor<4>>, [outputs, inputs]: [usize; 2]) -> Result<AttentionMap> {
    let heads = layers.first().map_or(0, |weights| weights.dims()[1]);
    let count = layers.len();
    let cut = layers.into_iter().map(|weights| weights.narrow(2, 0, outputs).narrow(3, 0, inputs));
    let weights = read(cut.fold(Transaction::default(), Transaction::register)).await?.concat();
    Ok(AttentionMap { run, layers: count, heads, inputs, weights })
}
