//! The comparison of a variant with the baseline by one number at the end of the training: how large the difference is, and whether the
//! seeds decide it. What each decision rests on is described in docs/method.md.

use super::RunCurves;
use super::statistics::{
    PairedDifference, SIGNIFICANCE, fisher_exact, holm, probability_of_superiority, seeds_to_decide, sign_flip,
};
use serde::{Deserialize, Serialize};

/// With fewer pairs there is no verdict: for the same spread, the 95 % interval of two is 3.6 times as wide as that of three.
pub const FEWEST_PAIRS: usize = 3;

/// The conclusion of a comparison. Its names are those of results files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Higher than the baseline: `p_holm < 0.05`.
    #[serde(rename = "better")]
    Better,
    /// Lower than the baseline, likewise.
    #[serde(rename = "worse")]
    Worse,
    /// Not shown to be different, and shown to differ by less than the margin: the 90 % interval is within it.
    #[serde(rename = "practically equal")]
    PracticallyEqual,
    /// Neither: more seeds would tell.
    #[serde(rename = "undecided", alias = "no evidence of difference")]
    Undecided,
    /// More of its runs fail: `p_holm < 0.05` of Fisher's exact test.
    #[serde(rename = "fails more often")]
    FailsMore,
    /// Fewer of its runs fail, likewise.
    #[serde(rename = "fails less often")]
    FailsLess,
    /// There are fewer than three independent pairs.
    #[serde(rename = "too few seeds")]
    TooFewSeeds,
    /// The training has not ended.
    #[serde(rename = "not finished")]
    NotFinished,
}

impl Verdict {
    /// The name in results files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::PracticallyEqual => "practically equal",
            Self::Undecided => "undecided",
            Self::FailsMore => "fails more often",
            Self::FailsLess => "fails less often",
            Self::TooFewSeeds => "too few seeds",
            Self::NotFinished => "not finished",
        }
    }

    /// Whether it says that the variants differ.
    #[must_use]
    pub fn is_difference(self) -> bool {
        matches!(self, Self::Better | Self::Worse | Self::FailsMore | Self::FailsLess)
    }
}

/// How many runs of both variants have failed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FailureTest {
    /// Failed runs of the variant, and all of them.
    pub failed: [u64; 2],
    /// Those of the baseline.
    pub baseline_failed: [u64; 2],
    /// Two-sided p value of Fisher's exact test.
    pub p: f64,
}

/// A variant against the baseline, by the primary quantity at the end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaselineComparison {
    /// The conclusion.
    pub verdict: Verdict,
    /// Pairs of the same seed that are independent of each other: of runs with the same initial weights, one counts.
    #[serde(default)]
    pub n: usize,
    /// Mean of the differences, in the unit of the quantity; failed runs count as chance. Absent without pairs.
    pub difference: Option<f64>,
    /// Its 95 % confidence interval by Student's t; absent if there are fewer than two pairs or if runs have failed, whose differences are
    /// two heaps.
    pub ci95: Option<[f64; 2]>,
    /// Its 90 % confidence interval, likewise: within ± `margin`, the variants are practically equal.
    #[serde(default)]
    pub ci90: Option<[f64; 2]>,
    /// Two-sided p value of the paired t test, or if runs have failed of `failures`; absent below three pairs.
    pub p: Option<f64>,
    /// The same, corrected by Holm's method for the comparisons of all variants with the baseline.
    #[serde(default)]
    pub p_holm: Option<f64>,
    /// Two-sided p value of the sign-flip test, which does not suppose a normal distribution; from six pairs on.
    #[serde(default)]
    pub p_sign_flip: Option<f64>,
    /// The difference that does not matter, fixed beforehand.
    #[serde(default)]
    pub margin: f64,
    /// Pairs with which the comparison would be decided in 80 % of all experiments, were the true difference the one found; absent if it is
    /// decided, or nobody can tell.
    #[serde(default)]
    pub seeds_to_decide: Option<usize>,
    /// How often a run of the variant is ahead of one of the baseline, over all pairs of any seeds; equal ones count half.
    #[serde(default)]
    pub probability_of_superiority: Option<f64>,
    /// Standard error of `difference` by the choice of test examples, which no number of seeds makes smaller; absent if runs have failed, for
    /// texts, of which a part of an example can be right, and if it is not known which examples were right.
    #[serde(default)]
    pub test_set_error: Option<f64>,
    /// The failures, if there are any.
    #[serde(default)]
    pub failures: Option<FailureTest>,
}

