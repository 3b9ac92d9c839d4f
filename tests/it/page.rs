//! What the page is doing, without a browser: requests of the visitor and news of the worker, in the orders in which
//! they come, in orders that are unlucky, and (in [`any_order`]) in any order; while weights are tuned in [`tuning`]. Its
//! words are in [`messages`], [`words`] and [`control`], the picker of initializations in [`catalog`], what surrounds its
//! form in [`planned`], the section about layers before training in [`initial`], the one that looks inside a run in
//! [`inside`], the path explorer in [`paths`].

mod any_order;
mod catalog;
mod control;
mod initial;
mod inside;
mod messages;
mod paths;
mod planned;
mod tuning;
mod words;

use crate::metrics::setup;
use emergence_lab::metrics::{Environment, Record, Timing};
use emergence_lab::protocol::{Command, Event, FailureKind, PROTOCOL_VERSION};
use emergence_lab::web::page::state::{Effect, Failure, Phase, Remedy, Request, Session};

const QUERY: &str = "data=digits&steps=5";
const WHY: &str = "It broke on purpose.";

const READY: Event = Event::Ready { protocol_version: PROTOCOL_VERSION };
const PAUSED: Event = Event::Paused { step: 0 };

/// The values of `data-state` that the contract names.
const STATES: [&str; 6] = ["loading", "ready", "training", "paused", "finished", "failed"];

const REQUESTS: [Request; 6] =
    [Request::Run, Request::Pause, Request::Resume, Request::Step, Request::Reset, Request::Restart];

fn device() -> Event {
    let environment = Environment { backend: "cpu".into(), adapter: "Flex".into(), version: "0.1.0".into() };
    Event::Device { environment, fallback: None }
}

fn data() -> Event {
    Event::Data { file: "digits".into(), received: 1, total: None }
}

fn data_fallback() -> Event {
    Event::DataFallback { reason: "Offline.".into() }
}

fn started() -> Event {
    Event::Started { setup: Box::new(setup(&["pytorch"], 1, 400)) }
}

fn progress() -> Event {
    Event::Progress { record: Record::default(), timing: Timing::default() }
}

fn finished() -> Event {
    Event::Finished { timing: Timing::default() }
}

fn failed(kind: FailureKind) -> Event {
    Event::Failed { kind, message: WHY.to_owned() }
}

fn send(command: Command) -> [Effect; 1] {
    [Effect::Send(command)]
}

fn start(paused: bool) -> [Effect; 1] {
    send(Command::Start { query: QUERY.to_owned(), paused })
}

/// The visitor asks for something that makes sense: `effects` follow, and `phase` is reached.
fn ask(session: &mut Session, request: Request, effects: &[Effect], phase: Phase) {
    let before = session.clone();
    assert!(before.allows(request, true), "{request:?} makes sense for {before:?}");
    assert_eq!(session.request(request, QUERY), effects, "effects of {request:?} on {before:?}");
    assert_eq!(session.phase(), phase, "phase after {request:?} on {before:?}");
}

/// The worker says something: `effects` follow, and `phase` is reached.
fn hear(session: &mut Session, event: &Event, effects: &[Effect], phase: Phase) {
    let before = session.clone();
    assert_eq!(session.event(event), effects, "effects of {event:?} on {before:?}");
    assert_eq!(session.phase(), phase, "phase after {event:?} on {before:?}");
}

/// The worker says something that is no longer of interest.
fn ignore(session: &mut Session, event: &Event) {
    let before = session.clone();
    hear(session, event, &[], before.phase());
    assert_eq!(*session, before, "nothing has changed by {event:?}");
}

fn ready_session() -> Session {
    let mut session = Session::default();
    hear(&mut session, &READY, &[], Phase::Ready);
    session
}

fn preparing_session() -> Session {
    let mut session = ready_session();
    ask(&mut session, Request::Run, &start(false), Phase::Preparing);
    session
}

fn training_session() -> Session {
    let mut session = preparing_session();
    hear(&mut session, &started(), &[], Phase::Training);
    session
}

fn paused_session() -> Session {
    let mut session = training_session();
    ask(&mut session, Request::Pause, &send(Command::Pause), Phase::Training);
    hear(&mut session, &PAUSED, &[], Phase::Paused);
    session
}

fn finished_session() -> Session {
    let mut session = training_session();
    hear(&mut session, &finished(), &[], Phase::Finished);
    session
}

fn failed_session(kind: FailureKind) -> Session {
    let mut session = training_session();
    hear(&mut session, &failed(kind), &[], Phase::Failed);
    session
}

