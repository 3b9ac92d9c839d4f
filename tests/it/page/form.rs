//! The parts around the form: the estimated cost of an experiment, and the visitor's own files.

use crate::fixtures::{experiment, field_texts, points, setup};
use emergence_lab::catalog::Quantity;
use emergence_lab::error::{Error, ValueError};
use emergence_lab::experiment::dataset::DatasetFacts;
use emergence_lab::experiment::dataset::Selection;
use emergence_lab::experiment::{DatasetName, DatasetSpec, parse_query};
use emergence_lab::metrics::{History, ImageSamples};
use emergence_lab::web::page::model::fields::parse_fields;
use emergence_lab::web::page::model::forecast::{Forecast, MeasuredSpeed};
use emergence_lab::web::page::model::picker_fields::scheme;
use emergence_lab::web::page::model::uploads::Uploads;
use emergence_lab::web::page::words::files::{selection_note, upload_text, uploaded_sentences};
use emergence_lab::web::page::words::{forecast_text, sample_missing, sample_title};

fn forecast(query: &str, measured: Option<&MeasuredSpeed>) -> Forecast {
    let experiment = experiment(query);
    let facts = experiment.dataset.facts().expect("a known data set");
    Forecast::new(&experiment, &facts, measured, None).expect("a valid experiment")
}

#[test]
fn the_estimate_is_displayed_in_round_numbers() {
    let text = forecast_text(&forecast("data=mnist", None));
    // 784 * 128 + 2 * 128 * 128 + 128 * 10 weights and 394 biases; 9 * (384 * 300 + 12 * 10000) * 134,400 products.
    assert_eq!(
        text, "134,794 parameters per run, 15 runs · about 190 MB of memory · about 68 s on the CPU",
        "the default"
    );
    let text = forecast_text(&forecast("data=digits&model=mlp:&seeds=1&init=pytorch&steps=1&test=1", None));
    assert_eq!(text, "7,850 parameters per run, 1 run · about 55 MB of memory · about 1 s on the CPU", "a tiny one");
    let text = forecast_text(&forecast("data=cifar-10&model=resnet:64,128&batch=64", None));
    assert!(text.contains(" GB of memory · ") && text.contains(" h on the CPU"), "a huge one: {text}");
}

#[test]
fn the_estimate_warns_where_memory_is_scarce() {
    let check = |query: &str, gigabytes: Option<f64>, expected: bool| {
        let experiment = experiment(query);
        let facts = experiment.dataset.facts().expect("a known data set");
        let forecast = Forecast::new(&experiment, &facts, None, gigabytes).expect("a valid experiment");
        assert_eq!(forecast.scarce, expected, "{query} on a device with {gigabytes:?} GB");
        let text = forecast_text(&forecast);
        assert_eq!(text.contains(" of memory, which may exceed that of this device · "), expected, "{text}");
    };
    // About 150 MB, and several GB.
    let (usual, huge) = ("data=mnist", "data=cifar-10&model=resnet:64,128&batch=64");
    check(usual, Some(0.25), true);
    check(usual, Some(0.5), false);
    check(huge, Some(2.0), true);
    check(huge, Some(64.0), false);
    check(huge, None, false);
}

#[test]
fn a_run_measures_the_speed_for_its_kind_of_network() {
    let query = "data=digits&model=mlp:64,32&steps=400&eval=20&init=pytorch&seeds=1&test=1000";
    let mut history = History::new(setup(&["pytorch"], 1, 400));
    assert_eq!(MeasuredSpeed::of(&history), None, "nothing was done");
    history.step = 400;
    history.timing.elapsed_secs = 8.0;
    history.variants[0].runs[0].curves[Quantity::TestLoss] = points((0..=20).map(|index| (20 * index, 1.0)));
    let measured = MeasuredSpeed::of(&history).expect("a speed");
    let again = forecast(query, Some(&measured));
    assert!(
        again.measured && (again.seconds - 8.0).abs() < 1e-9,
        "the same experiment takes the same time: {}",
        again.seconds
    );
    assert!(forecast_text(&again).ends_with("about 8 s at the last run’s speed"), "and the line states the reason");
    assert!(forecast("data=digits&model=mlp:8&device=cpu", Some(&measured)).measured, "it was measured on the CPU");
    assert!(!forecast("data=digits&model=mlp:8&device=webgpu", Some(&measured)).measured, "not on the GPU");
    assert!(!forecast("data=digits&model=cnn:8", Some(&measured)).measured, "convolutions have another speed");
    history.timing.elapsed_secs = 0.1;
    assert_eq!(MeasuredSpeed::of(&history), None, "too short to measure");
    let preview = History { step: 400, ..History::preview(&experiment(query)) };
    assert_eq!(MeasuredSpeed::of(&preview), None, "an experiment that has not started has no speed");
}

