//! Curves and histories; in the modules the statistics, the results table and its verdicts.

mod null_experiment;
mod race;
mod random;
mod resolution;
mod statistics;
mod verdicts;

use crate::fixtures::{GRAY, evaluation, points, setup, start};
use emergence_lab::catalog::{QUANTITIES, Quantity};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::{DatasetName, Experiment, parse_query};
use emergence_lab::metrics::{EvaluationRecord, History, Record, StepRecord, Stopwatch, Timing};

fn assert_close(value: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    assert!(value.is_some_and(|value| (value - expected).abs() <= tolerance), "{what}: {value:?}, not {expected}");
}

/// A history of two variants whose runs have these accuracies, evaluated every 50 steps from step 0; an epoch is 100.
fn with_accuracies(variants: [&[&[f32]]; 2]) -> History {
    let seeds = u32::try_from(variants[0].len()).expect("a few");
    let mut history = History::new(setup(&["xavier_normal", "kaiming_normal"], seeds, 400));
    for (curves, accuracies) in history.variants.iter_mut().zip(variants) {
        for (run, values) in curves.runs.iter_mut().zip(accuracies) {
            run.curves[Quantity::TestAccuracy] = points((0_u64..).step_by(50).zip(values.iter().copied()));
        }
    }
    history
}

#[test]
fn a_run_ends_where_its_loss_does() {
    let mut history = History::new(setup(&["pytorch"], 2, 400));
    let losses = |steps: std::ops::Range<u64>| Record {
        steps: steps.map(|step| StepRecord { step, losses: vec![Some(1.0), Some(2.0)] }).collect(),
        ..Record::default()
    };
    let evaluations = |step, run: usize| Record {
        evaluations: vec![EvaluationRecord {
            step,
            runs: (0..2).map(|other| (other != run).then(|| evaluation(0, step))).collect(),
            layers: Vec::new(),
            translations: Vec::new(),
        }],
        ..Record::default()
    };
    // The evaluation of step 3 arrives after two more steps, and shows that run 1 has diverged.
    for record in [losses(1..6), evaluations(3, 1), losses(6..8), evaluations(6, 2)] {
        history.apply(&record);
    }
    let steps = |run: usize| {
        let run = &history.variants[0].runs[run];
        let evaluated = run.values(Quantity::TestAccuracy).map(|(step, _)| step);
        (run.diverged_at, run.curves[Quantity::TrainLoss].len(), evaluated.collect::<Vec<_>>())
    };
    assert_eq!(steps(0), (None, 7, vec![3, 6]), "the other run continues");
    assert_eq!(steps(1), (Some(3), 3, vec![]), "measurements after the divergence are discarded");
}

#[test]
fn a_curve_is_the_mean_with_one_standard_deviation() {
    let history = with_accuracies([&[&[0.1, 0.5], &[0.3, 0.7]], &[&[0.2], &[f32::NAN]]]);
    let curves = history.curves(Quantity::TestAccuracy);
    let point = curves[0].points[1];
    assert_eq!((point.step, point.n), (50, 2), "second evaluation, two runs");
    assert_close(Some(point.mean), 0.6, 1e-7, "mean of 0.5 and 0.7");
    // std of two values with divisor n - 1 is their distance / sqrt 2.
    assert_close(Some(point.high - point.mean), 0.2 / 2.0_f64.sqrt(), 1e-7, "band above");
    assert_close(Some(point.mean - point.low), 0.2 / 2.0_f64.sqrt(), 1e-7, "band below");
    let single = curves[1].points[0];
    assert_eq!((single.n, single.low.to_bits()), (1, single.mean.to_bits()), "one usable run has no band");
}

#[test]
fn a_curve_averages_the_surviving_runs_if_there_are_any() {
    let mut history = with_accuracies([&[&[0.1, 0.5], &[0.3, 0.7]], &[&[0.2, 0.4, 0.6], &[0.4, 0.6, 0.8]]]);
    history.variants[0].runs[1].diverged_at = Some(60);
    history.variants[1].runs[0].diverged_at = Some(80);
    history.variants[1].runs[1].diverged_at = Some(150);
    let curves = history.curves(Quantity::TestAccuracy);
    assert!(curves[0].points.iter().all(|point| point.n == 1), "only the surviving run, from the start");
    let steps: Vec<u64> = curves[1].points.iter().map(|point| point.step).collect();
    assert_eq!(steps, [0, 50], "when all diverge, the line ends before the first of them does");
}