/// What a run contributes to a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome<'run> {
    /// The run, for pairing and for the test examples that are right.
    pub(super) run: &'run RunCurves,
    /// What its initial weights are; copies of a run are not independent of it.
    pub(super) weights: Option<&'run str>,
    /// The primary quantity at the end; chance, if it has failed.
    pub(super) value: f64,
    pub(super) has_failed: bool,
}

/// By what comparisons are decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Criteria {
    /// The difference that does not matter.
    pub(super) margin: f64,
    /// Number of test examples; 0 if it is not known.
    pub(super) examples: u64,
    /// Whether an example is right or wrong as a whole, so that the quantity is the share of those that are right.
    pub(super) counts_examples: bool,
    pub(super) is_finished: bool,
}

/// The first run of each initial weights: those with the same ones are copies of it.
pub(super) fn distinct<'run>(outcomes: &[Outcome<'run>]) -> Vec<Outcome<'run>> {
    let mut known = Vec::new();
    let first = outcomes.iter().filter(|outcome| {
        let is_new = outcome.weights.is_none_or(|weights| !known.contains(&weights));
        known.extend(outcome.weights);
        is_new
    });
    first.copied().collect()
}

/// Every variant against the one with the index `baseline`, which has none itself.
pub(super) fn comparisons(
    variants: &[Vec<Outcome<'_>>],
    baseline: usize,
    criteria: Criteria,
) -> Vec<Option<BaselineComparison>> {
    let Some(base) = variants.get(baseline) else { return vec![None; variants.len()] };
    let others = variants.iter().enumerate();
    let mut all: Vec<Option<BaselineComparison>> =
        others.map(|(index, own)| (index != baseline).then(|| compared(own, base, criteria))).collect();
    let values: Vec<f64> = all.iter().flatten().filter_map(|comparison| comparison.p).collect();
    let corrected = holm(&values);
    for (comparison, p_holm) in all.iter_mut().flatten().filter(|comparison| comparison.p.is_some()).zip(corrected) {
        comparison.p_holm = Some(p_holm);
    }
    for (own, comparison) in variants.iter().zip(&mut all) {
        let Some(comparison) = comparison else { continue };
        comparison.verdict = comparison.decided(criteria);
        if comparison.verdict == Verdict::Undecided {
            comparison.seeds_to_decide = needed(own, base, comparison, values.len());
        }
    }
    all
}

/// All numbers of a comparison but those that depend on the other ones.
fn compared(own: &[Outcome<'_>], base: &[Outcome<'_>], criteria: Criteria) -> BaselineComparison {
    let pairs: Vec<(Outcome<'_>, Outcome<'_>)> =
        own.iter().filter_map(|one| Some((*one, *base.iter().find(|other| other.run.seed == one.run.seed)?))).collect();
    let differences: Vec<f64> = pairs.iter().map(|(one, other)| one.value - other.value).collect();
    // Of copies of a run, no more is known than of the run.
    let n = pairs.len().min(distinct(own).len()).min(distinct(base).len());
    let failures = failure_test(own, base);
    let resolution = if criteria.examples > 0 { 1.0 / criteria.examples as f64 } else { 0.0 };
    let spread = PairedDifference::of(&differences, resolution).filter(|_| n == pairs.len() && failures.is_none());
    // Both take time, and say something of a result only.
    let final_spread = spread.filter(|_| criteria.is_finished);
    let enough = n >= FEWEST_PAIRS;
    let values = |outcomes: &[Outcome<'_>]| outcomes.iter().map(|outcome| outcome.value).collect::<Vec<f64>>();
    BaselineComparison {
        verdict: Verdict::NotFinished,
        n,
        difference: super::statistics::mean(&differences),
        ci95: spread.map(|spread| spread.interval(0.95)),
        ci90: spread.map(|spread| spread.interval(0.90)),
        p: failures.map(|test| test.p).or_else(|| spread?.p()).filter(|_| enough),
        p_holm: None,
        p_sign_flip: final_spread.and_then(|_| sign_flip(&differences)),
        margin: criteria.margin,
        seeds_to_decide: None,
        probability_of_superiority: probability_of_superiority(&values(own), &values(base)),
        test_set_error: final_spread
            .filter(|_| criteria.counts_examples)
            .and_then(|_| test_set_error(&pairs, criteria.examples)),
        failures,
    }
}

/// How many pairs would decide a comparison, more than there are, at the level that is left for one of `tests` comparisons.
fn needed(own: &[Outcome<'_>], base: &[Outcome<'_>], comparison: &BaselineComparison, tests: usize) -> Option<usize> {
    if comparison.failures.is_some() {
        return None;
    }
    let differences: Vec<f64> = paired(own, base).map(|(one, other)| one.value - other.value).collect();
    let spread = PairedDifference::of(&differences, 0.0)?;
    let level = SIGNIFICANCE / tests.max(1) as f64;
    let needed = seeds_to_decide(spread.deviation, spread.difference, comparison.margin, level)?;
    Some(needed.max(comparison.n + 1))
}

/// The runs of both with the same seed.
fn paired<'pairs, 'run>(
    own: &'pairs [Outcome<'run>],
    base: &'pairs [Outcome<'run>],
) -> impl Iterator<Item = (Outcome<'run>, Outcome<'run>)> + 'pairs {
    own.iter().filter_map(|one| Some((*one, *base.iter().find(|other| other.run.seed == one.run.seed)?)))
}

