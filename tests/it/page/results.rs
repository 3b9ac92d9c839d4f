//! What is shown and what is edited, the list of variants, the verdict, the shelf, and the colors.

use crate::fixtures::{experiment, points, setup, synthetic_history};
use emergence_lab::catalog::{FigureQuantity, Quantity};
use emergence_lab::experiment::limits::SHELF;
use emergence_lab::experiment::scenarios::FIRST_SCENARIO;
use emergence_lab::experiment::{Experiment, Variant};
use emergence_lab::metrics::History;
use emergence_lab::replay::Recording;
use emergence_lab::web::page::model::palette_slots::PaletteSlots;
use emergence_lab::web::page::model::shelf::Shelf;
use emergence_lab::web::page::model::shown::{Origin, Shown, differences, listed};
use emergence_lab::web::page::model::variant_rows::{RowSpec, variant_rows};
use emergence_lab::web::page::model::verdict::verdict_text;

fn variants(text: &str) -> Vec<Variant> {
    experiment(&format!("init={text}")).variants
}

fn live(query: &str) -> Shown {
    let mut setup = setup(&["pytorch"], 1, 400);
    setup.experiment = experiment(query);
    let mut shown = Shown::live(&experiment(query), setup);
    shown.history.step = 5;
    shown
}

#[test]
fn an_edit_does_not_change_what_is_shown() {
    let shown = live("lr=0.01");
    assert!(shown.is_of(&experiment("")), "0.01 is the default");
    assert!(shown.is_of(&experiment("device=cpu")), "the device does not matter");
    let edited = experiment("lr=0.03&act=tanh");
    assert!(!shown.is_of(&edited), "another rate");
    let expected = [("act", "tanh".to_owned()), ("lr", "0.03".to_owned())];
    assert_eq!(differences(&shown.experiment, &edited), expected, "in the order of the keys");
}

#[test]
fn the_list_has_shown_variants_then_added_ones() {
    let shown = live("init=pytorch,lecun_normal");
    let edited = experiment("init=orthogonal,lecun_normal");
    let found = listed(&shown, &edited);
    let places: Vec<_> = found.iter().map(|entry| (entry.variant.to_string(), entry.shown, entry.edited)).collect();
    let expected = [
        ("pytorch".to_owned(), Some(0), None),
        ("lecun_normal".to_owned(), Some(1), Some(1)),
        ("orthogonal".to_owned(), None, Some(0)),
    ];
    assert_eq!(places, expected, "removed, kept, added");
}

#[test]
fn a_variant_keeps_its_color() {
    let mut palette = PaletteSlots::default();
    assert_eq!(palette.assign(&variants("pytorch,lecun_normal,orthogonal")), [0, 1, 2], "in order");
    assert_eq!(
        palette.assign(&variants("orthogonal,kaiming_normal,pytorch")),
        [2, 3, 0],
        "1 belongs to one that may return"
    );
    assert_eq!(palette.assign(&variants("kaiming_normal,lecun_normal")), [3, 1], "and it does");
    for scale in 5..=41 {
        let slot = palette.assign(&variants(&format!("custom(std=0.{scale:03})")));
        assert_eq!(slot, [if scale <= 40 { scale - 1 } else { 0 }], "after 40 variants colors and dashes repeat");
    }
}

/// Three variants with three runs each; the last of the third one diverges at step 130.
fn rows_at(
    at: Option<u64>,
    quantity: FigureQuantity,
    baseline: usize,
) -> Vec<emergence_lab::web::page::model::variant_rows::VariantRow> {
    variant_rows(&synthetic_history(400), &RowSpec { quantity, at, baseline, finished: true, pinned: None })
}

