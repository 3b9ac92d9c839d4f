//! The words of which numbers are made, by language. Symbols are numbered from [`FIRST_WORD`] in the order of these lists.

use crate::catalog::NumberLanguage;
use crate::dataset::symbols::{FIRST_WORD, UNKNOWN_TEXT, special};

/// What a word contributes to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is added.
    Add(u32),
    /// It multiplies what was added since the last multiplication within a group; alone it counts once.
    Times(u32),
    /// It multiplies the whole group; alone it counts once.
    Group(u32),
    /// It only connects.
    None,
}

use Meaning::{Add, Group, None as Link, Times};

const DIGITS: &[(&str, Meaning)] = &[
    ("0", Add(0)),
    ("1", Add(1)),
    ("2", Add(2)),
    ("3", Add(3)),
    ("4", Add(4)),
    ("5", Add(5)),
    ("6", Add(6)),
    ("7", Add(7)),
    ("8", Add(8)),
    ("9", Add(9)),
];

const ENGLISH: &[(&str, Meaning)] = &[
    ("zero", Add(0)),
    ("one", Add(1)),
    ("two", Add(2)),
    ("three", Add(3)),
    ("four", Add(4)),
    ("five", Add(5)),
    ("six", Add(6)),
    ("seven", Add(7)),
    ("eight", Add(8)),
    ("nine", Add(9)),
    ("ten", Add(10)),
    ("eleven", Add(11)),
    ("twelve", Add(12)),
    ("thirteen", Add(13)),
    ("fourteen", Add(14)),
    ("fifteen", Add(15)),
    ("sixteen", Add(16)),
    ("seventeen", Add(17)),
    ("eighteen", Add(18)),
    ("nineteen", Add(19)),
    ("twenty", Add(20)),
    ("thirty", Add(30)),
    ("forty", Add(40)),
    ("fifty", Add(50)),
    ("sixty", Add(60)),
    ("seventy", Add(70)),
    ("eighty", Add(80)),
    ("ninety", Add(90)),
    ("hundred", Times(100)),
    ("thousand", Group(1000)),
];

const GERMAN: &[(&str, Meaning)] = &[
    ("null", Add(0)),
    ("eins", Add(1)),
    ("zwei", Add(2)),
    ("drei", Add(3)),
    ("vier", Add(4)),
    ("fünf", Add(5)),
    ("sechs", Add(6)),
    ("sieben", Add(7)),
    ("acht", Add(8)),
    ("neun", Add(9)),
    ("zehn", Add(10)),
    ("elf", Add(11)),
    ("zwölf", Add(12)),
    ("dreizehn", Add(13)),
    ("vierzehn", Add(14)),
    ("fünfzehn", Add(15)),
    ("sechzehn", Add(16)),
    ("siebzehn", Add(17)),
    ("achtzehn", Add(18)),
    ("neunzehn", Add(19)),
    ("zwanzig", Add(20)),
    ("dreißig", Add(30)),
    ("vierzig", Add(40)),
    ("fünfzig", Add(50)),
    ("sechzig", Add(60)),
    ("siebzig", Add(70)),
    ("achtzig", Add(80)),
    ("neunzig", Add(90)),
    ("hundert", Times(100)),
    ("tausend", Group(1000)),
    ("ein", Add(1)),
    ("und", Link),
];

const FRENCH: &[(&str, Meaning)] = &[
    ("zéro", Add(0)),
    ("un", Add(1)),
    ("deux", Add(2)),
    ("trois", Add(3)),
    ("quatre", Add(4)),
    ("cinq", Add(5)),
    ("six", Add(6)),
    ("sept", Add(7)),
    ("huit", Add(8)),
    ("neuf", Add(9)),
    ("dix", Add(10)),
    ("onze", Add(11)),
    ("douze", Add(12)),
    ("treize", Add(13)),
    ("quatorze", Add(14)),
    ("quinze", Add(15)),
    ("seize", Add(16)),
    ("vingt", Add(20)),
    ("trente", Add(30)),
    ("quarante", Add(40)),
    ("cinquante", Add(50)),
    ("soixante", Add(60)),
    ("vingts", Add(20)),
    ("cent", Times(100)),
    ("cents", Times(100)),
    ("mille", Group(1000)),
    ("et", Link),
];

const CHINESE: &[(&str, Meaning)] = &[
    ("零", Link),
    ("一", Add(1)),
    ("二", Add(2)),
    ("三", Add(3)),
    ("四", Add(4)),
    ("五", Add(5)),
    ("六", Add(6)),
    ("七", Add(7)),
    ("八", Add(8)),
    ("九", Add(9)),
    ("十", Times(10)),
    ("百", Times(100)),
    ("千", Times(1000)),
    ("万", Group(10_000)),
];

/// The words of a language with their meanings.
pub(super) fn list(language: NumberLanguage) -> &'static [(&'static str, Meaning)] {
    match language {
        NumberLanguage::Digits => DIGITS,
        NumberLanguage::English => ENGLISH,
        NumberLanguage::German => GERMAN,
        NumberLanguage::French => FRENCH,
        NumberLanguage::Chinese => CHINESE,
    }
}

/// The words of a language, in the order of their symbols.
pub fn words(language: NumberLanguage) -> impl Iterator<Item = &'static str> {
    list(language).iter().map(|(word, _)| *word)
}

/// A symbol as text; a number without a word is that of an unknown word.
#[must_use]
pub fn word(symbol: u16, language: NumberLanguage) -> &'static str {
    let listed = || list(language).get(usize::from(symbol.checked_sub(FIRST_WORD)?)).map(|(word, _)| *word);
    special(symbol).or_else(listed).unwrap_or(UNKNOWN_TEXT)
}
