//! A data set in parts that can be sent to another worker without being decoded again.

use super::drawn::whole;
use super::{Dataset, ImageSet, LabeledExamples, Split, Vocabulary, numbers};
use crate::catalog::{DatasetName, DatasetOrigin, Normalization};
use crate::experiment::LanguagePair;
use serde::{Deserialize, Serialize};

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
            Dataset::Pairs(pairs) => {
                let (Vocabulary::Numbers(source), Vocabulary::Numbers(target)) = (pairs.source, pairs.target);
                Self::Numbers(LanguagePair { source, target })
            }
        }
    }

    /// The images and labels for training, then those for testing. Empty for a generated data set, whose examples every worker draws itself.
    #[must_use]
    pub fn examples(dataset: &Dataset) -> Vec<&[u8]> {
        let Dataset::Images(images) = dataset else { return Vec::new() };
        let read = images.parts().into_iter().filter_map(|part| match part {
            LabeledExamples::Read(split) => Some([split.images.as_slice(), &split.labels]),
            LabeledExamples::Drawn(_) => None,
        });
        read.flatten().collect()
    }

    /// The data set with these examples, without names of classes; `None` unless they are those of [`Self::examples`].
    #[must_use]
    pub fn join(self, examples: Vec<Vec<u8>>) -> Option<Dataset> {
        let (name, shape, classes, normalization) = match self {
            Self::Images { name, shape, classes, normalization } => (name, shape, classes, normalization),
            Self::Numbers(pair) => return examples.is_empty().then(|| numbers::dataset(pair).into()),
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
            names: &[],
            normalization,
        };
        Some(images.into())
    }
}
