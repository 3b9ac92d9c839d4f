//! The page's state machine, without a browser: requests of the visitor and events of the worker, in usual and unfavorable
//! orders and, in [`any_order`], in any order; during tuning, in [`tuning`]; after failures, in [`failures`]; with a single
//! button, in [`main_button`].
//! Its texts are in [`messages`], [`words`] and [`rate_control`]; the other modules are about one section of the page each.

mod any_order;
mod batches;
mod charts;
mod comparisons;
mod downloads;
mod failures;
mod form;
mod inside;
mod kept_runs;
mod main_button;
mod memory;
mod messages;
mod notices;
mod paths;
mod picker_fields;
mod rate_control;
mod results;
mod resumption;
mod sentences;
mod sight;
mod start_report;
mod translation;
mod tuning;
mod words;
mod worker_programs;

use crate::fixtures::{experiment, setup};
use emergence_lab::metrics::{Environment, Record, Timing};
use emergence_lab::protocol::{Command, Computing, Event, FailureKind, PROTOCOL_VERSION};
use emergence_lab::version::BUILD;
use emergence_lab::web::page::model::failure::Remedy;
use emergence_lab::web::page::model::lifecycle::{Effect, Lifecycle};
use emergence_lab::web::page::model::phase::{Phase, Request};
use emergence_lab::web::page::model::worker_program::WorkerProgram;
use std::sync::LazyLock;

const QUERY: &str = "data=digits&steps=5&device=cpu";

/// The effect of replacing the worker for that experiment.
const NEW_WORKER: Effect = Effect::ReplaceWorker(WorkerProgram::Cpu);

const WHY: &str = "It broke on purpose.";

static READY: LazyLock<Event> =
    LazyLock::new(|| Event::Ready { protocol_version: PROTOCOL_VERSION, build: BUILD.to_owned() });
const PAUSED: Event = Event::Paused { step: 0 };

/// The documented values of `data-state`.
const STATES: [&str; 6] = ["loading", "ready", "training", "paused", "finished", "failed"];

const REQUESTS: [Request; 6] =
    [Request::Run, Request::Pause, Request::Resume, Request::Step, Request::Reset, Request::Restart];

fn device() -> Event {
    let environment = Environment {
        backend: "cpu".into(),
        adapter: "Flex".into(),
        arithmetic: String::new(),
        version: "0.1.0".into(),
    };
    Event::Device { environment, fallback: None, step_times: None }
}

fn data() -> Event {
    Event::Data { file: "digits".into(), received: 1, total: None }
}

fn data_fallback() -> Event {
    Event::DataFallback { reason: "Offline.".into(), offer: None }
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

/// The start of that experiment.
fn start(paused: bool) -> [Effect; 1] {
    send(Command::Start {
        experiment: experiment(QUERY).into(),
        paused,
        computing: Computing::default(),
        resumes: false,
    })
}

/// The visitor makes an allowed request: it has these `effects` and leads to `phase`.
fn ask(lifecycle: &mut Lifecycle, request: Request, effects: &[Effect], phase: Phase) {
    let before = lifecycle.clone();
    assert!(before.allows(request, true), "{request:?} makes sense for {before:?}");
    assert_eq!(lifecycle.request(request, &experiment(QUERY)), effects, "effects of {request:?} on {before:?}");
    assert_eq!(lifecycle.phase(), phase, "phase after {request:?} on {before:?}");
}

/// The worker sends an event: it has these `effects` and leads to `phase`.
fn hear(lifecycle: &mut Lifecycle, event: &Event, effects: &[Effect], phase: Phase) {
    let before = lifecycle.clone();
    assert_eq!(lifecycle.event(event), effects, "effects of {event:?} on {before:?}");
    assert_eq!(lifecycle.phase(), phase, "phase after {event:?} on {before:?}");
}

/// The worker sends an event that is no longer relevant.
fn ignore(lifecycle: &mut Lifecycle, event: &Event) {
    let before = lifecycle.clone();
    hear(lifecycle, event, &[], before.phase());
    assert_eq!(*lifecycle, before, "nothing has changed by {event:?}");
}

fn ready_lifecycle() -> Lifecycle {
    let mut lifecycle = Lifecycle::default();
    assert_eq!(lifecycle.want_worker(), [NEW_WORKER], "there is none at first");
    hear(&mut lifecycle, &READY, &[], Phase::Ready);
    lifecycle
}

/// A start that waits for the worker.
fn loading_lifecycle() -> Lifecycle {
    let mut lifecycle = Lifecycle::default();
    ask(&mut lifecycle, Request::Run, &[NEW_WORKER], Phase::Loading);
    lifecycle
}

fn preparing_lifecycle() -> Lifecycle {
    let mut lifecycle = ready_lifecycle();
    ask(&mut lifecycle, Request::Run, &start(false), Phase::Preparing);
    lifecycle
}

fn training_lifecycle() -> Lifecycle {
    let mut lifecycle = preparing_lifecycle();
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    lifecycle
}

fn paused_lifecycle() -> Lifecycle {
    let mut lifecycle = training_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Training);
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    lifecycle
}

