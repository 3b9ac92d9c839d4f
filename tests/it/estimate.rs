//! The estimated cost of an experiment, against numbers computed by hand.

use crate::fixtures::experiment;
use emergence_lab::experiment::estimate::{CONVOLUTION_SPEED, DENSE_SPEED, Estimate, standard_speed};
use emergence_lab::experiment::{Experiment, ModelSpec, parse_query};

/// The estimate of a query on its data set.
fn estimate(query: &str) -> Estimate {
    let experiment = experiment(query);
    let facts = experiment.dataset.facts().expect("a known data set");
    Estimate::new(&experiment, &facts).expect("a network that fits")
}

#[test]
fn the_cost_of_a_dense_network_is_that_of_its_matrices() {
    let found = estimate("data=mnist&model=mlp:100&seeds=2&batch=50&steps=101&eval=20&test=1000&init=pytorch");
    assert_eq!((found.runs, found.parameters), (2, 784 * 100 + 100 + 100 * 10 + 10), "weights and biases");
    let forward = 784 * 100 + 100 * 10;
    assert_eq!(found.step_work, 2 * 3 * 50 * forward, "forward, and backward for values and weights");
    assert_eq!(found.evaluation_work, 2 * 1000 * forward, "forward for every test example");
    assert_eq!((found.steps, found.evaluations), (101, 7), "at 0, 20 ... 100 and after the last step");
    // 70,000 images; 24 bytes per parameter; 8 bytes for each of 100 units of 500 test examples, which is more than 16
    // bytes for each of 210 values of 50 examples.
    let run = 79_510 * 24 + 100 * 500 * 8;
    // The networks before training and after 20, 100 and 101 steps, 4 bytes per parameter.
    let kept = 2 * 4 * 4 * 79_510;
    assert_eq!(found.memory_bytes, 70_000 * 784 + 2 * run + kept, "data, parameters, values, snapshots");
}

#[test]
fn a_checkpoint_has_parameters_and_moments() {
    let check = |query: &str, bytes: u64, kept: bool| {
        let found = estimate(&format!("data=mnist&seeds=2&init=pytorch&{query}"));
        assert_eq!((found.state_bytes, found.has_checkpoints()), (bytes, kept), "{query}");
    };
    check("model=mlp:100&momentum=0", 2 * 4 * 79_510, true);
    check("model=mlp:100", 2 * 8 * 79_510, true);
    check("model=mlp:100&opt=adam", 2 * 12 * 79_510, true);
    let wide = 784 * 2048 + 2048 + 2048 * 4096 + 4096 + 4096 * 10 + 10;
    check("model=mlp:2048,4096&opt=adamw", 2 * 12 * wide, true);
    let wider = wide + 784 * 512 + 512 + 512 * 4096;
    check("model=mlp:2560,4096&opt=adamw", 2 * 12 * wider, false);
}

#[test]
fn a_convolution_multiplies_at_every_position() {
    let found =
        estimate("data=patterns&model=cnn:8s2&norm=batch&seeds=1&init=pytorch&batch=10&test=100&steps=10&eval=10");
    let (convolution, head) = (3 * 9 * 8, 8 * 16 * 16 * 10);
    // Scale and shift instead of a bias.
    assert_eq!(found.parameters, convolution + 2 * 8 + head + 10, "parameters");
    assert_eq!(found.step_work, 3 * 10 * (convolution * 16 * 16 + head), "half as many rows and columns");
    assert_eq!((found.evaluation_work, found.evaluations), (100 * (convolution * 256 + head), 2), "evaluations");
}

#[test]
fn time_is_work_over_speed() {
    let found = estimate("data=digits&steps=1000&eval=50");
    let work = 1000.0 * found.step_work as f64 + 21.0 * found.evaluation_work as f64;
    assert!((found.seconds(DENSE_SPEED) * DENSE_SPEED / work - 1.0).abs() < 1e-12, "all steps and evaluations");
    let speed = found.measured_speed(found.steps, found.evaluations, 20.0);
    assert!((found.seconds(speed) - 20.0).abs() < 1e-9, "what was measured is what is expected");
    let half = found.seconds_left(500, 10, 7.0).expect("something was done");
    let done = 500.0 * found.step_work as f64 + 10.0 * found.evaluation_work as f64;
    assert!((half - 7.0 * (work - done) / done).abs() < 1e-9, "the remaining work at the speed so far");
    assert_eq!(found.seconds_left(1000, 21, 9.0), Some(0.0), "nothing is left at the end");
    assert_eq!(found.seconds_left(0, 0, 1.0), None, "nothing is known at the beginning");
}