#[test]
fn uploaded_files_limit_the_experiment() {
    let patterns = DatasetSpec::whole(DatasetName::Patterns).facts().expect("known");
    let facts = DatasetFacts { train: 500, ..patterns };
    let check = |query: &str| {
        Forecast::new(&experiment(query), &facts, None, None).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(check("data=upload&train=500"), Ok(()), "all examples");
    let error = check("data=upload&train=501").expect_err("one more than exist");
    assert!(error.contains("train") && error.contains("500"), "the key and the limit: {error}");
}

#[test]
fn the_uploaded_files_are_described() {
    let classes = vec!["a".to_owned(), "b".to_owned()];
    let mut sample = ImageSamples { classes, channels: 1, height: 28, width: 20, images: Vec::new() };
    let text = upload_text(50_000, 1000, &sample);
    assert_eq!(text, "Your files: 50,000 training and 1,000 test examples, 28 × 20 gray images of 2 classes.");
    sample.channels = 3;
    assert!(upload_text(1, 1, &sample).contains("28 × 20 color images"), "three channels are colors");
    assert_eq!(sample_title(DatasetName::FashionMnist), "Training images: Fashion-MNIST");
    assert_ne!(sample_missing(DatasetName::Upload), sample_missing(DatasetName::Mnist), "files are not downloaded");
}

#[test]
fn uploaded_sentences_are_described() {
    let text = uploaded_sentences(50_000, 1_000, 60_000);
    let expected = "Your files: 50,000 training and 1,000 test pairs of sentences. 9,000 more are not used: they lack a \
                    sentence, exceed the 60,000 that a part may have, or share a sentence with the test part that was set aside.";
    assert_eq!(text, expected, "what is used, and what is not");
    assert_eq!(
        uploaded_sentences(5, 1, 6),
        "Your files: 5 training and 1 test pairs of sentences.",
        "all of them are used"
    );
    let note =
        selection_note(&Selection { length: 20, vocabulary: 2_000, train: [17_656, 29_000], test: [643, 1_000] });
    let expected = "17,656 of 29,000 training pairs and 643 of 1,000 test pairs have sentences of at most 20 symbols; longer ones are \
                    left out. The vocabulary has 2,000 symbols.";
    assert_eq!(note, expected, "which pairs are short enough");
    assert_eq!(sample_title(DatasetName::Multi30k), "Training sentences: Multi30k");
    assert_eq!(sample_missing(DatasetName::Text), sample_missing(DatasetName::Upload), "files are chosen");
}

#[test]
fn a_decimal_comma_in_a_number_field_is_a_point() {
    let check = |key: &str, text: &str, query: &str| {
        let (experiment, _) = parse_fields(&field_texts(&[(key, text)])).strict().expect("a number");
        assert_eq!(experiment.to_query(), query, "`{text}` in {key}");
    };
    check("lr", "0,05", "lr=0.05");
    check("lr", " ,5 ", "lr=0.5");
    check("wd", "1,5e-3", "wd=0.0015");
    check("tau", "0.1", "tau=0.1");
    check("model", "mlp:64,32", "model=mlp:64,32");
    check("init", "zero,pytorch", "init=zero,pytorch");
    let refused = |key: &'static str, text: &str| {
        let error = parse_fields(&field_texts(&[(key, text)])).strict().expect_err("no number");
        let Error::Value(ValueError { key: about, got, .. }) = error else {
            panic!("`{text}` in {key} is a wrong value")
        };
        assert_eq!((about, got.as_str()), (key, text), "the error quotes what was typed");
    };
    refused("lr", "1,000.5");
    refused("lr", "0,0,5");
    refused("lr", "0,fast");
    refused("momentum", "1,5");
    refused("steps", "1,000");
    refused("train", "0,5");
}