fn finished_lifecycle() -> Lifecycle {
    let mut lifecycle = training_lifecycle();
    hear(&mut lifecycle, &finished(), &[], Phase::Finished);
    lifecycle
}

fn failed_lifecycle(kind: FailureKind) -> Lifecycle {
    let mut lifecycle = training_lifecycle();
    hear(&mut lifecycle, &failed(kind), &[], Phase::Failed);
    lifecycle
}

/// One lifecycle in every phase, in the order of [`STATES`].
fn all_lifecycles() -> [Lifecycle; 7] {
    [
        loading_lifecycle(),
        ready_lifecycle(),
        preparing_lifecycle(),
        training_lifecycle(),
        paused_lifecycle(),
        finished_lifecycle(),
        failed_lifecycle(FailureKind::Crash),
    ]
}

#[test]
fn every_phase_has_its_documented_name() {
    let mut names: Vec<_> = all_lifecycles().iter().map(|lifecycle| lifecycle.phase().name()).collect();
    names.dedup();
    assert_eq!(names, STATES, "preparing counts as training");
}

#[test]
fn requests_have_the_names_of_the_contract() {
    let names = ["run", "pause", "resume", "step", "reset", "restart"];
    assert_eq!(names.map(Request::named), REQUESTS.map(Some), "by their names");
    for other in ["", "Run", "runs", "config"] {
        assert_eq!(Request::named(other), None, "`{other}` is not a request");
    }
}

#[test]
fn the_allowed_requests_depend_on_the_phase() {
    let check = |lifecycle: &Lifecycle, changed: bool, expected: &[Request]| {
        assert!(lifecycle.allows(Request::Restart, changed), "the worker can be replaced at any time: {lifecycle:?}");
        let others = REQUESTS.into_iter().filter(|request| *request != Request::Restart);
        let allowed: Vec<_> = others.filter(|request| lifecycle.allows(*request, changed)).collect();
        assert_eq!(allowed, expected, "allowed for {lifecycle:?}; changed form: {changed}");
    };
    for changed in [false, true] {
        check(&Lifecycle::default(), changed, &[Request::Run, Request::Step]);
        check(&loading_lifecycle(), changed, &[Request::Reset]);
        check(&ready_lifecycle(), changed, &[Request::Run, Request::Step]);
        check(&preparing_lifecycle(), changed, &[Request::Pause, Request::Reset]);
        check(&training_lifecycle(), changed, &[Request::Pause, Request::Reset]);
        check(&finished_lifecycle(), changed, &[Request::Run, Request::Reset]);
        check(&failed_lifecycle(FailureKind::Experiment), changed, &[Request::Run]);
        check(&failed_lifecycle(FailureKind::Crash), changed, &[Request::Run]);
    }
    // While it is paused, Run starts another experiment.
    check(&paused_lifecycle(), false, &[Request::Resume, Request::Step, Request::Reset]);
    check(&paused_lifecycle(), true, &[Request::Run, Request::Resume, Request::Step, Request::Reset]);
}

