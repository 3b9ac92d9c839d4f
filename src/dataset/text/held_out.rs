//! Divides pairs without a test part: one sixth of the different first sentences is for testing, drawn with a fixed seed, since such files
//! are often sorted by length. All translations of a sentence stay together, and no pair for training has a sentence that is in the test part.

use super::{ParallelCorpus, TextPair};
use crate::rng::{Purpose, below, stream};
use std::collections::{BTreeSet, HashSet};

/// The seed of the division.
const SEED: u64 = 0;
/// One of this many first sentences is for testing.
const SHARE: usize = 6;
/// Largest number of first sentences for testing.
const MOST: usize = 2_000;

/// The pairs in two parts.
pub(super) fn divided(pairs: Vec<TextPair>) -> ParallelCorpus {
    let mut sentences: Vec<&str> =
        pairs.iter().map(|[first, _]| first.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let count = (sentences.len() / SHARE).clamp(usize::from(sentences.len() > 1), MOST);
    let mut draws = stream(SEED, Purpose::HeldOut, 0);
    for place in 0..count {
        // There are at most 120,000 sentences.
        let left = u32::try_from(sentences.len() - place).unwrap_or(u32::MAX);
        sentences.swap(place, place + below(&mut draws, left) as usize);
    }
    let chosen: HashSet<String> = sentences[..count].iter().map(|sentence| (*sentence).to_owned()).collect();
    let (test, mut train): (Vec<TextPair>, Vec<TextPair>) =
        pairs.into_iter().partition(|[first, _]| chosen.contains(first));
    let translations: HashSet<&str> = test.iter().map(|[_, second]| second.as_str()).collect();
    train.retain(|[_, second]| !translations.contains(second.as_str()));
    ParallelCorpus { train, test, ..ParallelCorpus::default() }
}
