//! Requests and events in any order: the page is never stuck, never in an inconsistent state, and sends nothing to a worker
//! that does not exist.

use super::tuning::tuning;
use super::{
    NEW_WORKER, PAUSED, QUERY, READY, REQUESTS, STATES, data, data_fallback, device, failed, finished, progress, start,
    started,
};
use crate::fixtures::experiment;
use emergence_lab::protocol::{Event, FailureKind};
use emergence_lab::web::page::model::lifecycle::{Effect, Lifecycle};
use emergence_lab::web::page::model::phase::{Phase, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Anything that can happen to the page.
#[derive(Debug, Clone)]
enum Move {
    Ask(Request),
    Hear(Box<Event>),
    LoseWorker,
    RestartWith,
    RunAnywhere,
    LearnOfAdapter(bool),
    LeaveGpu,
}

fn any_move() -> impl Strategy<Value = Move> {
    let news =
        vec![READY.clone(), device(), data(), data_fallback(), tuning(), started(), progress(), PAUSED, finished()];
    let failures = vec![
        failed(FailureKind::Experiment),
        failed(FailureKind::Data),
        failed(FailureKind::NoDevice),
        failed(FailureKind::Device),
        failed(FailureKind::Consent),
        failed(FailureKind::Crash),
        Event::out_of_memory(),
        Event::Ready { protocol_version: 0, build: String::new() },
    ];
    prop_oneof![
        8 => select(REQUESTS.to_vec()).prop_map(Move::Ask),
        8 => select(news).prop_map(|event| Move::Hear(event.into())),
        1 => select(failures).prop_map(|event| Move::Hear(event.into())),
        1 => Just(Move::LoseWorker),
        1 => Just(Move::RestartWith),
        2 => Just(Move::RunAnywhere),
        2 => any::<bool>().prop_map(Move::LearnOfAdapter),
        1 => Just(Move::LeaveGpu),
    ]
}

fn apply(lifecycle: &mut Lifecycle, step: &Move) -> Vec<Effect> {
    match step {
        Move::Ask(request) => lifecycle.request(*request, &experiment(QUERY)),
        Move::Hear(event) => lifecycle.event(event),
        Move::LoseWorker => {
            lifecycle.worker_lost("Gone.");
            Vec::new()
        }
        Move::RestartWith => lifecycle.restart_with(&experiment(QUERY)),
        Move::RunAnywhere => lifecycle.request(Request::Run, &experiment("data=digits&steps=5")),
        Move::LearnOfAdapter(there) => lifecycle.adapter_known(*there),
        Move::LeaveGpu => lifecycle.leave_gpu(&experiment("data=digits&steps=5")),
    }
}

fn check_move(lifecycle: &mut Lifecycle, step: &Move) -> Result<(), TestCaseError> {
    let before = lifecycle.clone();
    let effects = apply(lifecycle, step);
    let idle = effects.is_empty() && *lifecycle == before;
    match step {
        Move::Ask(request) => {
            let allowed = before.allows(*request, true);
            prop_assert_ne!(allowed, idle, "{:?} has an effect exactly if it is allowed: {:?}", request, before);
        }
        Move::Hear(event) => prop_assert!(before.accepts(event) || idle, "{event:?} was ignored by {before:?}"),
        Move::LoseWorker | Move::RestartWith | Move::RunAnywhere | Move::LearnOfAdapter(_) | Move::LeaveGpu => {}
    }
    prop_assert!(effects.len() <= 1, "at most one effect: {effects:?} of {step:?} on {before:?}");
    for effect in &effects {
        let sensible = match effect {
            Effect::Send(_) => lifecycle.worker_ready(),
            Effect::AskForAdapter => lifecycle.phase() == Phase::Loading && lifecycle.worker_absent(),
            Effect::ReplaceWorker(_) => {
                matches!(lifecycle.phase(), Phase::Loading | Phase::Ready) && !lifecycle.worker_absent()
            }
        };
        prop_assert!(sensible, "{effect:?} of {step:?} on {before:?} left {lifecycle:?}");
    }
    if let (Some(first), Some(now)) = (before.failure(), lifecycle.failure()) {
        prop_assert_eq!(first, now, "the first failure is kept");
    }
    Ok(())
}

fn check_state(lifecycle: &Lifecycle) -> Result<(), TestCaseError> {
    let phase = lifecycle.phase();
    prop_assert!(STATES.contains(&phase.name()), "the name of {phase:?} is {}", phase.name());
    prop_assert_eq!(
        phase == Phase::Failed,
        lifecycle.failure().is_some(),
        "a failed page has a reason: {:?}",
        lifecycle
    );
    let running = matches!(phase, Phase::Preparing | Phase::Training);
    prop_assert!(running || !lifecycle.pausing(), "only a running experiment can be pausing: {lifecycle:?}");
    prop_assert!(phase == Phase::Loading || !lifecycle.waiting_to_start(), "only a start waits: {lifecycle:?}");
    match phase {
        Phase::Loading => prop_assert!(!lifecycle.worker_ready(), "the worker has not sent anything: {lifecycle:?}"),
        // A GPU may be lost after the end.
        Phase::Ready | Phase::Finished | Phase::Failed => {}
        _ => prop_assert!(lifecycle.worker_ready(), "there is a worker: {lifecycle:?}"),
    }
    let choices = REQUESTS.into_iter().filter(|request| lifecycle.allows(*request, false)).count();
    prop_assert!(choices > 0 || lifecycle.waiting_to_start(), "stuck: {lifecycle:?}");
    for request in REQUESTS {
        let fewer = lifecycle.allows(request, false) && !lifecycle.allows(request, true);
        prop_assert!(!fewer, "a changed form disallows {request:?}: {lifecycle:?}");
    }
    Ok(())
}

/// From any state, a restart with an experiment trains it.
fn check_way_out(lifecycle: &mut Lifecycle) -> Result<(), TestCaseError> {
    prop_assert_eq!(lifecycle.restart_with(&experiment(QUERY)), [NEW_WORKER], "a new worker");
    prop_assert_eq!(lifecycle.event(&READY), start(false), "starts the experiment");
    prop_assert!(lifecycle.event(&started()).is_empty(), "which has begun");
    prop_assert_eq!(lifecycle.phase(), Phase::Training, "and trains");
    Ok(())
}

proptest! {
    #[test]
    fn any_order_of_requests_and_events_is_handled(moves in vec(any_move(), 0..60)) {
        let mut lifecycle = Lifecycle::default();
        for step in &moves {
            check_move(&mut lifecycle, step)?;
            check_state(&lifecycle)?;
        }
        check_way_out(&mut lifecycle)?;
    }
}
