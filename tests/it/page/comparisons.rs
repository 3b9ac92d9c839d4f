//! Comparing variants and results: runs that have diverged are left out of differences, a settled difference is named before a larger
//! one that the seeds do not settle, and variants move with their results.

use crate::fixtures::{experiment, points, setup, start, synthetic_history};
use emergence_lab::catalog::{FigureQuantity, Quantity};
use emergence_lab::experiment::scenarios::{FIRST_SCENARIO, SCENARIOS, Scenario};
use emergence_lab::experiment::{Experiment, FigureView, XAxis, YAxis};
use emergence_lab::metrics::{History, RunCurves, by_step};
use emergence_lab::plot::{Figure, Pinned};
use emergence_lab::web::page::model::shown::{Origin, Shown};
use emergence_lab::web::page::model::variant_rows::{RowSpec, compared, only_pinned, variant_rows};
use emergence_lab::web::page::model::verdict::verdict_text;
use proptest::prelude::*;

/// Final accuracies of variants whose runs have the same seeds.
fn with_accuracies<const N: usize>(names: &[&str], accuracies: &[[f32; N]]) -> History {
    let mut history = History::new(setup(names, u32::try_from(N).expect("few"), 100));
    start(&mut history.setup).data.test = 10_000;
    for (variant, runs) in history.variants.iter_mut().zip(accuracies) {
        for (run, value) in variant.runs.iter_mut().zip(runs) {
            run.curves[Quantity::TestAccuracy] = points([(0, 0.1), (100, *value)]);
            run.curves[Quantity::TestLoss] = points([(100, 1.0)]);
        }
    }
    history.step = 100;
    history
}

fn spec(baseline: usize) -> RowSpec<'static> {
    RowSpec { quantity: FigureQuantity::Accuracy, at: None, baseline, finished: true, pinned: None }
}

#[test]
fn a_baseline_run_that_diverged_is_no_partner() {
    let mut history =
        with_accuracies(&["pytorch", "orthogonal"], &[[0.90, 0.91, 0.10, 0.92], [0.92, 0.94, 0.95, 0.93]]);
    history.variants[0].runs[2].diverged_at = Some(4);
    // Differences 2, 3 and 1 of the seeds 0, 1 and 3.
    let test = compared(&history, 1, &spec(0)).expect("three pairs");
    assert!((test.difference - 2.0).abs() < 1e-4, "the mean of the three: {}", test.difference);
    let difference = FigureQuantity::Difference.facts().source;
    let runs = &history.variants[1].runs;
    assert!(history.figure_values(1, &runs[2], difference, 0).is_empty(), "nothing to compare seed 2 with");
    assert_eq!(history.figure_values(1, &runs[3], difference, 0).len(), 2, "seed 3 at both evaluations");
}

#[test]
fn a_settled_difference_is_named_before_a_larger_one_that_is_not() {
    // The second variant is 30 points behind on average, from +1 to -80; the third is ahead by about a point in every seed.
    let history = with_accuracies(
        &["kaiming_normal", "pytorch", "orthogonal"],
        &[[0.90, 0.91, 0.92], [0.91, 0.80, 0.22], [0.911, 0.920, 0.931]],
    );
    let text = verdict_text(&history, 0, true);
    assert!(
        text.contains("Orthogonal is ahead of Kaiming normal by 1.1 points after 100 steps at learning rate 0.01"),
        "{text}"
    );
    assert!(text.contains("3 seeds"), "the number of pairs: {text}");
    let text = verdict_text(&history, 0, false);
    assert!(text.starts_with("So far, after 100 steps"), "as long as seeds are missing: {text}");
    let unsettled = with_accuracies(&["kaiming_normal", "pytorch"], &[[0.90, 0.91, 0.92], [0.91, 0.80, 0.95]]);
    let text = verdict_text(&unsettled, 0, true);
    assert!(text.contains("do not settle whether"), "no evidence of a difference is not equality: {text}");
}