impl BaselineComparison {
    fn decided(&self, criteria: Criteria) -> Verdict {
        let is_shown = self.p_holm.is_some_and(|p| p < SIGNIFICANCE);
        match (self.failures, self.difference) {
            _ if !criteria.is_finished => Verdict::NotFinished,
            _ if self.n < FEWEST_PAIRS => Verdict::TooFewSeeds,
            (Some(FailureTest { failed, baseline_failed, .. }), _) if is_shown => {
                // The same comparison as that of the shares.
                let more = failed[0] * baseline_failed[1] > baseline_failed[0] * failed[1];
                if more { Verdict::FailsMore } else { Verdict::FailsLess }
            }
            (None, Some(difference)) if is_shown => {
                if difference > 0.0 {
                    Verdict::Better
                } else {
                    Verdict::Worse
                }
            }
            (None, _) if self.is_within_margin() => Verdict::PracticallyEqual,
            _ => Verdict::Undecided,
        }
    }

    /// The margin in percentage points, without the digits of binary fractions.
    #[must_use]
    pub fn margin_points(&self) -> f64 {
        (1e4 * self.margin).round() / 100.0
    }

    /// Whether the difference, if there is any, is shown to be smaller than the margin.
    #[must_use]
    pub fn is_within_margin(&self) -> bool {
        self.ci90.is_some_and(|[low, high]| -self.margin < low && high < self.margin)
    }
}

/// The test of the failures, of which copies count once; `None` if no run has failed.
fn failure_test(own: &[Outcome<'_>], base: &[Outcome<'_>]) -> Option<FailureTest> {
    let count = |outcomes: &[Outcome<'_>]| {
        let runs = distinct(outcomes);
        [runs.iter().filter(|outcome| outcome.has_failed).count() as u64, runs.len() as u64]
    };
    let (failed, baseline_failed) = (count(own), count(base));
    let p = fisher_exact(failed, baseline_failed);
    (failed[0] + baseline_failed[0] > 0).then_some(FailureTest { failed, baseline_failed, p })
}

/// The standard error of the mean difference by the choice of the test examples: the standard deviation over the examples of the mean over the
/// pairs of `right - right of the baseline`, divided by the root of their number. For one pair it is that of McNemar's counts.
fn test_set_error(pairs: &[(Outcome<'_>, Outcome<'_>)], examples: u64) -> Option<f64> {
    let count = usize::try_from(examples).ok()?;
    let is_known = |outcome: &Outcome<'_>| outcome.run.correct.len() == count.div_ceil(8);
    if count < 2 || pairs.is_empty() || !pairs.iter().all(|(one, other)| is_known(one) && is_known(other)) {
        return None;
    }
    let bit = |bits: &[u8], index: usize| f64::from(bits[index / 8] >> (index % 8) & 1);
    let mean = |index: usize| {
        let differences =
            pairs.iter().map(|(one, other)| bit(&one.run.correct, index) - bit(&other.run.correct, index));
        differences.sum::<f64>() / pairs.len() as f64
    };
    let means: Vec<f64> = (0..count).map(mean).collect();
    Some(super::statistics::standard_deviation(&means)? / (count as f64).sqrt())
}
