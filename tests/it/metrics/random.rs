//! The interval of random activity at a run's own active fraction: between the points, over layers and over runs.

use crate::fixtures::{mask_draws, random_of, setup, start};
use emergence_lab::catalog::Quantity;
use emergence_lab::emergence::{NetworkGraph, random_activity};
use emergence_lab::metrics::{History, RandomActivity, RandomPoint, RunCurves};

fn point(fraction: f64, ends: Option<(f64, f64)>) -> RandomPoint {
    RandomPoint { fraction, emergence_a: ends, emergence_b: ends.map(|(low, high)| (low + 1.0, high + 1.0)) }
}

#[test]
fn an_interval_is_linear_in_the_log_odds() {
    let points = [point(0.0, None), point(0.1, Some((1.0, 2.0))), point(0.5, Some((3.0, 6.0))), point(1.0, None)];
    let random = RandomActivity { points: points.to_vec() };
    let at = |fraction| random.at(fraction, Quantity::EmergenceA);
    assert_eq!(at(0.1), Some((1.0, 2.0)), "at a point");
    assert_eq!(at(0.5), Some((3.0, 6.0)), "at the next one");
    // Odds of 1 : 9, 1 : 3, 1 : 1, so it is halfway.
    let (low, high) = at(0.25).expect("between two points");
    assert!((low - 2.0).abs() < 1e-12 && (high - 4.0).abs() < 1e-12, "{low} to {high}, not 2 to 4");
    let (low, high) = random.at(0.25, Quantity::EmergenceB).expect("for the other form, too");
    assert!((low - 3.0).abs() < 1e-12 && (high - 5.0).abs() < 1e-12, "{low} to {high}, not 3 to 5");
    for outside in [-0.1, 0.0, 0.05, 0.7, 1.0, 1.1, f64::NAN] {
        assert_eq!(at(outside), None, "nothing at {outside}");
    }
    for other in Quantity::all() {
        let has = matches!(other, Quantity::EmergenceA | Quantity::EmergenceB);
        assert_eq!(random.at(0.25, other).is_some(), has, "{other:?}");
    }
    assert_eq!(RandomActivity::default().at(0.5, Quantity::EmergenceA), None, "nothing known");
}

#[test]
fn interpolation_is_accurate_for_wide_layers() {
    // Four wide layers: E_A / ΠN → (1 - p) p³. Its logarithm bends by 4 p (1 - p) per squared log odds, so between two points
    // that are d apart the error is up to d² p (1 - p) / 2 / ln 10, at most 0.023 (between 10 % and 20 %).
    let limit = |p: f64| ((1.0 - p) * p.powi(3)).log10();
    let fractions = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99];
    let points = fractions.map(|p| point(p, Some((limit(p), limit(p)))));
    let random = RandomActivity { points: points.to_vec() };
    for step in 10..=990 {
        let p = f64::from(step) / 1000.0;
        let (low, _) = random.at(p, Quantity::EmergenceA).expect("between two points");
        assert!((low - limit(p)).abs() < 0.023, "at {p}: {low}, not {}", limit(p));
    }
}

#[test]
fn a_table_predicts_the_intervals_between_its_points() {
    let widths = [128, 128, 128, 10];
    let (network, random) = (NetworkGraph::dense(&widths).expect("layers with units"), random_of(&widths));
    for active in [16, 30, 60, 137, 250, 340, 378] {
        let own = random_activity(&network, active, 1000, |mask| mask_draws(0, 1_000_000 + mask));
        for (quantity, expected) in [(Quantity::EmergenceA, own.log10_e_a), (Quantity::EmergenceB, own.log10_e_b)] {
            let (low, high) = expected.expect("paths in every mask");
            let got = random.at(own.fraction, quantity).expect("between two points");
            // An end from 200 masks has a standard deviation of about 5 % of the interval, one from 1000 masks of 2 %: four of
            // these, plus the error of the linear interpolation.
            let tolerance = 0.22 * (high - low) + 0.023;
            let off = (got.0 - low).abs().max((got.1 - high).abs());
            assert!(off < tolerance, "{quantity:?}, {active} of 394: {got:?}, not {low} to {high}");
        }
    }
}

#[test]
fn the_overall_fraction_counts_units_not_layers() {
    let layers = History::new(setup(&["pytorch"], 1, 10)).layers;
    let fraction = layers.overall_fraction(&[0.5, 0.25, 1.0]).expect("three layers");
    // 32 + 8 + 10 of 64 + 32 + 10 units.
    assert!((fraction - 50.0 / 106.0).abs() < 1e-12, "{fraction}");
    for wrong in [&[0.5, 0.25][..], &[0.5, 0.25, 1.0, 1.0], &[0.5, f32::NAN, 1.0], &[]] {
        assert_eq!(layers.overall_fraction(wrong), None, "{wrong:?}");
    }
}

/// Random activity whose two ends are the log odds of the fraction, so that the fraction can be read from them.
fn telltale() -> RandomActivity {
    let odds = |p: f64| Some(((p / (1.0 - p)).ln(), (p / (1.0 - p)).ln()));
    RandomActivity { points: vec![point(0.01, odds(0.01)), point(0.99, odds(0.99))] }
}

fn run(fractions: &[(u64, f32)], diverged_at: Option<u64>) -> RunCurves {
    let active_fraction = fractions.iter().map(|&(step, fraction)| (step, vec![fraction; 3])).collect();
    RunCurves { active_fraction, diverged_at, ..RunCurves::default() }
}

#[test]
fn a_band_is_at_the_mean_fraction_of_the_visible_runs() {
    let mut history = History::new(setup(&["pytorch"], 3, 10));
    let runs = |last| vec![run(&[(0, 0.25), (5, 0.5)], None), run(&[(0, 0.75), (5, 0.25)], None), last];
    history.variants[0].runs = runs(run(&[(0, 0.125)], Some(5)));
    let band = |history: &History| history.random_band(&history.variants[0], Quantity::EmergenceA);
    assert_eq!(band(&history), [], "random activity is unknown");
    start(&mut history.setup).random_activity = telltale();
    let shares = |history: &History| {
        let bands = band(history).into_iter();
        bands.map(|(step, low, _)| (step, 1.0 / (1.0 + (-low).exp()))).collect::<Vec<_>>()
    };
    let check = |history: &History, expected: &[(u64, f64)], what: &str| {
        let got = shares(history);
        let near =
            |(got, expected): (&(u64, f64), &(u64, f64))| got.0 == expected.0 && (got.1 - expected.1).abs() < 1e-9;
        assert!(got.len() == expected.len() && got.iter().zip(expected).all(near), "{what}: {got:?}, not {expected:?}");
    };
    check(&history, &[(0, 0.5), (5, 0.375)], "a diverged run is excluded, as from the curve");
    history.variants[0].runs = vec![run(&[(0, 0.25)], Some(5)), run(&[(0, 0.75), (5, 0.5)], Some(8))];
    check(&history, &[(0, 0.5)], "if all diverge, until the first one does");
    history.variants[0].runs = runs(run(&[(0, 0.125), (5, 0.0)], None));
    check(&history, &[(0, 0.375), (5, 0.25)], "of all runs");
    let own = history.random_of_run(&history.variants[0].runs[2], Quantity::EmergenceB);
    assert_eq!(own.len(), 1, "a run without active units has no interval: {own:?}");
    let other = history.random_band(&history.variants[0], Quantity::ChannelEmergenceA);
    assert_eq!(other, [], "units only");
}
