//! The steps at which runs are evaluated, against a list written by hand and brute force.

use emergence_lab::error::{Bounds, Error, Expected};
use emergence_lab::experiment::EvaluationSteps;
use emergence_lab::experiment::evaluation::auto_interval;
use proptest::prelude::*;

fn included(evaluation: EvaluationSteps, steps: u64) -> Vec<u64> {
    (0..=steps).filter(|step| evaluation.include(*step, steps)).collect()
}

#[test]
fn auto_is_dense_at_first() {
    let expected = [0, 1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 300];
    assert_eq!(included(EvaluationSteps::Auto, 300), expected, "of 300 steps");
    assert_eq!(included(EvaluationSteps::Auto, 7), [0, 1, 2, 5, 7], "the last step always counts");
    assert_eq!(included(EvaluationSteps::Every(3), 7), [0, 3, 6, 7], "a regular interval");
}

#[test]
fn auto_never_makes_many_evaluations() {
    assert_eq!((auto_interval(1), auto_interval(50_000), auto_interval(50_001)), (50, 50, 100), "multiples of 50");
    assert!(EvaluationSteps::Auto.count(10_000_000) <= 1007, "at most 1000 intervals and the early steps");
}

#[test]
fn a_word_other_than_auto_is_refused() {
    let expected = Error::value("eval", Expected::AutoOr(Bounds::whole(1, 10_000_000)), "often");
    assert_eq!("often".parse::<EvaluationSteps>(), Err(expected), "a word");
    assert_eq!("auto".parse(), Ok(EvaluationSteps::Auto), "the name");
    assert_eq!("7".parse(), Ok(EvaluationSteps::Every(7)), "a number");
}

proptest! {
    #[test]
    fn layers_are_measured_as_often_as_counted(steps in 1_u64..2000, interval in 1_u64..300) {
        for evaluation in [EvaluationSteps::Auto, EvaluationSteps::Every(interval)] {
            let measured = (1..=steps).filter(|step| evaluation.include_layers(*step, steps)).count() as u64;
            prop_assert_eq!(evaluation.layer_count(steps), 1 + measured, "{} of {} steps", evaluation, steps);
        }
    }

    #[test]
    fn the_count_is_the_number_of_included_steps(steps in 1_u64..2000, interval in 1_u64..300) {
        for evaluation in [EvaluationSteps::Auto, EvaluationSteps::Every(interval)] {
            prop_assert_eq!(evaluation.count(steps), included(evaluation, steps).len() as u64);
        }
    }
}
