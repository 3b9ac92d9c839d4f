//! The data of an experiment: which data set and how much of it, and what is known about it before it is loaded.

use super::architecture::FeatureShape;
use crate::catalog::{
    DataKind, DatasetName, DatasetOrigin, ImageFacts, LanguageFacts, NUMBERS_TEST, NUMBERS_TRAIN, NumberLanguage,
};
use crate::error::{Error, Expected, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The data set and how much of it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetSpec {
    /// Which data set.
    pub name: DatasetName,
    /// The languages of `numbers`.
    pub pair: LanguagePair,
    /// Number of training examples to use, starting from the first; all if absent.
    pub train: Option<usize>,
    /// Number of test examples to use, starting from the first; all if absent.
    pub test: Option<usize>,
    /// Whether training images are randomly cropped and flipped (`dataset::augment`).
    pub augment: bool,
}

/// The languages of a translation: `en-de` is from English to German.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguagePair {
    /// The language of the sentences to be translated.
    pub source: NumberLanguage,
    /// The language of their translations; another one.
    pub target: NumberLanguage,
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
            Self::Pairs { source, target } => 2 * (source.positions + target.positions),
        }
    }

    /// Values of an example on a device: pixels; or symbols of both sentences, where they are, and the distribution of the targets.
    #[must_use]
    pub const fn values(&self) -> usize {
        match self {
            Self::Images { shape, .. } => shape.units(),
            Self::Pairs { source, target } => {
                2 * (source.positions + target.positions) + target.positions * target.symbols
            }
        }
    }
}

impl DatasetSpec {
    /// All of a data set.
    #[must_use]
    pub const fn whole(name: DatasetName) -> Self {
        Self { name, pair: LanguagePair::DEFAULT, train: None, test: None, augment: false }
    }

    /// What is known before it is loaded; `None` for a visitor's own files.
    #[must_use]
    pub fn facts(&self) -> Option<DatasetFacts> {
        let row = self.name.row();
        if let DatasetOrigin::Numbers = row.origin {
            return Some(self.pair.facts());
        }
        let ImageFacts { shape: [channels, height, width], classes, train, test, .. } = *row.images()?;
        let shape = FeatureShape { channels, height, width };
        Some(DatasetFacts { examples: ExampleFacts::Images { shape, classes }, train, test })
    }
}

impl LanguagePair {
    /// The languages, unless stated.
    pub const DEFAULT: Self = Self { source: NumberLanguage::English, target: NumberLanguage::German };

    /// What is known about the numbers in these languages. A translation ends with a symbol for its end.
    #[must_use]
    pub fn facts(self) -> DatasetFacts {
        let sequence = |LanguageFacts { symbols, longest, .. }: &LanguageFacts, end| SequenceFacts {
            symbols: *symbols,
            positions: longest + end,
        };
        let examples =
            ExampleFacts::Pairs { source: sequence(self.source.facts(), 0), target: sequence(self.target.facts(), 1) };
        DatasetFacts { examples, train: NUMBERS_TRAIN, test: NUMBERS_TEST }
    }

    /// All pairs with their texts, in the order in which they are offered.
    #[must_use]
    pub fn labels() -> Vec<(&'static str, &'static str)> {
        PAIRS.to_vec()
    }

    /// Its text in English: `English to German`.
    #[must_use]
    pub fn label(self) -> &'static str {
        let text = self.to_string();
        PAIRS.iter().find(|(name, _)| *name == text).map_or("", |(_, label)| label)
    }
}

/// All pairs: their texts, and the languages.
const PAIRS: [(&str, &str); 20] = [
    ("en-de", "English to German"),
    ("en-fr", "English to French"),
    ("en-zh", "English to Chinese"),
    ("en-digits", "English to digits"),
    ("de-en", "German to English"),
    ("de-fr", "German to French"),
    ("de-zh", "German to Chinese"),
    ("de-digits", "German to digits"),
    ("fr-en", "French to English"),
    ("fr-de", "French to German"),
    ("fr-zh", "French to Chinese"),
    ("fr-digits", "French to digits"),
    ("zh-en", "Chinese to English"),
    ("zh-de", "Chinese to German"),
    ("zh-fr", "Chinese to French"),
    ("zh-digits", "Chinese to digits"),
    ("digits-en", "digits to English"),
    ("digits-de", "digits to German"),
    ("digits-fr", "digits to French"),
    ("digits-zh", "digits to Chinese"),
];

impl fmt::Display for LanguagePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source.facts().name, self.target.facts().name)
    }
}

impl FromStr for LanguagePair {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let named = NumberLanguage::named;
        let pair = text.split_once('-');
        let pair = pair.and_then(|(source, target)| Some(Self { source: named(source)?, target: named(target)? }));
        let expected = || Error::value("pair", Expected::OneOf(PAIRS.map(|(name, _)| name).to_vec()), text);
        pair.filter(|pair| pair.source != pair.target).ok_or_else(expected)
    }
}
