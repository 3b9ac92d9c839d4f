//! Experiments that are computed in batches: every seed once, in order, whatever happens in between.

use crate::fixtures::{experiment, setup};
use emergence_lab::checkpoint::RunContext;
use emergence_lab::error::{CheckpointError, CheckpointPart};
use emergence_lab::experiment::Experiment;
use emergence_lab::experiment::limits::STACKED_RUNS;
use emergence_lab::metrics::History;
use emergence_lab::web::page::model::batches::Batches;
use emergence_lab::web::page::model::shown::{Origin, Shown};

/// The result of an experiment, without numbers.
fn result(experiment: Experiment) -> Shown {
    let names: Vec<String> = experiment.variants.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut setup = setup(&names, experiment.seeds, 400);
    setup.experiment = experiment.clone();
    Shown { experiment, history: History::new(setup), origin: Origin::Live }
}

/// Computes all batches; before each, they are written and read as after a reload.
fn computed(mut batches: Batches) -> (Shown, Vec<(u32, u32)>) {
    let mut seeds = Vec::new();
    while !batches.are_complete() {
        let mut context = RunContext::default();
        batches.write(&mut context);
        let mut context = RunContext::from_bytes(&context.to_bytes()).expect("its own bytes");
        batches = Batches::read(&mut context).expect("batches");
        let next = batches.next();
        assert!(next.run_count() <= STACKED_RUNS, "{} runs at once", next.run_count());
        seeds.push((next.first_seed, next.seeds));
        batches = batches.joined(result(next)).expect("the seeds follow");
    }
    (batches.complete.expect("all of them"), seeds)
}

#[test]
fn few_runs_are_no_batches() {
    let check =
        |query: &str, expected: bool| assert_eq!(Batches::of(&experiment(query)).is_some(), expected, "{query}");
    check("init=pytorch&seeds=64", false);
    check("init=pytorch&seeds=65", true);
    check("init=pytorch,orthogonal&seeds=32", false);
    check("init=pytorch,orthogonal&seeds=33", true);
}

#[test]
fn batches_are_the_experiment() {
    let whole = experiment("init=pytorch,orthogonal,zero&seeds=50&seed=7&data=digits");
    let (complete, seeds) = computed(Batches::of(&whole).expect("150 runs"));
    assert_eq!(seeds, [(7, 21), (28, 21), (49, 8)], "64 / 3 seeds at once");
    assert_eq!(complete.experiment, whole, "as it was started");
    for variant in &complete.history.variants {
        let seeds: Vec<u64> = variant.runs.iter().map(|run| run.seed).collect();
        assert_eq!(seeds, (7..57).collect::<Vec<u64>>(), "every seed once, in order");
    }
}

#[test]
fn added_seeds_have_the_order_of_examples_of_the_result() {
    let own = result(experiment("init=pytorch&seeds=3&data=digits"));
    let batches = Batches::adding(&own, 5);
    assert_eq!(batches.next().order_seed(), own.experiment.order_seed(), "the same examples in the same order");
    let (complete, seeds) = computed(batches);
    assert_eq!((seeds, complete.experiment.seeds), (vec![(3, 5)], 8), "five more");
}

#[test]
fn a_batch_that_does_not_follow_is_refused() {
    let batches = Batches::adding(&result(experiment("init=pytorch&seeds=3&data=digits")), 5);
    let other = Experiment { first_seed: 4, ..batches.next() };
    assert_eq!(batches.joined(result(other)), None, "a seed is missing");
}

#[test]
fn what_is_no_context_is_named() {
    let error = RunContext::from_bytes(b"\x07damaged").expect_err("no context");
    assert_eq!(error, CheckpointError::Contents { part: CheckpointPart::Context, length: 8 });
    let mut context = RunContext { whole: Some("seeds=-1".to_owned()), ..RunContext::default() };
    assert_eq!(Batches::read(&mut context), None, "an experiment that cannot be read");
}
