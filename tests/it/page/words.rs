//! The texts of the page: fields and query string describe the same experiment, and messages contain what they should.

use super::{
    QUERY, failed_lifecycle, finished_lifecycle, paused_lifecycle, preparing_lifecycle, ready_lifecycle,
    training_lifecycle,
};
use crate::fixtures::{experiment, field_texts, points, setup};
use emergence_lab::catalog::Quantity;
use emergence_lab::dataset::Part;
use emergence_lab::error::{DatasetError, DeviceError, Error, MissingWebGpu, ValueError};
use emergence_lab::experiment::{BaseInit, DatasetName, Experiment, parse_query};
use emergence_lab::metrics::History;
use emergence_lab::protocol::FailureKind;
use emergence_lab::web::page::model::fields::{changed_fields, field_error, is_init_text, parse_fields};
use emergence_lab::web::page::model::lifecycle::Lifecycle;
use emergence_lab::web::page::model::phase::{Phase, Request};
use emergence_lab::web::page::model::quotations::quotations;
use emergence_lab::web::page::words::{
    address_error, data_text, duration, facts, fix_first, grouped, pace_text, status, step_text, unknown_keys,
    variant_label,
};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;

/// The only error of a query string.
fn complaint(query: &str) -> Error {
    parse_query(query).strict().expect_err("an invalid query")
}

#[test]
fn fields_and_query_string_describe_the_same_experiment() {
    let everything = "data=mnist&train=1000&test=500&model=mlp:256,64&act=tanh\
        &init=orthogonal,lrmatch(emergence(xavier_uniform;alpha=2;rule=flat;turn=3))&seeds=2&seed=7&opt=adamw&lr=0.003\
        &momentum=0.5&wd=0.0001&sched=warmup:100&batch=64&steps=469&eval=67&tau=0.1&active=rate&device=cpu";
    let pictures = "data=cifar-10&test=500&aug=1&model=cnn:16s2,32a&norm=batch&init=lecun_normal";
    for query in ["", QUERY, everything, pictures, "data=upload&model=resnet:16,32x2"] {
        let experiment = experiment(query);
        let fields = changed_fields(&experiment);
        let (read, _) = parse_fields(&fields).strict().expect("valid fields");
        assert_eq!(read, experiment, "`{query}` through the fields {fields:?}");
        assert_eq!(fields.len(), query.split_terminator('&').count(), "only non-default fields are set");
    }
}

#[test]
fn fields_are_parsed_as_people_fill_them_in() {
    let fields = [("train", ""), ("test", " "), ("lr", " 0.1 "), ("steps", "7\n"), ("aug", "1"), ("norm", "batch")];
    let parsed = parse_fields(&field_texts(&fields));
    let expected = parse_query("lr=0.1&steps=7&aug=1&norm=batch").experiment;
    assert_eq!((parsed.errors.len(), parsed.experiment), (0, expected), "empty fields are absent, spaces are trimmed");
    let parsed = parse_fields(&field_texts(&[("data", "digits&seeds=9"), ("model", "mlp:8 %2C+8"), ("steps", "")]));
    assert_eq!(parsed.errors.len(), 3, "one error per field: {:?}", parsed.errors);
    assert_eq!(parsed.experiment, Experiment::default(), "no field changes another one");
}

#[test]
fn an_error_is_shown_at_its_field() {
    let check = |error: &Error, key: &str, text: &str| {
        assert_eq!(field_error(error), (key, text.to_owned()), "the field and the text of {error:?}");
    };
    check(&complaint("seeds=many"), "seeds", "Expected a whole number from 1 to 512; got “many”.");
    check(&complaint("seeds="), "seeds", "Expected a whole number from 1 to 512.");
    check(&complaint("norm=layer"), "norm", "Expected one of “none”, “batch”, “pre”, “post”; got “layer”.");
    check(&complaint("aug=yes"), "aug", "Expected one of “0”, “1”; got “yes”.");
    let small = field_error(&complaint("data=mnist&model=cnn:8,8,8,8,8"));
    assert_eq!((small.0, small.1.contains("28 x 28")), ("model", true), "the image size: {}", small.1);
    let other = DatasetError::NoExamples { part: Part::Train }.into();
    assert_eq!(field_error(&other).1, other.to_string(), "other errors are shown in full");
}

