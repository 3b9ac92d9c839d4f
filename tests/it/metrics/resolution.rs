//! What is kept of long experiments: full resolution up to the stated number of points, beyond it means over consecutive measurements,
//! against a direct computation, whatever arrives together.

use crate::fixtures::setup;
use emergence_lab::catalog::Quantity;
use emergence_lab::checkpoint::CheckpointHead;
use emergence_lab::experiment::{EvaluationSteps, Experiment};
use emergence_lab::metrics::{
    EvaluationRecord, History, KEPT_EVALUATIONS, KEPT_LOSSES, KEPT_TIMES, MeasuredPoint, Record, Resolution,
    RunEvaluation, StepRecord, Timing,
};
use proptest::prelude::*;

fn experiment(steps: u64, evaluation: EvaluationSteps) -> Experiment {
    Experiment { steps, evaluation, ..Experiment::default() }
}

#[test]
fn short_experiments_are_kept_whole() {
    for (steps, evaluation) in [
        (1, EvaluationSteps::Every(1)),
        (KEPT_LOSSES, EvaluationSteps::Auto),
        (KEPT_EVALUATIONS - 1, EvaluationSteps::Every(1)),
        (KEPT_LOSSES, EvaluationSteps::Every(7)),
    ] {
        let resolution = Resolution::of(&experiment(steps, evaluation));
        assert_eq!((resolution.steps_per_point, resolution.evaluations_per_point), (1, 1), "{steps} steps");
    }
    for (steps, evaluation, expected) in [
        (KEPT_LOSSES + 1, EvaluationSteps::Auto, (2, 1)),
        (100_000, EvaluationSteps::Auto, (16, 1)),
        (10_000_000, EvaluationSteps::Auto, (1024, 1)),
        (20_000, EvaluationSteps::Every(1), (2, 8)),
        (19_999, EvaluationSteps::Every(1), (2, 4)),
        (20_000, EvaluationSteps::Every(3), (2, 2)),
    ] {
        let resolution = Resolution::of(&experiment(steps, evaluation));
        assert_eq!((resolution.steps_per_point, resolution.evaluations_per_point), expected, "{steps}: {evaluation}");
    }
}

proptest! {
    #[test]
    fn curves_never_have_more_points_than_is_stated(steps in 1_u64..10_000_000, interval in 1_u64..5_000) {
        let evaluation = EvaluationSteps::Every(interval);
        let resolution = Resolution::of(&experiment(steps, evaluation));
        prop_assert!(steps.div_ceil(resolution.steps_per_point) <= KEPT_LOSSES);
        // With the first evaluation and the last one.
        let evaluations = evaluation.count(steps).div_ceil(resolution.evaluations_per_point);
        prop_assert!(evaluations <= KEPT_EVALUATIONS);
        prop_assert!(resolution.steps_per_point.is_power_of_two() && resolution.evaluations_per_point.is_power_of_two());
        prop_assert!(resolution.steps_per_point == 1 || steps.div_ceil(resolution.steps_per_point / 2) > KEPT_LOSSES);
    }

    #[test]
    fn evaluations_are_counted_as_they_are_made(steps in 1_u64..700, interval in 0_u64..90, until in 0_u64..700) {
        let evaluation = if interval == 0 { EvaluationSteps::Auto } else { EvaluationSteps::Every(interval) };
        let Some(last) = (0..=until.min(steps)).rfind(|step| evaluation.include(*step, steps)) else { return Ok(()) };
        let counted = (0..=last).filter(|step| evaluation.include(*step, steps)).count() as u64;
        prop_assert_eq!(evaluation.count_until(last, steps), counted, "{} until {} of {}", evaluation, last, steps);
        prop_assert_eq!(evaluation.count_until(steps, steps), evaluation.count(steps), "all");
    }
}

/// A loss that is the same everywhere.
fn loss(run: usize, step: u64) -> f32 {
    let mixed = (step ^ (run as u64) << 20).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    #[expect(clippy::cast_precision_loss, reason = "24 bits")]
    let share = mixed as f32 / 16_777_216.0;
    0.5 + share
}

