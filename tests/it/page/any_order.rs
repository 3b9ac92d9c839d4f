//! Requests and news in any order whatever: the page is never stuck, never contradicts itself, and sends nothing to a
//! worker that is not there.

use super::tuning::tuning;
use super::{
    PAUSED, QUERY, READY, REQUESTS, STATES, data, data_fallback, device, failed, finished, progress, start, started,
};
use emergence_lab::protocol::{Event, FailureKind};
use emergence_lab::web::page::state::{Effect, Phase, Request, Session};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Whatever can happen to a session.
#[derive(Debug, Clone)]
enum Move {
    Ask(Request),
    Hear(Event),
    LoseWorker,
    RestartWith,
}

fn any_move() -> impl Strategy<Value = Move> {
    let news = vec![READY, device(), data(), data_fallback(), tuning(), started(), progress(), PAUSED, finished()];
    let failures = vec![
        failed(FailureKind::Experiment),
        failed(FailureKind::Data),
        failed(FailureKind::NoDevice),
        failed(FailureKind::Device),
        failed(FailureKind::Crash),
        Event::Ready { protocol_version: 0 },
    ];
    prop_oneof![
        8 => select(REQUESTS.to_vec()).prop_map(Move::Ask),
        8 => select(news).prop_map(Move::Hear),
        1 => select(failures).prop_map(Move::Hear),
        1 => Just(Move::LoseWorker),
        1 => Just(Move::RestartWith),
    ]
}

fn apply(session: &mut Session, step: &Move) -> Vec<Effect> {
    match step {
        Move::Ask(request) => session.request(*request, QUERY),
        Move::Hear(event) => session.event(event),
        Move::LoseWorker => {
            session.worker_lost("Gone.");
            Vec::new()
        }
        Move::RestartWith => session.restart_with(QUERY),
    }
}

fn check_move(session: &mut Session, step: &Move) -> Result<(), TestCaseError> {
    let before = session.clone();
    let effects = apply(session, step);
    let idle = effects.is_empty() && *session == before;
    match step {
        Move::Ask(request) => {
            let allowed = before.allows(*request, true);
            prop_assert_ne!(allowed, idle, "{:?} does something just when it makes sense: {:?}", request, before);
        }
        Move::Hear(event) => prop_assert!(before.accepts(event) || idle, "{event:?} was ignored by {before:?}"),
        Move::LoseWorker | Move::RestartWith => {}
    }
    prop_assert!(effects.len() <= 1, "one thing at a time: {effects:?} of {step:?} on {before:?}");
    for effect in &effects {
        let sensible = match effect {
            Effect::Send(_) => session.worker_ready(),
            Effect::ReplaceWorker => session.phase() == Phase::Loading,
        };
        prop_assert!(sensible, "{effect:?} of {step:?} on {before:?} left {session:?}");
    }
    if let (Some(first), Some(now)) = (before.failure(), session.failure()) {
        prop_assert_eq!(first, now, "the first failure is kept");
    }
    Ok(())
}

fn check_state(session: &Session) -> Result<(), TestCaseError> {
    let phase = session.phase();
    prop_assert!(STATES.contains(&phase.name()), "{phase:?} is called {}", phase.name());
    prop_assert_eq!(phase == Phase::Failed, session.failure().is_some(), "failed, and why: {:?}", session);
    let running = matches!(phase, Phase::Preparing | Phase::Training);
    prop_assert!(running || !session.pausing(), "only what runs can be pausing: {session:?}");
    prop_assert!(phase == Phase::Loading || !session.waiting_to_start(), "only a start waits: {session:?}");
    match phase {
        Phase::Loading => prop_assert!(!session.worker_ready(), "the worker has not spoken: {session:?}"),
        Phase::Failed => {}
        _ => prop_assert!(session.worker_ready(), "there is a worker: {session:?}"),
    }
    let choices = REQUESTS.into_iter().filter(|request| session.allows(*request, false)).count();
    prop_assert!(choices > 0 || session.waiting_to_start(), "stuck: {session:?}");
    for request in REQUESTS {
        let fewer = session.allows(request, false) && !session.allows(request, true);
        prop_assert!(!fewer, "a changed form takes {request:?} away: {session:?}");
    }
    Ok(())
}

/// From anywhere, a restart with an experiment comes to train it.
fn check_way_out(session: &mut Session) -> Result<(), TestCaseError> {
    prop_assert_eq!(session.restart_with(QUERY), [Effect::ReplaceWorker], "a new worker");
    prop_assert_eq!(session.event(&READY), start(false), "starts the experiment");
    prop_assert!(session.event(&started()).is_empty(), "which has begun");
    prop_assert_eq!(session.phase(), Phase::Training, "and trains");
    Ok(())
}

proptest! {
    #[test]
    fn no_order_of_requests_and_news_confuses_the_page(moves in vec(any_move(), 0..60)) {
        let mut session = Session::default();
        for step in &moves {
            check_move(&mut session, step)?;
            check_state(&session)?;
        }
        check_way_out(&mut session)?;
    }
}
