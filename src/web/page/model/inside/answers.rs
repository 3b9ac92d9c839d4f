//! How all networks classify one image: the cells of a table with one row per variant.

use crate::metrics::History;
use crate::texts::text;
use crate::web::page::words::NOTHING;
use crate::web::page::words::inside::{class_name, percent};

/// The row of a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The predicted class with its probability.
    pub answer: String,
    /// Whether the prediction is correct, in words; blank if the true class is unknown.
    pub verdict: String,
    /// The probability of every class: the mean over the seeds that have not diverged.
    pub shares: Vec<f64>,
    /// The predicted class: the one with the highest probability.
    pub top: Option<usize>,
}

/// The rows of the variants of `history`, given the probabilities of its runs; `truth` is the class of a test example.
#[must_use]
pub fn answers(history: &History, probabilities: &[Vec<f32>], classes: &[String], truth: Option<u8>) -> Vec<Answer> {
    let mut first = 0;
    let lines = history.variants.iter().map(|variant| {
        let runs = probabilities.iter().skip(first).take(variant.runs.len());
        first += variant.runs.len();
        line(&mean(runs), classes, truth)
    });
    lines.collect()
}

fn line(shares: &[f64], classes: &[String], truth: Option<u8>) -> Answer {
    let top = shares.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).map(|(class, _)| class);
    let answer =
        top.map_or(NOTHING.to_owned(), |top| format!("{}, {}", class_name(classes, top), percent(shares[top])));
    let verdict = match (top, truth.map(usize::from)) {
        (Some(top), Some(truth)) if top == truth => text!("✓ correct"),
        (Some(_), Some(truth)) => text!("✗ true class: {class}", class = class_name(classes, truth)),
        (Some(_), None) => "\u{a0}".to_owned(),
        (None, _) => text!("diverged"),
    };
    Answer { answer, verdict, shares: shares.to_vec(), top }
}

/// The mean probability of every class over the runs that have not diverged.
fn mean<'run>(runs: impl Iterator<Item = &'run Vec<f32>>) -> Vec<f64> {
    let mut sums: Vec<f64> = Vec::new();
    let mut count = 0_u32;
    for run in runs.filter(|run| run.iter().all(|share| share.is_finite())) {
        sums.resize(run.len(), 0.0);
        count += 1;
        for (sum, share) in sums.iter_mut().zip(run) {
            *sum += f64::from(*share);
        }
    }
    sums.into_iter().map(|sum| sum / f64::from(count)).collect()
}