/// The mini-batch losses of two runs, of which the second one is lost at a step.
fn losses(step: u64, lost_at: u64) -> StepRecord {
    StepRecord { step, losses: vec![Some(loss(0, step)), (step < lost_at).then(|| loss(1, step))] }
}

/// An evaluation of two runs, of which the second one has diverged by a step; every seventh measure of emergence is zero.
fn evaluation(step: u64, diverged_at: u64) -> EvaluationRecord {
    let run = |run: usize| RunEvaluation {
        values: vec![
            (Quantity::TestLoss, Some(f64::from(loss(run + 8, step)))),
            (Quantity::TestAccuracy, Some(f64::from(loss(run + 2, step)) / 2.0)),
            (Quantity::EmergenceB, (!step.is_multiple_of(7)).then(|| f64::from(loss(run + 4, step)))),
        ],
        active_fraction: vec![loss(run + 6, step) / 2.0],
        correct: Vec::new(),
    };
    EvaluationRecord {
        step,
        runs: vec![Some(run(0)), (step < diverged_at).then(|| run(1))],
        layers: Vec::new(),
        translations: vec![vec![format!("step {step}")], Vec::new()],
    }
}

/// The points of a curve, computed from all its measurements: the bucket of each one by its index, `first` of which are alone.
fn oracle(values: &[MeasuredPoint], first: usize, per_point: usize) -> Vec<MeasuredPoint> {
    let (alone, rest) = values.split_at(first.min(values.len()));
    let mut points = alone.to_vec();
    for bucket in rest.chunks(per_point) {
        let known: Vec<f64> = bucket.iter().filter_map(|(_, value)| *value).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few")]
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        points.extend(bucket.last().map(|(step, _)| (*step, mean)));
    }
    // The latest one as it is.
    points.pop();
    points.extend(values.last());
    points
}

fn history(steps: u64, interval: u64) -> History {
    let mut setup = setup(&["pytorch"], 2, steps);
    setup.experiment.evaluation = EvaluationSteps::Every(interval);
    History::new(setup)
}

#[test]
fn long_curves_are_means_of_consecutive_measurements() {
    const STEPS: u64 = 30_011;
    let mut history = history(STEPS, 2);
    assert_eq!(
        (history.resolution().steps_per_point, history.resolution().evaluations_per_point),
        (4, 4),
        "as planned"
    );
    let (mut train, mut accuracy, mut emergence) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..=STEPS {
        let mut record = Record::default();
        if step > 0 {
            record.steps.push(losses(step, u64::MAX));
            train.push((step, Some(f64::from(loss(0, step)))));
        }
        if step.is_multiple_of(2) || step == STEPS {
            let measured = evaluation(step, u64::MAX);
            let run = measured.runs[0].clone().expect("it has not diverged");
            accuracy.push((step, run.values[1].1));
            emergence.push((step, run.values[2].1));
            record.evaluations.push(measured);
        }
        history.apply(&record);
        if [0, 1, 2, 3, 8, 9, 15_000, 15_001, 15_002, STEPS - 1, STEPS].contains(&step) {
            let run = &history.variants[0].runs[0];
            assert_eq!(run.curves[Quantity::TrainLoss], oracle(&train, 0, 4), "train loss after {step} steps");
            assert_eq!(run.curves[Quantity::TestAccuracy], oracle(&accuracy, 1, 4), "accuracy after {step} steps");
            assert_eq!(run.curves[Quantity::EmergenceB], oracle(&emergence, 1, 4), "emergence after {step} steps");
            assert_eq!(history.evaluation_count(), accuracy.len() as u64, "evaluations after {step} steps");
        }
    }
    let run = &history.variants[0].runs[0];
    let steps: Vec<u64> = run.curves[Quantity::TestAccuracy].iter().map(|(step, _)| *step).collect();
    assert_eq!(history.evaluation_steps(), steps, "fractions of active units are those of the same evaluations");
    assert_eq!(run.active_fraction[1], (8, vec![loss(6, 8) / 2.0]), "as they were after the last one of a bucket");
    assert_eq!(run.translations[1], (8, vec!["step 8".to_owned()]), "and so are translations");
    assert!(run.curves[Quantity::TrainLoss].len() as u64 <= KEPT_LOSSES, "bounded");
}

