//! The statistics against SciPy: the expected numbers are printed by `tests/data/statistics.py`.

use super::assert_close;
use emergence_lab::metrics::statistics::{
    PairedDifference, Statistic, detectable_difference, fisher_exact, holm, median, probability_of_superiority,
    seeds_to_decide, sign_flip, standard_deviation,
};
use proptest::prelude::*;

/// Seven differences, as of accuracies.
const DIFFERENCES: [f64; 7] = [0.021, -0.004, 0.013, 0.007, 0.016, 0.002, 0.011];

#[test]
fn a_statistic_agrees_with_scipy() {
    // numpy mean, std(ddof=1), scipy.stats.t.interval(0.95, 3, mean, sem); f64 through, so 1e-9 is generous.
    let statistic = Statistic::of([1.0, 2.0, 4.0, 7.0]);
    assert_eq!(statistic.n, 4, "all four count");
    assert_close(statistic.mean, 3.5, 1e-12, "mean");
    assert_close(statistic.std, 2.645_751_311_064_590_7, 1e-12, "standard deviation");
    assert_close(statistic.ci95.map(|ci| ci[0]), -0.709_980_742_299, 1e-9, "lower end");
    assert_close(statistic.ci95.map(|ci| ci[1]), 7.709_980_742_299, 1e-9, "upper end");
}

#[test]
fn a_statistic_of_few_values_is_partial() {
    let none = Statistic { mean: None, std: None, n: 0, ci95: None };
    assert_eq!(Statistic::of([]), none, "no values");
    assert_eq!(Statistic::of([f64::NAN, f64::INFINITY]), none, "non-finite values do not count");
    assert_eq!(Statistic::of([2.0]), Statistic { mean: Some(2.0), n: 1, ..none }, "one value has no spread");
    let same = Statistic::of([2.0, 2.0]);
    assert_eq!((same.std, same.ci95), (Some(0.0), Some([2.0, 2.0])), "equal values have a known spread of zero");
    assert_eq!(standard_deviation(&[f64::MAX, f64::MIN]), None, "a spread beyond f64 is not reported");
}

#[test]
fn a_median_is_the_middle_value() {
    assert_eq!(median(&[]), None, "of nothing");
    assert_eq!(median(&[3.0, 1.0, f64::INFINITY]), Some(3.0), "the middle one of three");
    assert_eq!(median(&[4.0, 1.0, 2.0, 8.0]), Some(3.0), "the mean of the two middle ones");
}

#[test]
fn the_paired_test_agrees_with_scipy() {
    let spread = PairedDifference::of(&DIFFERENCES, 0.0).expect("seven pairs");
    assert_close(Some(spread.difference), 0.009_428_571_428_571_429, 1e-15, "difference");
    assert_close(Some(spread.deviation), 0.008_502_100_580_780_863, 1e-15, "standard deviation");
    assert_close(spread.p(), 0.026_148_764_525_250_75, 1e-9, "p");
    let [low, high] = spread.interval(0.95);
    assert_close(Some(low), 0.001_565_439_854_663_871, 1e-9, "lower end, 95 %");
    assert_close(Some(high), 0.017_291_703_002_478_988, 1e-9, "upper end, 95 %");
    let [low, high] = spread.interval(0.9);
    assert_close(Some(low), 0.003_184_177_209_644_112, 1e-9, "lower end, 90 %");
    assert_close(Some(high), 0.015_672_965_647_498_74, 1e-9, "upper end, 90 %");
    // t(1) is Cauchy's distribution: p = 1 - 2 atan(t) / pi with t = 3 for differences 1 and 2.
    let cauchy = PairedDifference::of(&[1.0, 2.0], 0.0).expect("two pairs");
    assert_close(cauchy.p(), 1.0 - 2.0 * 3.0_f64.atan() / std::f64::consts::PI, 1e-9, "one degree of freedom");
}

#[test]
fn equal_differences_are_known_no_better_than_they_are_measured() {
    assert_eq!(PairedDifference::of(&[0.5], 0.0), None, "one pair");
    assert_eq!(PairedDifference::of(&[f64::NAN, 0.5], 0.0), None, "one usable pair");
    let exact = PairedDifference::of(&[0.25; 3], 0.0).expect("three pairs");
    assert_eq!(exact.p(), None, "infinitely certain, which nothing is");
    // A test set of 2,000 examples: t = 0.0405 / (0.0005 / sqrt(2)) with one degree of freedom.
    let rounded = PairedDifference::of(&[-0.0405; 2], 0.0005).expect("two pairs");
    let t = 0.0405 / (0.0005 / 2.0_f64.sqrt());
    assert_close(rounded.p(), 1.0 - 2.0 * t.atan() / std::f64::consts::PI, 1e-9, "p is never 0");
    assert!(rounded.interval(0.95)[0] < -0.0405, "and the interval has a width");
}

