//! Data sets that are published as MNIST is: four IDX files of gray 28 x 28 images in ten classes.

use super::published::File;
use super::{Dataset, Normalization, Part, Split, idx, limit};
use crate::error::{DatasetError, Result};
use crate::experiment::DatasetName;

const HEIGHT: usize = 28;
const WIDTH: usize = 28;
const CLASSES: usize = 10;

/// What such a data set has of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IdxSet {
    /// Which data set it is.
    pub name: DatasetName,
    /// Training images, training labels, test images and test labels.
    pub files: [File; 4],
    /// Of the training images.
    pub normalization: Normalization,
}

impl IdxSet {
    /// The data set of the four unpacked files. Files of fewer examples than the published ones are fine.
    ///
    /// # Errors
    /// Those of [`idx::read_images`] and [`idx::read_labels`], and [`DatasetError::ImageSize`], [`DatasetError::LabelCount`] and
    /// [`DatasetError::NoExamples`].
    pub fn assemble(&self, [train_images, train_labels, test_images, test_labels]: [&[u8]; 4]) -> Result<Dataset> {
        let [train_images_file, train_labels_file, test_images_file, test_labels_file] = self.files;
        Ok(Dataset {
            name: self.name,
            train: split(Part::Train, (train_images_file, train_images), (train_labels_file, train_labels))?.into(),
            test: split(Part::Test, (test_images_file, test_images), (test_labels_file, test_labels))?.into(),
            channels: 1,
            height: HEIGHT,
            width: WIDTH,
            classes: CLASSES,
            normalization: vec![self.normalization],
        })
    }
}

fn split(part: Part, (images_file, images): (File, &[u8]), (labels_file, labels): (File, &[u8])) -> Result<Split> {
    let images = idx::read_images(images_file.name, images)?;
    let labels = idx::read_labels(labels_file.name, labels, CLASSES)?;
    let (expected, got) = ((HEIGHT, WIDTH), (images.height, images.width));
    if got != expected {
        return Err(DatasetError::ImageSize { file: images_file.name.to_owned(), expected, got }.into());
    }
    same_count((images_file.name, images.count), (labels_file.name, labels.len()))?;
    limit(part, None, images.count)?;
    Ok(Split { images: images.pixels.to_vec(), labels: labels.to_vec() })
}

/// Checks that a file of images and one of labels, each with its number of examples, belong together.
pub(super) fn same_count((images_file, images): (&str, usize), (labels_file, labels): (&str, usize)) -> Result<()> {
    if images == labels {
        return Ok(());
    }
    Err(DatasetError::LabelCount {
        images_file: images_file.to_owned(),
        labels_file: labels_file.to_owned(),
        images,
        labels,
    }
    .into())
}
