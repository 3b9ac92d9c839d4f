//! What the page shows beside a live run agrees with it: a recorded result with the run made again, a variant's own learning rate
//! with an experiment at that rate, layers and snapshots at a step with an experiment that ends there.

use crate::dataset::real_data;
use crate::fixtures::cpu::{few_digits, finish, training};
use emergence_lab::catalog::{DatasetName, DatasetOrigin, Quantity};
use emergence_lab::dataset::{files, readers};
use emergence_lab::device::open_cpu;
use emergence_lab::experiment::scenarios::Scenario;
use emergence_lab::metrics::{History, LayerReport, RunCurves};
use emergence_lab::replay::Recording;
use emergence_lab::train::Training;
use std::path::Path;
use std::rc::Rc;

/// The values of a quantity in all runs.
fn values(history: &History, quantity: Quantity) -> Vec<Vec<(u64, f64)>> {
    history.runs().map(|run| run.values(quantity).collect()).collect()
}

#[test]
fn a_scenario_trained_again_gives_its_recorded_result() {
    let Some(folder) = real_data("mnist") else { return };
    let scenario = Scenario::named("zeros").expect("a scenario");
    let DatasetOrigin::Published(publication) = &DatasetName::Mnist.row().origin else { panic!("published") };
    let dataset = Rc::new(match files::load(&folder, DatasetName::Mnist, publication).expect("valid files") {
        readers::LoadedFiles::Images(images) => images.into(),
        readers::LoadedFiles::Sentences(_) => panic!("images"),
    });
    let mut again =
        pollster::block_on(Training::new(&scenario.experiment(), &dataset, &open_cpu())).expect("a valid training");
    let again = finish(&mut again, usize::MAX);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/recorded/zeros.bin");
    let recorded = Recording::from_bytes(&std::fs::read(file).expect("a recording")).expect("the same version");
    let recorded = recorded.into_history();
    let start = |history: &History| history.setup.start.clone().expect("a start");
    assert_eq!(start(&again).receipt, start(&recorded).receipt, "the same data in the same order");
    for (own, other) in start(&again).variants.iter().zip(start(&recorded).variants) {
        let sums = |runs: &[emergence_lab::metrics::RunStart]| {
            runs.iter().map(|run| run.weights_sha256.clone()).collect::<Vec<_>>()
        };
        assert_eq!(sums(&own.runs), sums(&other.runs), "the same initial weights");
    }
    // Other processors round differently, and differences grow with the steps.
    for (own, other) in values(&again, Quantity::TestAccuracy).iter().zip(values(&recorded, Quantity::TestAccuracy)) {
        assert_eq!(own.len(), other.len(), "as many evaluations");
        for ((step, own), (at, other)) in own.iter().zip(other) {
            assert!(*step == at && (own - other).abs() < 0.01, "step {step}: {own}, recorded {other}");
        }
    }
}

#[test]
fn a_learning_rate_of_a_variant_is_that_of_an_experiment() {
    let data = few_digits();
    let run = |query: &str| {
        let query = format!("data=digits&model=mlp:16,16&batch=32&seeds=2&steps=30&eval=10&{query}");
        finish(&mut training(&query, &data), usize::MAX)
    };
    let mixed = run("lr=0.01&init=kaiming_normal,kaiming_normal@lr=0.1,emergence(kaiming_normal;alpha=1.5)@lr=0.05");
    let alone = [
        run("lr=0.01&init=kaiming_normal"),
        run("lr=0.1&init=kaiming_normal"),
        run("lr=0.05&init=emergence(kaiming_normal;alpha=1.5)"),
    ];
    for (variant, alone) in mixed.variants.iter().zip(alone) {
        assert_eq!(variant.runs, alone.variants[0].runs, "{}: the same curves to the last bit", variant.variant);
    }
    let losses = |index: usize| mixed.variants[index].runs[0].values(Quantity::TrainLoss).collect::<Vec<_>>();
    assert_ne!(losses(0), losses(1), "the rates make a difference");
}

