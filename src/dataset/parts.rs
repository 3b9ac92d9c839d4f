//! A data set in parts that can be sent to another worker without being decoded again.

use super::drawn::whole;
use super::{Dataset, LabeledExamples, Split};
use crate::catalog::{DatasetName, DatasetOrigin, Normalization};
use serde::{Deserialize, Serialize};

/// What describes a data set besides its examples and the names of its classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetParts {
    name: DatasetName,
    shape: [usize; 3],
    classes: usize,
    normalization: Vec<Normalization>,
}

impl DatasetParts {
    /// The description of a data set.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            name: dataset.name,
            shape: [dataset.channels, dataset.height, dataset.width],
            classes: dataset.classes,
            normalization: dataset.normalization.clone(),
        }
    }

    /// The images and labels for training, then those for testing. Empty for a generated data set, whose examples every worker draws itself.
    #[must_use]
    pub fn examples(dataset: &Dataset) -> Vec<&[u8]> {
        let read = dataset.parts().into_iter().filter_map(|part| match part {
            LabeledExamples::Read(split) => Some([split.images.as_slice(), &split.labels]),
            LabeledExamples::Drawn(_) => None,
        });
        read.flatten().collect()
    }

    /// The data set with these examples, without names of classes; `None` unless they are those of [`Self::examples`].
    #[must_use]
    pub fn join(self, examples: Vec<Vec<u8>>) -> Option<Dataset> {
        if let DatasetOrigin::Drawn(set, _) = &self.name.row().origin {
            return whole(*set).ok().filter(|_| examples.is_empty());
        }
        let [train_images, train_labels, test_images, test_labels] = examples.try_into().ok()?;
        let [channels, height, width] = self.shape;
        Some(Dataset {
            name: self.name,
            train: Split { images: train_images, labels: train_labels }.into(),
            test: Split { images: test_images, labels: test_labels }.into(),
            channels,
            height,
            width,
            classes: self.classes,
            names: &[],
            normalization: self.normalization,
        })
    }
}
