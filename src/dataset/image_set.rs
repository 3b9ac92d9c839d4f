//! An [`ImageSet`] in memory: its images and labels, and the network inputs computed from them.

use super::augment::Augmentation;
use super::examples::{DrawnExamples, LabeledExamples, Split};
use super::limit::limit;
use super::recipe::Recipe;
use super::selection::Division;
use crate::catalog::{DatasetName, ImageFacts, Normalization, Part};
use crate::error::{DatasetError, Error, Result};
use crate::experiment::DatasetSpec;
use crate::experiment::architecture::FeatureShape;
use crate::experiment::dataset::{DatasetFacts, ExampleFacts};

/// Labeled images, in a training and a test part.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSet {
    /// Which data set it is.
    pub name: DatasetName,
    /// Examples for training.
    pub train: LabeledExamples,
    /// Examples for testing.
    pub test: LabeledExamples,
    /// Channels of an image: 1 for gray, 3 for red, green and blue.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Number of classes; labels are below it.
    pub classes: usize,
    /// Names of the classes; empty if they are digits or unknown.
    pub names: Vec<String>,
    /// The normalization of each channel, which converts pixels to network inputs.
    pub normalization: Vec<Normalization>,
}

impl ImageSet {
    /// A data set of the catalog with these examples.
    #[must_use]
    pub fn new(name: DatasetName, images: &ImageFacts, train: Split, test: Split) -> Self {
        Self::of(name, images, train.into(), test.into())
    }

    /// The first `train` training and the first `test` test examples of a drawn data set. None is drawn yet.
    ///
    /// # Errors
    /// [`DatasetError::TooManyExamples`] for more than the whole data set has, [`DatasetError::NoExamples`] for zero.
    pub fn drawn(recipe: &'static Recipe, seed: u64, train: usize, test: usize) -> Result<Self> {
        let examples = |part, asked, available| {
            let count = limit(part, Some(asked), available)?;
            Ok::<_, Error>(LabeledExamples::Drawn(DrawnExamples::new(recipe, seed, part, count)))
        };
        let (images, name) = (recipe.images, recipe.name);
        let (train, test) = (examples(Part::Train, train, images.train)?, examples(Part::Test, test, images.test)?);
        Ok(Self::of(name, images, train, test))
    }

    fn of(name: DatasetName, images: &ImageFacts, train: LabeledExamples, test: LabeledExamples) -> Self {
        let [channels, height, width] = images.shape;
        let classes = images.classes;
        let names = images.class_names.iter().map(|name| (*name).to_owned()).collect();
        let normalization = images.normalization.to_vec();
        Self { name, train, test, channels, height, width, classes, names, normalization }
    }

    /// The examples of a part.
    #[must_use]
    pub fn part(&self, part: Part) -> &LabeledExamples {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }

    /// The examples for training and those for testing.
    #[must_use]
    pub fn parts(&self) -> [&LabeledExamples; 2] {
        [&self.train, &self.test]
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
        DatasetFacts { examples: ExampleFacts::images(self.shape(), self.classes), train, test }
    }

    /// Names of the classes; numbers if the names are unknown.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        let name = |class: usize| self.names.get(class).cloned().unwrap_or_else(|| class.to_string());
        (0..self.classes).map(name).collect()
    }

    /// Values per image, channels x height x width: the number of network inputs.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// As [`super::Dataset::selected`].
    ///
    /// # Errors
    /// As [`super::Dataset::selected`].
    pub fn selected(&self, spec: &DatasetSpec) -> Result<Self> {
        let division = Division::new(spec, self.train.len(), self.test.len())?;
        let train = self.train.first(division.train);
        let [train, test] = match division.validation {
            0 => [train, self.test.choice(Part::Test, division.test)],
            count => train.divided(count),
        };
        let (names, normalization) = (self.names.clone(), self.normalization.clone());
        Ok(Self { train, test, names, normalization, ..*self })
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
        let examples = self.part(part);
        out.clear();
        out.reserve(indices.len() * self.pixels());
        for index in indices {
            let (image, _) = examples.get(*index as usize).ok_or_else(|| self.no_such(part, *index))?;
            write(image, out);
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
        let examples = self.part(part);
        out.clear();
        for index in indices {
            let (_, label) = examples.get(*index as usize).ok_or_else(|| self.no_such(part, *index))?;
            out.push(label);
        }
        Ok(())
    }

    fn no_such(&self, part: Part, index: u32) -> Error {
        DatasetError::NoSuchExample { index, examples: self.part(part).len() }.into()
    }
}
