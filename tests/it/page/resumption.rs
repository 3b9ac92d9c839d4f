//! Runs that go on from a checkpoint: in a new worker, paused if they were, and after the GPU is given up.

use super::{NEW_WORKER, PAUSED, QUERY, READY, ask, device, failed, hear, progress, send, started, training_lifecycle};
use crate::fixtures::experiment;
use emergence_lab::protocol::{Command, Computing, Event, FailureKind};
use emergence_lab::web::page::model::lifecycle::Effect;
use emergence_lab::web::page::model::phase::{Phase, Request};

fn resume(paused: bool) -> [Effect; 1] {
    let experiment = experiment(QUERY).into();
    send(Command::Start { experiment, paused, computing: Computing::default(), resumes: true })
}

#[test]
fn a_run_goes_on_in_a_new_worker() {
    let mut lifecycle = training_lifecycle();
    assert_eq!(lifecycle.resume_with(&experiment(QUERY), false), [NEW_WORKER], "the old one is gone");
    assert!(lifecycle.waiting_to_start(), "it waits");
    hear(&mut lifecycle, &READY, &resume(false), Phase::Preparing);
    assert!(lifecycle.resumes(), "from a checkpoint");
    hear(&mut lifecycle, &device(), &[], Phase::Preparing);
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    assert!(lifecycle.resumes(), "the page keeps the curves");
    hear(&mut lifecycle, &progress(), &[], Phase::Training);
    ask(&mut lifecycle, Request::Reset, &send(Command::Reset), Phase::Ready);
    ask(&mut lifecycle, Request::Run, &super::start(false), Phase::Preparing);
    assert!(!lifecycle.resumes(), "the next start is from the beginning");
}

#[test]
fn a_paused_run_stays_paused() {
    let mut lifecycle = training_lifecycle();
    assert_eq!(lifecycle.resume_with(&experiment(QUERY), true), [NEW_WORKER], "the old one is gone");
    hear(&mut lifecycle, &READY, &resume(true), Phase::Preparing);
    hear(&mut lifecycle, &started(), &send(Command::Pause), Phase::Training);
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    ask(&mut lifecycle, Request::Resume, &send(Command::Resume), Phase::Training);
}

#[test]
fn a_run_goes_on_without_its_gpu() {
    let query = "data=digits&steps=5";
    let mut lifecycle = training_lifecycle();
    assert_eq!(lifecycle.resume_with(&experiment(query), false), [Effect::AskForAdapter], "it may use a GPU");
    let _ = lifecycle.adapter_known(true);
    let _ = lifecycle.event(&READY);
    assert_eq!(lifecycle.phase(), Phase::Preparing, "the large worker has loaded");
    assert_eq!(lifecycle.leave_gpu(&experiment(query)), [NEW_WORKER], "its GPU does not open");
    let starts = lifecycle.event(&READY);
    assert!(matches!(starts.as_slice(), [Effect::Send(Command::Start { resumes: true, .. })]), "{starts:?}");
}

#[test]
fn a_checkpoint_that_cannot_be_used_is_a_failure_with_words() {
    let mut lifecycle = training_lifecycle();
    let _ = lifecycle.resume_with(&experiment(QUERY), false);
    hear(&mut lifecycle, &READY, &resume(false), Phase::Preparing);
    hear(&mut lifecycle, &failed(FailureKind::Experiment), &[], Phase::Failed);
    assert!(!lifecycle.resumes() && lifecycle.worker_ready(), "the worker can start anew");
}

#[test]
fn checkpoints_are_expected_while_training_and_paused_only() {
    let made = Event::Checkpoint { step: 3, state_sha256: String::new() };
    for lifecycle in super::all_lifecycles() {
        let expected = matches!(lifecycle.phase(), Phase::Training | Phase::Paused);
        assert_eq!(lifecycle.accepts(&made), expected, "{lifecycle:?}");
    }
}
