//! Failures: the effect of each kind, and how a restart recovers.

use super::{
    NEW_WORKER, PAUSED, QUERY, READY, WHY, all_lifecycles, ask, failed, failed_lifecycle, finished, finished_lifecycle,
    hear, ignore, loading_lifecycle, paused_lifecycle, preparing_lifecycle, progress, ready_lifecycle, start, started,
    training_lifecycle,
};
use crate::fixtures::experiment;
use emergence_lab::protocol::{Event, FailureKind};
use emergence_lab::web::page::model::failure::{Failure, Remedy};
use emergence_lab::web::page::model::lifecycle::Lifecycle;
use emergence_lab::web::page::model::phase::{Phase, Request};

#[test]
fn every_kind_of_failure_has_its_remedy() {
    let check = |kind: FailureKind, remedy: Remedy, worker_ready: bool| {
        for mut lifecycle in [preparing_lifecycle(), training_lifecycle(), paused_lifecycle()] {
            hear(&mut lifecycle, &failed(kind), &[], Phase::Failed);
            let expected = Failure { remedy, message: WHY.to_owned() };
            assert_eq!(lifecycle.failure(), Some(&expected), "the failure after {kind:?}");
            assert_eq!(lifecycle.worker_ready(), worker_ready, "whether the worker survives {kind:?}");
            ignore(&mut lifecycle, &started());
            ignore(&mut lifecycle, &finished());
        }
    };
    check(FailureKind::Experiment, Remedy::Change, true);
    check(FailureKind::Data, Remedy::OtherData, true);
    check(FailureKind::Consent, Remedy::Consent, true);
    check(FailureKind::NoDevice, Remedy::OtherDevice, true);
    check(FailureKind::Device, Remedy::OtherDevice, false);
    check(FailureKind::Crash, Remedy::Restart, false);
}

#[test]
fn a_gpu_that_is_lost_while_nothing_is_computed_is_no_failure() {
    for (mut lifecycle, phase) in [(ready_lifecycle(), Phase::Ready), (finished_lifecycle(), Phase::Finished)] {
        hear(&mut lifecycle, &failed(FailureKind::Device), &[], phase);
        assert!(lifecycle.worker_absent() && lifecycle.failure().is_none(), "its worker is gone");
        ask(&mut lifecycle, Request::Run, &[NEW_WORKER], Phase::Loading);
        hear(&mut lifecycle, &READY, &start(false), Phase::Preparing);
        assert_eq!(lifecycle, preparing_lifecycle(), "the next run has another one");
    }
    let mut lifecycle = finished_lifecycle();
    hear(&mut lifecycle, &failed(FailureKind::Device), &[], Phase::Finished);
    ask(&mut lifecycle, Request::Reset, &[], Phase::Ready);
}

#[test]
fn a_broken_device_or_worker_is_reported_at_any_other_time() {
    let is_idle = |lifecycle: &Lifecycle| matches!(lifecycle.phase(), Phase::Ready | Phase::Finished);
    for kind in [FailureKind::Device, FailureKind::Crash, FailureKind::Memory] {
        for mut lifecycle in all_lifecycles().into_iter().filter(|all| kind != FailureKind::Device || !is_idle(all)) {
            hear(&mut lifecycle, &failed(kind), &[], Phase::Failed);
            assert!(!lifecycle.worker_ready(), "it cannot receive commands");
        }
    }
}

#[test]
fn a_worker_that_survives_a_failure_runs_another_experiment() {
    for kind in [FailureKind::Experiment, FailureKind::Data, FailureKind::Consent, FailureKind::NoDevice] {
        let mut lifecycle = failed_lifecycle(kind);
        ask(&mut lifecycle, Request::Run, &start(false), Phase::Preparing);
        assert_eq!(lifecycle, preparing_lifecycle(), "the failure is cleared");
    }
}

#[test]
fn a_run_after_the_end_of_the_worker_starts_another_worker() {
    for kind in [FailureKind::Device, FailureKind::Crash] {
        let mut lifecycle = failed_lifecycle(kind);
        ask(&mut lifecycle, Request::Run, &[NEW_WORKER], Phase::Loading);
        assert!(lifecycle.waiting_to_start(), "the experiment waits for the new one");
        hear(&mut lifecycle, &READY, &start(false), Phase::Preparing);
        assert_eq!(lifecycle, preparing_lifecycle(), "the failure is cleared");
    }
}

#[test]
fn the_first_failure_is_the_one_that_is_shown() {
    let mut lifecycle = failed_lifecycle(FailureKind::Data);
    let first = lifecycle.failure().cloned();
    hear(&mut lifecycle, &Event::Failed { kind: FailureKind::Crash, message: "Later.".into() }, &[], Phase::Failed);
    assert_eq!(lifecycle.failure(), first.as_ref(), "after a crash");
    lifecycle.worker_lost("Even later.");
    assert_eq!(lifecycle.failure(), first.as_ref(), "and after the end of the worker");
    assert!(!lifecycle.worker_ready(), "which is recorded as well");
}

#[test]
fn a_lost_worker_is_a_failure_in_every_phase() {
    for mut lifecycle in all_lifecycles().into_iter().filter(|lifecycle| lifecycle.phase() != Phase::Failed) {
        lifecycle.worker_lost(WHY);
        assert_eq!((lifecycle.phase(), lifecycle.worker_ready()), (Phase::Failed, false), "there is no worker");
        let expected = Failure { remedy: Remedy::Restart, message: WHY.to_owned() };
        assert_eq!(lifecycle.failure(), Some(&expected), "a restart starts another worker");
    }
}

#[test]
fn a_restart_resets_the_page() {
    let mut lifecycle = failed_lifecycle(FailureKind::Crash);
    ask(&mut lifecycle, Request::Restart, &[NEW_WORKER], Phase::Ready);
    assert!(!lifecycle.worker_absent(), "another worker is loading");
}

#[test]
fn a_restart_during_training_starts_again_with_the_new_worker() {
    for mut lifecycle in [loading_lifecycle(), preparing_lifecycle(), training_lifecycle()] {
        ask(&mut lifecycle, Request::Restart, &[NEW_WORKER], Phase::Loading);
        hear(&mut lifecycle, &READY, &start(false), Phase::Preparing);
    }
}

#[test]
fn a_restart_with_an_experiment_starts_it_when_the_new_worker_is_ready() {
    for mut lifecycle in all_lifecycles() {
        let before = lifecycle.phase();
        assert_eq!(lifecycle.restart_with(&experiment(QUERY)), [NEW_WORKER], "effects in phase {before:?}");
        assert!(lifecycle.waiting_to_start(), "the experiment waits");
        for late in [started(), progress(), PAUSED, finished(), failed(FailureKind::Data)] {
            ignore(&mut lifecycle, &late);
        }
        hear(&mut lifecycle, &READY, &start(false), Phase::Preparing);
        assert_eq!(lifecycle, preparing_lifecycle(), "nothing of the old one is left");
    }
}

#[test]
fn a_late_failure_does_not_bring_back_a_lost_worker() {
    let mut lifecycle = failed_lifecycle(FailureKind::Crash);
    hear(&mut lifecycle, &failed(FailureKind::Data), &[], Phase::Failed);
    assert!(!lifecycle.worker_ready(), "only Ready announces a worker");
}
