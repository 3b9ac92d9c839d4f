//! Random crops and horizontal flips of training images, equivalent to torchvision's `RandomCrop(size, padding=4)` followed
//! by `RandomHorizontalFlip()`.
//!
//! They operate on pixels, before normalization: the padding has pixel value 0, which is black, and not an input of 0.
//! Grayscale images are treated like color images, so digits are mirrored too: whether that makes sense for a data set is
//! the experiment's choice.

use crate::rng::{Purpose, below, stream};
use rand_chacha::ChaCha8Rng;

/// Pixels added at each border before an image of the original size is cut out.
pub const PADDING: usize = 4;

/// Number of rows, or columns, at which a crop may begin.
#[expect(clippy::cast_possible_truncation, reason = "nine")]
const OFFSETS: u32 = 2 * PADDING as u32 + 1;

/// The augmentation of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Augmentation {
    /// The first row of the padded image that is kept, 0 to twice [`PADDING`].
    pub dy: usize,
    /// The first column of the padded image that is kept, 0 to twice [`PADDING`].
    pub dx: usize,
    /// Whether the crop is mirrored, left to right.
    pub flip: bool,
}

impl Augmentation {
    /// The augmentations of the images of a batch, one after another: a function of (seed, step) alone, so that every run of an
    /// experiment sees the same batch, independent of earlier steps.
    pub fn of_batch(seed: u64, step: u64) -> impl Iterator<Item = Self> {
        let mut draws = stream(seed, Purpose::Augmentation, step);
        std::iter::repeat_with(move || Self::draw(&mut draws))
    }

    /// Rows and columns are uniform, the probability of a flip is one half; drawn in the order of the fields.
    fn draw(draws: &mut ChaCha8Rng) -> Self {
        let mut offset = || below(draws, OFFSETS) as usize;
        let (dy, dx) = (offset(), offset());
        Self { dy, dx, flip: below(draws, 2) == 1 }
    }

    /// Replaces `out` by the augmented `image`: `[channels, height, width]`, row-major.
    pub(super) fn apply(self, (height, width): (usize, usize), image: &[u8], out: &mut Vec<u8>) {
        out.clear();
        for plane in image.chunks_exact(height * width) {
            for row in 0..height {
                let source = (row + self.dy).checked_sub(PADDING).filter(|source| *source < height);
                let begin = out.len();
                out.resize(begin + width, 0);
                if let Some(source) = source {
                    let pixels = &plane[source * width..][..width];
                    shift(pixels, self.dx, &mut out[begin..]);
                }
                if self.flip {
                    out[begin..].reverse();
                }
            }
        }
    }
}

/// Writes the columns of a padded row, starting at `dx`, to `out`, whose pixels are 0; it may be narrower than the padding.
fn shift(row: &[u8], dx: usize, out: &mut [u8]) {
    let (skipped, padded) = (dx.saturating_sub(PADDING), PADDING.saturating_sub(dx));
    for (to, from) in out.iter_mut().skip(padded).zip(row.iter().skip(skipped)) {
        *to = *from;
    }
}
