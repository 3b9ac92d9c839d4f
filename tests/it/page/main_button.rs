//! The button on the figure of a frame: its request is allowed whenever nothing waits, and one button is enough.

use super::{PAUSED, QUERY, READY, all_lifecycles, finished, started};
use crate::fixtures::experiment;
use emergence_lab::protocol::Event;
use emergence_lab::web::page::model::lifecycle::Lifecycle;
use emergence_lab::web::page::model::phase::Request;

#[test]
fn one_button_alone_starts_pauses_and_resumes() {
    for lifecycle in all_lifecycles().into_iter().filter(|lifecycle| !lifecycle.waiting_to_start()) {
        let request = lifecycle.phase().main_request();
        assert!(lifecycle.allows(request, false), "{request:?} is allowed for {lifecycle:?}");
        assert_eq!(Request::named(request.name()), Some(request), "it is found by its name");
    }
    let mut lifecycle = Lifecycle::default();
    let mut press = |expected: Request, event: Option<&Event>| {
        let request = lifecycle.phase().main_request();
        assert_eq!(request, expected, "the request of the button");
        lifecycle.request(request, &experiment(QUERY));
        if let Some(event) = event {
            lifecycle.event(event);
        }
    };
    press(Request::Run, Some(&*READY));
    press(Request::Pause, Some(&started()));
    press(Request::Pause, Some(&PAUSED));
    press(Request::Resume, Some(&finished()));
    press(Request::Run, None);
}
