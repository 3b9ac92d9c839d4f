//! The results table and its verdicts: what is called a difference, and what is not. The cases named W1 to W5 are results of real
//! experiments from which earlier versions drew wrong conclusions.

use super::assert_close;
use crate::fixtures::{points, setup, start};
use emergence_lab::catalog::Quantity;
use emergence_lab::experiment::Experiment;
use emergence_lab::metrics::statistics::Statistic;
use emergence_lab::metrics::{BaselineComparison, GoalSteps, History, VariantSummary, Verdict};

/// Variants whose runs have these accuracies after 400 steps, NaN for one that has diverged, on 1,000 test examples with ten classes.
fn finished(variants: &[&[f32]]) -> History {
    let names = ["kaiming_normal", "pytorch", "orthogonal", "lsuv"];
    let seeds = u32::try_from(variants[0].len()).expect("a few");
    let mut history = History::new(setup(&names[..variants.len()], seeds, 400));
    for (curves, accuracies) in history.variants.iter_mut().zip(variants) {
        for (run, accuracy) in curves.runs.iter_mut().zip(*accuracies) {
            if accuracy.is_nan() {
                run.diverged_at = Some(7);
                continue;
            }
            run.curves[Quantity::TestAccuracy] = points([(0, 0.1), (400, *accuracy)]);
            run.curves[Quantity::TestLoss] = points([(0, 2.3), (400, 1.0)]);
        }
    }
    history.step = 400;
    history
}

fn compared(variants: &[&[f32]]) -> BaselineComparison {
    finished(variants).summaries()[1].vs_baseline.expect("not the baseline")
}

#[test]
fn a_clear_difference_is_one() {
    let better = compared(&[&[0.90, 0.91, 0.92], &[0.93, 0.95, 0.97]]);
    // scipy.stats.ttest_1samp([0.03, 0.04, 0.05], 0).pvalue
    assert_close(better.p, 0.020_204_102_886_728_8, 1e-6, "paired t test with two degrees of freedom");
    assert_eq!((better.verdict, better.n), (Verdict::Better, 3), "three pairs");
    assert_eq!(better.p_holm, better.p, "one comparison needs no correction");
    assert_eq!(better.probability_of_superiority, Some(1.0), "every run is ahead of every other");
    assert_eq!(better.seeds_to_decide, None, "it is decided");
    let worse = compared(&[&[0.93, 0.95, 0.97], &[0.90, 0.91, 0.92]]);
    assert_eq!(worse.verdict, Verdict::Worse, "the mirror image");
    assert!(!worse.is_within_margin(), "by more than the margin");
}

#[test]
fn a_difference_below_the_margin_is_said_to_be_small() {
    let small = compared(&[&[0.90, 0.91, 0.92, 0.93, 0.94], &[0.902, 0.912, 0.922, 0.932, 0.942]]);
    assert_eq!(small.verdict, Verdict::Better, "shown, with the resolution of 1,000 examples: p {:?}", small.p);
    assert!(small.is_within_margin(), "and less than half a point: {:?}", small.ci90);
}

#[test]
fn equality_has_to_be_shown() {
    let base = [0.950, 0.952, 0.948, 0.951, 0.949];
    let equal = compared(&[&base, &[0.951, 0.951, 0.949, 0.950, 0.949]]);
    assert_eq!(equal.verdict, Verdict::PracticallyEqual, "the 90 % interval {:?} is within 0.5 points", equal.ci90);
    let noisy = compared(&[&base, &[0.960, 0.940, 0.955, 0.945, 0.948]]);
    assert_eq!(noisy.verdict, Verdict::Undecided, "neither different nor shown to be equal: {:?}", noisy.ci95);
    assert!(noisy.seeds_to_decide.is_some_and(|seeds| seeds > 5), "more seeds would tell: {noisy:?}");
    let mut wide = finished(&[&base, &[0.960, 0.940, 0.955, 0.945, 0.948]]);
    wide.setup.experiment.analysis.margin = Some(2.0);
    assert_eq!(wide.comparisons(0)[1].expect("one").verdict, Verdict::PracticallyEqual, "the margin is a choice");
    assert_eq!(wide.comparisons(1)[0].expect("one").verdict, Verdict::PracticallyEqual, "and so is the baseline");
}

