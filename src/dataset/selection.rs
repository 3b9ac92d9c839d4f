//! Which examples of a data set an experiment uses: the first ones for training, of which some may be held out for validation, and a fixed
//! random part of the others for testing. Parts of files are not alike: the first half of MNIST's test images
//! is harder by three points than the second.

use super::limit::limit;
use crate::catalog::Part;
use crate::error::{DatasetError, Result};
use crate::experiment::DatasetSpec;
use crate::rng::{Purpose, below, stream};

/// How a data set with these numbers of examples is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Division {
    /// The training examples that are used, starting from the first; those for validation are among them.
    pub(super) train: usize,
    /// How many of them are for validation, in place of the test examples; 0 if the test examples are used.
    pub(super) validation: usize,
    /// The test examples that are used, if there is no validation.
    pub(super) test: usize,
}

impl Division {
    /// # Errors
    /// [`DatasetError::TooManyExamples`] if there are fewer than asked for, [`DatasetError::NoExamples`] for zero, and if validation leaves
    /// none for training.
    pub(super) fn new(spec: &DatasetSpec, train: usize, test: usize) -> Result<Self> {
        let train = limit(Part::Train, spec.train, train)?;
        let asked = spec.valid;
        if asked > train {
            return Err(DatasetError::TooManyExamples { part: Part::Train, asked, available: train }.into());
        }
        if asked == train {
            return Err(DatasetError::NoExamples { part: Part::Train }.into());
        }
        Ok(Self { train, validation: asked, test: limit(Part::Test, spec.test, test)? })
    }
}

/// The indices of `count` of `len` examples of a part, in order: a fixed random choice, the same in every experiment. A smaller choice is part
/// of a larger one.
pub(super) fn chosen(part: Part, count: usize, len: usize) -> Vec<usize> {
    let mut draws = stream(0, Purpose::Subset, part as u64);
    let mut order: Vec<usize> = (0..len).collect();
    for place in 0..count.min(len) {
        // Parts have fewer than 2^32 examples.
        let other = place + below(&mut draws, u32::try_from(len - place).unwrap_or(u32::MAX)) as usize;
        order.swap(place, other);
    }
    order.truncate(count);
    order.sort_unstable();
    order
}

/// The indices below `len` that are not among these, which are in order.
pub(super) fn others(chosen: &[usize], len: usize) -> Vec<usize> {
    (0..len).filter(|index| chosen.binary_search(index).is_err()).collect()
}
