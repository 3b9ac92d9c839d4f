//! `digits`: synthetic handwritten digits, drawn by our own code, used if MNIST cannot be downloaded.
//!
//! Every example is a function of (seed, index) alone: a digit is chosen, one of its skeletons ([`glyphs`]) is bent by
//! a smooth random field, slanted, stretched, rotated and placed ([`hand`]), drawn with a pen of random width and
//! blackness ([`pen`]), and noise is added. Only operations whose results are fixed by IEEE 754 are used, so the bytes are
//! the same natively and in WebAssembly.
//!
//! The ranges in [`hand`] were chosen so that the classes are not linearly separable (a softmax classifier on the pixels
//! reaches 91 to 92 % of the test images at best) while a small MLP learns them quickly (98 % after 1000 steps), both measured.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts from float to integer saturate, so ink and lines are cut off at the bounds"
)]

mod glyphs;
mod hand;
mod pen;

pub use crate::dataset::recipe::{FIRST_TEST_INDEX, SEED};
pub use pen::{PIXELS, SIDE};

use super::draws::Draws;
use crate::catalog::{DIGITS_IMAGES, DatasetName};
use crate::dataset::recipe::{Example, Recipe};
use crate::rng::{Purpose, stream};

/// Training examples of the whole data set.
pub const TRAIN_EXAMPLES: usize = DIGITS_IMAGES.train;
/// Test examples of the whole data set.
pub const TEST_EXAMPLES: usize = DIGITS_IMAGES.test;

/// How the data set is drawn.
pub static RECIPE: Recipe = Recipe { name: DatasetName::Digits, images: &DIGITS_IMAGES, example: drawn };

/// The largest background noise of an image, on the scale of pixel values.
const NOISE: f32 = 40.0;

/// The image (row-major, 0 is paper and 255 is ink) and the digit of an example.
#[must_use]
pub fn example(seed: u64, index: u64) -> ([u8; PIXELS], u8) {
    let mut draws = Draws(stream(seed, Purpose::Synthetic, index));
    let digit = draws.below(10);
    let sheet = hand::write(digit, &mut draws);
    let noise = draws.unit() * draws.unit() * (NOISE / 256.0);
    let mut image = [0; PIXELS];
    draws.fill(&mut image);
    for (pixel, ink) in image.iter_mut().zip(sheet.ink) {
        // The cast saturates: the sum of ink and noise is limited to 255.
        *pixel = (ink * 255.0 + f32::from(*pixel) * noise) as u8;
    }
    (image, digit as u8)
}

fn drawn(seed: u64, index: u64) -> Example {
    let (image, label) = example(seed, index);
    Example { image: image.into(), label }
}
