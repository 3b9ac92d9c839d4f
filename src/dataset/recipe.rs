//! How a data set of our own is drawn. Every example is a function of (seed, index) alone, so each is drawn when it is first needed.

use crate::catalog::{DatasetName, ImageFacts};

/// The seed of the data sets in all experiments, independent of their own seeds.
pub const SEED: u64 = 0;
/// Index of the first test example; training examples count from 0.
pub const FIRST_TEST_INDEX: u64 = 1 << 32;

/// A data set whose examples are drawn.
#[derive(Debug)]
pub struct Recipe {
    /// Name of the data set.
    pub name: DatasetName,
    /// Facts about its images.
    pub images: &'static ImageFacts,
    /// Draws the example with this seed and index; test examples count from [`FIRST_TEST_INDEX`].
    pub example: fn(seed: u64, index: u64) -> Example,
}

/// An image with its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Pixels, 0 to 255: `[channels, height, width]`, row-major.
    pub image: Box<[u8]>,
    /// The class.
    pub label: u8,
}