#[test]
fn an_error_of_the_address_names_key_expected_and_got() {
    let sentence = "In the address, “seeds”: expected a whole number from 1 to 512; got “many”.";
    let text = address_error(&complaint("seeds=many"));
    assert!(text.starts_with(sentence) && text.contains("default"), "and states what is used instead: {text}");
    let text = address_error(&complaint("init=custom(std=2*fan)"));
    assert!(
        text.starts_with("In the address, the formula “2*fan” is invalid at character 3: expected fan_in,"),
        "{text}"
    );
    assert!(text.ends_with(" or e. The default is used instead."), "as for other keys: {text}");
    let other = DeviceError::NoWebGpu(MissingWebGpu::NoAdapter).into();
    assert_eq!(address_error(&other), "the experiment is invalid", "an error that an address cannot cause");
}

#[test]
fn the_field_to_fix_first_is_named() {
    let seeds = fix_first(&complaint("seeds=many"));
    assert_eq!(seeds, "Fix “seeds” first. Expected a whole number from 1 to 512; got “many”.", "a field");
    let formula = fix_first(&complaint("init=custom(std=2 *)"));
    assert_eq!(
        formula, "Fix “init” first. In the formula “2 *”, character 4: unexpected end of expression.",
        "a formula"
    );
    let other = DeviceError::NoWebGpu(MissingWebGpu::NoAdapter).into();
    assert_eq!(fix_first(&other), other.to_string(), "an error that is not about a field");
}

#[test]
fn a_list_that_is_being_edited_is_distinguished_from_the_one_in_use() {
    let experiment = Experiment::default();
    let list = "xavier_normal,kaiming_normal,emergence(kaiming_normal;alpha=1.5)";
    let check = |text: &str, expected: bool| {
        assert_eq!(is_init_text(text, &experiment), expected, "`{text}`");
    };
    check(list, true);
    check(&format!(" {list} "), true);
    check(&list.replace(';', " ; ").replace("1.5", "1.50"), true);
    check(&list.replace("kaiming_normal,", ""), false);
    check(&format!("{list},lsuv"), false);
    check(&format!("{list},lsu"), false);
    check("", false);
    check("xavier_normal,custom(std=", false);
    let residual = parse_query("model=resnet:8,16&init=fixup,zero").experiment;
    assert!(is_init_text("fixup , zero", &residual), "regardless of the network");
}

#[test]
fn what_is_quoted_is_not_translated() {
    let check = |sentence: &str, expected: &[(&str, bool)]| {
        assert_eq!(quotations(sentence), expected, "pieces of `{sentence}`");
        let whole: String = quotations(sentence).into_iter().map(|(piece, _)| piece).collect();
        assert_eq!(whole, sentence, "nothing is lost");
    };
    check("", &[]);
    check("No quotation.", &[("No quotation.", false)]);
    let list = &[("Expected “", false), ("zero", true), ("” or “", false), ("lsuv", true), ("”.", false)];
    check("Expected “zero” or “lsuv”.", list);
    check("Got “”; or “ without end", &[("Got “", false), ("”; or “ without end", false)]);
    let told = address_error(&complaint("norm=layer"));
    let names: Vec<&str> = quotations(&told).into_iter().filter(|(_, quoted)| *quoted).map(|(name, _)| name).collect();
    assert_eq!(names, ["norm", "none", "batch", "pre", "post", "layer"], "key and names in: {told}");
}

#[test]
fn unknown_keys_are_named() {
    let one = unknown_keys(&["color".to_owned()]);
    assert_eq!(one, "Unknown key “color” in the address was ignored.", "one key");
    let two = unknown_keys(&["color".to_owned(), "utm_source".to_owned()]);
    assert!(two.starts_with("Unknown keys “color”, “utm_source” in the address were"), "two keys: {two}");
}

