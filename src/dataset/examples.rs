//! A [`Dataset`] in memory: its images and labels, and the network inputs computed from them.

use super::augment::Augmentation;
use crate::catalog::{DatasetName, ImageFacts, Normalization, Part};
use crate::digest;
use crate::error::{DatasetError, Error, Result};
use crate::experiment::architecture::FeatureShape;
use crate::experiment::limits::DatasetFacts;
use std::sync::Arc;

/// Labeled images, in a training and a test part.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Which data set it is.
    pub name: DatasetName,
    /// Examples for training.
    pub train: Arc<Split>,
    /// Examples for testing.
    pub test: Arc<Split>,
    /// Channels of an image: 1 for gray, 3 for red, green and blue.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Number of classes; labels are below it.
    pub classes: usize,
    /// Names of the classes; empty if they are digits or unknown.
    pub names: &'static [&'static str],
    /// The normalization of each channel, which converts pixels to network inputs.
    pub normalization: Vec<Normalization>,
}

/// Examples of one part of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// Pixels, 0 to 255: `[examples, channels, height, width]`, row-major.
    pub images: Vec<u8>,
    /// Classes: `[examples]`.
    pub labels: Vec<u8>,
}

impl Split {
    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

impl Dataset {
    /// A data set of the catalog with these examples.
    #[must_use]
    pub fn new(name: DatasetName, images: &ImageFacts, train: Split, test: Split) -> Self {
        let [channels, height, width] = images.shape;
        let (classes, names) = (images.classes, images.class_names);
        let normalization = images.normalization.to_vec();
        Self { name, train: train.into(), test: test.into(), channels, height, width, classes, names, normalization }
    }

    /// The examples of a part.
    #[must_use]
    pub fn part(&self, part: Part) -> &Split {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }

    /// The shape of an image.
    #[must_use]
    pub fn shape(&self) -> FeatureShape {
        FeatureShape { channels: self.channels, height: self.height, width: self.width }
    }

    /// The facts that determine which experiments are possible.
    #[must_use]
    pub fn facts(&self) -> DatasetFacts {
        let (train, test) = (self.train.len(), self.test.len());
        DatasetFacts { shape: self.shape(), classes: self.classes, train, test }
    }

    /// Names of the classes; numbers if the names are unknown.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        let name = |class: usize| self.names.get(class).map_or_else(|| class.to_string(), |name| (*name).to_owned());
        (0..self.classes).map(name).collect()
    }

    /// Values per image, channels x height x width: the number of network inputs.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The first `train` training and the first `test` test examples; `None` means all of them, which are then shared
    /// instead of copied.
    ///
    /// # Errors
    /// [`DatasetError::TooManyExamples`] if there are fewer, [`DatasetError::NoExamples`] for zero.
    pub fn truncated(&self, train: Option<usize>, test: Option<usize>) -> Result<Self> {
        let train = limit(Part::Train, train, self.train.len())?;
        let test = limit(Part::Test, test, self.test.len())?;
        let pixels = self.pixels();
        let first = |split: &Arc<Split>, examples: usize| {
            if examples == split.len() {
                return Arc::clone(split);
            }
            let images = split.images[..examples * pixels].to_vec();
            Arc::new(Split { images, labels: split.labels[..examples].to_vec() })
        };
        let normalization = self.normalization.clone();
        Ok(Self { train: first(&self.train, train), test: first(&self.test, test), normalization, ..*self })
    }

    /// SHA-256, in hexadecimal, of the bytes of the training images, training labels, test images and test labels, in this
    /// order. It covers exactly the examples in use: a [`truncated`](Self::truncated) data set has a different checksum.
    #[must_use]
    pub fn sha256(&self) -> String {
        let parts = [&*self.train, &*self.test];
        digest::sha256(parts.into_iter().flat_map(|split| [&split.images, &split.labels]))
    }

    /// Replaces `out` by the normalized images at `indices`: `[indices, channels, height, width]`, row-major.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_examples(&self, part: Part, indices: &[u32], out: &mut Vec<f32>) -> Result<()> {
        let tables = self.tables();
        self.write_images(part, indices, out, |image, out| self.normalize(&tables, image, out))
    }

    /// The same for images that are randomly cropped and flipped before they are normalized, by
    /// [`augment`](super::augment) for the mini-batch identified by (seed, step).
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_augmented(&self, part: Part, indices: &[u32], seed: u64, step: u64, out: &mut Vec<f32>) -> Result<()> {
        let tables = self.tables();
        let mut augmentations = Augmentation::of_batch(seed, step);
        let mut augmented = Vec::with_capacity(self.pixels());
        self.write_images(part, indices, out, |image, out| {
            augmentations.by_ref().take(1).for_each(|one| one.apply((self.height, self.width), image, &mut augmented));
            self.normalize(&tables, &augmented, out);
        })
    }

    /// Clears `out` and calls `write` for each of the images at `indices`, which appends to it.
    fn write_images(
        &self,
        part: Part,
        indices: &[u32],
        out: &mut Vec<f32>,
        mut write: impl FnMut(&[u8], &mut Vec<f32>),
    ) -> Result<()> {
        let (images, pixels) = (&self.part(part).images, self.pixels());
        out.clear();
        out.reserve(indices.len() * pixels);
        for index in indices {
            let begin = *index as usize * pixels;
            write(images.get(begin..begin + pixels).ok_or_else(|| self.no_such(part, *index))?, out);
        }
        Ok(())
    }

    /// Replaces `out` by one image of the data set's size, normalized.
    pub fn write_pixels(&self, image: &[u8], out: &mut Vec<f32>) {
        out.clear();
        self.normalize(&self.tables(), image, out);
    }

    /// [`Normalization::table`] of each channel.
    fn tables(&self) -> Vec<[f32; 256]> {
        self.normalization.iter().map(|channel| channel.table()).collect()
    }

    /// Appends the network inputs of an image to `out`.
    fn normalize(&self, tables: &[[f32; 256]], image: &[u8], out: &mut Vec<f32>) {
        for (plane, table) in image.chunks_exact(self.height * self.width).zip(tables) {
            out.extend(plane.iter().map(|pixel| table[usize::from(*pixel)]));
        }
    }

    /// Replaces `out` by the labels at `indices`.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_labels(&self, part: Part, indices: &[u32], out: &mut Vec<u8>) -> Result<()> {
        let labels = &self.part(part).labels;
        out.clear();
        for index in indices {
            out.push(*labels.get(*index as usize).ok_or_else(|| self.no_such(part, *index))?);
        }
        Ok(())
    }

    fn no_such(&self, part: Part, index: u32) -> Error {
        DatasetError::NoSuchExample { index, examples: self.part(part).len() }.into()
    }
}

/// The number of examples to use out of `available` ones.
pub(super) fn limit(part: Part, asked: Option<usize>, available: usize) -> Result<usize> {
    match asked.unwrap_or(available) {
        0 => Err(DatasetError::NoExamples { part }.into()),
        asked if asked > available => Err(DatasetError::TooManyExamples { part, asked, available }.into()),
        asked => Ok(asked),
    }
}
