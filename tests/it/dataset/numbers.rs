//! The translation task `numbers`: words against an independent program (tests/data/number_words_reference.py), which compares itself
//! with published packages, that every number has one reading, and what is in the data set.

use crate::fixtures::part;
use emergence_lab::catalog::{DatasetName, LANGUAGES, NUMBERS_TEST, NUMBERS_TRAIN, NumberLanguage, Part};
use emergence_lab::dataset::numbers::{self, word_lists, words};
use emergence_lab::dataset::symbols::{BEGINNING, END, FIRST_WORD, PADDING, UNKNOWN};
use emergence_lab::dataset::{Dataset, SentencePairs, Vocabulary};
use emergence_lab::error::{DatasetError, Error};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::{DatasetSpec, Direction, LanguagePair};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const ALL: [NumberLanguage; 5] = [
    NumberLanguage::Digits,
    NumberLanguage::English,
    NumberLanguage::German,
    NumberLanguage::French,
    NumberLanguage::Chinese,
];

#[derive(Deserialize)]
struct Reference {
    rows: Vec<Row>,
    symbols: BTreeMap<String, SymbolFacts>,
    drawn: Drawn,
}

/// A number, and its texts in the order of [`ALL`].
#[derive(Deserialize)]
struct Row(u32, String, String, String, String, String);

#[derive(Deserialize)]
struct SymbolFacts {
    different: usize,
    longest: usize,
}

/// What is said about the numbers for training and those for testing.
#[derive(Deserialize)]
struct Drawn {
    /// How many of both have 1, 2, ... digits.
    by_digits: Vec<[usize; 2]>,
    first: [Vec<u32>; 2],
    /// Checksums of the data set for pairs of languages.
    sha256: BTreeMap<String, String>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../data/number_words_reference.json")).expect("the reference file is JSON")
}

impl Row {
    fn texts(&self) -> [(NumberLanguage, &str); 5] {
        let Self(_, digits, english, german, french, chinese) = self;
        let texts = [digits, english, german, french, chinese];
        std::array::from_fn(|index| (ALL[index], texts[index].as_str()))
    }
}

/// The symbols of these words, in the order of the lists; panics if one of them is not in the list.
fn symbols_of(sentence: &str, language: NumberLanguage) -> Vec<u16> {
    let symbol = |word: &str| {
        let mut listed = (FIRST_WORD..).zip(word_lists::words(language));
        listed.find(|(_, listed)| *listed == word).unwrap_or_else(|| panic!("{language:?}: no word {word}")).0
    };
    sentence.split(' ').filter(|word| !word.is_empty()).map(symbol).collect()
}

#[test]
fn texts_are_those_of_an_independent_program() {
    for row in reference().rows {
        for (language, expected) in row.texts() {
            let symbols = words::symbols(row.0, language);
            assert_eq!(words::text(&symbols, language), expected, "{} in {language:?}", row.0);
            assert_eq!(words::read(expected, language), symbols, "{expected:?}, read");
            let typed = expected.to_uppercase();
            // There is no capital ß in upper case.
            let typed = if typed.contains("SSI") { expected.to_owned() } else { typed };
            assert_eq!(words::read(&typed, language), symbols, "{typed:?}, read");
        }
    }
}

/// Every number, in a build without optimization one of 97 from ten thousand on: what its symbols mean is the number, so no others
/// have the same ones. The table states how many different symbols there are and how many the longest number has.
fn check_reading(language: NumberLanguage) {
    let facts = language.facts();
    let stride = if cfg!(debug_assertions) { 97 } else { 1 };
    let (mut longest, mut used) = (words::symbols(words::LIMIT - 1, language).len(), [false; 64]);
    for number in (0..10_000).chain((10_000..words::LIMIT).step_by(stride)) {
        let symbols = words::symbols(number, language);
        assert_eq!(words::value(&symbols, language), Some(number), "{number} in {language:?}");
        longest = longest.max(symbols.len());
        for symbol in symbols {
            used[usize::from(symbol)] = true;
        }
    }
    assert_eq!(longest, facts.longest, "{language:?}: the longest number");
    let used = (0..).zip(used).filter(|(_, used)| *used).map(|(symbol, _)| symbol).collect::<Vec<usize>>();
    assert_eq!(used, (usize::from(FIRST_WORD)..facts.symbols).collect::<Vec<_>>(), "{language:?}: every word is used");
    assert_eq!(word_lists::words(language).count() + usize::from(FIRST_WORD), facts.symbols, "{language:?}: no others");
    let reference = reference();
    let stated = &reference.symbols[facts.name];
    assert_eq!((stated.different, stated.longest), (facts.symbols, facts.longest), "{language:?}: as counted there");
}

#[test]
fn every_number_has_one_reading_in_digits() {
    check_reading(NumberLanguage::Digits);
}