#[test]
fn variants_have_display_names() {
    let check = |name: &str, label: &str| {
        assert_eq!(variant_label(&name.parse().expect("a scheme")), label, "label of {name}");
    };
    check("kaiming_normal", "Kaiming normal");
    check("emergence(kaiming_normal;alpha=1.5)", "Emergence α 1.5 (Kaiming normal)");
    check("emergence(pytorch;alpha=1;rule=pivot)", "Emergence α 1 (PyTorch default, pivot)");
    check("lrmatch(emergence(orthogonal;alpha=2;rule=flat;turn=3))", "Rate control α 2 (Orthogonal, flat, turn 3)");
    let labels: BTreeSet<String> = BaseInit::all().map(|base| variant_label(&base.into())).collect();
    assert_eq!(labels.len(), BaseInit::all().count(), "unique labels: {labels:?}");
}

/// Adds this many evaluations to a history, 20 steps apart.
fn evaluate(history: &mut History, evaluations: u64) {
    let curve = points((0..evaluations).map(|index| (20 * index, 1.0)));
    history.variants[0].runs[0].curves[Quantity::TestLoss] = curve;
}

/// A history at step 1234 of 4000 and after 62 evaluations of 201, after 3.4 seconds at 125 steps per second.
fn history() -> History {
    let mut history = History::new(setup(&["pytorch", "orthogonal"], 3, 4000));
    evaluate(&mut history, 62);
    history.step = 1234;
    history.timing.elapsed_secs = 3.4;
    history.timing.steps_per_sec = 125.0;
    history
}

#[test]
fn the_status_says_what_the_page_is_doing() {
    let check = |lifecycle: &Lifecycle, again: bool, words: &str| {
        let text = status(lifecycle, &history(), again);
        assert!(text.contains(words), "`{words}` is in the status `{text}` of {lifecycle:?}");
    };
    let after = |mut lifecycle: Lifecycle, request: Request| {
        lifecycle.request(request, &experiment(QUERY));
        lifecycle
    };
    check(&Lifecycle::default(), false, "Ready");
    check(&after(Lifecycle::default(), Request::Run), false, "then starting");
    check(&ready_lifecycle(), true, "the same weights");
    check(&preparing_lifecycle(), true, "Preparing …");
    check(&after(preparing_lifecycle(), Request::Pause), true, "Preparing, then pausing …");
    check(&training_lifecycle(), true, "Training");
    check(&after(training_lifecycle(), Request::Pause), true, "Pausing");
    check(&paused_lifecycle(), true, "Paused at step 1,234");
    check(&finished_lifecycle(), true, "Finished in 3.4 s");
    check(&failed_lifecycle(FailureKind::Consent), true, "Waiting for your decision");
    check(&failed_lifecycle(FailureKind::Crash), true, "Stopped");
}

#[test]
fn progress_is_displayed_in_steps_and_time() {
    let mut history = history();
    assert_eq!(step_text(&history), "step 1,234 of 4,000", "steps");
    assert_eq!(pace_text(&history, Phase::Paused), "125 steps/s", "no remaining time while it is paused");
    // A step costs three passes of 128 examples, an evaluation one pass of 1000: of 4000 * 384 + 201 * 1000 are done
    // 1234 * 384 + 62 * 1000 have been done in 3.4 s.
    assert_eq!(pace_text(&history, Phase::Training), "125 steps/s · 7.6 s left", "evaluations take time too");
    history.timing.steps_per_sec = 2.34;
    assert_eq!(pace_text(&history, Phase::Finished), "2.3 steps/s", "a slow one has a decimal");
}

