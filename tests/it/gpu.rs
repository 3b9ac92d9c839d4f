//! The GPU against the CPU, by the graphics interface of the system: a real one where there is one, else Mesa's lavapipe, which computes on
//! the CPU. Where there is neither, these tests say that they were skipped.

mod dispatches;
mod products;

use crate::fixtures::cpu::{few_digits, finish};
use crate::fixtures::{experiment, skipped};
use emergence_lab::catalog::Quantity;
use emergence_lab::dataset::{Dataset, ImageSet, patterns};
use emergence_lab::device::{OpenDevice, open_cpu, open_webgpu};
use emergence_lab::metrics::History;
use emergence_lab::model::gpu::with_burn_operations;
use emergence_lab::train::Training;
use emergence_lab::train::self_test::{check_convolutions, check_device, check_transformer};
use std::rc::Rc;
use std::sync::OnceLock;

/// Largest difference of the losses of 50 steps, absolute up to 1 and relative above.
const TOLERANCE: f64 = 1e-3;

/// The GPU, which can be opened once.
fn gpu() -> Option<OpenDevice> {
    static GPU: OnceLock<Option<OpenDevice>> = OnceLock::new();
    let open =
        GPU.get_or_init(|| pollster::block_on(open_webgpu(|message| panic!("the GPU was lost: {message}"))).ok());
    if open.is_none() {
        skipped("there is no graphics processor, and no software for one");
    }
    open.clone()
}

fn train(query: &str, dataset: &Rc<Dataset>, open: &OpenDevice) -> History {
    let training = pollster::block_on(Training::new(&experiment(query), dataset, open));
    finish(&mut training.expect("a valid training"), 10)
}

/// Checks that the losses of all steps and the test losses agree.
fn assert_agreement(query: &str, expected: &History, got: &History) {
    assert_eq!(expected.runs().count(), got.runs().count(), "{query}: runs");
    for (index, (expected, got)) in expected.runs().zip(got.runs()).enumerate() {
        for quantity in [Quantity::TrainLoss, Quantity::TestLoss] {
            let pairs = expected.values(quantity).zip(got.values(quantity)).collect::<Vec<_>>();
            assert!(pairs.len() > 1, "{query}: run {index} has a curve of {quantity:?}");
            for ((step, expected), (_, got)) in pairs {
                let difference = (expected - got).abs() / expected.abs().max(1.0);
                assert!(
                    difference < TOLERANCE,
                    "{query}: run {index}, step {step}: {quantity:?} {got}, not {expected}"
                );
            }
        }
    }
}

/// Trains on both devices.
fn check(query: &str, dataset: &Rc<Dataset>) {
    let Some(open) = gpu() else { return };
    assert_agreement(query, &train(query, dataset, &open_cpu()), &train(query, dataset, &open));
}

fn check_on_digits(query: &str) {
    check(&format!("data=digits&batch=64&steps=50&eval=25&seeds=2&{query}"), &few_digits());
}

#[test]
fn dense_networks_of_all_activations_agree() {
    for activation in ["relu", "tanh", "gelu", "sigmoid"] {
        check_on_digits(&format!("model=mlp:33,20&act={activation}&lr=0.01"));
    }
}

#[test]
fn all_optimizers_agree() {
    for optimizer in [
        "opt=sgd&momentum=0&lr=0.05",
        "opt=sgd&momentum=0.9&wd=0.01&lr=0.01",
        "opt=adam&lr=0.001",
        "opt=adam&wd=0.01&lr=0.001",
        "opt=adamw&wd=0.1&lr=0.001&sched=warmup:10",
    ] {
        check_on_digits(&format!("model=mlp:32,16&{optimizer}"));
    }
}

#[test]
fn rates_of_runs_and_layers_are_their_own() {
    check_on_digits(
        "model=mlp:24,24,24&lr=0.005&init=kaiming_normal@lr=0.02,lrmatch(emergence(kaiming_normal;alpha=1.5))",
    );
}

#[test]
fn batch_normalization_agrees() {
    check_on_digits("model=mlp:32,16&norm=batch&lr=0.01&init=kaiming_normal,xavier_normal");
}

#[test]
fn convolutions_agree() {
    for model in ["model=cnn:4,6", "model=cnn:4k5a,6s2p&norm=batch", "model=resnet:4,6", "model=resnet:4,6&norm=batch"]
    {
        check_on_digits(&format!("{model}&lr=0.02&init=kaiming_normal,xavier_normal&seeds=1"));
    }
}

#[test]
fn images_of_several_channels_agree() {
    let images = ImageSet::drawn(&patterns::RECIPE, 1, 128, 64).expect("a small data set");
    let query = "data=patterns&model=cnn:4,6&batch=16&steps=20&eval=10&seeds=1&lr=0.02&init=kaiming_normal";
    check(query, &Rc::new(images.into()));
}

#[test]
fn tuning_agrees() {
    check_on_digits("model=mlp:24,16&lr=0.02&seeds=1&init=gradinit(kaiming_normal;steps=5),lsuv");
}

#[test]
fn the_gpu_passes_the_self_test_with_and_without_own_shaders() {
    let Some(open) = gpu() else { return };
    let tests = || {
        pollster::block_on(check_device(&open)).expect("dense layers");
        pollster::block_on(check_convolutions(&open)).expect("convolutions");
        pollster::block_on(check_transformer(&open)).expect("a transformer");
    };
    tests();
    with_burn_operations(tests);
}

/// A run that diverges does so on a GPU, too, and alone.
#[test]
fn a_diverging_run_is_found_out_and_leaves_the_others_alone() {
    let Some(open) = gpu() else { return };
    let query =
        "data=digits&batch=64&steps=30&eval=10&seeds=1&model=mlp:16&init=kaiming_normal,kaiming_normal@lr=100000";
    let [expected, got] = [open_cpu(), open].map(|open| train(query, &few_digits(), &open));
    let diverged = |history: &History| history.runs().map(|run| run.diverged_at.is_some()).collect::<Vec<_>>();
    assert_eq!(diverged(&got), [false, true], "which runs diverge");
    assert_eq!(diverged(&expected), diverged(&got), "on both devices");
}
