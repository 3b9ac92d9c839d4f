//! The conclusions of comparisons in words, short ones for the table, and what a number of seeds can show.

use crate::experiment::Experiment;
use crate::metrics::statistics::{SIGNIFICANCE, detectable_difference};
use crate::metrics::{BaselineComparison, FEWEST_PAIRS, FailureTest, Verdict};
use crate::texts::text;

/// The verdict in a few words, with the p value or the number of seeds that it rests on.
#[must_use]
pub fn short(experiment: &Experiment, comparison: &BaselineComparison) -> String {
    let p = comparison.p_holm.map_or_else(String::new, p_text);
    match comparison.verdict {
        Verdict::Better if comparison.is_within_margin() => {
            text!("better, by less than {margin} points ({p})", margin = margin(comparison), p)
        }
        Verdict::Worse if comparison.is_within_margin() => {
            text!("worse, by less than {margin} points ({p})", margin = margin(comparison), p)
        }
        Verdict::Better => text!("better ({p})", p),
        Verdict::Worse => text!("worse ({p})", p),
        Verdict::PracticallyEqual => text!("practically equal (within ±{margin} points)", margin = margin(comparison)),
        Verdict::Undecided => match (comparison.failures, more_seeds(experiment, comparison)) {
            (Some(_), _) => text!("undecided ({p})", p),
            (None, Some(1)) => text!("undecided: about one more seed"),
            (None, Some(more)) => text!("undecided: about {more} more seeds", more),
            (None, None) => text!("undecided"),
        },
        Verdict::FailsMore => text!("fails more often ({p})", p),
        Verdict::FailsLess => text!("fails less often ({p})", p),
        Verdict::TooFewSeeds => text!("too few seeds for a verdict"),
        Verdict::NotFinished => text!("so far"),
    }
}

/// `3 of 5 failed, 0 of 5 of the baseline (p 0.17)`.
#[must_use]
pub fn failures_with_p(comparison: &BaselineComparison) -> String {
    let Some(FailureTest { failed: [failed, all], baseline_failed: [other, others], .. }) = comparison.failures else {
        return String::new();
    };
    let failures =
        text!("{failed} of {all} failed, against {other} of {others} of the baseline", failed, all, other, others);
    comparison.p_holm.map_or_else(|| failures.clone(), |p| format!("{failures} ({})", p_text(p)))
}

/// `p 0.012` or `p < 0.001`.
#[must_use]
pub fn p_text(p: f64) -> String {
    match p {
        small if small < 0.001 => "p < 0.001".to_owned(),
        below if below < 0.1 => format!("p {below:.3}"),
        _ => format!("p {p:.2}"),
    }
}

/// The margin in percentage points.
pub(in crate::web::page) fn margin(comparison: &BaselineComparison) -> String {
    comparison.margin_points().to_string()
}

/// How many more seeds would decide, if that can be told.
pub(in crate::web::page) fn more_seeds(experiment: &Experiment, comparison: &BaselineComparison) -> Option<usize> {
    let seeds = experiment.seeds as usize;
    comparison.seeds_to_decide.map(|needed| needed.saturating_sub(seeds).max(1))
}

/// What the number of seeds can show, before anything is computed; empty where the spread of such networks is not known.
#[must_use]
pub fn sensitivity(experiment: &Experiment) -> String {
    let seeds = experiment.seeds as usize;
    if seeds < FEWEST_PAIRS {
        return text!("Fewer than {fewest} seeds allow no verdict.", fewest = FEWEST_PAIRS);
    }
    let deviation = experiment.typical_deviation().filter(|_| experiment.variants.len() > 1);
    let level = SIGNIFICANCE / experiment.variants.len().saturating_sub(1).max(1) as f64;
    let smallest = deviation.and_then(|deviation| detectable_difference(deviation, seeds, level));
    smallest.map_or_else(String::new, |smallest| {
        text!(
            "{seeds} seeds show a true difference of {points} points in four of five experiments, if it varies from seed to seed as is usual for such networks.",
            seeds,
            points = format!("{:.1}", 100.0 * smallest)
        )
    })
}
