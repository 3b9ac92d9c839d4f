//! Images and labels: readers, generators, and the order in which examples are used.
//!
//! A [`Dataset`] keeps its pixels as bytes, a quarter of the memory of floats; they become normalised floats only for
//! the examples of a batch. Nothing here knows where the bytes came from, except [`files`], which is native.

pub mod batcher;
pub mod digits;
#[cfg(not(target_arch = "wasm32"))]
pub mod files;
pub mod generator;
pub mod idx;
pub mod mnist;
pub mod patterns;

mod draws;

use crate::error::{Error, Result};
use crate::experiment::DatasetName;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Labelled images, in a training and a test part.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Which data set it is.
    pub name: DatasetName,
    /// Examples to learn from.
    pub train: Split,
    /// Examples to be judged by.
    pub test: Split,
    /// Colours of an image: 1 for grey.
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

/// Mean and standard deviation over all pixels of one channel of the training images, after division by 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalization {
    /// Mean, in [0, 1].
    pub mean: f32,
    /// Standard deviation, above 0.
    pub std: f32,
}

impl Normalization {
    /// The network's input for each value of a pixel: `(pixel / 255 - mean) / std`, in `f32` and in this order, as
    /// torchvision's `ToTensor` and `Normalize` compute it.
    #[must_use]
    pub fn table(self) -> [f32; 256] {
        std::array::from_fn(|pixel| (pixel as f32 / 255.0 - self.mean) / self.std)
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

    /// Numbers per image: channels x height x width, the network's inputs.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// A copy of the first `train` training and the first `test` test examples; of all where `None`.
    ///
    /// # Errors
    /// [`Error::TooManyExamples`] if there are fewer, [`Error::NoExamples`] for zero.
    pub fn truncated(&self, train: Option<usize>, test: Option<usize>) -> Result<Self> {
        let train = limit(Part::Train, train, self.train.len())?;
        let test = limit(Part::Test, test, self.test.len())?;
        let pixels = self.pixels();
        let first = |split: &Split, examples: usize| Split {
            images: split.images[..examples * pixels].to_vec(),
            labels: split.labels[..examples].to_vec(),
        };
        let normalization = self.normalization.clone();
        Ok(Self { train: first(&self.train, train), test: first(&self.test, test), normalization, ..*self })
    }

    /// SHA-256, in hexadecimal, of the training images, training labels, test images and test labels, one after the
    /// other as bytes: of exactly what is used, so another sum for [`truncated`](Self::truncated) ones.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for split in [&self.train, &self.test] {
            for bytes in [&split.images, &split.labels] {
                digest(&mut hash, bytes);
            }
        }
        hexadecimal(&hash.finalize())
    }

    /// Replaces `out` by the normalised images at `indices`: `[indices, channels, height, width]`, row-major.
    ///
    /// # Errors
    /// [`Error::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_examples(&self, part: Part, indices: &[u32], out: &mut Vec<f32>) -> Result<()> {
        let (images, pixels) = (&self.part(part).images, self.pixels());
        let tables = self.normalization.iter().map(|channel| channel.table()).collect::<Vec<_>>();
        out.clear();
        out.reserve(indices.len() * pixels);
        for index in indices {
            let begin = *index as usize * pixels;
            let image = images.get(begin..begin + pixels).ok_or_else(|| self.no_such(part, *index))?;
            for (plane, table) in image.chunks_exact(self.height * self.width).zip(&tables) {
                out.extend(plane.iter().map(|pixel| table[usize::from(*pixel)]));
            }
        }
        Ok(())
    }

    /// Replaces `out` by the labels at `indices`.
    ///
    /// # Errors
    /// [`Error::NoSuchExample`] if an index is not below the number of examples.
    pub fn write_labels(&self, part: Part, indices: &[u32], out: &mut Vec<u8>) -> Result<()> {
        let labels = &self.part(part).labels;
        out.clear();
        for index in indices {
            out.push(*labels.get(*index as usize).ok_or_else(|| self.no_such(part, *index))?);
        }
        Ok(())
    }

    fn no_such(&self, part: Part, index: u32) -> Error {
        Error::NoSuchExample { index, examples: self.part(part).len() }
    }
}

/// The number of examples to use of `available` ones.
pub(crate) fn limit(part: Part, asked: Option<usize>, available: usize) -> Result<usize> {
    match asked.unwrap_or(available) {
        0 => Err(Error::NoExamples { part: part.key() }),
        asked if asked > available => Err(Error::TooManyExamples { part: part.key(), asked, available }),
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
