//! A data set in parts that can be sent to another worker without being decoded again.

use super::drawn::whole;
use super::text::BytePairEncoding;
use super::{Dataset, ImageSet, LabeledExamples, PairSet, SentencePairs, Split, Vocabulary, numbers};
use crate::catalog::{DatasetName, DatasetOrigin, Normalization};
use crate::experiment::dataset::{ExampleFacts, Selection};
use crate::experiment::{Direction, LanguagePair};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// What describes a data set besides its examples and the names of its classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DatasetParts {
    /// Images.
    Images {
        /// Which data set.
        name: DatasetName,
        /// Channels, rows and columns.
        shape: [usize; 3],
        /// Number of classes.
        classes: usize,
        /// Of each channel.
        normalization: Vec<Normalization>,
    },
    /// Numbers in words of these languages, which every worker writes itself.
    Numbers(LanguagePair),
    /// Texts.
    Texts {
        /// Which data set.
        name: DatasetName,
        /// From which language to which.
        direction: Direction,
        /// The vocabulary of both languages.
        encoding: BytePairEncoding,
        /// The sizes of sentences and translations.
        examples: ExampleFacts,
        /// Which pairs were short enough.
        selection: Selection,
        /// The translations of the test part as they were read.
        references: Vec<String>,
    },
}

impl DatasetParts {
    /// The description of a data set.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        match dataset {
            Dataset::Images(images) => Self::Images {
                name: images.name,
                shape: [images.channels, images.height, images.width],
                classes: images.classes,
                normalization: images.normalization.clone(),
            },
            Dataset::Pairs(pairs) => match (&pairs.source, &pairs.target) {
                (Vocabulary::Joint(encoding), _) | (_, Vocabulary::Joint(encoding)) => Self::Texts {
                    name: pairs.name,
                    direction: pairs.direction,
                    encoding: BytePairEncoding::clone(encoding),
                    examples: pairs.examples,
                    selection: pairs.selection.unwrap_or_default(),
                    references: pairs.references.to_vec(),
                },
                (Vocabulary::Numbers(source), Vocabulary::Numbers(target)) => {
                    Self::Numbers(LanguagePair { source: *source, target: *target })
                }
            },
        }
    }

    /// The images and labels for training, then those for testing; of texts the symbols of sentences and translations, as little-endian
    /// 16-bit numbers. Empty for a generated data set, whose examples every worker makes itself.
    #[must_use]
    pub fn examples(dataset: &Dataset) -> Vec<Cow<'_, [u8]>> {
        match dataset {
            Dataset::Images(images) => {
                let read = images.parts().into_iter().filter_map(|part| match part {
                    LabeledExamples::Read(split) => Some([split.images.as_slice(), &split.labels].map(Cow::Borrowed)),
                    LabeledExamples::Drawn(_) => None,
                });
                read.flatten().collect()
            }
            Dataset::Pairs(pairs) if pairs.selection.is_none() => Vec::new(),
            Dataset::Pairs(pairs) => {
                let bytes = |symbols: &[u16]| symbols.iter().flat_map(|symbol| symbol.to_le_bytes()).collect();
                let parts = [&pairs.train, &pairs.test].into_iter().flat_map(SentencePairs::symbols);
                parts.map(|symbols| Cow::Owned(bytes(symbols))).collect()
            }
        }
    }

    /// The data set with these examples, without names of classes; `None` unless they are those of [`Self::examples`].
    #[must_use]
    pub fn join(self, examples: Vec<Vec<u8>>) -> Option<Dataset> {
        let (name, shape, classes, normalization) = match self {
            Self::Images { name, shape, classes, normalization } => (name, shape, classes, normalization),
            Self::Numbers(pair) => return examples.is_empty().then(|| numbers::dataset(pair).into()),
            Self::Texts { name, direction, encoding, examples: facts, selection, references } => {
                let vocabulary = Vocabulary::Joint(Arc::new(encoding));
                let parts = <[Vec<u8>; 4]>::try_from(examples).ok()?.map(|bytes| symbols(&bytes));
                let [train_source, train_target, test_source, test_target] = parts;
                let pairs = PairSet {
                    name,
                    direction,
                    source: vocabulary.clone(),
                    target: vocabulary,
                    examples: facts,
                    train: SentencePairs::from_symbols(train_source, train_target, facts)?,
                    test: SentencePairs::from_symbols(test_source, test_target, facts)?,
                    references: references.into(),
                    selection: Some(selection),
                };
                return Some(pairs.into());
            }
        };
        if let DatasetOrigin::Drawn(set, _) = &name.row().origin {
            return whole(*set).ok().filter(|_| examples.is_empty()).map(Dataset::Images);
        }
        let [train_images, train_labels, test_images, test_labels] = examples.try_into().ok()?;
        let [channels, height, width] = shape;
        let images = ImageSet {
            name,
            train: Split { images: train_images, labels: train_labels }.into(),
            test: Split { images: test_images, labels: test_labels }.into(),
            channels,
            height,
            width,
            classes,
            names: Vec::new(),
            normalization,
        };
        Some(images.into())
    }
}

/// Little-endian 16-bit numbers.
fn symbols(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect()
}