#[test]
fn measures_of_zero_have_no_logarithm() {
    let mut history = History::new(setup(&["pytorch"], 2, 400));
    history.variants[0].runs[0].curves[Quantity::EmergenceA] = vec![(0, None), (50, Some(3.0))];
    history.variants[0].runs[1].curves[Quantity::EmergenceA] = vec![(0, None), (50, None)];
    let curves = history.curves(Quantity::EmergenceA);
    let points: Vec<_> = curves[0].points.iter().map(|point| (point.step, point.n)).collect();
    assert_eq!(points, [(50, 1)], "one run at one evaluation");
}

#[test]
fn train_loss_is_averaged_over_buckets_that_do_not_move() {
    let curve = |until: u64| {
        let mut history = History::new(setup(&["pytorch"], 1, 1000));
        let losses = points((1..=until).map(|step| (step, step as f32)));
        history.variants[0].runs[0].curves[Quantity::TrainLoss] = losses;
        history.curves(Quantity::TrainLoss).remove(0).points
    };
    let (half, full) = (curve(500), curve(1000));
    assert_eq!((half.len(), full.len()), (50, 100), "1000 steps make 100 buckets of 10");
    assert_eq!(half, full[..50], "appending does not change earlier points");
    // Steps 1 to 10 with the values 1 to 10: mean 5.5 at step 5.
    assert_eq!((full[0].step, full[0].mean.to_bits()), (5, 5.5_f64.to_bits()), "the mean of the first bucket");
}

#[test]
fn every_quantity_has_a_row_and_a_unique_name() {
    for (index, row) in QUANTITIES.iter().enumerate() {
        assert_eq!(row.quantity.facts(), row, "row {index} is at the position of its variant");
        assert_eq!(Quantity::named(row.name), Some(row.quantity), "no other row is named {}", row.name);
    }
    assert_eq!(Quantity::named("mood"), None, "nothing else has a row");
}

#[test]
fn an_experiment_has_a_preview_before_it_starts() {
    let experiment = Experiment::default();
    let history = History::preview(&experiment);
    let schemes: Vec<_> = history.variants.iter().map(|variant| variant.variant.clone()).collect();
    assert_eq!(schemes, experiment.variants, "its variants");
    assert_eq!(history.runs().map(|run| run.seed).collect::<Vec<_>>(), [0_u64, 1, 2, 3, 4].repeat(3), "and their runs");
    let layers: Vec<_> =
        history.layers.measured.iter().map(|layer| (layer.name.as_str(), layer.shape.units())).collect();
    let expected = [("hidden 1", 128), ("hidden 2", 128), ("hidden 3", 128), ("output", 10)];
    assert_eq!(layers, expected, "its measured layers");
    assert_eq!(history.layers.weights.len(), 4, "its layers with weights");
    assert_eq!(
        (history.setup.start.as_ref(), history.start_of(0)),
        (None, None),
        "no facts that are known only after the start"
    );
    let own = History::preview(&parse_query("data=upload").experiment);
    assert!(
        own.layers.measured.is_empty() && own.layers.weights.is_empty(),
        "nothing is known about a visitor's files"
    );
}

#[test]
fn layers_follow_from_the_data_once_it_has_started() {
    let mut setup = setup(&["pytorch"], 1, 10);
    setup.experiment.dataset.name = DatasetName::Upload;
    start(&mut setup).probe = ExampleFacts::images(GRAY, 3);
    let history = History::new(setup);
    assert_eq!(history.layers.weights, ["dense 784 → 64", "dense 64 → 32", "dense 32 → 3"], "three classes");
}

#[test]
fn speeds_are_computed_from_times_by_one_rule() {
    let mut stopwatch = Stopwatch::new(6, 2.0);
    stopwatch.add(1.0, false);
    let before = Timing { runs: 6, elapsed_secs: 3.0, ..Timing::default() };
    assert_eq!(stopwatch.timing(0), before, "no speed before the first step");
    assert_eq!(stopwatch.timing(5), before, "nor without time spent on training");
    stopwatch.add(0.5, true);
    let after = Timing { steps_per_sec: 10.0, ms_per_step: 100.0, runs: 6, elapsed_secs: 3.5 };
    assert_eq!(stopwatch.timing(5), after, "preparation and evaluations do not count toward the speed");
}
