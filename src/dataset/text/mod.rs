//! Real text: pairs of sentences in two languages, and their way from files to symbols.
//!
//! ```text
//! files -> ParallelCorpus -> words -> BytePairEncoding of both languages -> PairSet
//! ```
//!
//! Both languages share one vocabulary, learned from all training sentences, so that names, numbers and similar words are the same symbols
//! (Sennrich, Haddow & Birch 2016, section 3.2). Pairs with a sentence of more symbols than [`DatasetSpec::length`] are left out; how many
//! is part of the [`PairSet`].

mod byte_pairs;
mod columns;
mod files;
mod found_pairs;
mod held_out;
mod words;

pub use byte_pairs::{BytePairEncoding, Encoder};
pub use files::{TextFile, aligned_pairs, read};
pub use found_pairs::FoundPairs;
pub use words::{SPACE, joined, words};

use super::pairs::{PairSet, SentencePairs, Vocabulary};
use crate::catalog::{DatasetName, Part};
use crate::error::{CorpusError, Result};
use crate::experiment::DatasetSpec;
use crate::experiment::dataset::{ExampleFacts, Selection, SequenceFacts};
use std::sync::Arc;

/// A sentence in both languages.
pub type TextPair = [String; 2];

/// Sentences in two languages, in a training and a test part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParallelCorpus {
    /// Pairs for training.
    pub train: Vec<TextPair>,
    /// Pairs for testing.
    pub test: Vec<TextPair>,
    /// Number of pairs in the files, of which at most [`PAIRS`](crate::experiment::limits::PAIRS) are used for each part.
    pub found: usize,
}

impl ParallelCorpus {
    /// The pairs of a part.
    #[must_use]
    pub fn part(&self, part: Part) -> &[TextPair] {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }

    /// The pairs as symbols, with the vocabulary size, the longest sentence and the direction of `spec`; `name` is that of the data set.
    ///
    /// # Errors
    /// [`CorpusError::AllTooLong`] if every pair of a part is too long.
    pub fn encoded(&self, name: DatasetName, spec: &DatasetSpec) -> Result<PairSet> {
        let encoding = BytePairEncoding::learn(self.train.iter().flatten().map(String::as_str), spec.vocabulary);
        let sequence = |positions| SequenceFacts { symbols: encoding.len(), positions };
        // A translation ends with a symbol for its end.
        let (source, target) = (sequence(spec.length), sequence(spec.length + 1));
        let examples = ExampleFacts::Pairs { source, target, joint: true };
        let mut encoder = encoding.encoder();
        let is_back = spec.direction.is_back(name);
        let mut encode = |part| {
            let mut references = Vec::new();
            let mut kept = Vec::new();
            for pair in self.part(part) {
                let symbols = pair.each_ref().map(|sentence| encoder.encode(sentence));
                if symbols.iter().all(|sentence| (1..=spec.length).contains(&sentence.len())) {
                    let [first, second] = symbols;
                    kept.push(if is_back { (second, first) } else { (first, second) });
                    references.push(pair[usize::from(!is_back)].clone());
                }
            }
            if kept.is_empty() {
                let (limit, pairs) = (spec.length, self.part(part).len());
                return Err(CorpusError::AllTooLong { part, limit, pairs });
            }
            Ok((SentencePairs::new(kept.into_iter(), examples), references))
        };
        let (train, _) = encode(Part::Train)?;
        let (test, references) = encode(Part::Test)?;
        let (encoding_len, vocabulary) = (encoding.len(), Vocabulary::Joint(Arc::new(encoding)));
        Ok(PairSet {
            name,
            direction: spec.direction,
            source: vocabulary.clone(),
            target: vocabulary,
            examples,
            selection: Some(Selection {
                length: spec.length,
                vocabulary: encoding_len,
                train: [train.len(), self.train.len()],
                test: [test.len(), self.test.len()],
            }),
            references: references.into(),
            train,
            test,
        })
    }
}
