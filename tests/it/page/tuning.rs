//! While the worker tunes initial weights, it accepts commands: what the page sends it, and what the page shows.

use super::{
    NEW_WORKER, PAUSED, QUERY, READY, all_lifecycles, ask, data, failed, failed_lifecycle, hear, ignore,
    preparing_lifecycle, progress, ready_lifecycle, send, started, training_lifecycle,
};
use crate::fixtures::experiment;
use emergence_lab::metrics::PreparationProgress;
use emergence_lab::protocol::{Command, Event, FailureKind};
use emergence_lab::web::page::model::lifecycle::Lifecycle;
use emergence_lab::web::page::model::phase::{Phase, Request};
use emergence_lab::web::page::words::preparation_text;

fn preparing(variant: &str, done: u64, objective: Option<f64>) -> PreparationProgress {
    PreparationProgress { variant: variant.parse().expect("a scheme"), done, total: 1390, objective }
}

/// The worker reports the progress of the tuning.
pub(super) fn tuning() -> Event {
    Event::Preparation { progress: preparing("gradinit", 40, Some(21.3)) }
}

fn tuning_lifecycle() -> Lifecycle {
    let mut lifecycle = preparing_lifecycle();
    hear(&mut lifecycle, &data(), &[], Phase::Preparing);
    hear(&mut lifecycle, &tuning(), &[], Phase::Preparing);
    lifecycle
}

#[test]
fn tuning_is_part_of_the_preparation() {
    let mut lifecycle = tuning_lifecycle();
    assert_eq!(lifecycle.phase().name(), "training", "as in the contract");
    assert!(!lifecycle.measuring() && !lifecycle.accepts(&progress()), "nothing is measured yet");
    for _ in 0..3 {
        hear(&mut lifecycle, &tuning(), &[], Phase::Preparing);
    }
    let requests = [Request::Run, Request::Pause, Request::Resume, Request::Step, Request::Reset, Request::Restart];
    let allowed: Vec<_> = requests.into_iter().filter(|request| lifecycle.allows(*request, true)).collect();
    assert_eq!(allowed, [Request::Pause, Request::Reset, Request::Restart], "as without it");
    hear(&mut lifecycle, &started(), &[], Phase::Training);
}

#[test]
fn a_reset_during_tuning_keeps_the_worker() {
    let mut lifecycle = tuning_lifecycle();
    ask(&mut lifecycle, Request::Reset, &send(Command::Reset), Phase::Ready);
    assert_eq!(lifecycle, ready_lifecycle(), "as if nothing had been started");
    for late in [tuning(), started(), progress(), PAUSED, failed(FailureKind::Experiment)] {
        ignore(&mut lifecycle, &late);
    }
    // At the next start, data are loaded, and the worker does not accept commands until it reports again.
    ask(&mut lifecycle, Request::Run, &super::start(false), Phase::Preparing);
    assert_eq!(lifecycle, preparing_lifecycle(), "nothing of the tuning is left");
    ask(&mut lifecycle, Request::Reset, &[NEW_WORKER], Phase::Ready);
}

#[test]
fn tuning_pauses_and_goes_on() {
    let mut lifecycle = tuning_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Preparing);
    assert!(lifecycle.pausing() && !lifecycle.allows(Request::Pause, true), "it was requested");
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    assert!(lifecycle.tuning() && !lifecycle.measuring(), "no step was taken");
    ask(&mut lifecycle, Request::Resume, &send(Command::Resume), Phase::Preparing);
    assert_eq!(lifecycle, tuning_lifecycle(), "as if it had not paused");
    hear(&mut lifecycle, &tuning(), &[], Phase::Preparing);
    hear(&mut lifecycle, &started(), &[], Phase::Training);
}

#[test]
fn tuning_advances_iteration_by_iteration() {
    let mut lifecycle = tuning_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Preparing);
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    for _ in 0..3 {
        ask(&mut lifecycle, Request::Step, &send(Command::Step), Phase::Preparing);
        hear(&mut lifecycle, &tuning(), &[], Phase::Preparing);
        hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    }
    ask(&mut lifecycle, Request::Reset, &send(Command::Reset), Phase::Ready);
    assert_eq!(lifecycle, ready_lifecycle(), "nothing of the tuning is left");
}

#[test]
fn a_pause_before_tuning_takes_effect_at_its_first_iteration() {
    let mut lifecycle = preparing_lifecycle();
    ask(&mut lifecycle, Request::Pause, &[], Phase::Preparing);
    hear(&mut lifecycle, &data(), &[], Phase::Preparing);
    hear(&mut lifecycle, &tuning(), &send(Command::Pause), Phase::Preparing);
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
}