#[test]
fn query_strings_do_not_accept_a_decimal_comma() {
    for query in ["lr=0,05", "init=lsuv(orthogonal;tolerance=0,2)"] {
        assert!(parse_query(query).strict().is_err(), "{query}");
    }
}

#[test]
fn a_decimal_comma_in_the_picker_is_a_point_but_not_in_a_formula() {
    let check = |name: &str, texts: &[(&str, &str)], expected: &str| {
        let scheme = scheme(name, &field_texts(texts)).map(|scheme| scheme.to_string());
        assert_eq!(scheme.as_deref(), Ok(expected), "{name} with {texts:?}");
    };
    check("lsuv", &[("base", "orthogonal"), ("tolerance", "0,25")], "lsuv(orthogonal;tolerance=0.25)");
    let rescaling =
        [("base", "kaiming_normal"), ("alpha", " 1,25 "), ("rule", "outer"), ("turn", "auto"), ("level", "depth")];
    check("emergence", &rescaling, "emergence(kaiming_normal;alpha=1.25)");
    let custom = [("kind", "std"), ("formula", "min(1, alpha)"), ("alpha", "0,5")];
    check("custom", &custom, "custom(std=min(1, alpha);alpha=0.5)");
    let number = [("kind", "std"), ("formula", "0,5"), ("alpha", "1.5")];
    assert!(
        matches!(scheme("custom", &field_texts(&number)), Err(Error::Formula(_))),
        "formulas accept decimal points only"
    );
    let refused = |texts: &[(&str, &str)], parameter: &'static str, text: &str| {
        let error = scheme("lsuv", &field_texts(texts)).expect_err("no number");
        let Error::Value(error) = error else { panic!("{texts:?} has a wrong value") };
        assert_eq!((error.parameter, error.got.as_str()), (Some(parameter), text), "the error quotes what was typed");
    };
    refused(&[("base", "orthogonal"), ("tolerance", "0,2"), ("tries", "1,5")], "tries", "1,5");
    refused(&[("base", "orthogonal"), ("tolerance", "1,000.5"), ("tries", "3")], "tolerance", "1,000.5");
}

#[test]
fn rejected_files_do_not_replace_others() {
    let mut uploads = Uploads::default();
    assert!(!uploads.any() && !uploads.reading(), "no files yet");
    uploads.give("first");
    assert!(uploads.any() && uploads.reading(), "being read");
    assert!(uploads.taken(), "an answer to the pending files");
    uploads.give("wrong");
    uploads.refused();
    assert!(uploads.any() && !uploads.reading(), "the first ones are still there");
    assert_eq!(uploads.for_new_worker(), ["first"], "and are sent to the next worker");
}

#[test]
fn a_new_worker_receives_the_files_again() {
    let mut uploads = Uploads::default();
    uploads.give("first");
    assert!(uploads.taken(), "an answer to the pending files");
    uploads.give("second");
    assert_eq!(uploads.for_new_worker(), ["first", "second"], "the accepted files, then those without an answer");
    assert_eq!(
        uploads.for_new_worker(),
        ["first", "second"],
        "and to the next worker, because this one ended before an answer, too"
    );
    assert!(!uploads.taken(), "the first ones were accepted before");
    assert!(uploads.taken(), "the second ones were not");
    assert_eq!(uploads.for_new_worker(), ["second"], "they have replaced the first ones");
    uploads.refused();
    assert!(!uploads.any(), "files that no longer exist are dropped");
    assert!(!uploads.taken(), "an answer without a question is ignored");
}

#[test]
fn files_that_no_worker_survives_are_dropped() {
    let mut uploads = Uploads::default();
    uploads.give("bomb");
    for _ in 0..5 {
        assert_eq!(uploads.for_new_worker(), ["bomb"], "replacing a worker does not count against them");
    }
    for _ in 0..2 {
        uploads.crashed();
        assert_eq!(uploads.for_new_worker(), ["bomb"], "the cause may have been different");
    }
    uploads.crashed();
    assert!(uploads.for_new_worker().is_empty() && !uploads.any(), "they are dropped the third time");
}
