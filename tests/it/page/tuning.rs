//! While the worker tunes initial weights it listens: what the page asks of it then, and what it shows.

use super::{
    PAUSED, QUERY, READY, all_sessions, ask, data, failed, failed_session, hear, ignore, preparing_session, progress,
    ready_session, send, started, training_session,
};
use emergence_lab::experiment::InitScheme;
use emergence_lab::metrics::{Preparing, PreparingTask};
use emergence_lab::protocol::{Command, Event, FailureKind};
use emergence_lab::web::page::state::{Effect, Phase, Request, Session};
use emergence_lab::web::page::wording::preparing_text;

fn preparing(variant: &str, done: u64, objective: Option<f64>) -> Preparing {
    let task = PreparingTask::Tuning { variant: variant.to_owned() };
    Preparing { task, done, total: 1390, objective }
}

/// The worker tells how far the tuning is.
pub(super) fn tuning() -> Event {
    Event::Preparing { preparing: preparing("gradinit", 40, Some(21.3)) }
}

fn tuning_session() -> Session {
    let mut session = preparing_session();
    hear(&mut session, &data(), &[], Phase::Preparing);
    hear(&mut session, &tuning(), &[], Phase::Preparing);
    session
}

#[test]
fn tuning_is_part_of_the_preparation() {
    let mut session = tuning_session();
    assert_eq!(session.phase().name(), "training", "as the contract has it");
    assert!(!session.measuring() && !session.accepts(&progress()), "nothing is measured yet");
    for _ in 0..3 {
        hear(&mut session, &tuning(), &[], Phase::Preparing);
    }
    let requests = [Request::Run, Request::Pause, Request::Resume, Request::Step, Request::Reset, Request::Restart];
    let allowed: Vec<_> = requests.into_iter().filter(|request| session.allows(*request, true)).collect();
    assert_eq!(allowed, [Request::Pause, Request::Reset, Request::Restart], "as without it");
    hear(&mut session, &started(), &[], Phase::Training);
}

#[test]
fn a_reset_of_a_worker_that_listens_keeps_the_worker() {
    let mut session = tuning_session();
    ask(&mut session, Request::Reset, &send(Command::Reset), Phase::Ready);
    assert_eq!(session, ready_session(), "as if nothing had been started");
    for late in [tuning(), started(), progress(), PAUSED, failed(FailureKind::Experiment)] {
        ignore(&mut session, &late);
    }
    // The next start has data to load, and its worker does not listen until it says something again.
    ask(&mut session, Request::Run, &super::start(false), Phase::Preparing);
    assert_eq!(session, preparing_session(), "nothing of the tuning is left");
    ask(&mut session, Request::Reset, &[Effect::ReplaceWorker], Phase::Loading);
}

#[test]
fn a_pause_while_tuning_comes_with_the_start() {
    let mut session = tuning_session();
    ask(&mut session, Request::Pause, &[], Phase::Preparing);
    hear(&mut session, &tuning(), &[], Phase::Preparing);
    assert!(session.pausing() && !session.allows(Request::Pause, true), "it was asked for");
    hear(&mut session, &started(), &send(Command::Pause), Phase::Training);
    hear(&mut session, &PAUSED, &[], Phase::Paused);
}

#[test]
fn a_step_waits_for_the_tuning() {
    let mut session = ready_session();
    ask(&mut session, Request::Step, &super::start(true), Phase::Preparing);
    hear(&mut session, &tuning(), &[], Phase::Preparing);
    hear(&mut session, &started(), &[], Phase::Training);
    hear(&mut session, &PAUSED, &send(Command::Step), Phase::Training);
}

#[test]
fn a_restart_while_tuning_starts_again_with_another_worker() {
    let mut session = tuning_session();
    ask(&mut session, Request::Restart, &[Effect::ReplaceWorker], Phase::Loading);
    assert!(session.waiting_to_start(), "the experiment waits");
    ignore(&mut session, &tuning());
    hear(&mut session, &READY, &super::start(false), Phase::Preparing);
    assert_eq!(session, preparing_session(), "which has not begun to tune");
}

#[test]
fn news_of_tuning_is_for_an_experiment_in_preparation_only() {
    for mut session in all_sessions().into_iter().filter(|session| session.phase() != Phase::Preparing) {
        assert!(!session.accepts(&tuning()), "it belongs to an experiment that was dropped: {session:?}");
        ignore(&mut session, &tuning());
    }
}

#[test]
fn a_worker_that_tuned_once_is_not_taken_to_be_listening_later() {
    let mut tuned = tuning_session();
    hear(&mut tuned, &started(), &[], Phase::Training);
    ask(&mut tuned, Request::Reset, &send(Command::Reset), Phase::Ready);
    ask(&mut tuned, Request::Run, &super::start(false), Phase::Preparing);
    ask(&mut tuned, Request::Reset, &[Effect::ReplaceWorker], Phase::Loading);
}

#[test]
fn a_failure_while_tuning_is_shown() {
    for kind in [FailureKind::Experiment, FailureKind::Device, FailureKind::Crash] {
        let mut session = tuning_session();
        hear(&mut session, &failed(kind), &[], Phase::Failed);
        assert_eq!(session, failed_session(kind), "as any other one");
    }
    let mut session = tuning_session();
    hear(&mut session, &started(), &[], Phase::Training);
    let mut plain = training_session();
    for training in [&mut session, &mut plain] {
        assert_eq!(training.request(Request::Pause, QUERY), send(Command::Pause), "training is as ever");
    }
}

#[test]
fn tuning_is_told_in_iterations() {
    let check = |preparing: &Preparing, text: &str| assert_eq!(preparing_text(preparing), text, "{preparing:?}");
    check(&preparing("gradinit", 40, Some(21.3)), "GradInit: 40 of 1,390, objective 21.3");
    check(&preparing("gradinit", 0, None), "GradInit: 0 of 1,390");
    check(&preparing("metainit", 1390, Some(0.734)), "MetaInit: 1,390 of 1,390, objective 0.734");
    check(&preparing("lsuv(kaiming_normal)", 2, None), "LSUV (Kaiming normal): 2 of 1,390");
    check(
        &preparing("gradinit(kaiming_normal;eta=0.05)", 9, Some(2e-5)),
        "GradInit (…): 9 of 1,390, objective 2.00e-5",
    );
    check(&preparing("of a later version", 2, None), "of a later version: 2 of 1,390");
    let random = Preparing { task: PreparingTask::RandomActivity, done: 3, total: 19, objective: None };
    check(&random, "Random activity: 3 of 19");
}

/// A phone of 360 px has room for 48 digits of its status line (13 px, 336 px wide); letters are narrower on average.
#[test]
fn tuning_fits_on_a_phone() {
    let bases = ["xavier_normal", "emergence(kaiming_normal;alpha=1.5)", "custom(std=sqrt(2/fan_in))"];
    for method in ["lsuv", "datadep", "metainit", "gradinit", "nio"] {
        for base in bases {
            let variant = format!("{method}({base})");
            assert!(variant.parse::<InitScheme>().is_ok(), "`{variant}` is a scheme");
            let preparing = Preparing {
                task: PreparingTask::Tuning { variant },
                done: 9_999,
                total: 10_000,
                objective: (method != "lsuv" && method != "datadep").then_some(1.234e-5),
            };
            let text = preparing_text(&preparing);
            assert!(text.chars().count() <= 48, "{} characters: {text}", text.chars().count());
        }
    }
}
