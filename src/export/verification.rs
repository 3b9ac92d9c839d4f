//! Whether a results file is what its experiment gives: a comparison with the results of computing it again.

use super::merge::stated_summaries;
use super::results::{Results, VariantResults};
use super::run::RunResults;
use crate::catalog::QUANTITIES;

/// The choice of what is called agreement between devices with different arithmetic: differences of at most this much, relative to the size of a
/// number or to 1. Training amplifies rounding, so long experiments may differ by more; a test accuracy of 10,000 images may differ by ten
/// of them. Between devices with the same arithmetic nothing may differ.
const TOLERANCE: f64 = 1e-3;

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Verification {
    /// Every number is the same, but for times.
    Identical,
    /// Data, order and initial weights are the same, and all numbers agree but for rounding: they were computed with another arithmetic.
    Agrees {
        /// The largest difference, relative to 1 or to the size of the number if that is larger.
        largest: f64,
    },
    /// It is not.
    Differs(Discrepancy),
}

/// The first thing that differs, in the order in which a training computes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Discrepancy {
    /// A checksum of the whole experiment: `data_sha256`, `order_sha256` or `vocabulary_sha256`.
    Receipt {
        /// Its name.
        name: &'static str,
        /// That of the file.
        expected: String,
        /// That of the new results.
        got: String,
    },
    /// The checksum of the initial weights of a run.
    Weights {
        /// The variant.
        variant: String,
        /// The seed.
        seed: u64,
        /// That of the file.
        expected: String,
        /// That of the new results.
        got: String,
    },
    /// A run that only one of them has.
    Runs {
        /// The variant.
        variant: String,
        /// The seeds in the file.
        expected: Vec<u64>,
        /// Those of the new results.
        got: Vec<u64>,
    },
    /// The curves agree, but the file states something else of a variant than follows from them: its row of the results table, the step at
    /// which a run diverged, the layers before training, the active units, or which test examples are right.
    Statement {
        /// The variant.
        variant: String,
    },
    /// A value of a curve, the one at the lowest step.
    Value {
        /// The variant.
        variant: String,
        /// The seed.
        seed: u64,
        /// The name of the quantity.
        quantity: &'static str,
        /// The step.
        step: u64,
        /// The value in the file, `None` if it has none there.
        expected: Option<f64>,
        /// That of the new results.
        got: Option<f64>,
    },
}

/// Compares a results file with the results of computing its experiment again.
#[must_use]
pub fn verify(file: &Results, again: &Results) -> Verification {
    let receipts = [
        ("data_sha256", &file.receipt.data_sha256, &again.receipt.data_sha256),
        ("order_sha256", &file.receipt.order_sha256, &again.receipt.order_sha256),
    ];
    for (name, expected, got) in receipts {
        // A part of the runs may not know them.
        if expected != got && !expected.is_empty() {
            return Verification::Differs(Discrepancy::Receipt { name, expected: expected.clone(), got: got.clone() });
        }
    }
    if file.receipt.vocabulary_sha256 != again.receipt.vocabulary_sha256 {
        let [expected, got] =
            [file, again].map(|results| results.receipt.vocabulary_sha256.clone().unwrap_or_default());
        return Verification::Differs(Discrepancy::Receipt { name: "vocabulary_sha256", expected, got });
    }
    match runs(file, again) {
        Err(discrepancy) => Verification::Differs(discrepancy),
        Ok(runs) => match compared(&runs, tolerance(file, again)) {
            Verification::Differs(discrepancy) => Verification::Differs(discrepancy),
            agreement => statement(file, again, &agreement)
                .map_or(agreement, |variant| Verification::Differs(Discrepancy::Statement { variant })),
        },
    }
}

/// How far numbers may differ.
fn tolerance(file: &Results, again: &Results) -> f64 {
    let arithmetic = |results: &Results| {
        let environment = &results.environment;
        (environment.backend.clone(), environment.adapter.clone(), environment.arithmetic.clone())
    };
    if arithmetic(file) == arithmetic(again) { 0.0 } else { TOLERANCE }
}

