//! Scores of translations against sacrebleu's, from `tests/data/bleu_reference.py`, and their errors.

use emergence_lab::score::{BLEU_SIGNATURE, CHRF_SIGNATURE, ScoreError, bleu, chrf, tokenize_13a};
use serde_json::Value;

/// Both compute with the same counts in f64, so they differ by a few roundings of numbers up to 100.
const TOLERANCE: f64 = 1e-9;

fn reference() -> Value {
    serde_json::from_str(include_str!("../data/bleu_reference.json")).expect("the reference file is JSON")
}

fn entries<'file>(file: &'file Value, list: &str) -> &'file [Value] {
    let entries = file[list].as_array().expect("a list");
    assert!(entries.len() >= 15, "{list}: the file is read");
    entries
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

fn assert_close(what: &str, got: f64, expected: &Value) {
    let expected = expected.as_f64().expect("a number");
    assert!((got - expected).abs() <= TOLERANCE, "{what}: {got} instead of {expected}");
}

#[test]
fn bleu_is_that_of_sacrebleu() {
    let reference = reference();
    assert_eq!(reference["bleu_signature"], BLEU_SIGNATURE, "the same variant");
    for corpus in entries(&reference, "corpora") {
        let name = corpus["name"].as_str().expect("a name");
        let score = bleu(&texts(&corpus["hypotheses"]), &texts(&corpus["references"])).expect("as many of both");
        assert_close(name, score.score, &corpus["bleu"]);
        assert_close(name, score.brevity_penalty, &corpus["brevity_penalty"]);
        for (index, precision) in score.precisions.iter().enumerate() {
            assert_close(&format!("{name}, p_{}", index + 1), *precision, &corpus["precisions"][index]);
        }
        assert_eq!(corpus["hypothesis_length"], score.hypothesis_length, "{name}: words of the hypotheses");
        assert_eq!(corpus["reference_length"], score.reference_length, "{name}: words of the references");
    }
}

#[test]
fn chrf_is_that_of_sacrebleu() {
    let reference = reference();
    assert_eq!(reference["chrf_signature"], CHRF_SIGNATURE, "the same variant");
    for corpus in entries(&reference, "corpora") {
        let score = chrf(&texts(&corpus["hypotheses"]), &texts(&corpus["references"])).expect("as many of both");
        assert_close(corpus["name"].as_str().expect("a name"), score, &corpus["chrf"]);
    }
}

#[test]
fn words_are_those_of_sacrebleu() {
    for entry in entries(&reference(), "tokenizations") {
        let text = entry["text"].as_str().expect("a text");
        assert_eq!(tokenize_13a(text), texts(&entry["words"]), "the words of `{text}`");
    }
}

/// Papineni et al. 2002, section 2.1: "the" seven times, of which the reference has two.
#[test]
fn repeated_words_match_as_often_as_the_reference_has_them() {
    let score = bleu(&["the the the the the the the"], &["the cat is on the mat"]).expect("a pair");
    // A quotient of small whole numbers, rounded once.
    assert!((score.precisions[0] - 100.0 * 2.0 / 7.0).abs() < 1e-12, "2 of 7, not {} %", score.precisions[0]);
    assert_eq!((score.hypothesis_length, score.reference_length), (7, 6), "words");
}

#[test]
fn a_score_needs_a_hypothesis_for_each_reference() {
    let (two, three) = (["a", "b"].map(String::from), ["a", "b", "c"]);
    let unequal = ScoreError::SentenceCount { expected: 3, got: 2 };
    assert_eq!(bleu(&two, &three), Err(unequal), "BLEU of two hypotheses and three references");
    assert_eq!(chrf(&two, &three), Err(unequal), "chrF of the same");
    assert_eq!(unequal.to_string(), "expected one hypothesis for each of 3 references, got 2", "its words");
    let none: [&str; 0] = [];
    assert_eq!(bleu(&none, &none), Err(ScoreError::NoSentences), "BLEU of nothing");
    assert_eq!(chrf(&none, &none), Err(ScoreError::NoSentences), "chrF of nothing");
    assert_eq!(ScoreError::NoSentences.to_string(), "expected at least one sentence, got none", "its words");
    assert_eq!(chrf(&none, &three), Err(ScoreError::SentenceCount { expected: 3, got: 0 }), "no hypothesis");
}
