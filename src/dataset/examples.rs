//! The examples of one part of a data set: read from a file, or drawn one at a time when they are first needed.

use super::recipe::{Example, FIRST_TEST_INDEX, Recipe};
use crate::catalog::Part;
use std::sync::{Arc, OnceLock};

/// Images with their classes, in order. Copies share them.
#[derive(Debug, Clone)]
pub enum LabeledExamples {
    /// All are there.
    Read(Arc<Split>),
    /// They are drawn one at a time.
    Drawn(DrawnExamples),
}

/// Examples that are there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// Pixels, 0 to 255: `[examples, channels, height, width]`, row-major.
    pub images: Vec<u8>,
    /// Classes: `[examples]`.
    pub labels: Vec<u8>,
}

/// Examples that are drawn one at a time.
#[derive(Debug, Clone)]
pub struct DrawnExamples {
    recipe: &'static Recipe,
    seed: u64,
    /// Index of the first one.
    first: u64,
    /// Those that were needed; at least [`Self::len`] places.
    drawn: Arc<[OnceLock<Example>]>,
    len: usize,
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

    /// Bytes of an image.
    fn size(&self) -> usize {
        self.images.len() / self.len().max(1)
    }
}

impl DrawnExamples {
    /// The first `len` examples of a part.
    pub(super) fn new(recipe: &'static Recipe, seed: u64, part: Part, len: usize) -> Self {
        let first = match part {
            Part::Train => 0,
            Part::Test => FIRST_TEST_INDEX,
        };
        Self { recipe, seed, first, drawn: (0..len).map(|_| OnceLock::new()).collect(), len }
    }

    fn get(&self, index: usize) -> Option<&Example> {
        let place = self.drawn[..self.len].get(index)?;
        Some(place.get_or_init(|| (self.recipe.example)(self.seed, self.first + index as u64)))
    }
}

impl From<Split> for LabeledExamples {
    fn from(split: Split) -> Self {
        Self::Read(Arc::new(split))
    }
}

impl LabeledExamples {
    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Read(split) => split.len(),
            Self::Drawn(drawn) => drawn.len,
        }
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The image, `[channels, height, width]`, and the class of an example; `None` if there is none with this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<(&[u8], u8)> {
        match self {
            Self::Read(split) => {
                let label = *split.labels.get(index)?;
                Some((&split.images[index * split.size()..][..split.size()], label))
            }
            Self::Drawn(drawn) => drawn.get(index).map(|example| (&*example.image, example.label)),
        }
    }

    /// All examples in order, as [`Self::get`].
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u8)> {
        (0..self.len()).map_while(|index| self.get(index))
    }

    /// All examples at once.
    #[must_use]
    pub fn split(&self) -> Arc<Split> {
        match self {
            Self::Read(split) => Arc::clone(split),
            Self::Drawn(_) => {
                let (mut images, mut labels) = (Vec::new(), Vec::with_capacity(self.len()));
                for (image, label) in self.iter() {
                    images.extend_from_slice(image);
                    labels.push(label);
                }
                Split { images, labels }.into()
            }
        }
    }

    /// The first `count` examples, of at least as many; examples that are drawn stay shared.
    pub(super) fn first(&self, count: usize) -> Self {
        match self {
            _ if count == self.len() => self.clone(),
            Self::Read(split) => {
                let images = split.images[..count * split.size()].to_vec();
                Split { images, labels: split.labels[..count].to_vec() }.into()
            }
            Self::Drawn(drawn) => Self::Drawn(DrawnExamples { len: count, ..drawn.clone() }),
        }
    }
}

impl PartialEq for LabeledExamples {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
