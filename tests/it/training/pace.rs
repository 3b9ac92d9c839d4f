//! How far shares may train, against a simulation of workers that answer at any time.

use emergence_lab::train::Pace;
use proptest::prelude::*;

/// A worker of the simulation: how far it is, and how far it may go.
#[derive(Clone, Default)]
struct Worker {
    step: u64,
    until: u64,
}

#[test]
fn all_wait_at_the_same_step() {
    let mut pace = Pace::new(3, 100, 0);
    assert_eq!(pace.limit(), 0, "paused at the start");
    assert_eq!(pace.at_rest(), None, "step 0 is not evaluated yet");
    (0..3).for_each(|share| pace.rests(share, 0));
    assert_eq!(pace.at_rest(), Some(0), "all wait");
    pace.step();
    assert_eq!((pace.limit(), pace.at_rest()), (1, None), "a single step");
    (0..3).for_each(|share| pace.rests(share, 1));
    assert_eq!(pace.at_rest(), Some(1), "all have taken it");
    pace.resume();
    let limit = pace.limit();
    pace.reached(0, limit);
    assert_eq!(pace.limit(), limit, "the fastest waits for the others");
    pace.pause();
    (0..3).for_each(|share| pace.rests(share, limit));
    assert_eq!((pace.limit(), pace.at_rest()), (limit, Some(limit)), "paused where the fastest may be");
    pace.restart(1);
    assert_eq!(pace.at_rest(), None, "a share is computed again");
    pace.resume();
    (0..3).for_each(|share| pace.rests(share, 100));
    pace.step();
    assert_eq!((pace.limit(), pace.at_rest()), (100, Some(100)), "there is no step after the last one");
}

#[test]
fn a_single_worker_pauses_at_once() {
    let mut pace = Pace::new(1, 100, 0);
    pace.resume();
    pace.set_step_seconds(0.001);
    assert!(pace.limit() > 10, "it need not ask at every step");
    pace.reached(0, 3);
    pace.pause();
    assert_eq!(pace.limit(), 3, "after the present step");
}

proptest! {
    /// Whatever the order in which workers go on and the visitor presses buttons: none is more than 50 steps ahead of the slowest, and a
    /// pause ends with all at one step.
    #[test]
    fn no_share_gets_far_ahead(choices in prop::collection::vec((0..5_usize, 1..40_u64, 0.0001..1.0_f64), 1..200)) {
        let mut pace = Pace::new(3, 1000, 0);
        pace.resume();
        let mut workers = vec![Worker::default(); 3];
        for (choice, steps, seconds) in choices {
            let until = pace.limit();
            for worker in &mut workers {
                worker.until = worker.until.max(until);
            }
            match workers.get_mut(choice) {
                Some(worker) => {
                    worker.step = worker.until.min(worker.step + steps);
                    if worker.step == worker.until { pace.rests(choice, worker.step) } else { pace.reached(choice, worker.step) }
                }
                None if choice == 3 => pace.set_step_seconds(seconds),
                None => pace.step(),
            }
            let slowest = workers.iter().map(|worker| worker.step).min().unwrap_or_default();
            prop_assert!(workers.iter().all(|worker| worker.step <= slowest + 50), "at most 50 steps ahead");
        }
        pace.pause();
        let until = pace.limit();
        // The limit may grow while the slower ones catch up.
        for _ in 0..1000 {
            let until = pace.limit();
            for (share, worker) in workers.iter_mut().enumerate() {
                worker.step = worker.step.max(until);
                pace.rests(share, worker.step);
            }
        }
        let steps: Vec<u64> = workers.iter().map(|worker| worker.step).collect();
        prop_assert!(steps.iter().all(|step| *step == steps[0]) && until <= steps[0], "all at one step: {steps:?}");
        prop_assert_eq!(pace.at_rest(), Some(steps[0]));
    }
}
