//! A [`Dataset`] in memory: images with labels, or pairs of sentences.

use super::image_set::ImageSet;
use super::pairs::PairSet;
use crate::catalog::{DatasetName, Part};
use crate::error::Result;
use crate::experiment::DatasetSpec;
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

    /// The examples that an experiment uses: the first ones for training, and a fixed random choice for testing; or if there is validation,
    /// in place of the test examples a fixed random choice of the training examples, which are then not trained on. All that are used
    /// as a whole are shared instead of copied.
    ///
    /// # Errors
    /// [`DatasetError::TooManyExamples`](crate::error::DatasetError::TooManyExamples) if there are fewer than asked for,
    /// [`DatasetError::NoExamples`](crate::error::DatasetError::NoExamples) if none are left.
    pub fn selected(&self, spec: &DatasetSpec) -> Result<Self> {
        match self {
            Self::Images(images) => images.selected(spec).map(Self::Images),
            Self::Pairs(pairs) => pairs.selected(spec).map(Self::Pairs),
        }
    }
}
