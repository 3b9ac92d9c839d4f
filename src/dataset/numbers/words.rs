//! Numbers below a million in digits and in words of four languages, as the symbols of which sentences are made, and back.
//!
//! | language | 423,918 | rules |
//! |---|---|---|
//! | digits | `4 2 3 9 1 8` | |
//! | English | four hundred twenty three thousand nine hundred eighteen | no "and", no hyphens |
//! | German | vierhundertdreiundzwanzigtausendneunhundertachtzehn | units before tens; "eintausend", "einhundert"; "eins" only at the end |
//! | French | quatre cent vingt-trois mille neuf cent dix-huit | "et" before "un" and "onze"; plural of "vingt" and "cent" at the end only |
//! | Chinese | 四十二万三千九百一十八 | groups of four digits; 零 for a gap; 十 instead of 一十 at the beginning |
//!
//! A symbol is a word, or a part of a word that means something. Symbols are numbered from [`FIRST_WORD`] in the order of [`super::word_lists`].

use super::word_lists::{Meaning, list, word};
use crate::catalog::NumberLanguage;
use crate::dataset::symbols::{FIRST_WORD, UNKNOWN};

/// Numbers are below it.
pub const LIMIT: u32 = 1_000_000;

/// Index of the tens from twenty in the lists of English and German.
const TENS: u32 = 20;

/// The symbols of a number below [`LIMIT`].
#[must_use]
pub fn symbols(number: u32, language: NumberLanguage) -> Vec<u16> {
    let mut sentence = Sentence { language, words: Vec::new() };
    match language {
        NumberLanguage::Digits => {
            sentence.words.extend(number.to_string().bytes().map(|digit| u32::from(digit - b'0')));
        }
        NumberLanguage::Chinese => sentence.chinese(number),
        _ if number == 0 => sentence.words.push(0),
        _ => sentence.thousands(number),
    }
    sentence.words.into_iter().map(|index| FIRST_WORD + u16::try_from(index).unwrap_or_default()).collect()
}

/// The words of a number, as their places in the list of the language.
struct Sentence {
    language: NumberLanguage,
    words: Vec<u32>,
}

impl Sentence {
    /// Appends a word.
    fn say(&mut self, word: &str) {
        let place = (0..).zip(list(self.language)).find(|(_, (listed, _))| *listed == word);
        self.words.extend(place.map(|(place, _)| place));
    }

    /// A positive number of a language with thousands.
    fn thousands(&mut self, number: u32) {
        let (thousands, rest) = (number / 1000, number % 1000);
        if thousands > 0 {
            if self.language != NumberLanguage::French || thousands > 1 {
                self.hundreds(thousands, false);
            }
            self.say(match self.language {
                NumberLanguage::English => "thousand",
                NumberLanguage::German => "tausend",
                _ => "mille",
            });
        }
        if rest > 0 {
            self.hundreds(rest, true);
        }
    }

    /// A positive number below a thousand; `last` if nothing follows.
    fn hundreds(&mut self, number: u32, last: bool) {
        let (hundreds, rest) = (number / 100, number % 100);
        if hundreds > 0 {
            match self.language {
                NumberLanguage::German if hundreds == 1 => self.say("ein"),
                NumberLanguage::French if hundreds == 1 => {}
                _ => self.words.push(hundreds),
            }
            self.say(match self.language {
                NumberLanguage::English => "hundred",
                NumberLanguage::German => "hundert",
                _ if hundreds > 1 && rest == 0 && last => "cents",
                _ => "cent",
            });
        }
        match (rest, self.language) {
            (0, _) => {}
            (_, NumberLanguage::French) => self.french(rest, last),
            (1, NumberLanguage::German) => self.say(if last { "eins" } else { "ein" }),
            (..20, _) => self.words.push(rest),
            (_, NumberLanguage::German) => {
                match rest % 10 {
                    0 => {}
                    1 => self.say("ein"),
                    unit => self.words.push(unit),
                }
                if !rest.is_multiple_of(10) {
                    self.say("und");
                }
                self.words.push(TENS + rest / 10 - 2);
            }
            _ => {
                self.words.push(TENS + rest / 10 - 2);
                if !rest.is_multiple_of(10) {
                    self.words.push(rest % 10);
                }
            }
        }
    }

    /// A French number from 1 to 99.
    fn french(&mut self, number: u32, last: bool) {
        let (tens, unit) = (number / 10, number % 10);
        match number {
            ..17 => self.words.push(number),
            17..20 => self.words.extend([10, unit]),
            80 => {
                self.words.push(4);
                self.say(if last { "vingts" } else { "vingt" });
            }
            81.. => {
                self.words.push(4);
                self.say("vingt");
                self.french(number - 80, last);
            }
            _ => {
                self.say(["vingt", "trente", "quarante", "cinquante", "soixante"][(tens as usize).min(6) - 2]);
                let rest = if number >= 70 { number - 60 } else { unit };
                if matches!(rest, 1 | 11) {
                    self.say("et");
                }
                if rest > 0 {
                    self.french(rest, last);
                }
            }
        }
    }

    fn chinese(&mut self, number: u32) {
        if number == 0 {
            return self.say("零");
        }
        let (high, low) = (number / 10_000, number % 10_000);
        if high > 0 {
            self.chinese_group(high);
            self.say("万");
        }
        if low > 0 {
            if high > 0 && low < 1000 {
                self.say("零");
            }
            self.chinese_group(low);
        }
    }

