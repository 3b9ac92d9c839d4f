//! Pairs of sentences as symbols, padded to one length per language.

use super::numbers::word_lists;
use super::numbers::words;
use super::selection::{Division, chosen, others};
use super::symbols::{END, PADDING};
use super::text::BytePairEncoding;
use crate::catalog::{DatasetName, NumberLanguage, Part};
use crate::digest::RunningSha256;
use crate::error::Result;
use crate::experiment::dataset::{DatasetFacts, ExampleFacts, Selection, SequenceFacts};
use crate::experiment::{DatasetSpec, Direction};
use std::collections::HashMap;
use std::sync::Arc;

/// Sentences with their translations, in a training and a test part.
#[derive(Debug, Clone, PartialEq)]
pub struct PairSet {
    /// Which data set.
    pub name: DatasetName,
    /// From which language to which.
    pub direction: Direction,
    /// The symbols of the sentences.
    pub source: Vocabulary,
    /// The symbols of the translations.
    pub target: Vocabulary,
    /// The sizes of sentences and translations.
    pub examples: ExampleFacts,
    /// Pairs for training.
    pub train: SentencePairs,
    /// Pairs for testing.
    pub test: SentencePairs,
    /// Of texts, the translations of the test part as they were read, with which others are compared; none of numbers.
    pub references: Arc<[String]>,
    /// Of texts, which pairs were short enough.
    pub selection: Option<Selection>,
}

/// What symbols mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vocabulary {
    /// Words for numbers.
    Numbers(NumberLanguage),
    /// Parts of words of both languages of a text.
    Joint(Arc<BytePairEncoding>),
}

/// Pairs of one part. Copies share them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentencePairs {
    /// Symbols of the sentences, `[pairs, positions]`.
    source: Arc<[u16]>,
    /// Symbols of the translations, each with [`END`] after it, likewise.
    target: Arc<[u16]>,
    /// Positions of a sentence and of a translation.
    positions: [usize; 2],
    len: usize,
}

impl SentencePairs {
    /// The symbols of all sentences and of all translations, padded, as [`Self::from_symbols`] reads them.
    #[must_use]
    pub fn symbols(&self) -> [&[u16]; 2] {
        let [source, target] = self.positions;
        [&self.source[..self.len * source], &self.target[..self.len * target]]
    }

    /// The pairs with these symbols, of the sizes of `examples`; `None` unless there are as many sentences as translations.
    #[must_use]
    pub fn from_symbols(source: Vec<u16>, target: Vec<u16>, examples: ExampleFacts) -> Option<Self> {
        let positions = positions(examples);
        let len = source.len().checked_div(positions[0])?;
        let fits = [source.len(), target.len()] == positions.map(|positions| positions * len);
        fits.then(|| Self { source: source.into(), target: target.into(), positions, len })
    }

    /// Pairs of a sentence and a translation, neither of which is longer than it may be.
    pub(super) fn new(pairs: impl Iterator<Item = (Vec<u16>, Vec<u16>)>, examples: ExampleFacts) -> Self {
        let positions = positions(examples);
        let (mut sources, mut targets, mut len) = (Vec::new(), Vec::new(), 0);
        for (source, target) in pairs {
            pad(&mut sources, source.into_iter(), positions[0]);
            pad(&mut targets, target.into_iter().chain([END]), positions[1]);
            len += 1;
        }
        Self { source: sources.into(), target: targets.into(), positions, len }
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A sentence and its translation, padded; `None` if there is no pair with this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<(&[u16], &[u16])> {
        let [source, target] = self.positions;
        let is_there = index < self.len;
        is_there.then(|| (&self.source[index * source..][..source], &self.target[index * target..][..target]))
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u16], &[u16])> {
        (0..self.len).map_while(|index| self.get(index))
    }

    fn first(&self, count: usize) -> Self {
        Self { len: count, ..self.clone() }
    }

    /// The pairs with these indices, which exist.
    fn at(&self, indices: &[usize]) -> Self {
        let pick = |symbols: &[u16], size: usize| -> Arc<[u16]> {
            indices.iter().flat_map(|index| &symbols[index * size..][..size]).copied().collect()
        };
        let [source, target] = self.positions;
        Self {
            source: pick(&self.source, source),
            target: pick(&self.target, target),
            positions: self.positions,
            len: indices.len(),
        }
    }
}

impl PairSet {
    /// Whether both languages have the same vocabulary.
    #[must_use]
    pub fn has_joint_vocabulary(&self) -> bool {
        matches!(self.examples, ExampleFacts::Pairs { joint: true, .. })
    }

    /// The pairs of a part.
    #[must_use]
    pub fn part(&self, part: Part) -> &SentencePairs {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }

    /// The facts that determine which experiments are possible.
    #[must_use]
    pub fn facts(&self) -> DatasetFacts {
        DatasetFacts { examples: self.examples, train: self.train.len(), test: self.test.len() }
    }

