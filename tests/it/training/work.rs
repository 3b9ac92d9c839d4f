//! Training in small pieces of work: when they come, and when their results are read, changes no number.

use super::run;
use crate::fixtures::cpu::few_digits;
use crate::fixtures::experiment;
use emergence_lab::catalog::Quantity;
use emergence_lab::device::open_cpu;
use emergence_lab::metrics::History;
use emergence_lab::train::{Training, Work};

#[test]
fn a_training_does_not_depend_on_when_it_is_read() {
    let query = "model=mlp:16&steps=23&eval=10&seeds=2";
    let (often, seldom) = (run(query, 1), run(query, 1000));
    assert_eq!(often, seldom, "reading does not change a number");
    assert_eq!(often.step, 23, "all steps are recorded");
    let run = often.runs().next().expect("has runs");
    let evaluated = run.values(Quantity::TestAccuracy).map(|(step, _)| step).collect::<Vec<_>>();
    assert_eq!(evaluated, [0, 10, 20, 23], "before the first step, every ten, and after the last");
    assert_eq!(run.active_fraction[0].1.len(), 2, "one hidden layer and the output");
}

#[test]
fn a_paused_training_only_finishes_its_evaluation() {
    let experiment = experiment("data=digits&batch=64&model=mlp:16&steps=5&eval=5&seeds=1");
    let mut training =
        pollster::block_on(Training::new(&experiment, &few_digits(), &open_cpu())).expect("a valid training");
    let advance =
        |training: &mut Training, may_train| pollster::block_on(training.advance(may_train)).expect("computes");
    while training.is_measuring() {
        let work = advance(&mut training, false);
        assert!(matches!(work, Work::Measurement | Work::Evaluation), "the evaluation of step 0 continues: {work:?}");
    }
    assert_eq!((advance(&mut training, false), training.step()), (Work::Waiting, 0), "and then it waits");
    assert_eq!((advance(&mut training, true), training.step()), (Work::Step, 1), "until it may train");
}

#[test]
fn the_first_step_waits_for_nothing() {
    let experiment = experiment("data=digits&batch=64&model=mlp:16&steps=60&init=kaiming_normal&seeds=2");
    let dataset = few_digits();
    let mut training = pollster::block_on(Training::new(&experiment, &dataset, &open_cpu())).expect("valid");
    let mut history = History::new(training.setup().clone());
    assert_eq!(history.layer_steps(), Vec::<u64>::new(), "nothing is measured yet");
    assert_eq!(pollster::block_on(training.advance(true)).expect("computes"), Work::Step, "the first piece of work");
    // With a batch of 64 of 640 examples, steps 1, 2 and 5 pass before the evaluation of step 0 is complete.
    let mut orders = Vec::new();
    loop {
        let work = pollster::block_on(training.advance(true)).expect("computes");
        let record = pollster::block_on(training.drain()).expect("can be read");
        orders.extend(record.evaluations.iter().map(|evaluation| (evaluation.step, training.step())));
        history.apply(&record);
        if work == Work::Finished {
            break;
        }
    }
    assert!(orders.windows(2).all(|pair| pair[0].0 < pair[1].0), "evaluations come in order: {orders:?}");
    assert!(orders[1].1 > orders[1].0, "training goes on meanwhile: {orders:?}");
    let start = history.setup.start.as_ref().expect("started");
    assert_eq!(start.receipt.data_sha256, dataset.sha256(), "the checksum of the data");
    assert!(start.random_activity.points.len() > 5, "the table of random activity");
    assert_eq!(history.layer_steps(), [0, 1, 2, 5, 10, 20, 50, 60], "the layers");
    let scales =
        history.runs().flat_map(|run| &run.layers).flat_map(|(_, layers)| layers).map(|layer| layer.scales.weight);
    assert!(scales.into_iter().all(|scale| scale == Some(1.0)), "with the factors of the start");
}
