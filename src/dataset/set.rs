//! A [`Dataset`] in memory: images with labels, or pairs of sentences.

use super::image_set::ImageSet;
use super::pairs::PairSet;
use crate::catalog::{DatasetName, Part};
use crate::error::Result;
use crate::experiment::dataset::DatasetFacts;

/// The examples of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub enum Dataset {
    /// Images with classes.
    Images(ImageSet),
    /// Sentences with their translations.
    Pairs(PairSet),
}

impl From<ImageSet> for Dataset {
    fn from(images: ImageSet) -> Self {
        Self::Images(images)
    }
}

impl From<PairSet> for Dataset {
    fn from(pairs: PairSet) -> Self {
        Self::Pairs(pairs)
    }
}

impl Dataset {
    /// Which data set it is.
    #[must_use]
    pub fn name(&self) -> DatasetName {
        match self {
            Self::Images(images) => images.name,
            Self::Pairs(pairs) => pairs.name,
        }
    }

    /// The images; `None` for sentences.
    #[must_use]
    pub fn images(&self) -> Option<&ImageSet> {
        match self {
            Self::Images(images) => Some(images),
            Self::Pairs(_) => None,
        }
    }

    /// The pairs of sentences; `None` for images.
    #[must_use]
    pub fn pairs(&self) -> Option<&PairSet> {
        match self {
            Self::Images(_) => None,
            Self::Pairs(pairs) => Some(pairs),
        }
    }

    /// Number of examples of a part.
    #[must_use]
    pub fn len(&self, part: Part) -> usize {
        match self {
            Self::Images(images) => images.part(part).len(),
            Self::Pairs(pairs) => pairs.part(part).len(),
        }
    }

    /// The facts that determine which experiments are possible.
    #[must_use]
    pub fn facts(&self) -> DatasetFacts {
        match self {
            Self::Images(images) => images.facts(),
            Self::Pairs(pairs) => pairs.facts(),
        }
    }

    /// The first `train` training and the first `test` test examples; `None` means all of them.
    ///
    /// # Errors
    /// [`DatasetError::TooManyExamples`] if there are fewer, [`DatasetError::NoExamples`] for zero.
    pub fn truncated(&self, train: Option<usize>, test: Option<usize>) -> Result<Self> {
        match self {
            Self::Images(images) => images.truncated(train, test).map(Self::Images),
            Self::Pairs(pairs) => pairs.truncated(train, test).map(Self::Pairs),
        }
    }
}