#[test]
fn an_experiment_runs_to_its_end_and_again() {
    let mut lifecycle = preparing_lifecycle();
    for event in [device(), data(), data_fallback()] {
        assert!(lifecycle.accepts(&event), "{event:?} is shown");
        hear(&mut lifecycle, &event, &[], Phase::Preparing);
    }
    assert!(!lifecycle.accepts(&progress()), "nothing is measured before the start");
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    assert!(lifecycle.accepts(&progress()) && lifecycle.measuring(), "measurements are accepted from now on");
    hear(&mut lifecycle, &progress(), &[], Phase::Training);
    hear(&mut lifecycle, &finished(), &[], Phase::Finished);
    ask(&mut lifecycle, Request::Run, &start(false), Phase::Preparing);
}

#[test]
fn a_run_before_the_worker_is_ready_waits_for_it() {
    let mut lifecycle = loading_lifecycle();
    assert!(lifecycle.waiting_to_start(), "the experiment waits");
    assert!(!lifecycle.allows(Request::Run, true), "a second Run is not allowed");
    hear(&mut lifecycle, &READY, &start(false), Phase::Preparing);
    assert_eq!(lifecycle, preparing_lifecycle(), "as if Run had come later");
}

#[test]
fn a_worker_of_another_build_requires_a_reload() {
    let others = [(PROTOCOL_VERSION + 1, BUILD), (PROTOCOL_VERSION, "0123456789abcdef"), (PROTOCOL_VERSION, "")];
    for (protocol_version, build) in others {
        let mut lifecycle = loading_lifecycle();
        hear(&mut lifecycle, &Event::Ready { protocol_version, build: build.to_owned() }, &[], Phase::Failed);
        requires_a_reload(&lifecycle);
    }
}

#[test]
fn a_page_that_the_site_has_replaced_requires_a_reload_whatever_it_does() {
    for mut lifecycle in all_lifecycles() {
        lifecycle.page_outdated();
        requires_a_reload(&lifecycle);
    }
}

fn requires_a_reload(lifecycle: &Lifecycle) {
    assert_eq!(lifecycle.phase(), Phase::Failed, "it cannot go on");
    let failure = lifecycle.failure().expect("a reason");
    assert_eq!(failure.remedy, Remedy::Reload, "another worker does not replace an old page");
    assert_eq!(failure.message, "A new version of this page is available. Reload to use it.", "a sentence");
    assert!(!lifecycle.waiting_to_start() && lifecycle.worker_absent(), "nothing will be sent to a worker");
}

#[test]
fn a_pause_while_preparing_takes_effect_at_the_start() {
    let mut lifecycle = preparing_lifecycle();
    ask(&mut lifecycle, Request::Pause, &[], Phase::Preparing);
    assert!(lifecycle.pausing() && !lifecycle.allows(Request::Pause, true), "it was requested");
    hear(&mut lifecycle, &started(), &send(Command::Pause), Phase::Training);
    assert!(lifecycle.pausing(), "not in effect yet");
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    assert!(!lifecycle.pausing(), "now it is");
}

#[test]
fn a_pause_while_training_takes_effect_after_the_step_and_ends_with_resume() {
    let mut lifecycle = training_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Training);
    assert!(lifecycle.pausing() && !lifecycle.allows(Request::Pause, true), "it was requested");
    hear(&mut lifecycle, &progress(), &[], Phase::Training);
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
    assert!(!lifecycle.pausing(), "it is in effect");
    ask(&mut lifecycle, Request::Resume, &send(Command::Resume), Phase::Training);
    assert_eq!(lifecycle, training_lifecycle(), "as if there had been no pause");
}

#[test]
fn a_pause_that_comes_too_late_is_dropped() {
    let mut lifecycle = training_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Training);
    hear(&mut lifecycle, &finished(), &[], Phase::Finished);
    assert_eq!(lifecycle, finished_lifecycle(), "the last step was the current one");
}