#[test]
fn every_number_has_one_reading_in_english() {
    check_reading(NumberLanguage::English);
}

#[test]
fn every_number_has_one_reading_in_german() {
    check_reading(NumberLanguage::German);
}

#[test]
fn every_number_has_one_reading_in_french() {
    check_reading(NumberLanguage::French);
}

#[test]
fn every_number_has_one_reading_in_chinese() {
    check_reading(NumberLanguage::Chinese);
}

#[test]
fn written_numbers_are_read_back() {
    for language in ALL {
        for number in (0..words::LIMIT).step_by(997) {
            let symbols = words::symbols(number, language);
            let text = words::text(&symbols, language);
            assert_eq!(words::read(&text, language), symbols, "{text:?} in {language:?}");
            assert_eq!(words::read(&number.to_string(), language), symbols, "{number}, typed in digits");
        }
    }
}

#[test]
fn numbers_are_read_as_people_type_them() {
    let cases = [
        (NumberLanguage::English, "  Forty-two ", 42),
        (NumberLanguage::English, "one hundred and five", 105),
        (NumberLanguage::English, "One thousand, two hundred and three.", 1203),
        (NumberLanguage::English, "twentyone", 21),
        (NumberLanguage::English, "12,345", 12_345),
        (NumberLanguage::English, "12 345", 12_345),
        (NumberLanguage::German, "Ein und zwanzig", 21),
        (NumberLanguage::German, "EINTAUSENDEINS", 1001),
        (NumberLanguage::German, "siebzehntausend sechshundertsechzehn", 17_616),
        (NumberLanguage::German, "12'345", 12_345),
        (NumberLanguage::German, "1.000", 1000),
        (NumberLanguage::French, "vingt-et-un", 21),
        (NumberLanguage::French, "Quatre-Vingt-Dix-Sept", 97),
        (NumberLanguage::French, "deux-cents", 200),
        // With a narrow no-break space.
        (NumberLanguage::French, "12\u{202f}345", 12_345),
        (NumberLanguage::Chinese, "四十 二万", 420_000),
        (NumberLanguage::Chinese, "42", 42),
        (NumberLanguage::Chinese, "四十二。", 42),
        (NumberLanguage::Chinese, "４２", 42),
        (NumberLanguage::Digits, "4 2", 42),
        (NumberLanguage::Digits, "0042", 42),
    ];
    for (language, typed, number) in cases {
        let symbols = words::read(typed, language);
        assert_eq!(words::value(&symbols, language), Some(number), "{typed:?} in {language:?}: {symbols:?}");
    }
}

#[test]
fn unknown_words_are_kept_as_one_symbol() {
    let cases = [
        (NumberLanguage::English, "forty apples", "forty <unk>"),
        (NumberLanguage::English, "four4 x", "<unk> <unk>"),
        (NumberLanguage::English, "1000000", "<unk>"),
        (NumberLanguage::English, "-5", "<unk>"),
        (NumberLanguage::German, "zwei und dreissig", "zweiund<unk>"),
        (NumberLanguage::French, "septante et un", "<unk> et un"),
        (NumberLanguage::Chinese, "两 百", "<unk>百"),
        (NumberLanguage::Digits, "four", "<unk>"),
        (NumberLanguage::Digits, "3.5", "<unk>"),
        (NumberLanguage::Digits, "-5", "<unk>"),
        (NumberLanguage::Digits, "12 + 3", "12<unk>3"),
    ];
    for (language, typed, expected) in cases {
        let symbols = words::read(typed, language);
        assert!(symbols.contains(&UNKNOWN), "{typed:?} in {language:?}: {symbols:?}");
        assert_eq!(words::text(&symbols, language), expected, "{typed:?} in {language:?}");
        assert_eq!(words::value(&symbols, language), None, "{typed:?} in {language:?} is no number");
    }
    for language in ALL {
        assert!(words::read(" \t", language).is_empty(), "{language:?}: nothing");
        let vocabulary = Vocabulary::Numbers(language);
        let special = [PADDING, BEGINNING, END, UNKNOWN, u16::MAX].map(|symbol| vocabulary.symbol(symbol));
        assert_eq!(special, ["<pad>", "<s>", "</s>", "<unk>", "<unk>"], "{language:?}: symbols that are no words");
        let sentence = [BEGINNING, FIRST_WORD + 3, END, PADDING];
        let three = word_lists::words(language).nth(3).expect("a word");
        let shown = vocabulary.text(&sentence).replace(' ', "");
        assert_eq!(shown, format!("<s>{three}</s><pad>"), "{language:?}: what should not be there is shown");
    }
}

