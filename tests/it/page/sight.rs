//! Embeds share a processor: which one computes after starts at any times, and that none does off the screen.

use emergence_lab::web::page::model::sight::Sight;
use emergence_lab::web::page::model::start_claim::StartClaim;
use proptest::prelude::*;

#[test]
fn an_embed_pauses_off_the_screen_and_goes_on_in_sight() {
    let mut sight = Sight::default();
    assert!(!sight.goes_on(true), "nothing waits");
    sight.came();
    assert!(sight.left(true), "it trains");
    assert!(!sight.goes_on(true), "not yet");
    sight.came();
    assert!(sight.goes_on(true), "back");
    assert!(!sight.goes_on(true), "once");
}

#[test]
fn what_the_visitor_has_paused_stays_paused() {
    let mut sight = Sight::default();
    assert!(!sight.left(false), "nothing to pause");
    sight.came();
    assert!(!sight.goes_on(true), "the visitor has paused it");
    assert!(sight.left(true), "it trains again");
    sight.decided();
    sight.came();
    assert!(!sight.goes_on(true), "somebody has decided otherwise meanwhile");
}

#[test]
fn what_the_address_starts_off_the_screen_waits_as_soon_as_it_can() {
    let mut sight = Sight::default();
    assert!(!sight.left(false), "the worker is loading");
    assert_eq!(sight.unsettled(), Some(false), "it is to wait");
    assert!(sight.left(true), "now it can");
    assert_eq!(sight.unsettled(), None, "it waits");
    sight.came();
    assert_eq!(sight.unsettled(), Some(true), "it is to go on");
    assert!(sight.goes_on(true) && sight.unsettled().is_none(), "it goes on");
    assert!(sight.left(true), "it leaves again");
    sight.decided();
    assert_eq!(sight.unsettled(), None, "somebody has decided");
}

#[test]
fn a_pause_that_takes_effect_late_ends_at_once_if_the_embed_is_back() {
    let mut sight = Sight::default();
    assert!(sight.left(true), "it trains");
    sight.came();
    assert!(!sight.goes_on(false), "still at the step during which it has left");
    assert!(sight.goes_on(true), "when the pause takes effect");
}

#[test]
fn run_1_waits_off_the_screen_but_a_message_that_came_first_counts() {
    let mut sight = Sight::default();
    assert!(sight.left(true), "it has begun by itself");
    sight.came();
    assert!(sight.goes_on(true), "now");
    let mut sight = Sight::default();
    sight.decided();
    assert!(!sight.left(true), "the host has begun it before the browser knew");
}

#[test]
fn what_the_host_starts_off_the_screen_goes_on() {
    let mut sight = Sight::default();
    assert!(!sight.left(false), "not started yet");
    sight.decided();
    assert!(!sight.left(true), "started out of sight, and still there");
    sight.came();
    assert!(sight.left(true), "it leaves");
}

#[test]
fn announcements_are_read_as_they_are_written() {
    let claim = StartClaim { milliseconds: 1_764_541_234_567, token: 42 };
    assert_eq!(claim.to_text(), "started 1764541234567 42", "an announcement");
    assert_eq!(StartClaim::from_text(&claim.to_text()), Some(claim), "read again");
    assert!(StartClaim::from_text("started").is_some_and(|old| old > claim), "an earlier build pauses this one");
    for text in ["", "stopped", "started 5", "started five 5", "started 5 5 5", "started -5 5"] {
        assert_eq!(StartClaim::from_text(text), None, "`{text}`");
    }
}

proptest! {
    /// Every embed hears of all others, in whatever order: one that has heard of a later start than its own has paused.
    #[test]
    fn of_any_starts_exactly_one_goes_on(times in proptest::collection::vec(0_u64..3, 1..6)) {
        let claims: Vec<_> = times.iter().zip(0..).map(|(milliseconds, token)| StartClaim { milliseconds: *milliseconds, token }).collect();
        let going_on = claims.iter().filter(|own| claims.iter().all(|other| other <= own)).count();
        prop_assert_eq!(going_on, 1);
    }
}