#[test]
fn the_cost_of_tuning_is_that_of_its_passes() {
    // Three layers; two runs of each variant; a batch of 50.
    let forward = 784 * 100 + 100 * 20 + 20 * 10;
    let check = |init: &str, examples: u64| {
        let found = estimate(&format!("data=mnist&model=mlp:100,20&seeds=2&batch=50&init={init}"));
        assert_eq!(found.tuning_work, 2 * examples * forward, "{init}");
    };
    check("kaiming_normal,custom(std=0.1),lrmatch(emergence(pytorch)),shuffle(emergence(pytorch)),zero", 0);
    check("lsuv", 2 * 3 * 50);
    check("lsuv(tries=100)", 2 * 3 * 50);
    check("datadep", 10 * 3 * 16);
    check("datadep(batches=4;batch=25)", 4 * 3 * 25);
    check("gradinit", 390 * (3 + 6) * 50);
    check("nio(steps=7)", 7 * (3 + 6) * 50);
    check("metainit(steps=2)", 2 * 45 * 50);
    check("pytorch,lsuv,nio(steps=7),nio(steps=1)", 2 * 3 * 50 + 8 * 9 * 50);
}

#[test]
fn tuning_counts_before_the_first_step() {
    let found = estimate("data=digits&steps=1000&eval=50&init=gradinit(steps=40),pytorch&seeds=1");
    let plain = estimate("data=digits&steps=1000&eval=50&init=orthogonal,pytorch&seeds=1");
    let work = |estimate: &Estimate| estimate.seconds(1.0);
    let tuning = found.tuning_work as f64;
    assert!(tuning > 0.0 && (work(&found) - work(&plain) - tuning).abs() < 1e-9 * work(&found), "added to the rest");
    let left = found.seconds_left(0, 0, 6.0).expect("the weights are tuned");
    assert!((left - 6.0 * work(&plain) / tuning).abs() < 1e-9 * left, "everything else at the speed of tuning");
    let speed = found.measured_speed(found.steps, found.evaluations, 20.0);
    assert!((found.seconds(speed) - 20.0).abs() < 1e-9, "what was measured is what is expected");
    assert_eq!(found.seconds_left(found.steps, found.evaluations, 9.0), Some(0.0), "nothing is left at the end");
    let excessive = Experiment {
        model: ModelSpec::Mlp { hidden: vec![8192; 64] },
        variants: vec!["metainit(steps=10000)".parse().expect("a scheme")],
        seeds: 64,
        batch_size: 8192,
        ..Experiment::default()
    };
    let facts = excessive.dataset.facts().expect("known");
    let found = Estimate::new(&excessive, &facts).expect("a network that fits");
    assert_eq!(found.tuning_work, u64::MAX, "exceeding 64 bits does not panic");
}

#[test]
fn convolutions_have_a_separate_speed() {
    let speed = |model: &str| standard_speed(&parse_query(&format!("model={model}")).experiment.model);
    let speeds = ["mlp:8", "cnn:8", "resnet:8"].map(speed);
    assert!(speeds.iter().zip([DENSE_SPEED, CONVOLUTION_SPEED, CONVOLUTION_SPEED]).all(|(a, b)| (a - b).abs() < 1.0));
}

#[test]
fn no_more_test_examples_are_evaluated_than_exist() {
    let all = estimate("data=patterns&test=4000");
    assert_eq!(all.evaluation_work, estimate("data=patterns").evaluation_work, "there are 4000");
    let experiment = experiment("data=upload&test=9000");
    let facts = parse_query("data=patterns").experiment.dataset.facts().expect("known");
    assert_eq!(Estimate::new(&experiment, &facts).map(|found| found.evaluation_work), Ok(all.evaluation_work));
}