#[test]
fn several_comparisons_are_corrected() {
    let base: &[f32] = &[0.90, 0.91, 0.92];
    let alone = compared(&[base, &[0.915, 0.935, 0.945]]);
    assert_eq!(alone.verdict, Verdict::Better, "alone it is a difference: p {:?}", alone.p);
    let three = finished(&[base, &[0.915, 0.935, 0.945], &[0.91, 0.90, 0.92], &[0.90, 0.92, 0.91]]);
    let first = three.summaries()[1].vs_baseline.expect("a comparison");
    assert_eq!(first.p, alone.p, "the same test");
    assert_close(first.p_holm, 3.0 * alone.p.expect("p"), 1e-12, "the smallest of three, times three");
    assert_eq!(first.verdict, Verdict::Undecided, "of three, one in seven is like this by chance");
}

#[test]
fn there_is_no_verdict_before_the_end_or_below_three_seeds() {
    let mut history = finished(&[&[0.90, 0.91, 0.92], &[0.93, 0.95, 0.97]]);
    history.setup.experiment.steps = 800;
    assert_eq!(history.comparisons(0)[1].expect("one").verdict, Verdict::NotFinished, "at step 400 of 800");
    // W2: two equal differences of 4.05 points were p = 0.
    let two = compared(&[&[0.512, 0.4925], &[0.4715, 0.4520]]);
    assert_eq!((two.verdict, two.p), (Verdict::TooFewSeeds, None), "two pairs are no evidence");
    assert!(two.ci95.is_some_and(|[low, high]| high - low > 0.005), "but have an interval: {:?}", two.ci95);
}

#[test]
fn copies_of_a_run_are_one_run() {
    // W1: without random numbers, all seeds are the same run; their equal differences were p = 0.
    let mut history = finished(&[&[0.4045; 3], &[0.4010; 3]]);
    for variant in &mut start(&mut history.setup).variants {
        let first = variant.runs[0].weights_sha256.clone();
        variant.runs.iter_mut().for_each(|run| run.weights_sha256.clone_from(&first));
    }
    let summaries = history.summaries();
    let comparison = summaries[1].vs_baseline.expect("one");
    assert_eq!((comparison.verdict, comparison.n, comparison.p), (Verdict::TooFewSeeds, 1, None), "one run each");
    assert_eq!(comparison.ci95, None, "and no interval");
    let VariantSummary { final_accuracy, copies, .. } = &summaries[1];
    assert_eq!((*copies, final_accuracy.n, final_accuracy.std), (2, 1, None), "it has no spread");
}

#[test]
fn failures_come_first() {
    // W3: 83.0, diverged, 10.1 against 94.6 was "no evidence of difference" with an interval from -504 to 408 %.
    let history = finished(&[&[0.946; 3], &[0.83, f32::NAN, 0.101]]);
    let summaries = history.summaries();
    let comparison = summaries[1].vs_baseline.expect("one");
    let test = comparison.failures.expect("two have failed");
    assert_eq!((test.failed, test.baseline_failed), ([2, 3], [0, 3]), "one has diverged, one has learned nothing");
    assert_close(comparison.p, 0.4, 1e-9, "scipy.stats.fisher_exact([[2, 1], [0, 3]])");
    assert_eq!((comparison.ci95, comparison.verdict), (None, Verdict::Undecided), "no interval over two heaps");
    // W5: the mean of survivors alone looks like a result.
    let VariantSummary { final_accuracy, surviving, failed, diverged, .. } = &summaries[1];
    assert_eq!((*failed, *diverged), (2, 1), "both are counted");
    assert_close(final_accuracy.mean, (0.83 + 0.1 + 0.1) / 3.0, 1e-7, "failed runs count as chance");
    assert_eq!(final_accuracy.std, None, "which has no spread");
    assert_eq!(surviving.map(|statistic| statistic.n), Some(1), "the survivors stand apart");
    assert_eq!(summaries[0].surviving, None, "where none has failed, all survive");
    // W4: runs that end at chance looked like the most reliable ones.
    let dead = finished(&[&[0.90, 0.91, 0.92, 0.93, 0.94], &[0.107; 5]]);
    let comparison = dead.summaries()[1].vs_baseline.expect("one");
    assert_close(comparison.p, 0.007_936_507_936_5, 1e-9, "scipy.stats.fisher_exact([[5, 0], [0, 5]])");
    assert_eq!(comparison.verdict, Verdict::FailsMore, "five of five against none");
    assert_eq!(dead.comparisons(1)[0].expect("one").verdict, Verdict::FailsLess, "the mirror image");
}