#[test]
fn the_sign_flip_test_agrees_with_scipy() {
    assert_eq!(sign_flip(&DIFFERENCES), Some(0.046_875), "six of 128 choices of signs reach the sum");
    assert_eq!(sign_flip(&DIFFERENCES[..5]), None, "five pairs cannot reach 0.05");
    assert_eq!(sign_flip(&[0.01; 6]), Some(2.0 / 64.0), "all signs as they are, or all turned");
    assert_eq!(sign_flip(&[0.0; 6]), Some(1.0), "no difference");
    assert_eq!(sign_flip(&[0.01; 21]), None, "two million choices are left to the t test");
}

#[test]
fn failures_are_compared_as_in_scipy() {
    for (groups, expected) in [
        ([[3, 3], [0, 3]], 0.1),
        ([[4, 4], [0, 4]], 0.028_571_428_571_428_567),
        ([[2, 5], [0, 5]], 0.444_444_444_444_444_4),
        ([[5, 5], [0, 5]], 0.007_936_507_936_507_938),
        ([[3, 7], [1, 10]], 0.25),
        ([[0, 5], [0, 5]], 1.0),
        ([[0, 0], [2, 5]], 1.0),
    ] {
        assert_close(Some(fisher_exact(groups[0], groups[1])), expected, 1e-9, &format!("{groups:?}"));
        assert_close(Some(fisher_exact(groups[1], groups[0])), expected, 1e-9, &format!("{groups:?}, exchanged"));
    }
}

#[test]
fn corrected_values_are_those_of_holm() {
    assert_eq!(holm(&[0.02, 0.04, 0.005, 0.3, 0.02]), [0.08, 0.08, 0.025, 0.3, 0.08], "in the order of the tests");
    assert_eq!(holm(&[0.7, 0.6]), [1.0, 1.0], "at most 1");
    assert_eq!(holm(&[0.04]), [0.04], "one test needs no correction");
    assert!(holm(&[]).is_empty(), "none at all");
}

#[test]
fn superiority_counts_pairs() {
    let found = probability_of_superiority(&[0.91, 0.93, 0.95, 0.9], &[0.9, 0.92, 0.94]);
    assert_close(found, 0.541_666_666_666_666_6, 1e-12, "as the Mann-Whitney statistic");
    assert_eq!(probability_of_superiority(&[], &[0.9]), None, "no pair");
}

#[test]
fn what_seeds_can_show_agrees_with_scipy() {
    for (deviation, n, expected) in [
        (0.3, 3, 0.928_953_044_233_837_5),
        (0.3, 5, 0.498_742_845_008_162_24),
        (0.3, 10, 0.298_414_120_502_902),
        (0.8, 5, 1.329_980_920_021_766),
        (1.5, 5, 2.493_714_225_040_811),
    ] {
        assert_close(detectable_difference(deviation, n, 0.05), expected, 1e-6, &format!("{n} seeds, {deviation}"));
    }
    for (deviation, difference, expected) in
        [(0.3, 0.5, 5), (0.3, 0.0, 5), (0.8, 0.3, 58), (0.2, -0.1, 4), (1.5, 2.0, 7), (3.0, 0.5, 285)]
    {
        assert_eq!(seeds_to_decide(deviation, difference, 0.5, 0.05), Some(expected), "{deviation}, {difference}");
    }
    // scipy: (t.ppf(1 - 0.01 / 2, 4) + t.ppf(0.8, 4)) * 0.3 / sqrt(5)
    assert_close(detectable_difference(0.3, 5, 0.01), 0.743_947_8, 1e-6, "one of five comparisons");
    assert!(
        seeds_to_decide(0.3, 0.5, 0.5, 0.01) > seeds_to_decide(0.3, 0.5, 0.5, 0.05),
        "more comparisons, more seeds"
    );
    assert_eq!(seeds_to_decide(1e6, 1e-6, 1e-6, 0.05), None, "not even sixteen thousand seeds decide it");
}

proptest! {
    #[test]
    fn no_statistic_is_ever_nan(values in proptest::collection::vec(any::<f64>(), 0..6)) {
        let statistic = Statistic::of(values.iter().copied());
        let numbers = [statistic.mean, statistic.std].into_iter().flatten().chain(statistic.ci95.into_iter().flatten());
        prop_assert!(numbers.into_iter().all(f64::is_finite), "{statistic:?} of {values:?}");
        if let Some(spread) = PairedDifference::of(&values, 0.0) {
            prop_assert!(spread.difference.is_finite() && spread.deviation.is_finite(), "{spread:?} of {values:?}");
            prop_assert!(spread.p().is_none_or(|p| (0.0..=1.0).contains(&p)), "{spread:?} of {values:?}");
        }
    }

    #[test]
    fn the_order_of_tests_does_not_matter_to_holm(mut values in proptest::collection::vec(0.0_f64..1.0, 1..8)) {
        let mut expected = holm(&values);
        values.reverse();
        expected.reverse();
        prop_assert_eq!(holm(&values), expected);
    }
}
