//! Byte pair encoding (Gage 1994; for translation Sennrich, Haddow & Birch 2016, arXiv 1508.07909): the most frequent pair of neighboring
//! symbols becomes a new symbol, again and again, so that frequent words become one symbol and rare ones a few. As usual today, the first
//! symbols are characters, not bytes, and pairs never cross the border of a word.
//!
//! Pairs are counted over all words, overlapping ones too; among equally frequent pairs the one whose symbols are earlier in the vocabulary
//! is merged, first by the left symbol, then by the right one. Occurrences are merged from left to right. These are the rules of
//! `BpeTrainer` of Hugging Face's tokenizers, and the merges are the same as long as no character is left out.

use super::words::{joined, words};
use crate::dataset::symbols::{FIRST_WORD, UNKNOWN, special};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

/// A pair that occurs less often is not merged: it would become a symbol of a single place.
const LEAST_COUNT: i64 = 2;

/// Two neighboring symbols.
type Pair = (u16, u16);

/// A vocabulary of parts of words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BytePairEncoding {
    /// The text of every symbol from [`FIRST_WORD`] on: characters in the order of their code points, then merged symbols in the order in
    /// which they were made.
    texts: Vec<String>,
    /// The pairs that were merged, in order; each made one of the last symbols.
    merges: Vec<Pair>,
}

/// A word as symbols, with the number of its occurrences.
struct CountedWord {
    symbols: Vec<u16>,
    count: i64,
}

impl BytePairEncoding {
    /// Learns a vocabulary of at most `size` symbols, including the special ones, from sentences. If there are more characters, the most
    /// frequent ones are kept (of equally frequent ones those with smaller code points), and all others become [`UNKNOWN`].
    #[must_use]
    pub fn learn<'text>(sentences: impl Iterator<Item = &'text str>, size: usize) -> Self {
        // Ordered, so that nothing depends on the order of a hash map.
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for sentence in sentences {
            for word in words(sentence) {
                *counts.entry(word).or_insert(0) += 1;
            }
        }
        let room = size.saturating_sub(FIRST_WORD.into());
        let texts = alphabet(&counts, room).into_iter().map(String::from).collect();
        let mut learned = Self { texts, merges: Vec::new() };
        let mut counted: Vec<CountedWord> = {
            let characters = learned.characters();
            let of_word = |(word, count): (&String, &i64)| CountedWord {
                symbols: word.chars().map(|one| characters.get(&one).copied().unwrap_or(UNKNOWN)).collect(),
                count: *count,
            };
            counts.iter().map(of_word).collect()
        };
        let mut statistics = PairStatistics::of(&counted);
        while learned.texts.len() < room {
            let Some(pair) = statistics.pop_most_frequent() else { break };
            let merged = learned.add(pair);
            statistics.merge(pair, merged, &mut counted);
        }
        learned
    }

    /// Number of symbols, including the special ones.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(FIRST_WORD) + self.texts.len()
    }

    /// Whether it has no symbol but the special ones.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The merged pairs as texts, in order.
    pub fn merges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.merges.iter().map(|(left, right)| (self.text(*left), self.text(*right)))
    }

    /// The text of a symbol; [`SPACE`](super::words::SPACE) stands for the space before a word.
    #[must_use]
    pub fn text(&self, symbol: u16) -> &str {
        let index = symbol.checked_sub(FIRST_WORD).map(usize::from);
        let text = index.and_then(|index| self.texts.get(index)).map(String::as_str);
        text.or_else(|| special(symbol)).unwrap_or_default()
    }

    /// Symbols as a sentence.
    #[must_use]
    pub fn decode(&self, symbols: &[u16]) -> String {
        joined(symbols.iter().map(|symbol| self.text(*symbol)))
    }

    /// What encodes sentences.
    #[must_use]
    pub fn encoder(&self) -> Encoder {
        let made = (self.len() - self.merges.len()..).filter_map(|symbol| u16::try_from(symbol).ok());
        let ranks = self.merges.iter().copied().zip(made).collect();
        Encoder { characters: self.characters(), ranks, known: HashMap::new() }
    }

    /// The symbols of the characters.
    fn characters(&self) -> HashMap<char, u16> {
        let count = self.texts.len() - self.merges.len();
        let single = |text: &String| text.chars().next();
        self.texts[..count].iter().filter_map(single).zip(FIRST_WORD..).collect()
    }

    /// Makes a symbol of a pair.
    fn add(&mut self, pair: Pair) -> u16 {
        let text = format!("{}{}", self.text(pair.0), self.text(pair.1));
        self.texts.push(text);
        self.merges.push(pair);
        // The vocabulary has at most a few thousand symbols.
        u16::try_from(self.len() - 1).unwrap_or(UNKNOWN)
    }
}

