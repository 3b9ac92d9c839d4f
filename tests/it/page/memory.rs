//! The end of memory: what the page says, and the change that it offers.

use super::{Phase, hear, training_lifecycle};
use crate::fixtures::experiment;
use emergence_lab::experiment::estimate::Estimate;
use emergence_lab::protocol::Event;
use emergence_lab::web::page::model::failure::Remedy;
use emergence_lab::web::page::model::relief::Relief;

#[test]
fn the_end_of_memory_is_a_sentence() {
    let mut lifecycle = training_lifecycle();
    assert!(Event::out_of_memory().is_about_worker(), "whatever the worker was doing");
    hear(&mut lifecycle, &Event::out_of_memory(), &[], Phase::Failed);
    let failure = lifecycle.failure().expect("a reason");
    let sentence = "Not enough memory for this experiment: use a smaller batch, fewer seeds or a smaller network.";
    assert_eq!((failure.remedy, failure.message.as_str()), (Remedy::Smaller, sentence), "that names what to change");
    assert!(lifecycle.worker_absent(), "a worker without memory is of no use");
}

#[test]
fn what_takes_most_memory_is_halved() {
    let relief = |query: &str| {
        let experiment = experiment(query);
        Relief::of(&experiment, experiment.dataset.facts().as_ref())
    };
    let wide = "data=digits&model=mlp:2048,2048&test=100";
    assert_eq!(relief(&format!("{wide}&batch=16&seeds=4")), Some(Relief::Seeds), "5.8 million weights and few values");
    let deep = "data=digits&model=cnn:64,64&test=100";
    assert_eq!(relief(&format!("{deep}&batch=256&seeds=4")), Some(Relief::Batch), "many values of each example");
    assert_eq!(relief(&format!("{deep}&batch=256&seeds=1")), Some(Relief::Batch), "one seed cannot be halved");
    assert_eq!(relief(&format!("{wide}&batch=1&seeds=1")), None, "only a smaller network helps");
    assert_eq!(relief("data=upload&batch=64&seeds=1"), Some(Relief::Batch), "before the files are known");
}

#[test]
fn every_change_that_is_offered_saves_memory() {
    for (batch, seeds) in [(1, 5), (2, 1), (7, 3), (64, 2), (2_000, 1), (2_000, 8)] {
        let experiment = experiment(&format!("data=digits&model=mlp:64&batch={batch}&seeds={seeds}"));
        let facts = experiment.dataset.facts().expect("a known data set");
        let memory = |experiment| Estimate::new(experiment, &facts).expect("an estimate").memory_bytes;
        let Some(relief) = Relief::of(&experiment, Some(&facts)) else { continue };
        let smaller = relief.applied(&experiment).expect("something to halve");
        assert!(memory(&smaller) < memory(&experiment), "{relief:?} of {batch} and {seeds}");
        assert!(smaller.validate().is_ok(), "{relief:?} of {batch} and {seeds} can be run");
    }
}
