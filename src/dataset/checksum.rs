//! The checksum of a data set, a few examples at a time: examples that are drawn need not be there before.

use super::Dataset;
use crate::digest::RunningSha256;

/// A checksum in progress.
#[derive(Debug, Clone, Default)]
pub struct DatasetChecksum {
    hash: RunningSha256,
    /// Images or labels of a part: training images, training labels, test images, test labels.
    section: usize,
    /// Examples of the section that are done.
    done: usize,
}

impl DatasetChecksum {
    /// Adds up to `examples` images, or all labels, of the training and the test part of a data set, always the same; of sentences, which
    /// are short, all. True if nothing is left to be added.
    pub fn advance(&mut self, dataset: &Dataset, examples: usize) -> bool {
        let parts = match dataset {
            Dataset::Images(images) => images.parts(),
            Dataset::Pairs(pairs) => {
                pairs.add_to(&mut self.hash);
                return true;
            }
        };
        let Some(part) = parts.get(self.section / 2) else { return true };
        let are_images = self.section.is_multiple_of(2);
        let end = if are_images { self.done.saturating_add(examples).min(part.len()) } else { part.len() };
        for (image, label) in (self.done..end).filter_map(|index| part.get(index)) {
            self.hash.update(if are_images { image } else { std::slice::from_ref(&label) });
        }
        self.done = end;
        if end == part.len() {
            (self.section, self.done) = (self.section + 1, 0);
        }
        self.section == 2 * parts.len()
    }

    /// The checksum of what was added, [`Dataset::sha256`] at the end.
    #[must_use]
    pub fn finish(self) -> String {
        self.hash.finish()
    }
}

impl Dataset {
    /// SHA-256, in hexadecimal, of exactly the examples in use: a [`truncated`](Self::truncated) data set has a different checksum. Of
    /// images, the bytes of the training images, training labels, test images and test labels; of sentences, their symbols as
    /// little-endian 16-bit numbers: training sentences, their translations, test sentences, their translations.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut checksum = DatasetChecksum::default();
        while !checksum.advance(self, usize::MAX) {}
        checksum.finish()
    }
}
