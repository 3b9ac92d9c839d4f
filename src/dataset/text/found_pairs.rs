//! What a file of sentences contains.

use super::TextPair;

/// Pairs of sentences, and how many there are in the files with those that lack a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundPairs {
    /// Pairs with two sentences.
    pub pairs: Vec<TextPair>,
    /// All pairs.
    pub found: usize,
}

impl FoundPairs {
    /// Adds those of another file.
    pub(super) fn extend(&mut self, other: Self) {
        self.found += other.found;
        self.pairs.extend(other.pairs);
    }
}
