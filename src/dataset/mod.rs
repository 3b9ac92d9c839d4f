//! Images and labels: readers, generators, and the order in which examples are used.
//!
//! A [`Dataset`] keeps its pixels as bytes, a quarter of the memory of floats; they become normalized floats only for
//! the examples of a batch. Nothing here knows where the bytes came from, except [`files`], which is native.

pub mod archive;
pub mod augment;
pub mod batcher;
pub mod cifar;
pub mod digits;
pub mod fashion_mnist;
#[cfg(not(target_arch = "wasm32"))]
pub mod files;
pub mod generator;
pub mod idx;
pub mod idx_set;
pub mod mnist;
pub mod patterns;
pub mod published;
pub mod upload;

mod draws;
mod normalization;

pub use normalization::Normalization;

use crate::error::{DatasetError, Error, Result};
use crate::experiment::DatasetName;
use crate::experiment::architecture::FeatureShape;
use crate::experiment::limits::DatasetFacts;
use augment::Augmentation;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;

/// Labeled images, in a training and a test part.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Which data set it is.
    pub name: DatasetName,
    /// Examples to learn from.
    pub train: Arc<Split>,
    /// Examples to be judged by.
    pub test: Arc<Split>,
    /// Colors of an image: 1 for gray.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Number of classes; labels are smaller.
    pub classes: usize,
    /// What turns pixels into the network's inputs, for each channel.
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

/// Names the parts of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// [`Dataset::train`].
    Train,
    /// [`Dataset::test`].
    Test,
}

impl Part {
    /// The key of the query string that limits this part.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

impl Dataset {
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

    /// What an experiment has to fit.
    #[must_use]
    pub fn facts(&self) -> DatasetFacts {
        let (train, test) = (self.train.len(), self.test.len());
        DatasetFacts { shape: self.shape(), classes: self.classes, train, test }
    }

    /// What the labels mean; numbers where nobody has said.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        let names: &[&str] = match self.name {
            DatasetName::FashionMnist => &fashion_mnist::CLASS_NAMES,
            DatasetName::Cifar10 => &cifar::CLASS_NAMES,
            // Own files in color can only be CIFAR-10's.
            DatasetName::Upload if self.channels == cifar::CHANNELS => &cifar::CLASS_NAMES,
            DatasetName::Patterns => &patterns::CLASS_NAMES,
            DatasetName::Auto | DatasetName::Mnist | DatasetName::Digits | DatasetName::Upload => &[],
        };
        let name = |class: usize| names.get(class).map_or_else(|| class.to_string(), |name| (*name).to_owned());
        (0..self.classes).map(name).collect()
    }

    /// Numbers per image: channels x height x width, the network's inputs.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The first `train` training and the first `test` test examples; where `None`, all of them, which are then shared and
    /// not copied.
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

    /// SHA-256, in hexadecimal, of the training images, training labels, test images and test labels, one after the
    /// other as bytes: of exactly what is used, so another sum for [`truncated`](Self::truncated) ones.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for split in [&*self.train, &*self.test] {
            for bytes in [&split.images, &split.labels] {
                digest(&mut hash, bytes);
            }
        }
        hexadecimal(&hash.finalize())
    }

    /// Replaces `out` by the normalized images at `indices`: `[indices, channels, height, width]`, row-major.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_examples(&self, part: Part, indices: &[u32], out: &mut Vec<f32>) -> Result<()> {
        let tables = self.tables();
        self.write_images(part, indices, out, |image, out| self.normalize(&tables, image, out))
    }

    /// As [`write_examples`](Self::write_examples), of images that are cropped and flipped at random before they are
    /// normalized ([`augment`]), as (seed, step) has it.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_augmented(&self, part: Part, indices: &[u32], seed: u64, step: u64, out: &mut Vec<f32>) -> Result<()> {
        let tables = self.tables();
        let mut augmentations = Augmentation::of_batch(seed, step);
        let mut augmented = Vec::with_capacity(self.pixels());
        self.write_images(part, indices, out, |image, out| {
            augmentations.by_ref().take(1).for_each(|one| one.apply(self, image, &mut augmented));
            self.normalize(&tables, &augmented, out);
        })
    }

    /// Replaces `out` by what `write` appends to it for each of the images at `indices`.
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

    /// Appends the inputs of an image to `out`.
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

/// The number of examples to use of `available` ones.
pub(crate) fn limit(part: Part, asked: Option<usize>, available: usize) -> Result<usize> {
    match asked.unwrap_or(available) {
        0 => Err(DatasetError::NoExamples { part: part.key() }.into()),
        asked if asked > available => Err(DatasetError::TooManyExamples { part: part.key(), asked, available }.into()),
        asked => Ok(asked),
    }
}

/// SHA-256 of `bytes`, in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    digest(&mut hash, bytes);
    hexadecimal(&hash.finalize())
}

/// In pieces: a browser makes a WebAssembly function fast only between two calls of it.
fn digest(hash: &mut Sha256, bytes: &[u8]) {
    bytes.chunks(1 << 16).for_each(|piece| hash.update(piece));
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