#[test]
fn a_young_run_has_not_failed() {
    let mut history = finished(&[&[0.90, 0.91, 0.92], &[0.10, 0.10, 0.11]]);
    history.setup.experiment.steps = 800;
    assert_eq!(history.summaries()[1].failed, 0, "at half of the steps it may still learn");
}

#[test]
fn the_test_set_has_an_error_of_its_own() {
    // The bits and the expected error are those of tests/data/statistics.py.
    let mut history = finished(&[&[0.5, 0.7, 0.6], &[0.7, 0.8, 0.6]]);
    start(&mut history.setup).data.test = 10;
    let bits = |digits: [u8; 10]| {
        digits.chunks(8).map(|byte| byte.iter().rev().fold(0, |all, bit| all << 1 | bit)).collect::<Vec<u8>>()
    };
    for (variant, run, digits) in [
        (1, 0, [1, 1, 0, 1, 0, 1, 1, 1, 0, 1]),
        (1, 1, [1, 0, 0, 1, 1, 1, 1, 1, 1, 1]),
        (0, 0, [1, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
        (0, 1, [0, 0, 0, 1, 1, 1, 1, 1, 0, 1]),
    ] {
        history.variants[variant].runs[run].correct = bits(digits);
    }
    assert_eq!(history.comparisons(0)[1].expect("one").test_set_error, None, "unknown of the third pair");
    for variant in &mut history.variants {
        variant.runs.truncate(2);
    }
    let error = history.comparisons(0)[1].expect("one").test_set_error;
    assert_close(error, 0.083_333_333_333, 1e-9, "the standard error over examples of the mean of two pairs");
}

#[test]
fn a_summary_reports_speed_and_steps() {
    let mut history = finished(&[&[0.9, 0.7], &[0.8, 0.6]]);
    let curve = |values: [f32; 4]| points((0_u64..).step_by(100).zip(values));
    let curves = [[0.1, 0.5, 0.8, 0.9], [0.1, 0.95, 0.6, 0.7], [0.1, 0.5, 0.6, 0.8], [0.1, 0.2, 0.5, 0.6]];
    for (run, values) in history.variants.iter_mut().flat_map(|variant| &mut variant.runs).zip(curves) {
        run.curves[Quantity::TestAccuracy] = curve(values);
    }
    let summaries = history.summaries();
    assert_close(summaries[0].first_epoch_accuracy.mean, 0.725, 1e-7, "those at step 100, 0.5 and 0.95");
    // Trapezoids of width 100 over 300 steps: (0.05 + 0.5 + 0.8 + 0.45) / 3 and (0.05 + 0.95 + 0.6 + 0.35) / 3.
    assert_close(summaries[0].speed.mean, f64::midpoint(1.8 / 3.0, 1.95 / 3.0), 1e-7, "area under the curve");
    // 0.9 in f32 counts as 0.9: at step 300, and between 0.1 and 0.95 at 100 · 0.8 / 0.85.
    let expected = f64::midpoint(300.0, 100.0 * 0.8 / 0.85);
    let steps = summaries[0].steps_to["0.9"];
    assert_eq!((steps.reached, steps.n), (2, 2), "both have");
    assert_close(steps.median, expected, 1e-4, "between two evaluations by a straight line");
    assert_eq!(summaries[1].steps_to["0.9"], GoalSteps { median: None, reached: 0, n: 2 }, "later than the end");
    let speed = summaries[1].speed_vs_baseline.expect("two pairs");
    assert_eq!(speed.n, 2, "by seed");
    assert_eq!(summaries[0].vs_baseline, None, "the baseline is not compared with itself");
    assert_eq!(
        History::preview(&Experiment::default()).summaries()[0].final_accuracy,
        Statistic::default(),
        "no value"
    );
}
