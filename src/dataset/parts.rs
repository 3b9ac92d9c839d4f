//! A data set in parts that can be sent to another worker without being decoded again.

use super::{Dataset, Split};
use crate::catalog::{DatasetName, Normalization};
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

    /// The examples that belong to it: images and labels for training, then for testing.
    #[must_use]
    pub fn examples(dataset: &Dataset) -> [&[u8]; 4] {
        [&dataset.train.images, &dataset.train.labels, &dataset.test.images, &dataset.test.labels].map(Vec::as_slice)
    }

    /// The data set with these examples, without names of classes; `None` unless there are four parts.
    #[must_use]
    pub fn join(self, examples: Vec<Vec<u8>>) -> Option<Dataset> {
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
