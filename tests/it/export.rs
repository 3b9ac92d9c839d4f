//! Export: the results file, written according to its schema and read back, CSV and SVG.

mod long;
mod table;
mod verification;

use crate::fixtures::{check_golden, history_with_random, points, setup, start, synthetic_history};
use emergence_lab::catalog::{FigureQuantity, Quantity};
use emergence_lab::error::{Error, ResultsError};
use emergence_lab::experiment::Experiment;
use emergence_lab::export::{self, Results, parse_results, results_json};
use emergence_lab::metrics::{History, InitCost, LayerReport, LayerScales, MeasuredPoint, RandomActivity, Verdict};
use emergence_lab::plot::quantity_chart;
use emergence_lab::plot::svg::{chart_with_legend, figure};
use proptest::prelude::*;
use serde_json::Value;

/// The results file of an experiment that has started.
fn results_of(history: &History) -> String {
    results_json(history).expect("it has started")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn the_results_file_has_the_keys_of_the_contract() {
    let json: Value = serde_json::from_str(&results_of(&synthetic_history(400))).expect("it is JSON");
    let check = |value: &Value, mut expected: Vec<&str>, what: &str| {
        // serde_json sorts the keys of a value.
        expected.sort_unstable();
        assert_eq!(keys(value), expected, "keys of {what}");
    };
    let header =
        ["schema", "query", "environment", "receipt", "verdict_of", "chance", "test_examples", "variants", "timing"];
    check(&json, header.to_vec(), "the file");
    check(&json["environment"], vec!["backend", "adapter", "arithmetic", "version"], "environment");
    check(&json["receipt"], vec!["data_sha256", "order_sha256"], "receipt");
    check(&json["timing"], vec!["steps_per_sec", "ms_per_step", "runs", "elapsed_secs"], "timing");
    let variant = &json["variants"][1];
    check(variant, vec!["name", "init", "runs", "summary"], "a variant");
    let curves = ["train_loss", "test_loss", "test_accuracy", "emergence_a", "emergence_b", "active_fraction"];
    let run = [&["seed", "weights_sha256", "layers", "diverged_at"][..], &curves[..]].concat();
    check(&variant["runs"][0], run, "a run");
    let summary =
        ["final_accuracy", "first_epoch_accuracy", "speed", "steps_to", "diverged", "failed", "copies", "vs_baseline"];
    check(&variant["summary"], [&summary[..], &["speed_vs_baseline"]].concat(), "a summary");
    check(&variant["summary"]["steps_to"]["0.9"], vec!["median", "reached", "n"], "the steps to the goal");
    for statistic in ["/final_accuracy", "/first_epoch_accuracy", "/speed"] {
        let value = variant["summary"].pointer(statistic).expect(statistic);
        check(value, vec!["mean", "std", "n", "ci95"], statistic);
    }
    let compared = "verdict n difference ci95 ci90 p p_holm p_sign_flip margin seeds_to_decide probability_of_superiority test_set_error failures";
    check(&variant["summary"]["vs_baseline"], compared.split(' ').collect(), "vs_baseline");
}

#[test]
fn the_results_file_contains_the_measurements() {
    let history = synthetic_history(400);
    let json: Value = serde_json::from_str(&results_of(&history)).expect("it is JSON");
    assert_eq!(json["schema"], "emergence-lab/1", "schema");
    let run = &json["variants"][2]["runs"][2];
    assert_eq!((&run["seed"], &run["diverged_at"]), (&Value::from(2), &Value::from(130)), "the run that diverges");
    assert_eq!(json["variants"][2]["summary"]["diverged"], 1, "counted");
    assert_eq!(json["variants"][2]["summary"]["final_accuracy"]["n"], 3, "as chance");
    assert_eq!(json["variants"][2]["summary"]["surviving"]["n"], 2, "and left out beside it");
    assert_eq!(json["variants"][0]["summary"]["vs_baseline"], Value::Null, "the baseline has no baseline");
    let verdict = &json["variants"][1]["summary"]["vs_baseline"]["verdict"];
    assert_eq!(verdict, "undecided", "at the end of the fixture noise is larger than the difference");
    let points = run["active_fraction"].as_array().expect("an array");
    assert_eq!(points.len(), 7, "evaluations at 0, 20, ..., 120");
    assert_eq!(points[1][1].as_array().map(Vec::len), Some(3), "[step, [per layer]]");
    assert_eq!(points[1][0], 20, "[step, [per layer]]");
}

#[test]
fn numbers_in_f32_are_written_short() {
    let mut history = History::new(setup(&["pytorch"], 1, 10));
    history.variants[0].runs[0].curves[Quantity::TestAccuracy] = points([(0, 0.1), (10, 0.9)]);
    let json = results_of(&history);
    assert!(json.contains("\"test_accuracy\":[[0,0.1],[10,0.9]]"), "not 0.8999999761581421: {json}");
    let csv = export::csv(&history);
    assert!(csv.contains("pytorch,0,10,test_accuracy,0.9,"), "there, too: {csv}");
}

/// Whether two lists of logarithms agree. serde_json reads f64 to within a unit in the last place, hence 1e-12.
fn close(read: &[MeasuredPoint], written: &[MeasuredPoint]) -> bool {
    read.len() == written.len()
        && read.iter().zip(written).all(|(read, written)| match (read.1, written.1) {
            (Some(one), Some(other)) => read.0 == written.0 && (one - other).abs() < 1e-12,
            (one, other) => read.0 == written.0 && one == other,
        })
}

#[test]
fn the_results_file_can_be_read_back() {
    let history = synthetic_history(400);
    let results = parse_results(&results_of(&history)).expect("our own file is well-formed");
    let original = Results::of(&history).expect("it has started");
    assert_eq!((&results.schema, &results.query), (&original.schema, &original.query), "the header");
    assert_eq!((&results.environment, &results.receipt), (&original.environment, &original.receipt), "the receipt");
    assert_eq!(results.timing, original.timing, "the timing");
    let runs = |results: &Results| results.variants.iter().flat_map(|variant| variant.runs.clone()).collect::<Vec<_>>();
    for (mut read, mut written) in runs(&results).into_iter().zip(runs(&original)) {
        for quantity in [Quantity::EmergenceA, Quantity::EmergenceB] {
            let curves = [&mut read, &mut written].map(|run| std::mem::take(&mut run.curves[quantity]));
            assert!(curves[1].len() > 5 && close(&curves[0], &curves[1]), "{quantity:?}: logarithms are read back");
        }
        assert!(read == written, "seed {}: all f32 values are read back to the bit", written.seed);
    }
    let (read, written) = (&results.variants[1].summary, &original.variants[1].summary);
    assert_eq!((read.diverged, read.final_accuracy.n), (0, 3), "the summary is read back");
    let verdicts = [read, written].map(|summary| summary.vs_baseline.map(|versus| versus.verdict));
    assert_eq!(verdicts, [Some(Verdict::Undecided); 2], "and so does the verdict");
    let old = serde_json::from_value::<Verdict>("no evidence of difference".into()).expect("that of earlier files");
    assert_eq!(old, Verdict::Undecided, "which said nothing about equality");
}

/// A report of a layer in which only the gradient is unknown.
fn report(scale: f64) -> LayerReport {
    LayerReport {
        scales: LayerScales { weight: Some(scale), ..LayerScales::ONE },
        weight_std: Some(0.25),
        activation_mean: Some(0.5),
        activation_std: Some(0.75),
        active_fraction: Some(0.625),
        gradient_norm: None,
        step_size: Some(0.125),
    }
}

/// Everything that a results file can contain: layers, costs, random activity, feature maps, and missing values.
fn full_history() -> History {
    let mut history = history_with_random(40);
    let started = &mut start(&mut history.setup).variants[1];
    started.cost = InitCost { seconds: 1.5, forward_passes: 30, gradient_evaluations: 12 };
    started.runs[2].layers = vec![report(1.5), report(2.0)];
    let [first, second, _] = &mut history.variants[0].runs[..] else { panic!("three seeds") };
    first.curves[Quantity::ChannelEmergenceA] = vec![(0, Some(1.25)), (20, None)];
    first.curves[Quantity::ChannelEmergenceB] = vec![(0, Some(2.5)), (20, Some(0.1))];
    second.curves[Quantity::TestAccuracy][1].1 = Some(f64::NAN);
    second.curves[Quantity::EmergenceA][1].1 = None;
    history
}

#[test]
fn results_and_csv_are_the_golden_ones_to_the_byte() {
    let history = full_history();
    check_golden("results.json", &results_of(&history));
    check_golden("results.csv", &export::csv(&history));
    let read = parse_results(include_str!("../data/results.json")).expect("well-formed");
    assert_eq!(serde_json::to_string(&read).expect("JSON"), results_of(&history), "what was read is written the same");
}

#[test]
fn the_results_file_contains_the_start_reports() {
    let mut history = history_with_random(40);
    let started = &mut start(&mut history.setup).variants[1];
    started.cost = InitCost { seconds: 1.5, forward_passes: 30, gradient_evaluations: 12 };
    started.runs[2].layers = vec![report(1.5), report(2.0)];
    let json: Value = serde_json::from_str(&results_of(&history)).expect("it is JSON");
    let points = json["random_activity"]["points"].as_array().expect("the points of random activity");
    assert_eq!(points.len(), start(&mut history.setup).random_activity.points.len(), "all of them");
    assert_eq!(keys(&points[0]), ["emergence_a", "emergence_b", "fraction"], "keys of a point");
    assert_eq!((&points[0]["fraction"], &points[0]["emergence_b"]), (&Value::from(0.0), &Value::Null), "no path");
    assert_eq!(points[8]["emergence_b"].as_array().map(Vec::len), Some(2), "[low, high]");
    let variant = &json["variants"][1];
    assert_eq!(variant["init"]["forward_passes"], 30, "the cost of the initialization");
    assert_eq!(variant["runs"][2]["layers"][1]["scales"]["weight"], 2.0, "the factor of a layer");
    let read = parse_results(&results_of(&history)).expect("our own file is well-formed");
    let started = start(&mut history.setup);
    assert_eq!(read.random_activity, started.random_activity, "random activity is read back");
    assert_eq!(read.variants[1].init, started.variants[1].cost, "the cost is read back");
    assert_eq!(read.variants[1].runs[2].layers, started.variants[1].runs[2].layers, "the layers are read back");
}

#[test]
fn the_curves_of_a_run_are_in_the_order_of_the_contract() {
    let json = results_of(&synthetic_history(40));
    let run = &json[json.find("\"runs\"").expect("runs")..json.find("\"summary\"").expect("a summary")];
    let order = ["seed", "weights_sha256", "layers", "diverged_at", "train_loss", "test_loss", "test_accuracy"];
    let order = [&order[..], &["emergence_a", "emergence_b", "active_fraction"]].concat();
    let places: Vec<_> = order.iter().map(|key| run.find(&format!("\"{key}\":"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{order:?} at {places:?}");
    assert!(!json.contains("channel_emergence"), "what dense networks do not have is omitted");
}

#[test]
fn a_run_without_a_curve_is_malformed_unless_the_curve_is_optional() {
    let json = results_of(&synthetic_history(20));
    for key in ["seed", "weights_sha256", "train_loss", "emergence_b", "active_fraction"] {
        let result = parse_results(&json.replacen(&format!("\"{key}\":"), "\"other\":", 1));
        assert!(matches!(result, Err(Error::Results(ResultsError::Malformed { .. }))), "without {key}: {result:?}");
    }
    let layers = json.replacen("\"layers\":[],", "", 1);
    assert!(layers.len() < json.len() && parse_results(&layers).is_ok(), "older files without reports of layers");
}

#[test]
fn an_experiment_that_has_not_started_has_no_results() {
    let preview = History::preview(&Experiment::default());
    assert_eq!((Results::of(&preview), results_json(&preview)), (None, None), "no receipt, no file");
    assert_eq!(export::csv(&preview).lines().count(), 1, "only the names of the columns");
}

#[test]
fn files_from_before_random_activity_can_be_read() {
    let json = results_of(&synthetic_history(20));
    assert!(!json.contains("random_activity"), "what was not measured is not written");
    let results = parse_results(&json).expect("well-formed");
    assert_eq!(results.random_activity, RandomActivity::default(), "none");
}

#[test]
fn verdicts_are_written_with_their_names() {
    for verdict in [
        Verdict::Better,
        Verdict::Worse,
        Verdict::PracticallyEqual,
        Verdict::Undecided,
        Verdict::FailsMore,
        Verdict::FailsLess,
        Verdict::TooFewSeeds,
        Verdict::NotFinished,
    ] {
        let written = serde_json::to_value(verdict).expect("a verdict can be written");
        assert_eq!(written, verdict.name(), "the words of the contract");
    }
}

#[test]
fn non_finite_numbers_are_never_written_to_json() {
    let mut history = history_with_random(40);
    history.timing.steps_per_sec = f64::INFINITY;
    for run in &mut history.variants[0].runs {
        run.curves[Quantity::TrainLoss][3].1 = Some(f64::NAN);
        run.curves[Quantity::TestLoss][1].1 = Some(f64::INFINITY);
        run.curves[Quantity::TestAccuracy][2].1 = Some(f64::NAN);
        run.curves[Quantity::EmergenceA][1].1 = Some(f64::NEG_INFINITY);
        run.active_fraction[0].1[1] = f32::NAN;
    }
    let original = &mut start(&mut history.setup).random_activity.points;
    original[3].emergence_a = Some((f64::NAN, 2.0));
    original[4].fraction = f64::NAN;
    let original = original.clone();
    let results = parse_results(&results_of(&history)).expect("such a file can still be read");
    let run = &results.variants[0].runs[0];
    let lengths =
        [Quantity::TrainLoss, Quantity::TestLoss, Quantity::TestAccuracy].map(|quantity| run.curves[quantity].len());
    assert_eq!(lengths, [39, 2, 2], "points left out");
    assert_eq!(run.curves[Quantity::EmergenceA][1], (20, None), "a logarithm without a value");
    assert_eq!(run.active_fraction.len(), 2, "an evaluation left out");
    let points = &results.random_activity.points;
    assert_eq!((points.len(), points[3].emergence_a), (original.len() - 1, None), "a point and an interval left out");
    assert_eq!(points[3].emergence_b, original[3].emergence_b, "and nothing else");
}

#[test]
fn other_texts_are_refused_with_their_reason() {
    let other = parse_results("{\"schema\": \"emergence-lab/2\", \"new\": []}");
    let expected =
        ResultsError::Schema { expected: "emergence-lab/1".to_owned(), got: "emergence-lab/2".to_owned() }.into();
    assert_eq!(other, Err(expected), "another version names itself");
    for text in ["", "[]", "{}", "{\"schema\": 1}", "{\"schema\": \"emergence-lab/1\"}", "{\"schema\"", "\u{0}"] {
        let result = parse_results(text);
        assert!(matches!(result, Err(Error::Results(ResultsError::Malformed { .. }))), "`{text}`: {result:?}");
    }
}

#[test]
fn unknown_keys_are_ignored_when_reading() {
    let json = results_of(&synthetic_history(20)).replacen('{', "{\"later\":[1,2],", 1);
    assert!(parse_results(&json).is_ok(), "a file with more in it can be read");
}

#[test]
fn csv_has_a_line_per_value() {
    let history = synthetic_history(40);
    let text = export::csv(&history);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let columns = ["variant", "seed", "step", "quantity", "value", "unfinished_at", "planned_steps"];
    assert_eq!(header, columns, "the columns");
    let lines: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("well-formed lines");
    // Per run: 40 training losses and, at 0, 20 and 40, two test values, two measures and three layers.
    assert_eq!(lines.len(), 9 * (40 + 3 * 7), "a line per value");
    let line = lines.iter().find(|line| &line[0] == "kaiming_normal" && &line[1] == "2" && &line[3] == "test_accuracy");
    let expected = history.variants[1].runs[2].curves[Quantity::TestAccuracy][0].1;
    let value = line.and_then(|line| line[4].parse::<f32>().ok());
    assert_eq!(value.map(f64::from), expected, "the value is read back to the bit");
    assert!(lines.iter().any(|line| &line[3] == "active_fraction_3"), "layers by number");
}

/// The value of a line of CSV.
fn csv_value(text: &str, variant: &str, seed: &str, step: &str, quantity: &str) -> Option<f64> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut lines = reader.records().map(|line| line.expect("a well-formed line"));
    let line = lines.find(|line| (&line[0], &line[1], &line[2], &line[3]) == (variant, seed, step, quantity))?;
    line[4].parse().ok()
}

#[test]
fn csv_has_the_random_activity_of_every_run() {
    let (mut history, plain) = (history_with_random(40), synthetic_history(40));
    let text = export::csv(&history);
    // Per run and evaluation two measures with two ends.
    assert_eq!(text.lines().count(), export::csv(&plain).lines().count() + 9 * 3 * 4, "a line per end");
    let fractions = &history.variants[1].runs[2].active_fraction[1];
    let fraction = history.layers.overall_fraction(&fractions.1).expect("a fraction");
    let random = start(&mut history.setup).random_activity.clone();
    for (name, quantity) in [("emergence_a", Quantity::EmergenceA), ("emergence_b", Quantity::EmergenceB)] {
        let (low, high) = random.at(fraction, quantity).expect("an interval");
        let of = |end: &str| csv_value(&text, "kaiming_normal", "2", "20", &format!("{name}_random_{end}"));
        assert_eq!((of("low"), of("high")), (Some(low), Some(high)), "{name} at the run's own fraction");
    }
}

#[test]
fn csv_has_the_layers_before_training() {
    let mut history = History::new(setup(&["pytorch"], 2, 10));
    start(&mut history.setup).variants[0].runs[1].layers = vec![report(1.5), report(f64::INFINITY)];
    let text = export::csv(&history);
    let lines: Vec<&str> = text.lines().skip(1).filter_map(|line| line.strip_suffix(",0,10")).collect();
    let expected = [
        "pytorch,1,0,init_scale_weight_1,1.5",
        "pytorch,1,0,init_scale_bias_1,1",
        "pytorch,1,0,init_scale_norm_1,1",
        "pytorch,1,0,init_weight_std_1,0.25",
        "pytorch,1,0,init_activation_mean_1,0.5",
        "pytorch,1,0,init_activation_std_1,0.75",
        "pytorch,1,0,init_active_fraction_1,0.625",
        "pytorch,1,0,init_step_size_1,0.125",
        "pytorch,1,0,init_scale_bias_2,1",
    ];
    assert_eq!(lines[..9], expected, "the known and finite values of the first two layers");
    assert_eq!(lines.len(), 8 + 7, "two layers");
}

/// At step 40 of 400, and at the end.
#[test]
fn csv_and_drawing_say_how_far_an_unfinished_training_has_come() {
    let (unfinished, finished) = (synthetic_history(40), synthetic_history(400));
    let ends = |history: &History, end: &str| export::csv(history).lines().skip(1).all(|line| line.ends_with(end));
    assert!(ends(&unfinished, ",40,400"), "in every line");
    let whole = export::csv(&finished);
    assert!(whole.starts_with("variant,seed,step,quantity,value\n"), "no such columns at the end: {}", &whole[..80]);
    assert!(whole.lines().all(|line| line.matches(',').count() == 4), "and no such values");
    let chart = |history: &History| quantity_chart(history, FigureQuantity::Accuracy, &[], true);
    let drawings =
        |history: &History| [figure(history, false), chart_with_legend(history, &chart(history), (800, 400), false)];
    for drawing in drawings(&unfinished) {
        assert!(drawing.contains("\nUnfinished: step 40 of 400.</desc>"), "in its description");
    }
    for drawing in drawings(&finished) {
        assert!(drawing.contains("<desc>") && !drawing.contains("Unfinished"), "nothing at the end");
    }
}

#[test]
fn csv_quotes_what_needs_it() {
    let mut history = History::new(setup(&["custom(std=min(1,depth))"], 1, 10));
    history.variants[0].runs[0].curves[Quantity::TrainLoss] = points([(1, 2.5), (2, f32::NAN)]);
    let expected = "variant,seed,step,quantity,value,unfinished_at,planned_steps\n\
                    \"custom(std=min(1,depth))\",0,1,train_loss,2.5,0,10\n";
    assert_eq!(export::csv(&history), expected, "a comma is quoted, non-finite values are omitted");
}

#[test]
fn the_exported_figure_is_the_light_one() {
    let history = synthetic_history(100);
    assert_eq!(export::svg(&history), figure(&history, false), "as the charts draw it");
}

proptest! {
    #[test]
    fn reading_never_panics(text in ".{0,200}", cut in 0_usize..4000) {
        let _ = parse_results(&text);
        let json = results_of(&synthetic_history(20));
        let cut = json.char_indices().map(|(index, _)| index).nth(cut).unwrap_or(json.len());
        prop_assert!(cut == json.len() || parse_results(&json[..cut]).is_err(), "a truncated file is rejected");
    }
}
