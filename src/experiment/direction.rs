//! From which language to which sentences are translated, the value of the key `pair`.

use crate::catalog::{DataKind, DatasetName, DatasetOrigin, NumberLanguage};
use crate::error::{Error, Expected, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// From which language to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Between two languages that are known by name.
    Languages(LanguagePair),
    /// From the first to the second language of a visitor's files.
    Forward,
    /// From the second to the first.
    Back,
}

/// The languages of a translation: `en-de` is from English to German.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguagePair {
    /// The language of the sentences to be translated.
    pub source: NumberLanguage,
    /// The language of their translations; another one.
    pub target: NumberLanguage,
}

impl LanguagePair {
    /// The languages of numbers, unless stated.
    pub const DEFAULT: Self = Self { source: NumberLanguage::English, target: NumberLanguage::German };
}

impl Direction {
    /// The direction for a data set, unless stated.
    #[must_use]
    pub fn standard(name: DatasetName) -> Self {
        Self::choices(name).first().copied().unwrap_or(Self::Languages(LanguagePair::DEFAULT))
    }

    /// The directions for a data set, the default first; for images the one that stands for none.
    #[must_use]
    pub fn choices(name: DatasetName) -> Vec<Self> {
        let row = name.row();
        if let Some(facts) = row.sentences() {
            let [source, target] = facts.languages;
            let there = LanguagePair { source, target };
            let back = LanguagePair { source: target, target: source };
            return vec![Self::Languages(there), Self::Languages(back)];
        }
        match row.origin {
            DatasetOrigin::Text => vec![Self::Forward, Self::Back],
            _ if row.kind() == DataKind::Images => vec![Self::Languages(LanguagePair::DEFAULT)],
            _ => Self::all().filter(|direction| matches!(direction, Self::Languages(_))).collect(),
        }
    }

    /// Whether the second sentence of a pair of this data set is the one to be translated.
    #[must_use]
    pub fn is_back(self, name: DatasetName) -> bool {
        self != Self::standard(name)
    }

    /// The languages, if they are known by name.
    #[must_use]
    pub const fn languages(self) -> Option<LanguagePair> {
        match self {
            Self::Languages(pair) => Some(pair),
            Self::Forward | Self::Back => None,
        }
    }

    /// All directions.
    fn all() -> impl Iterator<Item = Self> {
        DIRECTIONS.iter().filter_map(|(name, _)| name.parse().ok())
    }

    /// All directions with their texts, in the order in which they are offered.
    #[must_use]
    pub fn labels() -> Vec<(&'static str, &'static str)> {
        DIRECTIONS.to_vec()
    }

    /// Its text in English: `English to German`.
    #[must_use]
    pub fn label(self) -> &'static str {
        let text = self.to_string();
        DIRECTIONS.iter().find(|(name, _)| *name == text).map_or("", |(_, label)| label)
    }

    /// What an error about another direction for a data set states as expected.
    #[must_use]
    pub fn expected(name: DatasetName) -> Expected {
        let choices: Vec<String> = Self::choices(name).iter().map(ToString::to_string).collect();
        let names = DIRECTIONS.iter().map(|(name, _)| *name);
        Expected::OneOf(names.filter(|name| choices.iter().any(|choice| choice == name)).collect())
    }
}

/// All directions: their names, and their texts.
const DIRECTIONS: [(&str, &str); 22] = [
    ("en-de", "English to German"),
    ("en-fr", "English to French"),
    ("en-zh", "English to Chinese"),
    ("en-digits", "English to digits"),
    ("de-en", "German to English"),
    ("de-fr", "German to French"),
    ("de-zh", "German to Chinese"),
    ("de-digits", "German to digits"),
    ("fr-en", "French to English"),
    ("fr-de", "French to German"),
    ("fr-zh", "French to Chinese"),
    ("fr-digits", "French to digits"),
    ("zh-en", "Chinese to English"),
    ("zh-de", "Chinese to German"),
    ("zh-fr", "Chinese to French"),
    ("zh-digits", "Chinese to digits"),
    ("digits-en", "digits to English"),
    ("digits-de", "digits to German"),
    ("digits-fr", "digits to French"),
    ("digits-zh", "digits to Chinese"),
    ("forward", "first language to second"),
    ("back", "second language to first"),
];

impl fmt::Display for LanguagePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source.facts().name, self.target.facts().name)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Languages(pair) => pair.fmt(f),
            Self::Forward => f.write_str("forward"),
            Self::Back => f.write_str("back"),
        }
    }
}

/// What an error about a direction that does not exist states as expected.
fn unknown(text: &str) -> Error {
    Error::value("pair", Expected::OneOf(DIRECTIONS.map(|(name, _)| name).to_vec()), text)
}

impl FromStr for LanguagePair {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let named = NumberLanguage::named;
        let pair = text.split_once('-');
        let pair = pair.and_then(|(source, target)| Some(Self { source: named(source)?, target: named(target)? }));
        pair.filter(|pair| pair.source != pair.target).ok_or_else(|| unknown(text))
    }
}

impl FromStr for Direction {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "forward" => Ok(Self::Forward),
            "back" => Ok(Self::Back),
            languages => languages.parse().map(Self::Languages),
        }
    }
}
