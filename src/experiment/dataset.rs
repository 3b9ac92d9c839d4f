//! The data of an experiment: which data set and how much of it, and what is known about it before it is loaded.

use super::architecture::FeatureShape;
use super::direction::{Direction, LanguagePair};
use crate::catalog::{
    DataKind, DatasetName, DatasetOrigin, ImageFacts, LanguageFacts, NUMBERS_TEST, NUMBERS_TRAIN, SentenceFacts,
};
use serde::{Deserialize, Serialize};

/// The data set and how much of it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetSpec {
    /// Which data set.
    pub name: DatasetName,
    /// From which language to which sentences are translated.
    pub direction: Direction,
    /// Largest number of symbols of the vocabulary of texts, including the special ones.
    pub vocabulary: usize,
    /// The longest sentence of texts, in symbols; longer ones are left out.
    pub length: usize,
    /// Number of training examples to use, starting from the first; all if absent.
    pub train: Option<usize>,
    /// Number of training examples that are held out for validation, a fixed random choice; if there are any, the runs are evaluated on them and
    /// not on the test examples.
    pub valid: usize,
    /// Number of test examples to use, a fixed random choice; all if absent.
    pub test: Option<usize>,
    /// Whether training images are randomly cropped and flipped (`dataset::augment`).
    pub augment: bool,
}

/// What is known about a data set before it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetFacts {
    /// What an example is.
    pub examples: ExampleFacts,
    /// Maximum number of training examples.
    pub train: usize,
    /// Maximum number of test examples.
    pub test: usize,
}

/// What an example of a data set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExampleFacts {
    /// An image with its class.
    Images {
        /// The shape of an image.
        shape: FeatureShape,
        /// Number of classes.
        classes: usize,
    },
    /// A sentence with its translation.
    Pairs {
        /// The sentence.
        source: SequenceFacts,
        /// Its translation.
        target: SequenceFacts,
        /// Whether both have the same vocabulary, so that a network has one embedding table for both.
        joint: bool,
    },
}

/// The sizes of the sentences of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceFacts {
    /// Number of different symbols, including the special ones.
    pub symbols: usize,
    /// Length to which sentences are padded.
    pub positions: usize,
}

/// How many pairs of a text have sentences that are short enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selection {
    /// The longest sentence, in symbols.
    pub length: usize,
    /// Number of symbols of the vocabulary.
    pub vocabulary: usize,
    /// Pairs for training: those that are short enough, and all.
    pub train: [usize; 2],
    /// Pairs for testing, likewise.
    pub test: [usize; 2],
}

impl ExampleFacts {
    /// Facts about images.
    #[must_use]
    pub const fn images(shape: FeatureShape, classes: usize) -> Self {
        Self::Images { shape, classes }
    }

    /// Their kind.
    #[must_use]
    pub const fn kind(&self) -> DataKind {
        match self {
            Self::Images { .. } => DataKind::Images,
            Self::Pairs { .. } => DataKind::Pairs,
        }
    }

    /// Number of classes, or of symbols of the target language: how many logits there are.
    #[must_use]
    pub const fn classes(&self) -> usize {
        match self {
            Self::Images { classes, .. } => *classes,
            Self::Pairs { target, .. } => target.symbols,
        }
    }

    /// Memory of an example in a data set, in bytes: pixels have one byte each, symbols two.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        match self {
            Self::Images { shape, .. } => shape.units(),
            Self::Pairs { source, target, .. } => 2 * (source.positions + target.positions),
        }
    }

    /// Values of an example on a device: pixels; or symbols of both sentences, where they are, and the distribution of the targets.
    #[must_use]
    pub const fn values(&self) -> usize {
        match self {
            Self::Images { shape, .. } => shape.units(),
            Self::Pairs { source, target, .. } => {
                2 * (source.positions + target.positions) + target.positions * target.symbols
            }
        }
    }
}

impl DatasetSpec {
    /// Symbols of the vocabulary of texts, unless stated.
    pub const VOCABULARY: usize = 2_000;
    /// The longest sentence of texts in symbols, unless stated.
    pub const LENGTH: usize = 20;

    /// All of a data set.
    #[must_use]
    pub fn whole(name: DatasetName) -> Self {
        Self {
            name,
            direction: Direction::standard(name),
            vocabulary: Self::VOCABULARY,
            length: Self::LENGTH,
            train: None,
            valid: 0,
            test: None,
            augment: false,
        }
    }

    /// Whether all examples are used, for training and for testing.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.train.is_none() && self.valid == 0 && self.test.is_none()
    }

    /// Number of training examples, and number of examples on which runs are evaluated, of a data set with these facts.
    #[must_use]
    pub fn counts(&self, facts: &DatasetFacts) -> [usize; 2] {
        let train = self.train.map_or(facts.train, |asked| asked.min(facts.train));
        let test = self.test.map_or(facts.test, |asked| asked.min(facts.test));
        [train.saturating_sub(self.valid), if self.valid > 0 { self.valid } else { test }]
    }

    /// What is known before it is loaded; `None` for a visitor's own files. Of published texts, of which the longest sentences are left out,
    /// there are at most as many examples.
    #[must_use]
    pub fn facts(&self) -> Option<DatasetFacts> {
        let row = self.name.row();
        if let (DatasetOrigin::Numbers, Direction::Languages(pair)) = (&row.origin, self.direction) {
            return Some(pair.facts());
        }
        if let Some(SentenceFacts { train, test, .. }) = row.sentences() {
            return Some(self.text_facts(*train, *test));
        }
        let ImageFacts { shape: [channels, height, width], classes, train, test, .. } = *row.images()?;
        let shape = FeatureShape { channels, height, width };
        Some(DatasetFacts { examples: ExampleFacts::Images { shape, classes }, train, test })
    }

    /// Whether the data set that was `loaded` for this one is what `other` asks for. What was loaded in place of a missing data set is not:
    /// the missing one may be there now.
    #[must_use]
    pub fn serves(&self, loaded: DatasetName, other: &Self) -> bool {
        let texts = |spec: &Self| (spec.direction, spec.vocabulary, spec.length);
        loaded == other.name.preferred() && texts(self) == texts(other)
    }

    /// What is known about texts with this many pairs, before the vocabulary is learned: it has at most as many symbols.
    #[must_use]
    pub const fn text_facts(&self, train: usize, test: usize) -> DatasetFacts {
        let source = SequenceFacts { symbols: self.vocabulary, positions: self.length };
        let target = SequenceFacts { symbols: self.vocabulary, positions: self.length + 1 };
        DatasetFacts { examples: ExampleFacts::Pairs { source, target, joint: true }, train, test }
    }
}

impl LanguagePair {
    /// What is known about the numbers in these languages. A translation ends with a symbol for its end.
    #[must_use]
    pub fn facts(self) -> DatasetFacts {
        let sequence = |LanguageFacts { symbols, longest, .. }: &LanguageFacts, end| SequenceFacts {
            symbols: *symbols,
            positions: longest + end,
        };
        let (source, target) = (sequence(self.source.facts(), 0), sequence(self.target.facts(), 1));
        let examples = ExampleFacts::Pairs { source, target, joint: false };
        DatasetFacts { examples, train: NUMBERS_TRAIN, test: NUMBERS_TEST }
    }
}