#[test]
fn the_times_of_reports_are_bounded() {
    let mut history = history(1_000_000, 1_000);
    for step in (1..=50_000).flat_map(|step| [step, step]) {
        history.step = step;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        history.set_timing(Timing { elapsed_secs: step as f64, ..Timing::default() });
    }
    assert!(history.elapsed.len() <= KEPT_TIMES, "{} entries", history.elapsed.len());
    assert!(history.elapsed.len() > KEPT_TIMES / 4, "{} entries", history.elapsed.len());
    assert!(history.elapsed.is_sorted_by_key(|(step, _)| *step), "in order");
    assert_eq!((history.elapsed[0].0, history.elapsed.last().map(|(step, _)| *step)), (1, Some(50_000)), "both ends");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn it_does_not_matter_what_arrives_together(
        steps in 20_000_u64..60_000,
        interval in 1_u64..9,
        until in 0_u64..3_000,
        lag in 0_u64..40,
        batches in proptest::collection::vec((0_u64..300, 0_u64..300), 1..40),
        lost_at in 0_u64..4_000,
        diverged_at in 0_u64..4_000,
    ) {
        let due = |step: u64| step.is_multiple_of(interval) && step <= until;
        let mut whole = Record { steps: (1..=until).map(|step| losses(step, lost_at)).collect(), ..Record::default() };
        whole.evaluations = (0..=until).filter(|step| due(*step)).map(|step| evaluation(step, diverged_at)).collect();
        let mut at_once = history(steps, interval);
        at_once.apply(&whole);
        // In pieces of any size, evaluations as much later than the losses as may be.
        let mut in_pieces = history(steps, interval);
        let (mut trained, mut evaluated) = (0, 0);
        for (more, late) in batches.into_iter().cycle() {
            let reached = (trained + more + 1).min(until);
            let judged = if reached == until { until } else { reached.saturating_sub(lag + late) }.max(evaluated);
            in_pieces.apply(&Record {
                steps: (trained + 1..=reached).map(|step| losses(step, lost_at)).collect(),
                evaluations: (evaluated..=judged)
                    .filter(|step| due(*step) && (*step > evaluated || evaluated == 0 && trained == 0))
                    .map(|step| evaluation(step, diverged_at))
                    .collect(),
                ..Record::default()
            });
            (trained, evaluated) = (reached, judged);
            if reached == until {
                break;
            }
        }
        prop_assert!(in_pieces == at_once, "the same history: {} steps of {}", until, steps);
    }
}

#[test]
fn a_history_that_was_stored_within_a_bucket_goes_on_as_if_it_was_not() {
    const STEPS: u64 = 40_000;
    let record = |steps: std::ops::RangeInclusive<u64>| Record {
        steps: steps.clone().map(|step| losses(step, u64::MAX)).collect(),
        evaluations: steps.map(|step| evaluation(step, u64::MAX)).collect(),
        ..Record::default()
    };
    let mut whole = history(STEPS, 1);
    whole.apply(&record(1..=777));
    for stored_at in [1, 2, 15, 16, 17, 300, 503] {
        let mut first = history(STEPS, 1);
        first.apply(&record(1..=stored_at));
        let head = CheckpointHead { step: stored_at, history: first, state_bytes: 0, state_sha256: String::new() };
        let bytes = head.to_bytes();
        let mut resumed = CheckpointHead::read(&bytes).expect("its own bytes").0.history;
        resumed.apply(&record(stored_at + 1..=777));
        assert!(resumed == whole, "stored after {stored_at} steps");
    }
}