#[test]
fn a_bound_of_a_settled_difference_is_not_shown_as_zero() {
    // Differences -0.05, -0.05 and -0.06 points: mean -0.0533, half width 4.303 · 0.00577 / sqrt(3) = 0.0143
    // (scipy.stats.t.ppf(0.975, 2)).
    let history = with_accuracies(&["pytorch", "orthogonal"], &[[0.90, 0.91, 0.92], [0.8995, 0.9095, 0.9194]]);
    let row = &variant_rows(&history, &spec(0))[1];
    let test = compared(&history, 1, &spec(0)).expect("pairs");
    let interval = test.interval(0.95);
    assert!((interval[1] + 0.039).abs() < 0.002, "the interval excludes zero: {interval:?}");
    // The deviation of 0.006 points is below the resolution of 10,000 test examples, with which the interval of the verdict is wider.
    assert_eq!(
        row.comparison, "−0.1 [−0.1; −0.03] worse, by less than 0.5 points (p 0.012)",
        "one more digit than usual where it would round to zero"
    );
}

#[test]
fn a_pinned_result_is_compared_with_the_same_baseline() {
    let history = with_accuracies(&["pytorch", "orthogonal"], &[[0.90, 0.92], [0.95, 0.97]]);
    let pinned = with_accuracies(&["orthogonal", "pytorch"], &[[0.80, 0.82], [0.70, 0.71]]);
    let difference = |pinned| RowSpec { quantity: FigureQuantity::Difference, pinned: Some(pinned), ..spec(0) };
    let rows = variant_rows(&history, &difference(&pinned));
    assert_eq!(rows[1].pinned.as_deref(), Some("pinned: +10.5"), "10 and 11 points ahead of the second variant there");
    let view = FigureView::default();
    let chart = |pinned| {
        let figure = Figure {
            history: &history,
            quantity: FigureQuantity::Difference,
            view: &view,
            visible: &[],
            names: &[],
            random: false,
            pinned: Some(Pinned { history: pinned, names: &[] }),
        };
        figure.chart().series.into_iter().filter(|series| series.behind).collect::<Vec<_>>()
    };
    let behind = chart(&pinned);
    assert!(
        (behind[0].points.last().expect("a value").1 - 10.5).abs() < 1e-3,
        "the figure agrees: {:?}",
        behind[0].points
    );
    let without = with_accuracies(&["orthogonal", "lecun_normal"], &[[0.80, 0.82], [0.5, 0.5]]);
    assert_eq!(variant_rows(&history, &difference(&without))[1].pinned, None, "no baseline, no difference");
    assert!(chart(&without).is_empty(), "nor a line");
}

#[test]
fn variants_of_the_pinned_result_alone_are_listed() {
    let history = with_accuracies(&["pytorch", "orthogonal"], &[[0.90, 0.92], [0.95, 0.97]]);
    let pinned = with_accuracies(&["orthogonal", "lecun_normal"], &[[0.80, 0.82], [0.5, 0.5]]);
    let listed = only_pinned(&history, &RowSpec { pinned: Some(&pinned), ..spec(0) });
    assert_eq!(listed.as_deref(), Some("LeCun normal 50.0 %"), "not Orthogonal, which has a row");
    assert_eq!(only_pinned(&history, &spec(0)), None, "nothing is pinned");
}

#[test]
fn a_pinned_result_stands_beside_the_same_variant() {
    let history = with_accuracies(&["pytorch", "orthogonal"], &[[0.90, 0.92], [0.95, 0.97]]);
    let pinned = with_accuracies(&["orthogonal", "lecun_normal"], &[[0.80, 0.82], [0.5, 0.5]]);
    let rows = variant_rows(&history, &RowSpec { pinned: Some(&pinned), ..spec(0) });
    assert_eq!(rows[0].pinned, None, "not in the pinned result");
    assert_eq!(rows[1].pinned.as_deref(), Some("pinned: 81.0 %"), "the mean of 80 and 82");
}

#[test]
fn variants_move_with_their_results() {
    let history = synthetic_history(400);
    let experiment = history.setup.experiment.clone();
    let mut shown = Shown { experiment, history, origin: Origin::Live };
    let (names, values) = order(&shown);
    assert!(!shown.raise(0) && !shown.raise(3), "the first one cannot move up, and there is no fourth");
    assert!(shown.raise(2), "the third one can");
    let (moved, moved_values) = order(&shown);
    assert_eq!(moved, [&names[0], &names[2], &names[1]].map(Clone::clone), "names");
    assert_eq!(moved_values, [values[0], values[2], values[1]], "values go with the names");
    let starts = &shown.history.setup.start.as_ref().expect("a start").variants;
    assert_eq!(starts.len(), 3, "and so do the states before training");
    let order_of = |names: &[&String]| names.iter().map(|name| name.parse().expect("a variant")).collect::<Vec<_>>();
    shown.arrange(&order_of(&[&names[2], &names[0], &names[1]]));
    assert_eq!(order(&shown).0, [&names[2], &names[0], &names[1]].map(Clone::clone), "any order");
    assert_eq!(shown.history.setup.experiment.variants, shown.experiment.variants, "in both places");
}