#[test]
fn a_step_before_any_start_is_one_step() {
    let mut lifecycle = ready_lifecycle();
    ask(&mut lifecycle, Request::Step, &start(true), Phase::Preparing);
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    hear(&mut lifecycle, &PAUSED, &send(Command::Step), Phase::Training);
    assert!(lifecycle.pausing(), "after this step it waits");
    hear(&mut lifecycle, &Event::Paused { step: 1 }, &[], Phase::Paused);
    assert_eq!(lifecycle, paused_lifecycle(), "and not two");
}

#[test]
fn a_pause_cancels_a_step_that_has_not_begun() {
    let mut lifecycle = ready_lifecycle();
    ask(&mut lifecycle, Request::Step, &start(true), Phase::Preparing);
    ask(&mut lifecycle, Request::Pause, &[], Phase::Preparing);
    hear(&mut lifecycle, &started(), &send(Command::Pause), Phase::Training);
    hear(&mut lifecycle, &PAUSED, &[], Phase::Paused);
}

#[test]
fn a_paused_experiment_can_be_stepped_to_its_end() {
    let mut lifecycle = paused_lifecycle();
    for step in 1..=3 {
        ask(&mut lifecycle, Request::Step, &send(Command::Step), Phase::Training);
        assert!(lifecycle.pausing() && !lifecycle.allows(Request::Pause, true), "it pauses automatically");
        hear(&mut lifecycle, &progress(), &[], Phase::Training);
        hear(&mut lifecycle, &Event::Paused { step }, &[], Phase::Paused);
    }
    ask(&mut lifecycle, Request::Step, &send(Command::Step), Phase::Training);
    hear(&mut lifecycle, &finished(), &[], Phase::Finished);
    assert!(!lifecycle.pausing(), "the last step ends the experiment");
}

#[test]
fn another_experiment_replaces_a_paused_one() {
    let mut lifecycle = paused_lifecycle();
    ask(&mut lifecycle, Request::Run, &start(false), Phase::Preparing);
    assert_eq!(lifecycle, preparing_lifecycle(), "nothing of the old one is left");
}

#[test]
fn a_reset_while_preparing_does_not_wait_for_the_worker() {
    let mut lifecycle = preparing_lifecycle();
    ask(&mut lifecycle, Request::Reset, &[NEW_WORKER], Phase::Ready);
    assert!(!lifecycle.worker_ready() && !lifecycle.worker_absent(), "another one is loading");
    ask(&mut lifecycle, Request::Run, &[], Phase::Loading);
    hear(&mut lifecycle, &READY, &start(false), Phase::Preparing);
}

#[test]
fn after_a_reset_late_events_change_nothing() {
    let measured = [data(), data_fallback(), started(), progress(), PAUSED, finished()];
    for mut lifecycle in [training_lifecycle(), paused_lifecycle(), finished_lifecycle()] {
        ask(&mut lifecycle, Request::Reset, &send(Command::Reset), Phase::Ready);
        assert_eq!(lifecycle, ready_lifecycle(), "as if nothing had been started");
        for event in &measured {
            assert!(!lifecycle.accepts(event), "{event:?} is not shown");
            ignore(&mut lifecycle, event);
        }
        // A failure of the dropped experiment no longer matters.
        for kind in [FailureKind::Experiment, FailureKind::Data, FailureKind::NoDevice] {
            ignore(&mut lifecycle, &failed(kind));
        }
    }
}

#[test]
fn a_new_start_ignores_measurements_of_the_old_one() {
    let mut lifecycle = training_lifecycle();
    ask(&mut lifecycle, Request::Pause, &send(Command::Pause), Phase::Training);
    ask(&mut lifecycle, Request::Reset, &send(Command::Reset), Phase::Ready);
    ask(&mut lifecycle, Request::Run, &start(false), Phase::Preparing);
    for event in [progress(), PAUSED, finished()] {
        assert!(!lifecycle.accepts(&event), "{event:?} is not shown");
        ignore(&mut lifecycle, &event);
    }
    hear(&mut lifecycle, &started(), &[], Phase::Training);
    assert_eq!(lifecycle, training_lifecycle(), "the pause was for the old one too");
}
