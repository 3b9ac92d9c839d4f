//! Pausing the tuning of weights in several workers, and taking it iteration by iteration.

use emergence_lab::train::TuningPace;
use proptest::prelude::*;

/// The iterations that each of three shares takes although tuning is paused.
fn granted(pace: &TuningPace) -> [u64; 3] {
    [0, 1, 2].map(|share| pace.granted(share))
}

#[test]
fn a_step_is_one_iteration_of_every_share_that_tunes() {
    let mut pace = TuningPace::new(3);
    assert!(!pace.is_held() && !pace.waits(0) && !pace.arrival(), "nothing is paused");
    pace.stepped(0);
    pace.hold();
    assert!((0..3).all(|share| pace.waits(share)), "all wait");
    assert!(pace.arrival() && !pace.arrival(), "which is said once");
    pace.tuned(0);
    assert!(!pace.arrival(), "and nothing new");
    pace.step();
    assert_eq!(granted(&pace), [0, 1, 1], "the first share has nothing left to tune");
    assert!(!pace.waits(1) && !pace.arrival(), "the others do");
    pace.stepped(1);
    assert!(pace.waits(1) && !pace.arrival(), "one of them is missing");
    pace.stepped(1);
    assert!(!pace.arrival(), "an iteration of one does not count for another");
    pace.stepped(2);
    assert!(pace.arrival() && !pace.arrival(), "both have taken it");
}

#[test]
fn steps_that_follow_each_other_quickly_add_up() {
    let mut pace = TuningPace::new(3);
    pace.hold();
    pace.step();
    pace.step();
    pace.hold();
    assert_eq!(granted(&pace), [2; 3], "two iterations each, also if the pause is asked for again");
    (0..3).for_each(|share| pace.stepped(share));
    assert!(!pace.arrival(), "one is missing");
    (0..3).for_each(|share| pace.stepped(share));
    assert!(pace.arrival(), "all are taken");
    pace.step();
    pace.go_on();
    assert!(!pace.waits(0) && !pace.arrival(), "on to the end");
    pace.hold();
    assert_eq!(granted(&pace), [0; 3], "nothing is left of the step");
}

#[test]
fn the_last_iteration_of_a_share_ends_its_step() {
    let mut pace = TuningPace::new(2);
    pace.hold();
    pace.step();
    pace.stepped(0);
    pace.tuned(1);
    assert!(pace.arrival(), "what is tuned takes no iteration");
    pace.tuned(0);
    assert!(pace.waits(0), "training waits, too");
    pace.step();
    assert!(!pace.is_held() && !pace.waits(0), "a step beyond the last iteration ends the preparation");
}

#[test]
fn a_lost_share_owes_nothing() {
    let mut pace = TuningPace::new(2);
    pace.hold();
    pace.step();
    pace.stepped(0);
    pace.restart(1);
    assert!(pace.arrival() && pace.waits(1), "its iterations are gone, and the new worker waits");
    pace.tuned(1);
    pace.restart(1);
    assert!(pace.is_tuned(1), "what was tuned before may be tuned again without a pause");
}

proptest! {
    /// Shares of 0 to 4 iterations each, on workers of which any one goes on at any time.
    #[test]
    fn every_step_takes_exactly_one_iteration_each(
        totals in prop::collection::vec(0_u64..5, 1..5),
        order in prop::collection::vec(0_usize..5, 200),
    ) {
        let mut pace = TuningPace::new(totals.len());
        let mut done = vec![0; totals.len()];
        pace.hold();
        prop_assert!(pace.arrival(), "it begins paused");
        let mut order = order.into_iter().map(|share| share % totals.len());
        for step in 1..=4_u64 {
            for share in (0..totals.len()).filter(|share| done[*share] == totals[*share]) {
                pace.tuned(share);
            }
            pace.step();
            while pace.is_held() && !pace.arrival() {
                let Some(share) = order.next() else { return Ok(()) };
                if !pace.waits(share) {
                    done[share] += 1;
                    pace.stepped(share);
                }
            }
            let expected: Vec<u64> = totals.iter().map(|total| step.min(*total)).collect();
            prop_assert_eq!(&done, &expected, "after {} steps", step);
        }
    }
}
