//! The examples of one part of a data set: read from a file, or drawn one at a time when they are first needed.

use super::recipe::{Example, FIRST_TEST_INDEX, Recipe};
use super::selection::{chosen, others};
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
    /// Those that were needed; at least as many places as are skipped and used.
    drawn: Arc<[OnceLock<Example>]>,
    /// How many are not used before the first one that is.
    skipped: usize,
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

    /// The examples with these indices, which exist.
    fn at(&self, indices: &[usize]) -> Self {
        let size = self.size();
        Self {
            images: indices.iter().flat_map(|index| &self.images[index * size..][..size]).copied().collect(),
            labels: indices.iter().map(|index| self.labels[*index]).collect(),
        }
    }
}

impl DrawnExamples {
    /// The first `len` examples of a part.
    pub(super) fn new(recipe: &'static Recipe, seed: u64, part: Part, len: usize) -> Self {
        let first = match part {
            Part::Train => 0,
            Part::Test => FIRST_TEST_INDEX,
        };
        Self { recipe, seed, first, drawn: (0..len).map(|_| OnceLock::new()).collect(), skipped: 0, len }
    }

    fn get(&self, index: usize) -> Option<&Example> {
        let index = Some(self.skipped + index).filter(|_| index < self.len)?;
        let place = self.drawn.get(index)?;
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

    /// A fixed random choice of `count` examples, of at least as many. Examples that are drawn are independent of each other: of them it is
    /// the first ones, which stay shared.
    pub(super) fn choice(&self, part: Part, count: usize) -> Self {
        match self {
            Self::Read(split) if count < self.len() => split.at(&chosen(part, count, split.len())).into(),
            _ => self.first(count),
        }
    }

    /// All examples but `count`, and these: a fixed random choice, or of examples that are drawn the last ones.
    pub(super) fn divided(&self, count: usize) -> [Self; 2] {
        match self {
            Self::Read(split) => {
                let held_out = chosen(Part::Train, count, split.len());
                [others(&held_out, split.len()), held_out].map(|indices| split.at(&indices).into())
            }
            Self::Drawn(drawn) => {
                let len = drawn.len - count;
                let held_out = DrawnExamples { skipped: drawn.skipped + len, len: count, ..drawn.clone() };
                [self.first(len), Self::Drawn(held_out)]
            }
        }
    }
}

impl PartialEq for LabeledExamples {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