/// One of every phase, in the order of [`STATES`].
fn all_sessions() -> [Session; 7] {
    [
        Session::default(),
        ready_session(),
        preparing_session(),
        training_session(),
        paused_session(),
        finished_session(),
        failed_session(FailureKind::Crash),
    ]
}

#[test]
fn every_phase_has_a_name_of_the_contract() {
    let mut names: Vec<_> = all_sessions().iter().map(|session| session.phase().name()).collect();
    names.dedup();
    assert_eq!(names, STATES, "preparing counts as training");
}

#[test]
fn requests_are_called_as_in_the_contract() {
    let names = ["run", "pause", "resume", "step", "reset", "restart"];
    assert_eq!(names.map(Request::named), REQUESTS.map(Some), "by their names");
    for other in ["", "Run", "runs", "config"] {
        assert_eq!(Request::named(other), None, "`{other}` is no request");
    }
}

#[test]
fn what_makes_sense_depends_on_the_phase() {
    let check = |session: &Session, changed: bool, expected: &[Request]| {
        assert!(session.allows(Request::Restart, changed), "another worker can be had at any time: {session:?}");
        let others = REQUESTS.into_iter().filter(|request| *request != Request::Restart);
        let allowed: Vec<_> = others.filter(|request| session.allows(*request, changed)).collect();
        assert_eq!(allowed, expected, "what makes sense for {session:?}; changed form: {changed}");
    };
    for changed in [false, true] {
        check(&Session::default(), changed, &[Request::Run]);
        check(&ready_session(), changed, &[Request::Run, Request::Step]);
        check(&preparing_session(), changed, &[Request::Pause, Request::Reset]);
        check(&training_session(), changed, &[Request::Pause, Request::Reset]);
        check(&finished_session(), changed, &[Request::Run, Request::Reset]);
        check(&failed_session(FailureKind::Experiment), changed, &[Request::Run]);
        check(&failed_session(FailureKind::Crash), changed, &[Request::Run]);
    }
    // While it is paused, Run is for another experiment.
    check(&paused_session(), false, &[Request::Resume, Request::Step, Request::Reset]);
    check(&paused_session(), true, &[Request::Run, Request::Resume, Request::Step, Request::Reset]);
}

#[test]
fn an_experiment_runs_to_its_end_and_again() {
    let mut session = preparing_session();
    for event in [device(), data(), data_fallback()] {
        assert!(session.accepts(&event), "{event:?} is shown");
        hear(&mut session, &event, &[], Phase::Preparing);
    }
    assert!(!session.accepts(&progress()), "nothing is measured before the start");
    hear(&mut session, &started(), &[], Phase::Training);
    assert!(session.accepts(&progress()) && session.measuring(), "what is measured from now on counts");
    hear(&mut session, &progress(), &[], Phase::Training);
    hear(&mut session, &finished(), &[], Phase::Finished);
    ask(&mut session, Request::Run, &start(false), Phase::Preparing);
}

#[test]
fn a_run_before_the_worker_is_there_is_kept_for_it() {
    let mut session = Session::default();
    ask(&mut session, Request::Run, &[], Phase::Loading);
    assert!(session.waiting_to_start(), "the experiment waits");
    assert!(!session.allows(Request::Run, true), "once is enough");
    hear(&mut session, &READY, &start(false), Phase::Preparing);
    assert_eq!(session, preparing_session(), "as if Run had come later");
}

#[test]
fn a_worker_of_another_version_asks_for_a_reload() {
    let other = PROTOCOL_VERSION + 1;
    let mut session = Session::default();
    ask(&mut session, Request::Run, &[], Phase::Loading);
    hear(&mut session, &Event::Ready { protocol_version: other }, &[], Phase::Failed);
    let failure = session.failure().expect("a reason");
    assert_eq!(failure.remedy, Remedy::Reload, "an old cache is not mended by another worker");
    for part in [format!("version {PROTOCOL_VERSION} "), format!("version {other}:"), "reload".to_owned()] {
        assert!(failure.message.contains(&part), "`{part}` is in: {}", failure.message);
    }
    assert!(!session.waiting_to_start() && !session.worker_ready(), "nothing will be sent to it");
}

#[test]
fn a_pause_while_preparing_comes_with_the_start() {
    let mut session = preparing_session();
    ask(&mut session, Request::Pause, &[], Phase::Preparing);
    assert!(session.pausing() && !session.allows(Request::Pause, true), "it was asked for");
    hear(&mut session, &started(), &send(Command::Pause), Phase::Training);
    assert!(session.pausing(), "it has not come yet");
    hear(&mut session, &PAUSED, &[], Phase::Paused);
    assert!(!session.pausing(), "now it has");
}

