//! THE table of languages of `numbers`, the embedded translation task: names, and the sizes of sentences. The words themselves are in
//! `dataset::numbers`, and a test compares these sizes with them.

use serde::{Deserialize, Serialize};

/// A language in which numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NumberLanguage {
    /// Decimal digits.
    Digits,
    /// English words.
    English,
    /// German words, units before tens.
    German,
    /// French words, with twenties.
    French,
    /// Chinese numerals, in groups of four digits.
    Chinese,
}

/// The facts about a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanguageFacts {
    /// Which one.
    pub language: NumberLanguage,
    /// Its name in the query string and on the command line: the ISO 639-1 code of a natural language.
    pub name: &'static str,
    /// Its name as displayed.
    pub label: &'static str,
    /// Number of symbols: words, or parts of words, and the four special symbols.
    pub symbols: usize,
    /// Length of the longest number below a million, in symbols.
    pub longest: usize,
}

/// THE table, in the order in which languages are offered. The index of a row is the discriminant of its language.
pub static LANGUAGES: [LanguageFacts; 5] = [
    facts(NumberLanguage::Digits, "digits", "digits", 14, 6),
    facts(NumberLanguage::English, "en", "English", 34, 9),
    facts(NumberLanguage::German, "de", "German", 36, 11),
    facts(NumberLanguage::French, "fr", "French", 31, 13),
    facts(NumberLanguage::Chinese, "zh", "Chinese", 18, 11),
];

const fn facts(
    language: NumberLanguage,
    name: &'static str,
    label: &'static str,
    symbols: usize,
    longest: usize,
) -> LanguageFacts {
    LanguageFacts { language, name, label, symbols, longest }
}

/// Number of training examples of `numbers`.
pub const NUMBERS_TRAIN: usize = 19_000;
/// Number of test examples of `numbers`.
pub const NUMBERS_TEST: usize = 1_000;

impl NumberLanguage {
    /// Its row of the table.
    #[must_use]
    pub const fn facts(self) -> &'static LanguageFacts {
        &LANGUAGES[self as usize]
    }

    /// The language with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        LANGUAGES.iter().find(|row| row.name == name).map(|row| row.language)
    }
}

// Checked at compile time: the index of every row is the discriminant of its language.
const _: () = {
    let mut index = 0;
    while index < LANGUAGES.len() {
        assert!(LANGUAGES[index].language as usize == index, "a row of LANGUAGES is out of place");
        index += 1;
    }
};
