//! `patterns`: color images of ten kinds, five shapes, four textures and a gradient, drawn by our own code, for
//! convolutional networks without a download.
//!
//! Every example is a function of (seed, index) alone: a class is chosen, its figure is placed, rotated and scaled
//! ([`figure`]), colored, lit from one side, overlaid with a few strokes of other colors ([`paint`]), and noise is
//! added. Only operations whose results are fixed by IEEE 754 are used, so the bytes are the same natively and in
//! WebAssembly.
//!
//! The mean color of the image and the difference of its two colors are drawn at random; the two colors then follow from the
//! fraction of the image that the figure covers. So the mean color has the same distribution for all classes and reveals
//! nothing about them.
//!
//! The ranges in [`figure`] and [`paint`] were chosen so that a linear classifier on the pixels does not learn the classes
//! (36 % of the test images after 600 steps, 38 % after 3000) while a small convolutional network does (two layers of 16
//! and 32 filters: 89 to 93 % after 600 steps in three runs), both measured.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts from float to integer saturate, so light is cut off at the bounds"
)]

mod figure;
mod paint;

pub use crate::dataset::recipe::{FIRST_TEST_INDEX, SEED};
pub use figure::{AREA, SIDE};
pub use paint::{CHANNELS, VALUES};

use super::draws::Draws;
use crate::catalog::{DatasetName, PATTERNS_IMAGES};
use crate::dataset::recipe::{Example, Recipe};
use crate::rng::{Purpose, stream};

/// Training examples of the whole data set.
pub const TRAIN_EXAMPLES: usize = PATTERNS_IMAGES.train;
/// Test examples of the whole data set.
pub const TEST_EXAMPLES: usize = PATTERNS_IMAGES.test;

/// How the data set is drawn.
pub static RECIPE: Recipe = Recipe { name: DatasetName::Patterns, images: &PATTERNS_IMAGES, example: drawn };

/// The largest deviation by noise in an image, in either direction, on the scale of pixel values.
const NOISE: f32 = 24.0;

/// The image (`[channel, row, column]`, row-major) and the class of an example.
#[must_use]
pub fn example(seed: u64, index: u64) -> ([u8; VALUES], u8) {
    let mut draws = Draws(stream(seed, Purpose::Synthetic, index));
    let class = draws.below(PATTERNS_IMAGES.classes);
    let coverage = figure::draw(class, &mut draws);
    let canvas = paint::paint(&coverage, &mut draws);
    let noise = draws.unit() * (NOISE / 127.5);
    let mut image = [0; VALUES];
    draws.fill(&mut image);
    for (value, light) in image.iter_mut().zip(canvas) {
        *value = (light * 255.0 + (f32::from(*value) - 127.5) * noise + 0.5) as u8;
    }
    (image, class as u8)
}

fn drawn(seed: u64, index: u64) -> Example {
    let (image, label) = example(seed, index);
    Example { image: image.into(), label }
}