#[test]
fn rows_show_the_values_at_a_step() {
    let mut history = History::new(setup(&["pytorch", "orthogonal"], 3, 100));
    let accuracies: [[[f32; 2]; 3]; 2] =
        [[[0.1, 0.90], [0.1, 0.91], [0.1, 0.92]], [[0.3, 0.93], [0.4, 0.95], [0.5, 0.97]]];
    for (variant, runs) in history.variants.iter_mut().zip(accuracies) {
        for (run, values) in variant.runs.iter_mut().zip(runs) {
            run.curves[Quantity::TestAccuracy] = points([(0, values[0]), (50, values[1])]);
            run.curves[Quantity::TestLoss] = points([(100, 1.0)]);
        }
    }
    let spec = RowSpec { quantity: FigureQuantity::Accuracy, at: None, baseline: 0, finished: true, pinned: None };
    history.step = 100;
    let rows = variant_rows(&history, &spec);
    assert_eq!(
        (rows[0].value.as_str(), rows[0].spread.as_str()),
        ("91.0 %", "± 1.0"),
        "mean and deviation of 90, 91, 92"
    );
    // Differences 3, 4, 5: mean 4, half width 4.303 / sqrt(3) = 2.48 (scipy.stats.t.ppf(0.975, 2)).
    // scipy.stats.ttest_1samp([0.03, 0.04, 0.05], 0).pvalue = 0.0202
    assert_eq!(rows[1].comparison, "+4.0 [+1.5; +6.5] better (p 0.020)", "the paired comparison");
    assert_eq!((rows[0].dots[0], rows[1].dots[2]), (0.0, 1.0), "dots reach from the smallest to the largest value");
    let early = variant_rows(&history, &RowSpec { at: Some(20), finished: false, ..spec });
    assert_eq!(early[1].value, "40.0 %", "at step 20 the last value is that of step 0");
    assert!(early[1].comparison.ends_with("so far"), "no verdict before the end: {}", early[1].comparison);
    let other = variant_rows(&history, &RowSpec { baseline: 1, ..spec });
    assert_eq!(other[0].comparison, "−4.0 [−6.5; −1.5] worse (p 0.020)", "the other baseline");
}

#[test]
fn failures_are_part_of_a_row() {
    let rows = rows_at(None, FigureQuantity::Accuracy, 0);
    assert!(rows[2].failures.starts_with("diverged at step 130, 1 of 3"), "{}", rows[2].failures);
    assert_eq!(rows[2].dots.len(), 2, "a dot per run that has not");
    assert!(rows[2].spread.starts_with("others: "), "no spread over two heaps: {}", rows[2].spread);
    assert!(rows[2].comparison.ends_with("undecided (p 1.00)"), "{}", rows[2].comparison);
    let early = rows_at(Some(60), FigureQuantity::Accuracy, 0);
    assert!(early[2].spread.starts_with('±'), "before the end it is no verdict: {}", early[2].spread);
}

#[test]
fn only_one_number_is_decided() {
    let mut history = History::new(setup(&["pytorch", "orthogonal"], 3, 100));
    for (variant, losses) in history.variants.iter_mut().zip([[0.5, 0.6, 0.7], [0.3, 0.4, 0.51]]) {
        for (run, loss) in variant.runs.iter_mut().zip(losses) {
            run.curves[Quantity::TestLoss] = points([(100, loss)]);
        }
    }
    let spec = RowSpec { quantity: FigureQuantity::TestLoss, at: None, baseline: 0, finished: true, pinned: None };
    let comparison = variant_rows(&history, &spec)[1].comparison.clone();
    assert!(comparison.starts_with('−') && comparison.ends_with(']'), "no verdict on the loss: {comparison}");
}

#[test]
fn the_verdict_names_the_largest_difference() {
    let history = synthetic_history(400);
    let text = verdict_text(&history, 0, true);
    assert!(text.starts_with("Failures do not settle whether"), "one of three failures is no evidence: {text}");
    assert!(text.contains("after 400 steps at learning rate 0.01"), "at the end: {text}");
    assert!(text.contains("1 of 3 runs diverged"), "divergence is said: {text}");
    assert!(verdict_text(&history, 0, false).starts_with("So far"), "before the end");
    assert_eq!(verdict_text(&History::preview(&Experiment::default()), 0, false), "", "nothing to say");
}