#[test]
fn a_pause_while_training_comes_after_the_step_and_ends_with_resume() {
    let mut session = training_session();
    ask(&mut session, Request::Pause, &send(Command::Pause), Phase::Training);
    assert!(session.pausing() && !session.allows(Request::Pause, true), "it was asked for");
    hear(&mut session, &progress(), &[], Phase::Training);
    hear(&mut session, &PAUSED, &[], Phase::Paused);
    assert!(!session.pausing(), "it has come");
    ask(&mut session, Request::Resume, &send(Command::Resume), Phase::Training);
    assert_eq!(session, training_session(), "as if there had been no pause");
}

#[test]
fn a_pause_that_comes_too_late_is_forgotten() {
    let mut session = training_session();
    ask(&mut session, Request::Pause, &send(Command::Pause), Phase::Training);
    hear(&mut session, &finished(), &[], Phase::Finished);
    assert_eq!(session, finished_session(), "the last step was the current one");
}

#[test]
fn a_step_before_any_start_is_one_step() {
    let mut session = ready_session();
    ask(&mut session, Request::Step, &start(true), Phase::Preparing);
    hear(&mut session, &started(), &[], Phase::Training);
    hear(&mut session, &PAUSED, &send(Command::Step), Phase::Training);
    assert!(session.pausing(), "after this step it waits");
    hear(&mut session, &Event::Paused { step: 1 }, &[], Phase::Paused);
    assert_eq!(session, paused_session(), "and not two");
}

#[test]
fn a_pause_takes_back_a_step_that_has_not_begun() {
    let mut session = ready_session();
    ask(&mut session, Request::Step, &start(true), Phase::Preparing);
    ask(&mut session, Request::Pause, &[], Phase::Preparing);
    hear(&mut session, &started(), &send(Command::Pause), Phase::Training);
    hear(&mut session, &PAUSED, &[], Phase::Paused);
}

#[test]
fn a_paused_experiment_steps_on_until_its_end() {
    let mut session = paused_session();
    for step in 1..=3 {
        ask(&mut session, Request::Step, &send(Command::Step), Phase::Training);
        assert!(session.pausing() && !session.allows(Request::Pause, true), "it pauses by itself");
        hear(&mut session, &progress(), &[], Phase::Training);
        hear(&mut session, &Event::Paused { step }, &[], Phase::Paused);
    }
    ask(&mut session, Request::Step, &send(Command::Step), Phase::Training);
    hear(&mut session, &finished(), &[], Phase::Finished);
    assert!(!session.pausing(), "the last step ends the experiment");
}

#[test]
fn another_experiment_takes_the_place_of_a_paused_one() {
    let mut session = paused_session();
    ask(&mut session, Request::Run, &start(false), Phase::Preparing);
    assert_eq!(session, preparing_session(), "nothing of the old one is left");
}

#[test]
fn a_reset_while_preparing_does_not_wait_for_the_worker() {
    let mut session = preparing_session();
    ask(&mut session, Request::Reset, &[Effect::ReplaceWorker], Phase::Loading);
    assert_eq!(session, Session::default(), "like a page that has just been loaded");
}

#[test]
fn after_a_reset_late_news_changes_nothing() {
    let measured = [data(), data_fallback(), started(), progress(), PAUSED, finished()];
    for mut session in [training_session(), paused_session(), finished_session()] {
        ask(&mut session, Request::Reset, &send(Command::Reset), Phase::Ready);
        assert_eq!(session, ready_session(), "as if nothing had been started");
        for event in &measured {
            assert!(!session.accepts(event), "{event:?} is not shown");
            ignore(&mut session, event);
        }
        // Why it could not be done no longer matters.
        for kind in [FailureKind::Experiment, FailureKind::Data, FailureKind::NoDevice] {
            ignore(&mut session, &failed(kind));
        }
    }
}

#[test]
fn a_new_start_ignores_what_was_measured_for_the_old_one() {
    let mut session = training_session();
    ask(&mut session, Request::Pause, &send(Command::Pause), Phase::Training);
    ask(&mut session, Request::Reset, &send(Command::Reset), Phase::Ready);
    ask(&mut session, Request::Run, &start(false), Phase::Preparing);
    for event in [progress(), PAUSED, finished()] {
        assert!(!session.accepts(&event), "{event:?} is not shown");
        ignore(&mut session, &event);
    }
    hear(&mut session, &started(), &[], Phase::Training);
    assert_eq!(session, training_session(), "the pause was for the old one too");
}