/// The first variant of which the file states something else than follows from its curves.
fn statement(file: &Results, again: &Results, agreement: &Verification) -> Option<String> {
    let summaries = stated_summaries(file);
    let pairs = file.variants.iter().zip(&again.variants).zip(summaries);
    let mut wrong = pairs.filter(|((own, new), summary)| {
        let is_identical = *agreement == Verification::Identical;
        let same_runs = own.runs.iter().zip(&new.runs).all(|(own, new)| own.diverged_at == new.diverged_at);
        // Earlier versions stated less.
        let is_current = file.test_examples > 0;
        let same_details = own.runs == new.runs && own.summary == new.summary;
        !same_runs || is_current && (own.summary != *summary || is_identical && !same_details)
    });
    wrong.next().map(|((own, _), _)| own.name.clone())
}

/// A run of both, with the name of its variant.
type RunPair<'results> = (&'results str, &'results RunResults, &'results RunResults);

/// The runs of both, whose initial weights are the same.
fn runs<'results>(file: &'results Results, again: &'results Results) -> Result<Vec<RunPair<'results>>, Discrepancy> {
    let mut pairs = Vec::new();
    let seeds = |variant: &VariantResults| variant.runs.iter().map(|run| run.seed).collect::<Vec<_>>();
    let count = file.variants.len().max(again.variants.len());
    for index in 0..count {
        let (own, new) = (file.variants.get(index), again.variants.get(index));
        let named = own.or(new).map_or_else(String::new, |variant| variant.name.clone());
        let (Some(own), Some(new)) = (own, new) else {
            let [expected, got] = [own, new].map(|variant| variant.map(seeds).unwrap_or_default());
            return Err(Discrepancy::Runs { variant: named, expected, got });
        };
        if (&own.name, seeds(own)) != (&new.name, seeds(new)) {
            return Err(Discrepancy::Runs { variant: named, expected: seeds(own), got: seeds(new) });
        }
        for (own, new) in own.runs.iter().zip(&new.runs) {
            if own.weights_sha256 != new.weights_sha256 {
                let (expected, got) = (own.weights_sha256.clone(), new.weights_sha256.clone());
                return Err(Discrepancy::Weights { variant: named, seed: own.seed, expected, got });
            }
        }
        pairs.extend(own.runs.iter().zip(&new.runs).map(|(one, other)| (own.name.as_str(), one, other)));
    }
    Ok(pairs)
}

/// Compares all values of all runs.
fn compared(runs: &[RunPair<'_>], tolerance: f64) -> Verification {
    let (mut largest, mut first) = (0.0_f64, None::<(u64, Discrepancy)>);
    for (variant, own, new) in runs {
        for row in &QUANTITIES {
            for (step, expected, got) in by_step(&own.curves[row.quantity], &new.curves[row.quantity]) {
                let size = distance(expected, got);
                if size <= tolerance {
                    largest = largest.max(size);
                } else if first.as_ref().is_none_or(|(earliest, _)| step < *earliest) {
                    let (variant, seed, quantity) = ((*variant).to_owned(), own.seed, row.name);
                    first = Some((step, Discrepancy::Value { variant, seed, quantity, step, expected, got }));
                }
            }
        }
    }
    match first {
        Some((_, discrepancy)) => Verification::Differs(discrepancy),
        None if largest > 0.0 => Verification::Agrees { largest },
        None => Verification::Identical,
    }
}

/// Both values at every step at which either curve has a point, in order.
fn by_step(own: &[(u64, Option<f64>)], new: &[(u64, Option<f64>)]) -> Vec<(u64, Option<f64>, Option<f64>)> {
    let mut steps: Vec<u64> = own.iter().chain(new).map(|(step, _)| *step).collect();
    steps.sort_unstable();
    steps.dedup();
    let value = |points: &[(u64, Option<f64>)], step: u64| {
        points.binary_search_by_key(&step, |(own, _)| *own).ok().and_then(|index| points[index].1)
    };
    steps.into_iter().map(|step| (step, value(own, step), value(new, step))).collect()
}

/// How far two values are apart; infinitely if only one of them is there.
fn distance(expected: Option<f64>, got: Option<f64>) -> f64 {
    match (expected, got) {
        (Some(expected), Some(got)) => (expected - got).abs() / expected.abs().max(1.0),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}