#[test]
fn the_shelf_keeps_the_last_results() {
    let mut shelf = Shelf::default();
    shelf.keep(&Shown::nothing(&Experiment::default()));
    assert!(shelf.results().is_empty(), "empty charts are no result");
    for steps in 1..=10 {
        shelf.keep(&live(&format!("steps={steps}")));
    }
    assert_eq!((shelf.results().len(), shelf.name(0)), (SHELF, "steps 10".to_owned()), "the latest first");
    shelf.pin(1);
    shelf.keep(&live("steps=4"));
    assert_eq!(shelf.results().len(), SHELF, "an experiment is kept once");
    let pinned = shelf.pinned(&experiment("steps=4")).expect("still pinned");
    assert_eq!(pinned.experiment.steps, 9, "although its place has changed");
    assert!(shelf.pinned(&experiment("steps=9")).is_none(), "not behind itself");
    shelf.pin(2);
    assert!(shelf.pinned(&experiment("steps=4")).is_none(), "pinned twice is unpinned");
}

#[test]
fn a_recording_does_not_replace_what_was_computed() {
    let recorded = |query: &str| {
        let origin = Origin::Recorded { scenario: FIRST_SCENARIO, date: "2026-11-29".to_owned() };
        Shown { origin, ..live(query) }
    };
    let mut shelf = Shelf::default();
    shelf.keep(&recorded("steps=5"));
    shelf.keep(&live("steps=5"));
    assert_eq!((shelf.results().len(), &shelf.results()[0].origin), (1, &Origin::Live), "but the other way round");
    shelf.keep(&recorded("steps=5"));
    assert_eq!((shelf.results().len(), &shelf.results()[0].origin), (1, &Origin::Live), "it is still there");
}

#[test]
fn a_variant_that_is_moved_is_moved_on_the_shelf_too() {
    let mut shelf = Shelf::default();
    let mut shown = live("steps=5&init=pytorch,orthogonal");
    shelf.keep(&shown);
    shelf.keep(&live("steps=6&init=pytorch,orthogonal"));
    shelf.raise(&shown.experiment, 1);
    assert!(shown.raise(1), "the second one can");
    assert_eq!(shelf.results()[1], shown, "the same result");
    assert_ne!(shelf.results()[0].experiment.variants, shown.experiment.variants, "others stay as they are");
    shelf.keep(&shown);
    assert_eq!(shelf.results().len(), 2, "it is kept once");
}

#[test]
fn more_seeds_join_their_experiment() {
    let history = |query: &str| {
        let experiment = experiment(query);
        let mut setup = setup(&["pytorch"], experiment.seeds, 400);
        setup.experiment = experiment;
        History::new(setup)
    };
    let mut base = history("init=pytorch&seeds=3");
    assert!(!base.extend_seeds(history("init=pytorch&seeds=5&seed=3")), "another order of examples");
    assert!(!base.extend_seeds(history("init=pytorch&seeds=5&seed=4&order=0")), "not the next seed");
    assert!(base.extend_seeds(history("init=pytorch&seeds=5&seed=3&order=0")), "the next five");
    let seeds: Vec<u64> = base.variants[0].runs.iter().map(|run| run.seed).collect();
    assert_eq!((base.setup.experiment.seeds, seeds), (8, (0..8).collect()), "eight seeds in order");
}

#[test]
fn a_recording_is_shown_as_recorded() {
    let scenario = &emergence_lab::experiment::scenarios::SCENARIOS[0];
    let recording = Recording::of(&synthetic_history(40), "2026-11-29".to_owned()).expect("a start");
    let shown = Shown::recorded(scenario, recording);
    let expected = Origin::Recorded { scenario: scenario.name, date: "2026-11-29".to_owned() };
    assert_eq!(
        (shown.origin, shown.experiment),
        (expected, scenario.experiment()),
        "its origin and its own experiment"
    );
}