#[test]
fn a_pause_at_the_last_iteration_takes_effect_at_the_start() {
    let mut lifecycle = tuning_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Preparing);
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    assert!(lifecycle.pausing(), "the worker pauses before the first step");
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    assert!(lifecycle.measuring(), "at step 0");
}

#[test]
fn a_step_waits_for_the_tuning() {
    let mut lifecycle = ready_lifecycle();
    ask(&mut lifecycle, Request::Step, &super::start(true), Phase::Preparing);
    hear(&mut lifecycle, &tuning(), &[], Phase::Preparing);
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    hear(&mut lifecycle, &PAUSED, &send(Command::Step), Phase::Training);
}

#[test]
fn a_restart_while_tuning_starts_again_with_another_worker() {
    let mut lifecycle = tuning_lifecycle();
    ask(&mut lifecycle, Request::Restart, &[NEW_WORKER], Phase::Loading);
    assert!(lifecycle.waiting_to_start(), "the experiment waits");
    ignore(&mut lifecycle, &tuning());
    hear(&mut lifecycle, &READY, &super::start(false), Phase::Preparing);
    assert_eq!(lifecycle, preparing_lifecycle(), "which has not begun to tune");
}

#[test]
fn progress_of_tuning_is_accepted_during_preparation_only() {
    for mut lifecycle in all_lifecycles().into_iter().filter(|lifecycle| lifecycle.phase() != Phase::Preparing) {
        assert!(!lifecycle.accepts(&tuning()), "it belongs to an experiment that was dropped: {lifecycle:?}");
        ignore(&mut lifecycle, &tuning());
    }
}

#[test]
fn a_worker_that_tuned_before_is_not_assumed_to_accept_commands() {
    let mut tuned = tuning_lifecycle();
    hear(&mut tuned, &started(), &[], Phase::Training);
    ask(&mut tuned, Request::Reset, &send(Command::Reset), Phase::Ready);
    ask(&mut tuned, Request::Run, &super::start(false), Phase::Preparing);
    ask(&mut tuned, Request::Reset, &[NEW_WORKER], Phase::Ready);
}

#[test]
fn a_failure_while_tuning_is_shown() {
    for kind in [FailureKind::Experiment, FailureKind::Device, FailureKind::Crash] {
        let mut lifecycle = tuning_lifecycle();
        hear(&mut lifecycle, &failed(kind), &[], Phase::Failed);
        assert_eq!(lifecycle, failed_lifecycle(kind), "like any other failure");
    }
    let mut lifecycle = tuning_lifecycle();
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    let mut plain = training_lifecycle();
    for training in [&mut lifecycle, &mut plain] {
        assert_eq!(
            training.request(Request::Pause, &experiment(QUERY)),
            send(Command::Pause),
            "training is not affected"
        );
    }
}

#[test]
fn tuning_is_displayed_in_iterations() {
    let check =
        |progress: &PreparationProgress, text: &str| assert_eq!(preparation_text(progress), text, "{progress:?}");
    check(&preparing("gradinit", 40, Some(21.3)), "GradInit: 40 of 1,390, objective 21.3");
    check(&preparing("gradinit", 0, None), "GradInit: 0 of 1,390");
    check(&preparing("metainit", 1390, Some(0.734)), "MetaInit: 1,390 of 1,390, objective 0.734");
    check(&preparing("lsuv(kaiming_normal)", 2, None), "LSUV (Kaiming normal): 2 of 1,390");
    check(
        &preparing("gradinit(kaiming_normal;eta=0.05)", 9, Some(2e-5)),
        "GradInit (…): 9 of 1,390, objective 2.00e-5",
    );
}

/// A phone of 360 px has room for 48 digits of its status line (13 px, 336 px wide); letters are narrower on average.
#[test]
fn tuning_fits_on_a_phone() {
    let bases = ["xavier_normal", "emergence(kaiming_normal;alpha=1.5)", "custom(std=sqrt(2/fan_in))"];
    for method in ["lsuv", "datadep", "metainit", "gradinit", "nio"] {
        for base in bases {
            let variant = format!("{method}({base})");
            let progress = PreparationProgress {
                variant: variant.parse().expect("a scheme"),
                done: 9_999,
                total: 10_000,
                objective: (method != "lsuv" && method != "datadep").then_some(1.234e-5),
            };
            let text = preparation_text(&progress);
            assert!(text.chars().count() <= 48, "{} characters: {text}", text.chars().count());
        }
    }
}
