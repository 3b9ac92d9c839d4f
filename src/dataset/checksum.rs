//! The checksum of a data set, a few examples at a time: examples that are drawn need not be there before.

use super::examples::LabeledExamples;
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
    /// Adds up to `examples` images, or all labels, of the training and the test part, always the same. True if nothing is left to be added.
    pub fn advance(&mut self, parts: [&LabeledExamples; 2], examples: usize) -> bool {
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