#[test]
fn nonsense_is_no_number() {
    let cases = [
        (NumberLanguage::Digits, "0 5, 0 0, 1 0 0 0 0 0 0, 9 9 9 9 9 9 9 9 9 9 9 9"),
        (
            NumberLanguage::English,
            "hundred, zero zero, zero one, twenty twelve, two twenty, ten hundred, one hundred hundred, one hundred zero, thousand, \
             one thousand thousand, ninety nine thousand thousand thousand thousand thousand, one thousand one thousand",
        ),
        (
            NumberLanguage::German,
            "hundert, eins hundert, ein, zwanzig und ein, eins und zwanzig, ein zwanzig, und, zehn tausend und",
        ),
        (
            NumberLanguage::French,
            "un mille, un cent, deux cent, quatre vingt, quatre vingts un, quatre vingts mille, vingt un, dix onze, et",
        ),
        (
            NumberLanguage::Chinese,
            "一 十, 一 百 一, 零 一, 一 零, 一 万 一 千 零, 十 十, 万, 一 千 零 零 一, 一 万 十, 一 万 零 一 千",
        ),
    ];
    for (language, sentences) in cases {
        for sentence in sentences.split(", ").chain([""]) {
            let symbols = symbols_of(sentence, language);
            assert_eq!(words::value(&symbols, language), None, "{sentence:?} in {language:?}");
            let translation =
                Vocabulary::Numbers(language).translation(&symbols, &Vocabulary::Numbers(NumberLanguage::English));
            assert_eq!(translation, None, "{sentence:?} has no translation");
        }
        for special in [PADDING, BEGINNING, END, UNKNOWN, u16::MAX] {
            let mut symbols = words::symbols(21, language);
            symbols.push(special);
            assert_eq!(words::value(&symbols, language), None, "{language:?}: 21 and then symbol {special}");
        }
    }
}

#[test]
fn translations_are_computed() {
    for source in ALL {
        for target in ALL {
            let translated =
                Vocabulary::Numbers(source).translation(&words::symbols(423_918, source), &Vocabulary::Numbers(target));
            assert_eq!(translated, Some(words::symbols(423_918, target)), "{source:?} to {target:?}");
        }
    }
}

/// The languages of a direction.
fn languages(name: &str) -> LanguagePair {
    let direction: Direction = name.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
    direction.languages().expect("languages that are known by name")
}

#[test]
fn all_pairs_of_languages_are_offered() {
    let choices = Direction::choices(DatasetName::Numbers);
    let all = Direction::labels();
    let labels: Vec<_> = all.iter().filter(|(name, _)| choices.iter().any(|one| one.to_string() == *name)).collect();
    for (name, label) in &labels {
        let pair = languages(name);
        assert_eq!(pair.to_string(), *name, "written as it is read");
        let [source, target] = [pair.source, pair.target].map(|language| language.facts().label);
        assert_eq!(*label, format!("{source} to {target}"), "{name}");
    }
    let names = labels.iter().map(|(name, _)| *name).collect::<HashSet<_>>();
    assert_eq!(names.len(), LANGUAGES.len() * (LANGUAGES.len() - 1), "every language to every other one");
    for refused in ["en-en", "en", "en-", "-de", "en-de-fr", "EN-DE", "en-it", ""] {
        let error = refused.parse::<Direction>().expect_err(refused);
        assert_eq!(error.key(), Some("pair"), "{refused:?}: {error}");
    }
}

#[test]
fn numbers_are_drawn_as_described() {
    let (train, test) = numbers::drawn();
    assert_eq!((train.len(), test.len()), (NUMBERS_TRAIN, NUMBERS_TEST), "as the table says");
    assert_eq!((train.len(), test.len()), (19_000, 1_000), "as the documentation says");
    let [of_train, of_test] = [&train, &test].map(|part| part.iter().copied().collect::<BTreeSet<_>>());
    assert_eq!((of_train.len(), of_test.len()), (train.len(), test.len()), "no number twice");
    assert!(of_train.is_disjoint(&of_test), "no number in both");
    assert!(of_train.union(&of_test).all(|number| *number < words::LIMIT), "below a million");
    // Of 43,000 draws a sixth have one digit, and so on: all of the 1000 smallest numbers are among them, and thousands of the others.
    assert_eq!(
        of_train.union(&of_test).copied().take(1000).collect::<Vec<_>>(),
        (0..1000).collect::<Vec<_>>(),
        "the smallest"
    );
    let count = |part: &[u32], digits| part.iter().filter(|number| number.to_string().len() == digits).count();
    let drawn = reference().drawn;
    assert_eq!(drawn.by_digits.len(), 6, "one to six digits");
    for (digits, expected) in (1..).zip(drawn.by_digits) {
        assert_eq!([count(&train, digits), count(&test, digits)], expected, "numbers of {digits} digits");
    }
    assert_eq!([&train[..5], &test[..5]], drawn.first, "the first ones");
}

