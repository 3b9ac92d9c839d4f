//! Pausing the tuning of weights in several workers, and taking it iteration by iteration.

use emergence_lab::train::TuningPace;
use proptest::prelude::*;

/// The answers that three shares owe.
fn owed(pace: &TuningPace) -> [u64; 3] {
    [0, 1, 2].map(|share| pace.answers(share))
}

/// Three shares that have paused.
fn paused() -> TuningPace {
    let mut pace = TuningPace::new(3);
    assert!(pace.hold(), "the others are told");
    assert!(pace.waits() && !pace.arrival(), "the first share waits at once, the others may be in an iteration");
    pace.answered(1);
    assert!(!pace.arrival(), "one is missing");
    pace.answered(2);
    assert!(pace.arrival() && !pace.arrival(), "all wait, which is said once");
    pace
}

#[test]
fn a_step_is_one_iteration_of_every_share_that_tunes() {
    let mut pace = paused();
    pace.tuned(0);
    assert!(!pace.arrival(), "nothing new");
    assert_eq!(pace.first_untuned(), Some(1), "the others go on");
    assert!(pace.step(), "they are told");
    assert_eq!(owed(&pace), [0, 1, 1], "the first share has nothing left to tune");
    pace.answered(1);
    pace.answered(1);
    assert!(!pace.arrival(), "an iteration of one does not count for another");
    pace.answered(2);
    assert!(pace.arrival() && !pace.arrival(), "both have taken it");
}

#[test]
fn steps_that_follow_each_other_quickly_add_up() {
    let mut pace = paused();
    assert!(pace.step() && pace.step() && !pace.hold(), "a second pause changes nothing");
    assert_eq!(owed(&pace), [2; 3], "two iterations each");
    (0..3).for_each(|share| pace.answered(share));
    assert!(!pace.waits() && !pace.arrival(), "one is missing");
    (0..3).for_each(|share| pace.answered(share));
    assert!(pace.arrival(), "all are taken");
}

#[test]
fn answers_of_an_earlier_pause_do_not_count_for_the_next_one() {
    let mut pace = TuningPace::new(2);
    assert!(!pace.waits() && !pace.arrival(), "nothing is paused");
    pace.hold();
    pace.step();
    pace.go_on();
    assert!(!pace.waits() && !pace.arrival(), "on to the end");
    pace.hold();
    pace.answered(1);
    pace.answered(1);
    assert!(pace.waits() && !pace.arrival(), "of the former pause and its step");
    pace.answered(1);
    assert!(pace.arrival(), "of this one");
}

#[test]
fn the_last_iteration_of_a_share_ends_its_step() {
    let mut pace = paused();
    pace.step();
    pace.answered(0);
    pace.tuned(1);
    pace.tuned(2);
    assert!(pace.arrival(), "what is tuned takes no iteration");
    pace.tuned(0);
    assert!(pace.waits(), "training waits, too");
    assert!(!pace.step(), "nobody is told");
    assert!(!pace.is_held() && !pace.waits(), "a step beyond the last iteration ends the preparation");
}

#[test]
fn a_lost_share_pauses_again() {
    let mut pace = paused();
    pace.step();
    pace.answered(0);
    pace.answered(2);
    pace.restart(1);
    assert_eq!(owed(&pace), [0, 1, 0], "its iterations are gone");
    pace.answered(1);
    assert!(pace.arrival(), "the new worker waits");
    pace.tuned(1);
    pace.restart(1);
    assert!(pace.is_tuned(1) && pace.answers(1) == 0, "what was tuned before is tuned again without a pause");
}

/// A helper of the simulation: what it was told and has not done yet.
#[derive(Default)]
struct Helper {
    /// Iterations that it may do, if not all.
    left: Option<u64>,
    done: u64,
}

proptest! {
    /// Shares with 0 to 4 iterations each, of which any one goes on at any time, also before it hears of the pause.
    #[test]
    fn every_step_takes_exactly_one_iteration_each(
        totals in prop::collection::vec(0_u64..5, 1..5),
        mut order in prop::collection::vec(0_usize..5, 400),
    ) {
        let mut pace = TuningPace::new(totals.len());
        let mut helpers: Vec<Helper> = totals.iter().map(|_| Helper::default()).collect();
        let mut goes_on = |pace: &mut TuningPace, helpers: &mut [Helper]| {
            let Some(share) = order.pop().map(|share| share % totals.len()) else { return false };
            let helper = &mut helpers[share];
            if helper.done == totals[share] {
                pace.tuned(share);
            } else if helper.left != Some(0) {
                helper.done += 1;
                if let Some(left) = &mut helper.left {
                    *left -= 1;
                    pace.answered(share);
                }
            }
            true
        };
        for _ in 0..totals.len() {
            goes_on(&mut pace, &mut helpers);
        }
        pace.hold();
        for (share, helper) in helpers.iter_mut().enumerate() {
            helper.left = Some(0);
            if share > 0 {
                pace.answered(share);
            }
        }
        prop_assert!(pace.arrival(), "all have paused");
        let paused: Vec<u64> = helpers.iter().map(|helper| helper.done).collect();
        for step in 1..=4 {
            if pace.step() {
                for helper in &mut helpers {
                    helper.left = helper.left.map(|left| left + 1);
                }
            }
            while pace.is_held() && !pace.arrival() {
                if !goes_on(&mut pace, &mut helpers) {
                    return Ok(());
                }
            }
            for ((helper, before), total) in helpers.iter().zip(&paused).zip(&totals) {
                prop_assert_eq!(helper.done, (before + step).min(*total), "after {} steps", step);
            }
        }
    }
}