#[test]
fn every_kind_of_failure_has_its_remedy() {
    let check = |kind: FailureKind, remedy: Remedy, worker_ready: bool| {
        for mut session in [preparing_session(), training_session(), paused_session()] {
            hear(&mut session, &failed(kind), &[], Phase::Failed);
            let expected = Failure { remedy, message: WHY.to_owned() };
            assert_eq!(session.failure(), Some(&expected), "what {kind:?} leads to");
            assert_eq!(session.worker_ready(), worker_ready, "whether the worker outlives {kind:?}");
            ignore(&mut session, &started());
            ignore(&mut session, &finished());
        }
    };
    check(FailureKind::Experiment, Remedy::Change, true);
    check(FailureKind::Data, Remedy::OtherData, true);
    check(FailureKind::NoDevice, Remedy::OtherDevice, true);
    check(FailureKind::Device, Remedy::OtherDevice, false);
    check(FailureKind::Crash, Remedy::Restart, false);
}

#[test]
fn a_broken_device_or_worker_is_news_at_any_time() {
    for kind in [FailureKind::Device, FailureKind::Crash] {
        for mut session in all_sessions() {
            hear(&mut session, &failed(kind), &[], Phase::Failed);
            assert!(!session.worker_ready(), "it cannot take commands");
        }
    }
}

#[test]
fn a_worker_that_outlives_a_failure_takes_another_experiment() {
    for kind in [FailureKind::Experiment, FailureKind::Data, FailureKind::NoDevice] {
        let mut session = failed_session(kind);
        ask(&mut session, Request::Run, &start(false), Phase::Preparing);
        assert_eq!(session, preparing_session(), "the failure is forgotten");
    }
}

#[test]
fn a_run_after_the_end_of_the_worker_brings_another() {
    for kind in [FailureKind::Device, FailureKind::Crash] {
        let mut session = failed_session(kind);
        ask(&mut session, Request::Run, &[Effect::ReplaceWorker], Phase::Loading);
        assert!(session.waiting_to_start(), "the experiment waits for the new one");
        hear(&mut session, &READY, &start(false), Phase::Preparing);
        assert_eq!(session, preparing_session(), "the failure is forgotten");
    }
}

#[test]
fn the_first_failure_is_the_one_that_is_shown() {
    let mut session = failed_session(FailureKind::Data);
    let first = session.failure().cloned();
    hear(&mut session, &Event::Failed { kind: FailureKind::Crash, message: "Later.".into() }, &[], Phase::Failed);
    assert_eq!(session.failure(), first.as_ref(), "after a crash");
    session.worker_lost("Even later.");
    assert_eq!(session.failure(), first.as_ref(), "and after the end of the worker");
    assert!(!session.worker_ready(), "which is remembered all the same");
}

#[test]
fn a_lost_worker_is_a_failure_in_every_phase() {
    for mut session in all_sessions().into_iter().filter(|session| session.phase() != Phase::Failed) {
        session.worker_lost(WHY);
        assert_eq!((session.phase(), session.worker_ready()), (Phase::Failed, false), "nobody is there");
        let expected = Failure { remedy: Remedy::Restart, message: WHY.to_owned() };
        assert_eq!(session.failure(), Some(&expected), "a restart brings another");
    }
}

#[test]
fn a_restart_begins_from_nothing() {
    let mut session = failed_session(FailureKind::Crash);
    ask(&mut session, Request::Restart, &[Effect::ReplaceWorker], Phase::Loading);
    assert_eq!(session, Session::default(), "like a page that has just been loaded");
}

#[test]
fn a_restart_in_the_middle_starts_again_with_the_new_worker() {
    let mut waiting = Session::default();
    ask(&mut waiting, Request::Run, &[], Phase::Loading);
    for mut session in [waiting, preparing_session(), training_session()] {
        ask(&mut session, Request::Restart, &[Effect::ReplaceWorker], Phase::Loading);
        hear(&mut session, &READY, &start(false), Phase::Preparing);
    }
}

#[test]
fn a_restart_with_an_experiment_starts_it_when_the_new_worker_is_there() {
    for mut session in all_sessions() {
        let before = session.phase();
        assert_eq!(session.restart_with(QUERY), [Effect::ReplaceWorker], "effects in phase {before:?}");
        assert!(session.waiting_to_start(), "the experiment waits");
        for late in [started(), progress(), PAUSED, finished(), failed(FailureKind::Data)] {
            ignore(&mut session, &late);
        }
        hear(&mut session, &READY, &start(false), Phase::Preparing);
        assert_eq!(session, preparing_session(), "nothing of the old one is left");
    }
}

#[test]
fn a_worker_that_is_gone_does_not_come_back_by_a_late_failure() {
    let mut session = failed_session(FailureKind::Crash);
    hear(&mut session, &failed(FailureKind::Data), &[], Phase::Failed);
    assert!(!session.worker_ready(), "only Ready brings a worker");
}