    /// A positive number below ten thousand.
    fn chinese_group(&mut self, number: u32) {
        let mut gap = false;
        for (place, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            let digit = number / place % 10;
            if digit == 0 {
                gap = number >= place;
                continue;
            }
            if std::mem::take(&mut gap) {
                self.say("零");
            }
            // Ten to nineteen begin with ten, not with one.
            if !(place == 10 && digit == 1 && self.words.is_empty()) {
                self.words.push(digit);
            }
            self.say(name);
        }
    }
}

/// The number that symbols mean; `None` unless they are exactly those of a number.
#[must_use]
pub fn value(symbols: &[u16], language: NumberLanguage) -> Option<u32> {
    let (mut total, mut group, mut digit) = (0_u32, 0_u32, 0_u32);
    for symbol in symbols {
        let index = symbol.checked_sub(FIRST_WORD)?;
        let (_, meaning) = list(language).get(usize::from(index))?;
        match meaning {
            Meaning::Add(value) if language == NumberLanguage::Digits => {
                digit = digit.checked_mul(10)?.checked_add(*value)?;
            }
            // Four twenties.
            Meaning::Add(20) if language == NumberLanguage::French && digit == 4 => digit = 80,
            Meaning::Add(value) => digit = digit.checked_add(*value)?,
            Meaning::Times(factor) => {
                group = digit.max(1).checked_mul(*factor)?.checked_add(group)?;
                digit = 0;
            }
            Meaning::Group(factor) => {
                total = group.checked_add(digit)?.max(1).checked_mul(*factor)?.checked_add(total)?;
                (group, digit) = (0, 0);
            }
            Meaning::None => {}
        }
    }
    let number = total.checked_add(group)?.checked_add(digit)?;
    (number < LIMIT && self::symbols(number, language) == symbols).then_some(number)
}

/// Symbols as a sentence of the language. A special symbol is shown as such, since it is an error there.
#[must_use]
pub fn text(symbols: &[u16], language: NumberLanguage) -> String {
    let mut text = String::new();
    let mut before = "";
    for symbol in symbols {
        let next = word(*symbol, language);
        text.push_str(if text.is_empty() { "" } else { separator(before, next, language) });
        text.push_str(next);
        before = next;
    }
    text
}

/// What stands between two words.
fn separator(before: &str, next: &str, language: NumberLanguage) -> &'static str {
    let value = |word: &str| list(language).iter().find(|(listed, _)| *listed == word).map(|(_, meaning)| *meaning);
    match language {
        NumberLanguage::Digits | NumberLanguage::German | NumberLanguage::Chinese => "",
        NumberLanguage::English => " ",
        NumberLanguage::French => match (value(before), value(next)) {
            // Between the parts of a number below a hundred, unless they are connected by "et".
            (Some(Meaning::Add(_)), Some(Meaning::Add(_))) => "-",
            _ => " ",
        },
    }
}

/// The symbols of a typed text, as few as it can be divided into. Words that are not in the language are [`UNKNOWN`]; a number in digits is
/// written out in the language.
#[must_use]
pub fn read(text: &str, language: NumberLanguage) -> Vec<u16> {
    // Full-width digits are digits.
    let text: String =
        text.chars().map(|c| char::from_digit(u32::from(c).wrapping_sub(0xFF10), 10).unwrap_or(c)).collect();
    if let Some(number) = in_digits(&text) {
        return symbols(number, language);
    }
    let lower = text.to_lowercase();
    let words =
        lower.split_whitespace().map(|word| word.trim_end_matches(['.', ',', '!', '?', '。', '，', '！', '？']));
    // Hyphens connect words; before a number there is a minus, and no number is negative.
    let words = words.flat_map(|word| if word.starts_with('-') { vec![word] } else { word.split('-').collect() });
    let is_silent = |word: &str| word.is_empty() || (word == "and" && language == NumberLanguage::English);
    let words = words.filter(|word| !is_silent(word));
    words.flat_map(|word| parts(word, language)).collect()
}

/// A number below [`LIMIT`] in digits, in groups of three or not; `None` for any other text, also with a decimal point.
fn in_digits(text: &str) -> Option<u32> {
    let groups: Vec<&str> = text.trim().split([',', '.', '\'', '_', ' ', '\u{a0}', '\u{202f}']).collect();
    let are_digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    // Digits one by one are a sentence in digits.
    let one_by_one = text.split_whitespace().all(|digit| digit.len() == 1);
    let in_threes = groups.iter().skip(1).all(|group| group.len() == 3);
    let number = groups.concat().parse().ok().filter(|number| *number < LIMIT);
    number.filter(|_| are_digits && (in_threes || one_by_one))
}

/// The symbols of which a word without spaces consists; a single [`UNKNOWN`] if it cannot be divided.
fn parts(word: &str, language: NumberLanguage) -> Vec<u16> {
    // For every place, the last symbol on the way there with the fewest symbols, and their number.
    let mut best: Vec<Option<(usize, u16, usize)>> = vec![None; word.len() + 1];
    let listed = || (FIRST_WORD..).zip(list(language)).map(|(symbol, (listed, _))| (symbol, *listed));
    for end in 1..=word.len() {
        for (symbol, listed) in listed().filter(|(_, listed)| word.as_bytes()[..end].ends_with(listed.as_bytes())) {
            let start = end - listed.len();
            let count = if start == 0 { Some(1) } else { best[start].map(|(count, ..)| count + 1) };
            if let Some(count) = count.filter(|count| best[end].is_none_or(|(fewest, ..)| *count < fewest)) {
                best[end] = Some((count, symbol, start));
            }
        }
    }
    let mut symbols = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let Some((_, symbol, start)) = best[end] else { return vec![UNKNOWN] };
        symbols.push(symbol);
        end = start;
    }
    symbols.reverse();
    symbols
}