/// The sentences of a part, with their translations, mean these numbers, and nothing but padding follows.
fn check_sentences(part: &SentencePairs, numbers: &[u32], pair: LanguagePair, examples: ExampleFacts) {
    let ExampleFacts::Pairs { source, target, .. } = examples else { panic!("sentences") };
    assert_eq!(
        (part.len(), part.is_empty(), part.iter().count()),
        (numbers.len(), false, numbers.len()),
        "{pair}: pairs"
    );
    for ((sentence, translation), number) in part.iter().zip(numbers) {
        assert_eq!(
            (sentence.len(), translation.len()),
            (source.positions, target.positions),
            "{pair}, {number}: positions"
        );
        let filled = |symbols: Vec<u16>, positions: usize| {
            let mut padded = symbols;
            padded.resize(positions, PADDING);
            padded
        };
        assert_eq!(sentence, filled(words::symbols(*number, pair.source), source.positions), "{pair}, {number}");
        let mut ended = words::symbols(*number, pair.target);
        ended.push(END);
        assert!(ended.len() <= target.positions, "{pair}, {number}: the end has a place");
        assert_eq!(translation, filled(ended, target.positions), "{pair}, {number}: its translation");
    }
    assert_eq!(part.get(numbers.len()), None, "{pair}: no more");
}

#[test]
fn the_data_are_the_same_everywhere() {
    let (train, test) = numbers::drawn();
    for (name, sha256) in reference().drawn.sha256 {
        let pair = languages(&name);
        let set = numbers::dataset(pair);
        assert_eq!(
            [&set.source, &set.target].map(Clone::clone),
            [pair.source, pair.target].map(Vocabulary::Numbers),
            "{name}: languages"
        );
        let facts =
            DatasetSpec { direction: Direction::Languages(pair), ..DatasetSpec::whole(DatasetName::Numbers) }.facts();
        assert_eq!(facts, Some(set.facts()), "{name}: what is known before they are generated");
        check_sentences(&set.train, &train, pair, set.examples);
        check_sentences(&set.test, &test, pair, set.examples);
        assert_eq!(Dataset::from(set).sha256(), sha256, "{name}: as an independent program generates them");
    }
}

#[test]
fn few_sentences_are_the_first_ones_and_a_fixed_choice() {
    let whole = Dataset::from(numbers::dataset(LanguagePair::DEFAULT));
    let few = whole.selected(&part(Some(30), Some(7))).expect("there are more");
    assert_eq!((few.len(Part::Train), few.len(Part::Test), few.name()), (30, 7, DatasetName::Numbers), "as asked");
    let [whole_pairs, few_pairs] = [&whole, &few].map(|dataset| dataset.pairs().expect("sentences"));
    assert!(few_pairs.train.iter().eq(whole_pairs.train.iter().take(30)), "the first ones for training");
    let known: Vec<_> = whole_pairs.test.iter().collect();
    let places: Vec<_> = few_pairs.test.iter().map(|pair| known.iter().position(|own| *own == pair)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "test pairs in their order: {places:?}");
    assert_ne!(places, (0..7).map(Some).collect::<Vec<_>>(), "not the first ones");
    assert_eq!(few_pairs.train.get(30), None, "no more");
    assert_ne!(few.sha256(), whole.sha256(), "the checksum is that of the sentences in use");
    let refused = |train, test| whole.selected(&part(train, test)).expect_err("refused");
    let too_many = DatasetError::TooManyExamples { part: Part::Test, asked: 1001, available: 1000 };
    assert_eq!(refused(None, Some(1001)), Error::from(too_many), "more than there are");
    assert_eq!(refused(Some(0), None), Error::from(DatasetError::NoExamples { part: Part::Train }), "none");
}

#[test]
fn the_commonest_lengths_are_those_with_the_most_symbols() {
    let set = numbers::dataset("de-zh".parse().expect("a pair"));
    let length = |sentence: &[u16]| sentence.iter().filter(|symbol| **symbol != PADDING).count();
    let lengths = set.train.iter().map(|(source, target)| [length(source), length(target)]).collect::<Vec<_>>();
    let symbols = |of: [usize; 2]| lengths.iter().filter(|lengths| **lengths == of).count() * (of[0] + of[1]);
    let (commonest, indices) = set.commonest_lengths();
    let different = lengths.iter().copied().collect::<BTreeSet<_>>();
    assert!(different.into_iter().all(|other| symbols(other) <= symbols(commonest)), "{commonest:?} has the most");
    let expected = (0..).zip(&lengths).filter(|(_, lengths)| **lengths == commonest).map(|(index, _)| index);
    assert_eq!(indices, expected.collect::<Vec<u32>>(), "all pairs of these lengths");
}
