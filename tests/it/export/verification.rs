//! Verifying a results file: what differs first is named.

use crate::fixtures::synthetic_history;
use emergence_lab::catalog::Quantity;
use emergence_lab::export::{Discrepancy, Results, Verification, parse_results, to_json, verify};

fn results() -> Results {
    Results::of(&synthetic_history(400)).expect("it has started")
}

#[test]
fn the_same_numbers_are_identical() {
    let read = parse_results(&to_json(&results())).expect("what was written");
    assert_eq!(verify(&read, &results()), Verification::Identical, "also after a file");
    let mut later = results();
    later.timing.elapsed_secs = 99.0;
    "elsewhere".clone_into(&mut later.environment.adapter);
    later.variants[0].init.seconds = 7.0;
    assert_eq!(verify(&read, &later), Verification::Identical, "times and devices are no results");
}

#[test]
fn rounding_is_told_apart_from_differences() {
    let mut other = results();
    "elsewhere".clone_into(&mut other.environment.adapter);
    let point = &mut other.variants[1].runs[2].curves[Quantity::TrainLoss][17];
    point.1 = point.1.map(|loss| loss + 3e-6);
    let mut here = other.clone();
    here.environment = results().environment;
    let found = verify(&results(), &here);
    assert!(
        matches!(found, Verification::Differs(Discrepancy::Value { step: 18, .. })),
        "the same device rounds alike: {found:?}"
    );
    let Verification::Agrees { largest } = verify(&results(), &other) else { panic!("rounding") };
    assert!((1e-6..=3.1e-6).contains(&largest), "relative to a loss between 1 and 3: {largest}");
    for (run, index) in [(0, 300), (2, 200)] {
        let point = &mut other.variants[1].runs[run].curves[Quantity::TrainLoss][index];
        point.1 = point.1.map(|loss| loss + 0.1);
    }
    let Verification::Differs(Discrepancy::Value { variant, seed, quantity, step, .. }) = verify(&results(), &other)
    else {
        panic!("a tenth is no rounding")
    };
    let found = (variant.as_str(), seed, quantity, step);
    assert_eq!(found, ("kaiming_normal", 2, "train_loss", 201), "the one at the lowest step");
}

#[test]
fn checksums_and_runs_come_first() {
    let mut other = results();
    other.variants[0].runs[1].curves[Quantity::TrainLoss][0].1 = Some(9.0);
    other.variants[2].runs[1].weights_sha256 = "f".repeat(64);
    let found = verify(&results(), &other);
    assert!(
        matches!(&found, Verification::Differs(Discrepancy::Weights { seed: 1, variant, .. }) if variant.starts_with("emergence")),
        "other weights explain other losses: {found:?}"
    );
    other.receipt.order_sha256 = "a".repeat(64);
    let found = verify(&results(), &other);
    assert!(matches!(found, Verification::Differs(Discrepancy::Receipt { name: "order_sha256", .. })), "{found:?}");
    other.receipt.data_sha256 = "b".repeat(64);
    let found = verify(&results(), &other);
    assert!(matches!(found, Verification::Differs(Discrepancy::Receipt { name: "data_sha256", .. })), "{found:?}");
    let mut fewer = results();
    fewer.variants[1].runs.pop();
    let found = verify(&results(), &fewer);
    let expected = Discrepancy::Runs { variant: "kaiming_normal".to_owned(), expected: vec![0, 1, 2], got: vec![0, 1] };
    assert_eq!(found, Verification::Differs(expected), "a run is missing");
    let mut shorter = results();
    shorter.variants[0].runs[0].curves[Quantity::TestLoss].pop();
    let found = verify(&results(), &shorter);
    assert!(
        matches!(found, Verification::Differs(Discrepancy::Value { quantity: "test_loss", step: 400, got: None, .. })),
        "a value is missing: {found:?}"
    );
}

#[test]
fn a_file_may_not_state_more_than_its_curves() {
    let mut forged = results();
    forged.variants[1].summary.final_accuracy.mean = Some(0.999);
    let statement = Discrepancy::Statement { variant: "kaiming_normal".to_owned() };
    assert_eq!(verify(&forged, &results()), Verification::Differs(statement.clone()), "another mean");
    "elsewhere".clone_into(&mut forged.environment.adapter);
    assert_eq!(verify(&forged, &results()), Verification::Differs(statement), "on any device");
    let mut hidden = results();
    hidden.variants[2].runs[2].diverged_at = None;
    let found = verify(&hidden, &results());
    assert!(
        matches!(found, Verification::Differs(Discrepancy::Statement { .. })),
        "a divergence is left out: {found:?}"
    );
}
