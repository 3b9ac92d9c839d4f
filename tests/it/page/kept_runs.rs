//! The list of interrupted runs: which are kept, how they are named, and what is said of those that cannot be continued.

use crate::fixtures::{experiment, synthetic_history};
use emergence_lab::checkpoint::{CheckpointHead, FORMAT};
use emergence_lab::error::{CheckpointError, CheckpointPart};
use emergence_lab::version::COMPUTATION;
use emergence_lab::web::page::model::checkpoints::{
    INTERVAL_MILLISECONDS, InterruptedRun, KeptRun, MOST_BYTES, MOST_KEPT, interval, superfluous,
};
use emergence_lab::web::page::words::interruptions;

const QUERY: &str = "data=digits&steps=1000&device=cpu";

fn kept(key: &str, bytes: u64) -> KeptRun {
    KeptRun {
        key: key.to_owned(),
        contents: Ok(InterruptedRun { experiment: experiment(QUERY), step: 450 }),
        bytes,
        stored_at: 0.0,
        date: "today".to_owned(),
        is_elsewhere: false,
    }
}

#[test]
fn the_oldest_runs_have_to_go() {
    let check = |sizes: &[u64], gone: &[&str]| {
        let runs: Vec<KeptRun> =
            sizes.iter().enumerate().map(|(index, bytes)| kept(&index.to_string(), *bytes)).collect();
        assert_eq!(superfluous(&runs), gone, "{sizes:?}");
    };
    check(&[], &[]);
    check(&[1; MOST_KEPT], &[]);
    check(&[1; MOST_KEPT + 2], &["5", "6"]);
    check(&[MOST_BYTES - 1, 1, 1], &["2"]);
    check(&[MOST_BYTES + 1, 1], &["1"]);
    check(&[u64::MAX, u64::MAX], &["1"]);
    let mut runs: Vec<KeptRun> = (0..MOST_KEPT + 2).map(|index| kept(&index.to_string(), 1)).collect();
    runs[MOST_KEPT].is_elsewhere = true;
    assert_eq!(superfluous(&runs), [(MOST_KEPT + 1).to_string()], "but none that another tab computes");
}

#[test]
fn large_checkpoints_are_rarer() {
    let check = |took: f64, expected: f64, what: &str| {
        assert!((interval(took) - expected).abs() < 1e-9, "{what}: {}", interval(took));
    };
    check(0.0, INTERVAL_MILLISECONDS, "the first one");
    check(100.0, INTERVAL_MILLISECONDS, "of a small network");
    check(3_000.0, 60_000.0, "one twentieth of the time at most");
}

#[test]
fn a_run_is_named_by_what_was_started() {
    let head = head();
    let read = |stated: &str| InterruptedRun::read(&head, stated).expect("a checkpoint");
    let whole = "data=digits&seeds=100&act=relu";
    assert_eq!(read(whole), InterruptedRun { experiment: experiment(whole), step: 40 }, "all batches");
    assert!(read(whole).name().contains("seeds 100"), "{}", read(whole).name());
    let own = synthetic_history(40).setup.experiment;
    assert_eq!(read("").experiment, own, "the experiment of the checkpoint if nothing is stated");
    assert_eq!(read("seeds=-1").experiment, own, "or something that cannot be read");
}

#[test]
fn a_run_that_cannot_be_continued_says_why() {
    let head = head();
    let damaged: Vec<u8> = head.iter().enumerate().map(|(at, byte)| if at == 90 { byte ^ 1 } else { *byte }).collect();
    let error = InterruptedRun::read(&damaged, QUERY).expect_err("damaged");
    assert!(matches!(error, CheckpointError::Checksum { part: CheckpointPart::Header, .. }), "{error:?}");
    assert!(interruptions::unusable(&error).contains("damaged"), "{}", interruptions::unusable(&error));
    let expected = COMPUTATION.to_owned();
    let of_others = [
        CheckpointError::Program { expected, got: "0.1.0+0".to_owned() },
        CheckpointError::Format { expected: FORMAT, got: FORMAT + 1 },
    ];
    for error in of_others {
        assert!(interruptions::unusable(&error).contains("another version"), "{error:?}");
        let run = KeptRun { contents: Err(error), ..kept("a", 2_000_000) };
        assert_eq!(interruptions::place(&run), "today · 2 MB", "there are no steps to speak of");
    }
}

#[test]
fn the_place_of_a_run_says_where_it_is() {
    let run = kept("a", 2_000_000);
    assert_eq!(interruptions::place(&run), "step 450 of 1,000 · today · 2 MB", "here");
    let elsewhere = KeptRun { is_elsewhere: true, ..run };
    assert_eq!(
        interruptions::place(&elsewhere),
        "step 450 of 1,000 · today · 2 MB · open in another tab",
        "in another tab"
    );
}

fn head() -> Vec<u8> {
    let (history, state_sha256) = (synthetic_history(40), "0".repeat(64));
    CheckpointHead { step: 40, history, state_bytes: 0, state_sha256 }.to_bytes()
}