/// The numbers of a report that depend on the step.
fn numbers(report: &LayerReport) -> [Option<f64>; 6] {
    let LayerReport { weight_std, activation_mean, activation_std, active_fraction, gradient_norm, step_size, .. } =
        report;
    [*weight_std, *activation_mean, *activation_std, *active_fraction, *gradient_norm, *step_size]
}

#[test]
fn layers_at_a_step_are_those_of_an_experiment_that_ends_there() {
    let data = few_digits();
    let query = |steps: u64| {
        format!("data=digits&model=mlp:16,16&batch=32&seeds=2&steps={steps}&init=pytorch,emergence(kaiming_normal)")
    };
    let long = finish(&mut training(&query(40), &data), usize::MAX);
    assert_eq!(long.layer_steps(), [0, 1, 2, 5, 10, 20, 40], "where layers are measured");
    let short = finish(&mut training(&query(10), &data), usize::MAX);
    for variant in 0..2 {
        for run in 0..2 {
            let (step, layers) = long.layers_at(variant, run, Some(19)).expect("measured");
            let (last, others) = short.layers_at(variant, run, None).expect("measured");
            assert_eq!((step, last), (10, 10), "the last measurement before step 19, and that of the last step");
            for (own, other) in layers.iter().zip(others) {
                assert_eq!(numbers(own), numbers(other), "variant {variant}, run {run}");
            }
        }
    }
    let start = long.start_of(0).expect("a start");
    let at_start = long.layers_at(0, 0, Some(0)).expect("measured");
    assert_eq!(at_start, (0, start.runs[0].layers.as_slice()), "step 0 is the state before training");
    let scales =
        |at| long.layers_at(1, 0, at).expect("measured").1.iter().map(|layer| layer.scales).collect::<Vec<_>>();
    assert_eq!(scales(None), scales(Some(0)), "the factors of the scheme do not change");
}

#[test]
fn weights_measured_on_the_device_have_the_spread_of_the_drawn_ones() {
    let mut training =
        training("data=digits&model=mlp:64&batch=32&seeds=1&steps=1&lr=1e-9&init=kaiming_normal", &few_digits());
    let history = finish(&mut training, usize::MAX);
    let spread = |at| history.layers_at(0, 0, at).expect("measured").1[0].weight_std.expect("a number");
    assert!((spread(Some(0)) - spread(None)).abs() < 1e-6 * spread(None), "the same weights, measured twice");
}

#[test]
fn earlier_networks_can_be_inspected() {
    let data = few_digits();
    let query = |steps: u64| format!("data=digits&model=mlp:16&batch=32&seeds=1&steps={steps}&init=kaiming_normal");
    let (mut long, mut short) = (training(&query(40), &data), training(&query(10), &data));
    let history = finish(&mut long, usize::MAX);
    finish(&mut short, usize::MAX);
    let early = pollster::block_on(long.filters(0, Some(15))).expect("readable").expect("a run");
    let other = pollster::block_on(short.filters(0, None)).expect("readable").expect("a run");
    assert_eq!(early, other, "the weights after 10 steps, the last ones that were kept before step 15");
    assert_eq!(long.examination(0, Some(15)), short.examination(0, None), "and the errors");
    let (pixels, ..) = long.test_example(3);
    let classify = |training: &Training, at| pollster::block_on(training.classify(&pixels, at)).expect("an image");
    assert_eq!(classify(&long, Some(15)), classify(&short, None), "and the answers");
    assert_ne!(classify(&long, Some(0)), classify(&long, None), "which change as the network learns");
    let last = pollster::block_on(long.filters(0, Some(u64::MAX))).expect("readable").expect("a run");
    assert_eq!(last.step, 40, "after the last step");
    assert!(history.runs().all(|run: &RunCurves| run.diverged_at.is_none()), "nothing diverged");
}
