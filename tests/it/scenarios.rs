//! The scenarios against their recordings: what an answer claims holds, and a recording is what the page needs.

use crate::fixtures::root;
use emergence_lab::catalog::{DataKind, FigureQuantity, Quantity, Task};
use emergence_lab::experiment::DatasetName;
use emergence_lab::experiment::scenarios::{Claim, FIRST_SCENARIO, SCENARIOS, Scenario};
use emergence_lab::metrics::{History, RunCurves, SampleSentence, statistics};
use emergence_lab::replay::{Recording, RecordingError};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// The bytes of a scenario's recording.
pub(crate) fn recorded_bytes(scenario: &Scenario) -> Vec<u8> {
    let path = root().join("www/recorded").join(format!("{}.bin", scenario.name));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask record {}`", path.display(), scenario.name))
}

/// A scenario's recording.
pub(crate) fn recorded(scenario: &Scenario) -> History {
    Recording::from_bytes(&recorded_bytes(scenario)).expect("a recording of this version").into_history()
}

/// The primary quantity of a run at the last evaluation up to a step, in percent.
fn accuracy(history: &History, run: &RunCurves, step: u64) -> Option<f64> {
    let quantity = history.setup.experiment.primary_quantity();
    run.values(quantity).rfind(|(at, _)| *at <= step).map(|(_, value)| 100.0 * value)
}

fn mean_accuracy(history: &History, variant: usize, step: u64) -> f64 {
    let values: Vec<f64> =
        history.variants[variant].runs.iter().filter_map(|run| accuracy(history, run, step)).collect();
    statistics::mean(&values).expect("a run with an accuracy")
}

fn holds(history: &History, claim: &Claim) -> bool {
    let end = |variant: usize| mean_accuracy(history, variant, u64::MAX);
    match *claim {
        Claim::Final(variant, percent) => (end(variant) - f64::from(percent)).abs() <= 0.55,
        Claim::Lead(variant, other, low, high) => (low..=high).contains(&(end(variant) - end(other))),
        Claim::LeadAt(step, variant, other, low, high) => {
            let lead = mean_accuracy(history, variant, step) - mean_accuracy(history, other, step);
            (low..=high).contains(&lead)
        }
        Claim::Undecided(variant, other) => {
            let comparison = history.comparisons(other)[variant].expect("another variant");
            !comparison.verdict.is_difference()
        }
        Claim::Bleu(variant, score) => {
            let runs = history.variants[variant].runs.iter();
            let scores: Vec<f64> = runs.filter_map(|run| run.final_value(Quantity::Bleu)).collect();
            (statistics::mean(&scores).expect("scored runs") - f64::from(score)).abs() <= 0.55
        }
        Claim::LearnsNothing(variant) => {
            let summary = &history.summaries()[variant];
            summary.failed == history.variants[variant].runs.len() && summary.diverged == 0
        }
        Claim::Diverges(variant, step) => {
            let found = history.divergence(variant).expect("a divergence");
            found.runs == found.of && found.step <= step
        }
        Claim::Identical(variant, other) => {
            let pairs = history.variants[variant].runs.iter().zip(&history.variants[other].runs);
            let same = |quantity| pairs.clone().all(|(one, other)| one.curves[quantity] == other.curves[quantity]);
            [Quantity::TrainLoss, Quantity::TestLoss, Quantity::TestAccuracy].into_iter().all(same)
        }
        Claim::MostEmergence(variant) => {
            let first = |run: &RunCurves| run.values(Quantity::EmergenceB).next().map(|(_, log)| log);
            let means = history.variants.iter().map(|variant| {
                let logs: Vec<f64> = variant.runs.iter().filter_map(first).collect();
                statistics::mean(&logs).expect("a start")
            });
            let means: Vec<f64> = means.collect();
            means.iter().enumerate().all(|(index, mean)| index == variant || *mean < means[variant])
        }
        Claim::Spread(variant, points) => {
            let values = history.variants[variant].runs.iter().filter_map(|run| accuracy(history, run, u64::MAX));
            let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
            high - low >= points
        }
    }
}

/// The mean final accuracy of every variant, in percent.
fn finals(history: &History) -> Vec<f64> {
    (0..history.variants.len()).map(|variant| mean_accuracy(history, variant, u64::MAX)).collect()
}

#[test]
fn every_answer_is_true_of_its_recording() {
    let mut wrong = Vec::new();
    for scenario in &SCENARIOS {
        let history = recorded(scenario);
        assert!(!scenario.claims.is_empty(), "{} claims something", scenario.name);
        let broken = scenario.claims.iter().filter(|claim| !holds(&history, claim));
        wrong.extend(broken.map(|claim| (scenario.name, claim, finals(&history))));
    }
    assert!(wrong.is_empty(), "claims that do not hold, with the final accuracies: {wrong:#?}");
}

#[test]
fn every_percentage_of_an_answer_is_claimed() {
    for scenario in SCENARIOS.iter().filter(|scenario| !matches!(scenario.claims, [Claim::Spread(..)])) {
        let words: Vec<&str> = scenario.answer.text().split_whitespace().collect();
        let said = words.windows(2).filter(|pair| pair[1].starts_with('%'));
        for percent in said.filter_map(|pair| pair[0].trim_start_matches('(').parse::<u32>().ok()) {
            let claims = scenario.claims.iter();
            let claimed = claims.into_iter().any(|claim| matches!(claim, Claim::Final(_, own) if *own == percent));
            assert!(claimed, "{}: {percent} %", scenario.name);
        }
    }
}

#[test]
fn a_scenario_is_a_short_experiment_in_its_canonical_text() {
    assert!(Scenario::named(FIRST_SCENARIO).is_some(), "the first one exists");
    for (index, scenario) in SCENARIOS.iter().enumerate() {
        let experiment = scenario.experiment();
        assert_eq!(experiment.validate(), Ok(()), "{}", scenario.name);
        assert_eq!(experiment.to_query(), scenario.query, "{}: only non-default keys, in order", scenario.name);
        let most = if experiment.task() == Task::Texts { 400 } else { 300 };
        assert!(!scenario.claims.is_empty(), "{}: an answer claims something", scenario.name);
        assert!(experiment.steps <= most, "{}: few steps", scenario.name);
        assert!(SCENARIOS[..index].iter().all(|other| other.name != scenario.name), "{} once", scenario.name);
        assert!(scenario.question.text().ends_with('?') && scenario.answer.text().ends_with('.'), "{}", scenario.name);
    }
}

#[test]
fn a_recording_is_small_and_has_its_receipt() {
    for scenario in &SCENARIOS {
        let bytes = recorded_bytes(scenario);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes).expect("memory");
        let size = encoder.finish().expect("memory").len();
        // Transformers have three times as many layers, and translations.
        let most = if scenario.experiment().model.kind() == DataKind::Pairs { 66_000 } else { 28_000 };
        assert!(size <= most, "{}: {size} bytes gzipped", scenario.name);
        let history = recorded(scenario);
        let start = history.setup.start.as_ref().expect("a start");
        assert_eq!(start.receipt.data_sha256.len(), 64, "{}: the sum of the data", scenario.name);
        let sums = start.variants.iter().flat_map(|variant| &variant.runs).map(|run| run.weights_sha256.len());
        assert!(sums.into_iter().all(|length| length == 64), "{}: the sums of the weights", scenario.name);
        assert_eq!(history.step, history.setup.experiment.steps, "{} is complete", scenario.name);
    }
}

/// Multi30k may not be published with the page; neither may its sentences and what networks make of them.
#[test]
fn no_recording_has_sentences_that_ask_for_a_license() {
    let is_licensed = |scenario: &&Scenario| {
        let publication = scenario.experiment().dataset.name.row().publication();
        publication.is_some_and(|publication| publication.license.is_some())
    };
    let licensed: Vec<&Scenario> = SCENARIOS.iter().filter(is_licensed).collect();
    assert!(!licensed.is_empty(), "there is one");
    for scenario in licensed {
        let history = recorded(scenario);
        let sentences = history.setup.start.as_ref().expect("a start").samples.len();
        let translations = history.runs().map(|run| run.translations.len()).sum::<usize>();
        assert_eq!((sentences, translations), (0, 0), "{}", scenario.name);
    }
    let mut history = crate::fixtures::synthetic_history(400);
    let sentence = SampleSentence { source: "Zwei Hunde".to_owned(), reference: "Two dogs".to_owned() };
    history.setup.start.as_mut().expect("a start").samples = vec![sentence];
    history.variants[0].runs[0].translations = vec![(400, vec!["Three cats".to_owned()])];
    let has = |history: &History, text: &str| {
        let bytes = Recording::of(history, "2026-11-29".to_owned()).expect("a start").to_bytes();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    for text in ["Zwei Hunde", "Two dogs", "Three cats"] {
        history.setup.experiment.dataset.name = DatasetName::Text;
        assert!(has(&history, text), "{text}: recorded");
        history.setup.experiment.dataset.name = DatasetName::Multi30k;
        assert!(!has(&history, text), "{text}: left out");
    }
}

#[test]
fn the_recorded_chart_is_that_of_the_run() {
    let history = crate::fixtures::synthetic_history(400);
    let recording = Recording::of(&history, "2026-11-29".to_owned()).expect("a start");
    let back = Recording::from_bytes(&recording.to_bytes()).expect("the same version").into_history();
    for quantity in FigureQuantity::all() {
        let [one, other] =
            [&history, &back].map(|history| emergence_lab::plot::quantity_chart(history, quantity, &[], false));
        for (one, other) in one.series.iter().zip(&other.series) {
            let close =
                |(one, other): (&(f64, f64), &(f64, f64))| (one.1 - other.1).abs() <= 1e-4 * one.1.abs().max(1.0);
            assert_eq!(one.points.len(), other.points.len(), "{quantity:?}: as many points");
            assert!(one.points.iter().zip(&other.points).all(close), "{quantity:?}: the same line");
        }
    }
}

#[test]
fn damaged_recordings_are_refused() {
    let recording = Recording::of(&crate::fixtures::synthetic_history(40), String::new()).expect("a start");
    let bytes = recording.to_bytes();
    assert_eq!(Recording::from_bytes(&[]), Err(RecordingError::Format { expected: 4, got: None }), "nothing");
    assert_eq!(
        Recording::from_bytes(&[7, 0]),
        Err(RecordingError::Format { expected: 4, got: Some(7) }),
        "another one"
    );
    let cut = &bytes[..bytes.len() / 2];
    assert_eq!(Recording::from_bytes(cut), Err(RecordingError::Damaged { length: cut.len() }), "cut off");
}