    /// As [`super::Dataset::selected`].
    ///
    /// # Errors
    /// As [`super::Dataset::selected`].
    pub(super) fn selected(&self, spec: &DatasetSpec) -> Result<Self> {
        // Of texts, how many are short enough is not known before: there are at most as many as asked for.
        let most = |asked: Option<usize>, len: usize| {
            if self.selection.is_some() { asked.map(|asked| asked.min(len)) } else { asked }
        };
        let [trains, tests] = [&self.train, &self.test].map(SentencePairs::len);
        let spec = DatasetSpec { train: most(spec.train, trains), test: most(spec.test, tests), ..spec.clone() };
        let division = Division::new(&spec, trains, tests)?;
        let train = self.train.first(division.train);
        if division.validation > 0 {
            let held_out = chosen(Part::Train, division.validation, division.train);
            let [train, test] = [others(&held_out, division.train), held_out].map(|indices| train.at(&indices));
            return Ok(Self { train, test, references: [].into(), ..self.clone() });
        }
        if division.test == tests {
            return Ok(Self { train, ..self.clone() });
        }
        let indices = chosen(Part::Test, division.test, tests);
        let references = indices.iter().filter_map(|index| self.references.get(*index).cloned()).collect();
        Ok(Self { train, test: self.test.at(&indices), references, ..self.clone() })
    }

    /// Adds all symbols in use as little-endian 16-bit numbers: the sentences for training, their translations, then those for testing.
    pub(super) fn add_to(&self, hash: &mut RunningSha256) {
        for part in [&self.train, &self.test] {
            for symbols in part.symbols() {
                let bytes: Vec<u8> = symbols.iter().flat_map(|symbol| symbol.to_le_bytes()).collect();
                hash.update(&bytes);
            }
        }
    }

    /// The pair of lengths, without padding, of the most symbols of the training part, and the indices of the training pairs that have it.
    /// The length of a translation includes its end.
    #[must_use]
    pub fn commonest_lengths(&self) -> ([usize; 2], Vec<u32>) {
        let mut groups: HashMap<[usize; 2], Vec<u32>> = HashMap::new();
        for (index, (source, target)) in (0_u32..).zip(self.train.iter()) {
            groups.entry([length(source), length(target)]).or_default().push(index);
        }
        let symbols =
            |(lengths, pairs): &([usize; 2], Vec<u32>)| (lengths.iter().sum::<usize>() * pairs.len(), *lengths);
        groups.into_iter().max_by_key(symbols).unwrap_or_default()
    }
}

impl Vocabulary {
    /// Symbols as a sentence.
    #[must_use]
    pub fn text(&self, symbols: &[u16]) -> String {
        match self {
            Self::Numbers(language) => words::text(symbols, *language),
            Self::Joint(encoding) => encoding.decode(symbols),
        }
    }

    /// One symbol as text.
    #[must_use]
    pub fn symbol(&self, symbol: u16) -> &str {
        match self {
            Self::Numbers(language) => word_lists::word(symbol, *language),
            Self::Joint(encoding) => encoding.text(symbol),
        }
    }

    /// The symbols of a typed sentence.
    #[must_use]
    pub fn read(&self, text: &str) -> Vec<u16> {
        match self {
            Self::Numbers(language) => words::read(text, *language),
            Self::Joint(encoding) => encoding.encoder().encode(text),
        }
    }

    /// The right translation of a sentence, if there is only one, which can be computed.
    #[must_use]
    pub fn translation(&self, symbols: &[u16], target: &Self) -> Option<Vec<u16>> {
        let (Self::Numbers(source), Self::Numbers(target)) = (self, target) else { return None };
        words::value(symbols, *source).map(|number| words::symbols(number, *target))
    }

    /// SHA-256, in hexadecimal, of the texts of all symbols of a text, each with a line break after it; `None` for numbers.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        let Self::Joint(encoding) = self else { return None };
        let mut hash = RunningSha256::default();
        for symbol in (0..encoding.len()).filter_map(|symbol| u16::try_from(symbol).ok()) {
            hash.update(encoding.text(symbol).as_bytes());
            hash.update(b"\n");
        }
        Some(hash.finish())
    }
}

/// Number of symbols before the padding.
#[must_use]
pub fn length(sentence: &[u16]) -> usize {
    sentence.iter().position(|symbol| *symbol == PADDING).unwrap_or(sentence.len())
}

/// Positions of a sentence and of a translation; none for images.
fn positions(examples: ExampleFacts) -> [usize; 2] {
    match examples {
        ExampleFacts::Pairs { source, target, .. } => [source, target].map(|SequenceFacts { positions, .. }| positions),
        ExampleFacts::Images { .. } => [0; 2],
    }
}

/// Appends a sentence with its padding.
fn pad(sentences: &mut Vec<u16>, sentence: impl Iterator<Item = u16>, positions: usize) {
    let end = sentences.len() + positions;
    sentences.extend(sentence.take(positions));
    sentences.resize(end, PADDING);
}

/// Symbols before the end.
#[must_use]
pub fn until_end(symbols: &[u16]) -> Vec<u16> {
    symbols.iter().copied().take_while(|symbol| *symbol != END).collect()
}

/// Symbols before the padding.
#[must_use]
pub fn without_padding(symbols: &[u16]) -> Vec<u16> {
    symbols.iter().copied().take_while(|symbol| *symbol != PADDING).collect()
}
