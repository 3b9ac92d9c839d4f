//! `numbers`: an embedded translation task. Numbers below a million are written in one language and translated to another, by exact rules
//! ([`words`]); the task needs what makes translation hard, other words in another order, and every answer can be checked.
//!
//! 20,000 different numbers are drawn: first how many digits, 1 to 6, then a number with that many. With this seed all numbers of up to
//! three digits are among them. In a random order the first 19,000 are for training, the others for testing, so that no number is in both.

pub mod word_lists;
pub mod words;

use super::pairs::{PairSet, SentencePairs, Vocabulary};
use crate::catalog::{DatasetName, NUMBERS_TEST, NUMBERS_TRAIN};
use crate::experiment::{Direction, LanguagePair};
use crate::rng::{Purpose, below, stream};
use std::collections::HashSet;

/// The seed of the numbers in all experiments, independent of their own seeds.
const SEED: u64 = 0;
/// Largest number of digits.
const DIGITS: u32 = 6;

/// The numbers for training, then those for testing: the same for all languages.
#[must_use]
pub fn drawn() -> (Vec<u32>, Vec<u32>) {
    let mut draws = stream(SEED, Purpose::Numbers, 0);
    let mut seen = HashSet::new();
    let mut numbers = Vec::with_capacity(NUMBERS_TRAIN + NUMBERS_TEST);
    while numbers.len() < NUMBERS_TRAIN + NUMBERS_TEST {
        let digits = 1 + below(&mut draws, DIGITS);
        let least = if digits == 1 { 0 } else { 10_u32.pow(digits - 1) };
        let number = least + below(&mut draws, 10_u32.pow(digits) - least);
        if seen.insert(number) {
            numbers.push(number);
        }
    }
    // 20,000 fit into 32 bits.
    for last in (1..u32::try_from(numbers.len()).unwrap_or_default()).rev() {
        numbers.swap(last as usize, below(&mut draws, last + 1) as usize);
    }
    let test = numbers.split_off(NUMBERS_TRAIN);
    (numbers, test)
}

/// The whole data set in these languages.
#[must_use]
pub fn dataset(pair: LanguagePair) -> PairSet {
    let (train, test) = drawn();
    let LanguagePair { source, target } = pair;
    let facts = pair.facts();
    let pairs = |numbers: Vec<u32>| {
        let sentences =
            numbers.into_iter().map(|number| (words::symbols(number, source), words::symbols(number, target)));
        SentencePairs::new(sentences, facts.examples)
    };
    PairSet {
        name: DatasetName::Numbers,
        direction: Direction::Languages(pair),
        source: Vocabulary::Numbers(source),
        target: Vocabulary::Numbers(target),
        examples: facts.examples,
        train: pairs(train),
        test: pairs(test),
        references: [].into(),
        selection: None,
    }
}