/// The characters of words, the most frequent ones if there are more than `most`, in the order of their code points.
fn alphabet(words: &BTreeMap<String, i64>, most: usize) -> Vec<char> {
    let mut counts: BTreeMap<char, i64> = BTreeMap::new();
    for (word, count) in words {
        for character in word.chars() {
            *counts.entry(character).or_insert(0) += count;
        }
    }
    let mut characters: Vec<(char, i64)> = counts.into_iter().collect();
    characters.sort_by_key(|(character, count)| (Reverse(*count), *character));
    let mut kept: Vec<char> = characters.into_iter().take(most).map(|(character, _)| character).collect();
    kept.sort_unstable();
    kept
}

/// How often each pair occurs, and in which words.
struct PairStatistics {
    counts: HashMap<Pair, i64>,
    places: HashMap<Pair, HashSet<usize>>,
    /// The most frequent pair first. Counts may be out of date, but are never too small.
    heap: BinaryHeap<(i64, Reverse<Pair>)>,
}

impl PairStatistics {
    fn of(words: &[CountedWord]) -> Self {
        let mut statistics = Self { counts: HashMap::new(), places: HashMap::new(), heap: BinaryHeap::new() };
        for (place, word) in words.iter().enumerate() {
            for pair in word.pairs() {
                *statistics.counts.entry(pair).or_insert(0) += word.count;
                statistics.places.entry(pair).or_default().insert(place);
            }
        }
        statistics.heap = statistics.counts.iter().map(|(pair, count)| (*count, Reverse(*pair))).collect();
        statistics
    }

    /// The most frequent pair, if it is worth a symbol.
    fn pop_most_frequent(&mut self) -> Option<Pair> {
        while let Some((count, Reverse(pair))) = self.heap.pop() {
            let actual = self.counts.get(&pair).copied().unwrap_or(0);
            if count != actual {
                if actual > 0 {
                    self.heap.push((actual, Reverse(pair)));
                }
                continue;
            }
            return (count >= LEAST_COUNT).then_some(pair);
        }
        None
    }

    /// Replaces a pair by the symbol `merged` in all words.
    fn merge(&mut self, pair: Pair, merged: u16, words: &mut [CountedWord]) {
        let places = self.places.remove(&pair).unwrap_or_default();
        let mut risen = HashSet::new();
        for place in places {
            let word = &mut words[place];
            for old in word.pairs() {
                *self.counts.entry(old).or_insert(0) -= word.count;
            }
            replace(&mut word.symbols, pair, merged);
            for new in word.pairs() {
                *self.counts.entry(new).or_insert(0) += word.count;
                if new.0 == merged || new.1 == merged {
                    self.places.entry(new).or_default().insert(place);
                    risen.insert(new);
                }
            }
        }
        self.counts.remove(&pair);
        self.heap.extend(risen.into_iter().map(|pair| (self.counts[&pair], Reverse(pair))));
    }
}

impl CountedWord {
    /// Its pairs; unknown characters are never merged.
    fn pairs(&self) -> Vec<Pair> {
        let neighbors = self.symbols.windows(2).map(|two| (two[0], two[1]));
        neighbors.filter(|(left, right)| *left != UNKNOWN && *right != UNKNOWN).collect()
    }
}

/// Replaces every occurrence of a pair, from left to right.
fn replace(symbols: &mut Vec<u16>, pair: Pair, merged: u16) {
    let mut kept = 0;
    let mut read = 0;
    while read < symbols.len() {
        let is_pair = symbols[read] == pair.0 && symbols.get(read + 1) == Some(&pair.1);
        symbols[kept] = if is_pair { merged } else { symbols[read] };
        read += if is_pair { 2 } else { 1 };
        kept += 1;
    }
    symbols.truncate(kept);
}

/// Encodes sentences with a vocabulary, and remembers words.
#[derive(Debug)]
pub struct Encoder {
    characters: HashMap<char, u16>,
    /// The symbol of every merged pair. Of two pairs the one with the smaller symbol was merged first.
    ranks: HashMap<Pair, u16>,
    known: HashMap<String, Vec<u16>>,
}

impl Encoder {
    /// The symbols of a sentence; characters that are not in the vocabulary are [`UNKNOWN`].
    pub fn encode(&mut self, sentence: &str) -> Vec<u16> {
        let mut symbols = Vec::new();
        for word in words(sentence) {
            if let Some(known) = self.known.get(&word) {
                symbols.extend_from_slice(known);
            } else {
                let encoded = self.encode_word(&word);
                symbols.extend_from_slice(&encoded);
                self.known.insert(word, encoded);
            }
        }
        symbols
    }

    fn encode_word(&self, word: &str) -> Vec<u16> {
        let mut symbols: Vec<u16> =
            word.chars().map(|one| self.characters.get(&one).copied().unwrap_or(UNKNOWN)).collect();
        loop {
            let pairs = symbols.windows(2).map(|two| (two[0], two[1]));
            let first = pairs.filter_map(|pair| Some((*self.ranks.get(&pair)?, pair))).min();
            let Some((merged, pair)) = first else { return symbols };
            replace(&mut symbols, pair, merged);
        }
    }
}