#[test]
fn the_remaining_time_is_displayed_after_enough_steps() {
    // As above, the total work is 1,737,000; a step contributes 384, an evaluation 1000.
    let left = |step: u64, evaluations: u64, steps_per_sec: f64| {
        let mut history = history();
        evaluate(&mut history, evaluations);
        history.step = step;
        history.timing.steps_per_sec = steps_per_sec;
        pace_text(&history, Phase::Training).split_once("·").map(|(_, left)| left.trim().to_owned())
    };
    assert_eq!(left(0, 1, 0.0), None, "nothing before the first step");
    assert_eq!(left(1, 1, 0.1), None, "nor at step 1, even after ten seconds");
    assert_eq!(left(2, 1, 0.1), None, "two steps are too few");
    // A work of 2152 in 3.4 s.
    assert_eq!(left(3, 1, 1.5).as_deref(), Some("46 min left"), "three steps, in two seconds of training");
    assert_eq!(left(3, 1, 1.6), None, "in less than two seconds it is too early");
    assert_eq!(left(40, 2, 100.0), None, "17,360 are less than a hundredth of the work");
    assert!(left(40, 3, 100.0).is_some(), "18,360 are more, however quickly they were done");
    let preview = History::preview(&Experiment::default());
    assert_eq!(pace_text(&preview, Phase::Training), "", "no pace before the start");
}

#[test]
fn the_download_is_displayed_with_and_without_a_total() {
    let check = |received: u64, total: Option<u64>, text: &str| {
        assert_eq!(data_text("t10k-images", received, total), text, "{received} of {total:?}");
    };
    check(0, Some(1_648_877), "t10k-images: 0 %");
    check(45, Some(100), "t10k-images: 45 %");
    check(1_648_876, Some(1_648_877), "t10k-images: 99 %");
    // A server that compresses the transfer states the compressed length.
    check(200, Some(100), "t10k-images: 100 %");
    check(12_345_678, None, "t10k-images: 12,345 KB");
    check(12_345_678, Some(0), "t10k-images: 12,345 KB");
}

#[test]
fn facts_name_the_data_in_use() {
    let mut setup = setup(&["pytorch", "orthogonal"], 3, 400);
    let rest = "12,800 training and 1,000 test examples · 6 runs of 52,650 parameters · 100 steps per epoch";
    assert_eq!(facts(&setup), Some(format!("digits: {rest}")), "our own digits");
    setup.experiment.dataset.name = DatasetName::Mnist;
    assert_eq!(facts(&setup), Some(format!("MNIST: {rest}")), "the handwritten ones");
    setup.start = None;
    assert_eq!(facts(&setup), None, "nothing before the start");
}

#[test]
fn numbers_are_formatted_for_reading() {
    let check = |number: u64, text: &str| assert_eq!(grouped(number), text, "{number}");
    check(0, "0");
    check(999, "999");
    check(1000, "1,000");
    check(1_234_567, "1,234,567");
    check(u64::MAX, "18,446,744,073,709,551,615");
}

#[test]
fn times_are_rounded() {
    let check = |seconds: f64, text: &str| assert_eq!(duration(seconds), text, "{seconds} s");
    check(0.04, "0.0 s");
    check(9.4, "9.4 s");
    check(9.6, "10 s");
    check(119.4, "119 s");
    check(120.0, "2 min");
    check(5400.0, "90 min");
    check(7200.0, "2 h");
    // Possible results of a clock that was set back, or of a division by zero.
    check(-1.0, "0.0 s");
    check(f64::NAN, "0.0 s");
    check(f64::INFINITY, "278 h");
}

proptest! {
    #[test]
    fn no_field_panics_or_changes_another(
        key in select(vec!["data", "lr", "steps", "device"]),
        text in "\\PC{0,20}",
    ) {
        let parsed = parse_fields(&field_texts(&[(key, text.as_str())]));
        prop_assert!(parsed.unknown.is_empty(), "`{text}` in {key} is not a key: {:?}", parsed.unknown);
        prop_assert!(parsed.errors.len() <= 1, "`{text}` in {key} is one value: {:?}", parsed.errors);
        for error in &parsed.errors {
            let got = matches!(error, Error::Value(ValueError { key: named, got, .. }) if *named == key && got == text.trim());
            prop_assert!(got, "`{text}` in {key} caused {error}");
        }
    }
}
