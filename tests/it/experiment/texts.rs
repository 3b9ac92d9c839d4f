//! Experiments on texts: their defaults, links that come back, and what the data rule out.

use super::read;
use super::sentences::{check_conflict, check_malformed};
use emergence_lab::catalog::{NumberLanguage, Quantity};
use emergence_lab::error::{Bounds, Error, Expected, Requirement};
use emergence_lab::experiment::dataset::DatasetFacts;
use emergence_lab::experiment::{
    DatasetName, DatasetSpec, Direction, EvaluationSteps, Experiment, LanguagePair, ModelSpec, OptimizerSpec, Schedule,
    TransformerSpec, parse_query,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

#[test]
fn texts_have_defaults_of_their_own() {
    let numbers = read("data=numbers");
    let expected = Experiment {
        dataset: DatasetSpec {
            name: DatasetName::Multi30k,
            direction: Direction::Languages(LanguagePair {
                source: NumberLanguage::German,
                target: NumberLanguage::English,
            }),
            ..numbers.dataset.clone()
        },
        model: ModelSpec::Transformer(TransformerSpec::of_width(64)),
        seeds: 1,
        optimizer: OptimizerSpec { schedule: Schedule::Warmup { steps: 50 }, ..numbers.optimizer.clone() },
        smoothing: 0.1,
        batch_size: 64,
        steps: 400,
        evaluation: EvaluationSteps::Every(50),
        ..numbers
    };
    assert_eq!(read("data=multi30k"), expected, "captions");
    assert_eq!(expected.to_query(), "data=multi30k", "only what differs from them is written");
    let own = DatasetSpec { name: DatasetName::Text, direction: Direction::Forward, ..expected.dataset.clone() };
    assert_eq!(read("data=text"), Experiment { dataset: own, ..expected }, "a visitor's own sentences");
    assert_eq!(read("data=text&pair=back&vocab=8000&length=64").to_query(), "data=text&pair=back&vocab=8000&length=64");
    assert_eq!(read("data=multi30k&pair=en-de").to_query(), "data=multi30k&pair=en-de", "the other way");
    assert_eq!(read("data=multi30k").primary_quantity(), Quantity::TestAccuracy, "few translations are exact");
}

#[test]
fn own_files_are_sentences_if_other_keys_say_so() {
    for key in ["pair=back", "vocab=500", "length=12", "model=transformer:32"] {
        let link = read(&format!("data=upload&{key}"));
        assert_eq!(link.to_query(), format!("data=text&{key}"), "{key} is about sentences");
    }
    assert_eq!(read("data=upload&model=mlp:8").dataset.name, DatasetName::Upload, "images");
}

#[test]
fn directions_and_vocabularies_are_those_of_the_data() {
    let pair = |name, got| Error::value("pair", Direction::expected(name), got);
    for got in ["forward", "en-fr", "zh-en"] {
        check_conflict(
            &format!("data=multi30k&seeds=2&pair={got}"),
            pair(DatasetName::Multi30k, got),
            "data=multi30k&seeds=2",
        );
    }
    check_conflict("data=text&pair=en-de", pair(DatasetName::Text, "en-de"), "data=text");
    check_conflict("data=numbers&pair=back", pair(DatasetName::Numbers, "back"), "data=numbers");
    let message = pair(DatasetName::Multi30k, "back").to_string();
    assert_eq!(message, "pair: expected one of en-de, de-en, got `back`", "one plain line");
    for (key, got) in [("vocab", 500), ("length", 12)] {
        let error = || Error::value(key, Requirement::OnlyForTexts.into(), got);
        check_conflict(&format!("data=numbers&{key}={got}"), error(), "data=numbers");
        check_conflict(&format!("data=digits&{key}={got}"), error(), "data=digits");
    }
    let within = |from, to| Expected::Number(Bounds::whole(from, to));
    for (key, got, expected) in [("vocab", "99", within(100, 8000)), ("length", "65", within(4, 64))] {
        check_malformed(&format!("data=text&{key}={got}"), Error::value(key, expected, got), "data=text");
    }
    // How many sentences are short enough is not known before.
    assert_eq!(read("data=text&train=60000&test=60000").validate(), Ok(()), "at most as many as there may be");
}

#[test]
fn both_languages_of_a_text_share_an_embedding_table() {
    let spec = DatasetSpec::whole(DatasetName::Multi30k);
    let facts = spec.facts().expect("known before it is loaded");
    let experiment = read("data=multi30k");
    let architecture = experiment.model.architecture(&facts.examples, experiment.norm).expect("a transformer");
    assert_eq!(architecture.embeddings, [[2_000, 64]], "one table");
    // By hand: the table; four matrices of an attention with biases; the feed-forward networks; a layer normalization per sub-layer and stack.
    let (attention, feed_forward, norm) = (4 * (64 * 64 + 64), 2 * 64 * 128 + 128 + 64, 2 * 64);
    let encoder = 2 * (attention + feed_forward + 2 * norm) + norm;
    let decoder = 2 * (2 * attention + feed_forward + 3 * norm) + norm;
    assert_eq!(architecture.parameter_count(), 2_000 * 64 + encoder + decoder, "296 thousand parameters");
}

#[test]
fn a_batch_is_not_larger_than_the_data() {
    let experiment = read("data=text");
    let few = |train| experiment.dataset.text_facts(train, 10);
    assert_eq!(experiment.validate_for(&few(64)), Ok(()), "one batch");
    let DatasetFacts { train, .. } = few(63);
    let error = Error::value("batch", Requirement::TrainingExamples { most: train as u64 }.into(), 64);
    assert_eq!(experiment.validate_for(&few(63)), Err(error), "known before the run");
}

proptest! {
    #[test]
    fn links_to_texts_come_back(
        (name, back) in (select(vec![DatasetName::Multi30k, DatasetName::Text]), any::<bool>()),
        (vocabulary, length) in (100_usize..=8000, 4_usize..=64),
        (train, test) in (option::of(64_usize..=60_000), option::of(1_usize..=60_000)),
        smoothing in 0.0..=0.5_f64,
    ) {
        let standard = Experiment::standard(name);
        let direction = Direction::choices(name)[usize::from(back)];
        let dataset = DatasetSpec { direction, vocabulary, length, train, test, ..standard.dataset };
        let experiment = Experiment { dataset, smoothing, ..standard };
        prop_assume!(experiment.validate().is_ok());
        let parsed = parse_query(&experiment.to_query());
        prop_assert_eq!((parsed.errors, parsed.conflicts), (vec![], vec![]), "{}", experiment.to_query());
        prop_assert_eq!(parsed.experiment, experiment);
    }
}
