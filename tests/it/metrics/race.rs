//! The table of a sweep: the best rate of each scheme, and what is said of it.

use crate::fixtures::{points, setup};
use emergence_lab::catalog::Quantity;
use emergence_lab::metrics::{History, RaceTable};

/// A sweep whose runs have these accuracies, NaN for one that has diverged.
fn sweep(cells: &[(&str, [f32; 2])]) -> RaceTable {
    let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
    let mut history = History::new(setup(&names, 2, 100));
    for (curves, (_, accuracies)) in history.variants.iter_mut().zip(cells) {
        for (run, accuracy) in curves.runs.iter_mut().zip(accuracies) {
            if accuracy.is_nan() {
                run.diverged_at = Some(3);
            } else {
                run.curves[Quantity::TestAccuracy] = points([(100, *accuracy)]);
                run.curves[Quantity::TestLoss] = points([(100, 1.0)]);
            }
        }
    }
    history.step = 100;
    RaceTable::of(&history)
}

#[test]
fn the_best_rate_of_each_scheme_is_chosen() {
    let table = sweep(&[
        ("pytorch@lr=0.04", [0.90, 0.92]),
        ("pytorch@lr=0.01", [0.80, 0.82]),
        ("pytorch@lr=0.02", [0.915, 0.917]),
        ("pytorch@lr=0.08", [0.99, f32::NAN]),
        ("orthogonal@lr=0.01", [0.90, 0.90]),
        ("orthogonal@lr=0.02", [0.90, 0.90]),
    ]);
    let [first, second] = table.rows.as_slice() else { panic!("two schemes: {table:?}") };
    let rates: Vec<f64> = first.cells.iter().map(|cell| cell.rate).collect();
    assert_eq!(rates, [0.01, 0.02, 0.04, 0.08], "in order");
    assert_eq!((first.best, first.is_bracketed), (Some(1), true), "0.916 at 0.02");
    let window: Vec<bool> = first.cells.iter().map(|cell| cell.is_in_window).collect();
    assert_eq!(window, [false, true, true, false], "within one point of it");
    let failed = first.cells[3];
    assert_eq!((failed.failed, failed.n), (1, 2), "counted");
    assert!(failed.mean.is_some_and(|mean| (mean - 0.545).abs() < 1e-6), "0.99 and chance: {failed:?}");
    assert_eq!((second.best, second.is_bracketed), (Some(0), false), "of equal ones the lower, which is at the edge");
    let chosen: Vec<(String, f64)> =
        table.chosen().into_iter().map(|(scheme, rate)| (scheme.to_string(), rate)).collect();
    assert_eq!(chosen, [("pytorch".to_owned(), 0.02), ("orthogonal".to_owned(), 0.01)], "for the comparison");
}

#[test]
fn a_refined_sweep_adds_rates_around_the_best() {
    let coarse =
        sweep(&[("pytorch@lr=0.01", [0.8, 0.8]), ("pytorch@lr=0.04", [0.9, 0.9]), ("zero@lr=0.01", [0.3, 0.3])]);
    // 0.04 is the best of pytorch, 0.01 the only one of zero.
    assert_eq!(coarse.refined_rates(), [0.005, 0.02, 0.08], "sqrt(0.01 * 0.04), and a factor of two beyond the edges");
    let fine =
        sweep(&[("pytorch@lr=0.01", [0.8, 0.8]), ("pytorch@lr=0.02", [0.9, 0.9]), ("pytorch@lr=0.04", [0.7, 0.7])]);
    assert_eq!(fine.refined_rates(), [0.0141, 0.0283], "also within a grid of factors of two");
    let none = sweep(&[("pytorch@lr=1000000", [0.9, 0.9])]);
    assert_eq!(none.refined_rates(), [500_000.0], "no rate is larger than rates may be");
    let finer = sweep(&[("pytorch@lr=0.02", [0.95, 0.95]), ("pytorch@lr=0.08", [0.7, 0.7])]);
    let joined = coarse.joined(&finer);
    assert_eq!(joined.rows[0].cells.len(), 4, "the cells of both");
    assert_eq!((joined.rows[0].best, joined.rows[0].is_bracketed), (Some(1), true), "0.95 at 0.02");
    assert_eq!(joined.rows.len(), 2, "schemes that were not refined stay");
}