/// The variants that are shown, with the last train loss of their first run.
fn order(shown: &Shown) -> (Vec<String>, Vec<f64>) {
    let names = shown.experiment.variants.iter().map(ToString::to_string).collect();
    let last = |run: &RunCurves| run.values(Quantity::TrainLoss).last().expect("a loss").1;
    (names, shown.history.variants.iter().map(|variant| last(&variant.runs[0])).collect())
}

#[test]
fn the_first_seeds_are_a_part_of_their_experiment() {
    let of = |query: &str| {
        let mut shown = Shown::live(&experiment(query), setup(&["pytorch"], 1, 400));
        shown.history.step = 1;
        shown
    };
    let whole = experiment("seeds=200&init=pytorch");
    assert!(of("seeds=64&init=pytorch&device=cpu").is_part_of(&whole), "64 of 200 seeds, wherever they were computed");
    assert!(!of("seeds=64&init=pytorch&lr=0.1").is_part_of(&whole), "another rate");
    assert!(!Shown::nothing(&whole).is_part_of(&whole), "empty charts are no part");
}

#[test]
fn a_scenario_is_recognized_in_any_order_and_on_any_device() {
    for scenario in &SCENARIOS {
        let mut experiment = scenario.experiment();
        experiment.variants.reverse();
        experiment.device = emergence_lab::experiment::DevicePreference::Cpu;
        assert_eq!(Scenario::of(&experiment).map(|own| own.name), Some(scenario.name), "{}", scenario.name);
        experiment.steps += 1;
        assert_eq!(Scenario::of(&experiment), None, "{} with another step", scenario.name);
    }
    let offered: Vec<&str> = Scenario::offered().map(|scenario| scenario.name).collect();
    assert_eq!(offered.len(), SCENARIOS.len(), "all are offered");
    let default = Scenario::of(&Experiment::default()).map(|scenario| scenario.name);
    assert_eq!(default, Some(FIRST_SCENARIO), "the default experiment, with its variants in another order");
}

#[test]
fn only_an_accuracy_has_an_error_rate() {
    let history = synthetic_history(400);
    let view = FigureView { y: YAxis::Error, x: XAxis::default(), ..FigureView::default() };
    let chart = |quantity| {
        Figure { history: &history, quantity, view: &view, visible: &[], names: &[], random: false, pinned: None }
            .chart()
    };
    let (error, activity) = (chart(FigureQuantity::Accuracy), chart(FigureQuantity::Activity));
    assert_eq!((error.title.as_str(), error.y.label.as_str()), ("Test error", "test error (%)"), "named as such");
    let accuracy =
        history.variants[0].runs.iter().filter_map(|run| run.final_value(Quantity::TestAccuracy)).sum::<f64>() / 3.0;
    let last = error.series[0].points.last().expect("a point").1;
    assert!((last - 100.0 * (1.0 - accuracy)).abs() < 1e-3, "100 % minus the accuracy: {last}");
    assert!(activity.series[0].points.iter().all(|(_, value)| (0.0..=100.0).contains(value)), "active units");
    assert_eq!(activity.title, "Active units", "stay what they are");
}

proptest! {
    #[test]
    fn values_are_gathered_by_step(values in proptest::collection::vec((0_u64..20, -5_i32..5), 0..60)) {
        let gathered = by_step(values.clone());
        prop_assert!(gathered.windows(2).all(|pair| pair[0].0 < pair[1].0), "steps in order, once each");
        for (step, own) in &gathered {
            let expected: Vec<i32> = values.iter().filter(|(at, _)| at == step).map(|(_, value)| *value).collect();
            prop_assert_eq!(own, &expected, "the values at step {}, in their order", step);
        }
        prop_assert_eq!(gathered.iter().map(|(_, own)| own.len()).sum::<usize>(), values.len(), "none is lost");
    }
}
