//! The claims of each method, on small experiments: LSUV's unit variance, `GradInit`'s bound and objective, Fixup's zero
//! function, independence of test data and of other stacked runs, and the rate control that coincides with the rescaling.

use crate::fixtures;
use crate::fixtures::cpu::{batch, images, plan, read};
use crate::layer_weights::{self, LayerWeights};
use emergence_lab::catalog::Quantity;
use emergence_lab::dataset::{Dataset, ImageSet, Part, digits};
use emergence_lab::device::{OpenDevice, open_cpu};
use emergence_lab::error::{DeviceDemand, Error, Expected, Requirement};
use emergence_lab::experiment::{Experiment, Share};
use emergence_lab::init::InitialParameters;
use emergence_lab::metrics::{History, RunCurves, Setup, StartFacts};
use emergence_lab::model::{Mode, Network};
use emergence_lab::protocol::{Event, Numbered};
use emergence_lab::train::{Preparation, Training, Work};
use std::rc::Rc;

fn experiment(query: &str) -> Experiment {
    fixtures::experiment(&format!("data=digits&batch=64&steps=1&eval=1&seeds=1&{query}"))
}

fn dataset() -> Rc<Dataset> {
    Rc::new(ImageSet::drawn(&digits::RECIPE, 1, 512, 64).expect("a small data set").into())
}

fn prepared(query: &str, dataset: &Rc<Dataset>) -> Preparation {
    let clock = Box::new(|| 0.0);
    let mut preparation =
        Preparation::new(&experiment(query), Share::WHOLE, dataset, &open_cpu(), clock).expect("a valid experiment");
    while pollster::block_on(preparation.advance()).expect("the CPU can be read").is_some() {}
    preparation
}

fn weights(query: &str) -> Vec<Vec<LayerWeights>> {
    layers_of(query, &dataset())
}

/// The layers of all runs after tuning.
fn layers_of(query: &str, dataset: &Rc<Dataset>) -> Vec<Vec<LayerWeights>> {
    let layers = plan(&experiment(query), images(dataset).shape(), 10).architecture.weight_layers();
    prepared(query, dataset).weights().iter().map(|run| layer_weights::of_run(run, &layers)).collect()
}

/// The facts known after the start.
fn start(setup: &Setup) -> &StartFacts {
    setup.start.as_ref().expect("it has started")
}

/// What is known before the first step.
fn setup(query: &str) -> Setup {
    let training = pollster::block_on(Training::new(&experiment(query), &dataset(), &open_cpu()));
    let mut training = training.expect("a valid training");
    while training.is_measuring() {
        pollster::block_on(training.advance(false)).expect("the CPU computes");
    }
    let mut history = History::new(training.setup().clone());
    history.apply(&pollster::block_on(training.drain()).expect("the CPU can be read"));
    history.setup
}

/// The pre-activations of every dense layer on training examples, in f64 by the textbook formula.
fn outputs(layers: &[LayerWeights], images: &[f32], inputs: usize) -> Vec<Vec<f64>> {
    let mut values: Vec<Vec<f64>> =
        images.chunks_exact(inputs).map(|image| image.iter().map(|pixel| f64::from(*pixel)).collect()).collect();
    let mut all = Vec::new();
    for layer in layers {
        let outputs = layer.shape.outputs();
        let row = |value: &Vec<f64>| -> Vec<f64> {
            let mut sums: Vec<f64> = layer.bias.iter().map(|bias| f64::from(*bias)).collect();
            for (input, weights) in value.iter().zip(layer.weight.chunks_exact(outputs)) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += input * f64::from(*weight));
            }
            sums
        };
        let computed: Vec<Vec<f64>> = values.iter().map(row).collect();
        values = computed.iter().map(|row| row.iter().map(|value| value.max(0.0)).collect()).collect();
        all.push(computed.concat());
    }
    all
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt())
}

#[test]
fn lsuv_ends_with_unit_variance() {
    let dataset = dataset();
    // The batch that LSUV uses is the first one in its own order; since it contains all examples, the order does not matter.
    for (base, tolerance) in [("orthogonal", "0.1"), ("xavier_normal", "0.01"), ("emergence(pytorch;alpha=3)", "0.1")] {
        let query = format!("batch=512&model=mlp:40,30,20&init=lsuv({base};tolerance={tolerance})");
        let layers = layers_of(&query, &dataset)[0].clone();
        let mut pixels = Vec::new();
        let all = (0..512).collect::<Vec<u32>>();
        images(&dataset).write_examples(Part::Train, &all, &mut pixels).expect("examples");
        for (index, output) in outputs(&layers, &pixels, 784).iter().enumerate() {
            let (_, std) = moments(output);
            let accepted: f64 = tolerance.parse().expect("a number");
            assert!((std - 1.0).abs() <= accepted + 1e-4, "{base}, layer {index}: a standard deviation of {std}");
        }
    }
}

/// The outputs of every layer with weights, before normalization, as a network of one run computes them on all examples.
fn network_outputs(query: &str) -> Vec<Vec<f64>> {
    let (experiment, dataset) = (experiment(query), dataset());
    let plan = plan(&experiment, images(&dataset).shape(), 10);
    let steps = plan.architecture.weight_steps();
    let network = Network::stack(&plan, prepared(query, &dataset).weights(), &open_cpu().device);
    let mut pixels = Vec::new();
    images(&dataset).write_examples(Part::Train, &(0..512).collect::<Vec<u32>>(), &mut pixels).expect("examples");
    let inputs = batch(pixels, &vec![0; 512], 10).inputs;
    let mut outputs = Vec::new();
    let _ = network.observe(&inputs, Mode::Training, |step, values| {
        if steps.contains(&step) {
            let data = pollster::block_on(values.units().into_data_async()).expect("readable");
            outputs.push(data.try_into_vec::<f32>().expect("f32").into_iter().map(f64::from).collect());
        }
    });
    outputs
}

#[test]
fn lsuv_works_with_convolutions_and_normalization() {
    for network in
        ["model=cnn:4,6", "model=cnn:4,6&norm=batch&act=tanh", "model=resnet:3,4&norm=batch", "model=resnet:3,4"]
    {
        for (layer, output) in network_outputs(&format!("{network}&batch=512&init=lsuv")).iter().enumerate() {
            let (_, std) = moments(output);
            assert!((std - 1.0).abs() <= 0.1 + 1e-4, "{network}, layer {layer}: a standard deviation of {std}");
        }
    }
}

#[test]
fn non_finite_scales_survive_the_message() {
    for base in ["emergence(kaiming_normal;alpha=100)", "custom(std=1e6)"] {
        let deep = format!("model=mlp:{}4&init=datadep({base}),metainit({base};steps=2)", "4,".repeat(40));
        let setup = setup(&deep);
        let started = Event::Started { setup: Box::new(setup) };
        let sent = Numbered { start: 1, message: started };
        assert_eq!(Numbered::from_bytes(&sent.to_bytes()).expect("it can be read"), sent, "{base}");
    }
}

#[test]
fn a_tuning_that_needs_too_much_memory_is_rejected() {
    let small = OpenDevice { step_bytes: 4 << 20, ..open_cpu() };
    let refused = |scheme: &str| {
        let experiment = experiment(&format!("model=mlp:64,64&batch=128&init={scheme}"));
        Preparation::new(&experiment, Share::WHOLE, &dataset(), &small, Box::new(|| 0.0)).err()
    };
    assert_eq!(refused("kaiming_normal"), None, "training fits");
    assert_eq!(refused("lsuv"), None, "a forward pass fits");
    let Some(Error::Value(error)) = refused("metainit") else { panic!("its derivatives do not fit") };
    let iteration = DeviceDemand::Iteration { method: "metainit" };
    assert_eq!(error.key, "init");
    assert!(
        matches!(error.expected, Expected::Requires(Requirement::DeviceMemory { demand, .. }) if demand == iteration),
        "{error}"
    );
}

#[test]
fn data_dependent_initialization_sets_mean_and_variance() {
    let dataset = dataset();
    let query = "batch=64&model=mlp:40,30&init=datadep(kaiming_normal;batches=1;batch=512;beta=0.25)";
    let layers = layers_of(query, &dataset)[0].clone();
    let mut pixels = Vec::new();
    let all = (0..512).collect::<Vec<u32>>();
    images(&dataset).write_examples(Part::Train, &all, &mut pixels).expect("examples");
    for (layer, output) in layers.iter().zip(outputs(&layers, &pixels, 784)) {
        let units = layer.shape.outputs();
        for unit in 0..units {
            let (mean, std) = moments(&output.iter().copied().skip(unit).step_by(units).collect::<Vec<_>>());
            // Weights in f32, and a bias of about ten standard deviations.
            assert!((mean - 0.25).abs() < 1e-3 && (std - 1.0).abs() < 1e-3, "unit {unit}: mean {mean}, std {std}");
        }
    }
}

/// The gradient norm over all layers' weights that a setup reports for its first run.
fn weight_gradient_norm(setup: &Setup) -> f64 {
    let layers = &start(setup).variants[0].runs[0].layers;
    layers.iter().map(|layer| layer.gradient_norm.expect("a finite gradient").powi(2)).sum::<f64>().sqrt()
}

#[test]
fn gradinit_lowers_its_objective_and_respects_gamma() {
    let network = "batch=128&model=mlp:64,64&opt=sgd";
    let before = weight_gradient_norm(&setup(&format!("{network}&init=kaiming_normal")));
    assert!(before > 1.5, "the base exceeds the bound of 1: {before}");
    let tuned = setup(&format!("{network}&init=gradinit(kaiming_normal;steps=150)"));
    let after = weight_gradient_norm(&tuned);
    // Weights alone, on another batch than the last one of the tuning; batches differ by about a tenth.
    assert!(after < 1.1, "the norm is {before} before and {after} after");
    let cost = start(&tuned).variants[0].cost;
    assert!(cost.gradient_evaluations >= 300, "{cost:?}");
    let objectives = objectives(&format!("{network}&init=gradinit(kaiming_normal;steps=150)"));
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&objectives[..10]), mean(&objectives[objectives.len() - 10..]));
    assert!(last < first, "the objective is {first} in the first ten iterations that had one and {last} in the last");
}

/// The objectives of all iterations that had one.
fn objectives(query: &str) -> Vec<f64> {
    let clock = Box::new(|| 0.0);
    let mut preparation =
        Preparation::new(&experiment(query), Share::WHOLE, &dataset(), &open_cpu(), clock).expect("valid");
    let mut all = Vec::new();
    while let Some(progress) = pollster::block_on(preparation.advance()).expect("the CPU can be read") {
        assert!(progress.done <= progress.total, "{progress:?}");
        all.extend(progress.objective);
    }
    all
}

#[test]
fn metainit_and_nio_improve_their_objectives() {
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let quotients = objectives("model=mlp:32,32&batch=64&init=metainit(kaiming_normal;steps=50)");
    assert!(mean(&quotients[40..]) < 0.5 * mean(&quotients[..10]), "the gradient quotient falls: {quotients:?}");
    let cosines = objectives("model=mlp:32,32&batch=128&init=nio(kaiming_normal;steps=60;gamma=100)");
    assert!(mean(&cosines[50..]) > mean(&cosines[..10]), "the cosine rises: {cosines:?}");
}

#[test]
fn fixup_computes_zero() {
    let experiment = experiment("model=resnet:4,6x2&init=fixup&seeds=2");
    let dataset = dataset();
    let plan = plan(&experiment, images(&dataset).shape(), 10);
    let clock = Box::new(|| 0.0);
    let drawn =
        Preparation::new(&experiment, Share::WHOLE, &dataset, &open_cpu(), clock).expect("valid").weights().to_vec();
    let network = Network::stack(&plan, &drawn, &open_cpu().device);
    let logits = read(network.forward(&batch(vec![0.7; 3 * 784], &[0, 1, 2], 10).inputs));
    assert!(logits.iter().all(|logit| *logit == 0.0), "{logits:?}");
    assert!(network.runs() == 2 && logits.len() == 2 * 3 * 10, "two runs");
}

/// One scheme of each kind, with few iterations.
const SCHEMES: [&str; 6] = [
    "lsuv",
    "datadep(xavier_uniform;batches=2)",
    "metainit(kaiming_normal;steps=3)",
    "gradinit(kaiming_normal;steps=4;gamma=3)",
    "gradinit(pytorch;steps=4;step=adam)",
    "nio(kaiming_normal;steps=3;parts=3)",
];
const NETWORKS: [&str; 4] =
    ["model=mlp:16,12", "model=mlp:16,12&norm=batch&act=tanh", "model=cnn:3,4&batch=16", "model=resnet:3,4&batch=16"];

#[test]
fn tuning_does_not_depend_on_other_stacked_runs() {
    for network in NETWORKS {
        for scheme in SCHEMES {
            let together = weights(&format!("{network}&seeds=3&init=kaiming_normal,{scheme}"));
            for seed in 0..3 {
                // The order of examples depends on the first seed, so a later seed alone would use other examples.
                let alone = weights(&format!("{network}&seeds={}&init={scheme}", seed + 1));
                let (one, other) = (&together[3 + seed], &alone[seed]);
                for (one, other) in one.iter().zip(other) {
                    let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs();
                    let (one, other) = (one.factors, other.factors);
                    let same =
                        near(one.weight, other.weight) && near(one.bias, other.bias) && near(one.norm, other.norm);
                    assert!(same, "{network}, {scheme}, seed {seed}: {one:?} together and {other:?} alone");
                }
            }
        }
    }
}

#[test]
fn tuning_is_deterministic_and_independent_of_test_data() {
    let hashes = |dataset: &Rc<Dataset>| {
        let init = SCHEMES.join(",");
        let preparation = prepared(&format!("model=mlp:16,12&test=40&init={init}"), dataset);
        preparation.weights().iter().map(InitialParameters::sha256).collect::<Vec<_>>()
    };
    let first = hashes(&dataset());
    assert_eq!(first, hashes(&dataset()), "the same twice");
    let other = ImageSet::drawn(&digits::RECIPE, 1, 512, 40).expect("a small data set");
    let swapped = ImageSet { test: other.train, ..images(&dataset()).clone() };
    assert_eq!(first, hashes(&Rc::new(swapped.into())), "with other test examples");
    let mut distinct = first.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), first.len(), "every scheme results in different weights");
}

fn trained(query: &str) -> History {
    let query = format!("train=512&{query}");
    let training = pollster::block_on(Training::new(&experiment(&query), &dataset(), &open_cpu()));
    let mut training = training.expect("a valid training");
    let mut history = History::new(training.setup().clone());
    loop {
        let work = pollster::block_on(training.advance(true)).expect("the CPU computes");
        history.apply(&pollster::block_on(training.drain()).expect("the CPU can be read"));
        if work == Work::Finished {
            return history;
        }
    }
}

#[test]
fn the_rate_control_coincides_with_the_rescaling() {
    // Under Adam, epsilon causes a difference: about 1e-8 compared with gradients of 1e-3.
    for (network, optimizer, tolerance) in [
        ("model=mlp:24,24,24", "opt=sgd&lr=0.02", 1e-4),
        ("model=cnn:4,6&batch=32", "opt=sgd&lr=0.02", 1e-4),
        ("model=mlp:24,24,24", "opt=adam&lr=0.001&momentum=0", 5e-3),
        ("model=cnn:4,6&batch=32", "opt=adam&lr=0.001&momentum=0", 5e-3),
    ] {
        let scaled = "emergence(kaiming_normal;alpha=1.5)";
        let query =
            format!("{network}&{optimizer}&steps=40&eval=40&seeds=2&init=kaiming_normal,{scaled},lrmatch({scaled})");
        let history = trained(&query);
        let [plain, scaled, matched] = [0, 1, 2].map(|index| &history.variants[index].runs);
        for run in 0..2 {
            let losses =
                |runs: &[RunCurves]| runs[run].values(Quantity::TrainLoss).map(|(_, loss)| loss).collect::<Vec<_>>();
            let (plain, scaled, matched) = (losses(plain), losses(scaled), losses(matched));
            let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let apart = distance(&scaled, &matched);
            assert!(apart < tolerance, "{network}, {optimizer}, run {run}: a difference of {apart}");
            assert!(
                distance(&scaled, &plain) > 20.0 * tolerance,
                "{network}, {optimizer}: the rescaling has an effect"
            );
        }
    }
}

#[test]
fn a_setup_reports_the_effect_of_an_initialization() {
    let setup = setup("model=cnn:3,4&batch=32&seeds=2&init=kaiming_normal,lsuv,gradinit(kaiming_normal;steps=2)");
    let layers = History::new(setup.clone()).layers.weights;
    assert_eq!(layers, ["conv 3×3, 1 → 3", "conv 3×3, 3 → 4", "dense 196 → 10"], "layers in words");
    let variants = &start(&setup).variants;
    for (scheme, variant) in setup.experiment.variants.iter().zip(variants) {
        for run in &variant.runs {
            assert_eq!(run.layers.len(), 3, "{scheme}: a report for every layer");
            for layer in &run.layers {
                let known = [layer.weight_std, layer.activation_mean, layer.activation_std, layer.gradient_norm];
                assert!(known.iter().all(Option::is_some), "{scheme}: {layer:?}");
                assert!(layer.step_size.is_some_and(|size| size > 0.0), "{scheme}: {layer:?}");
                let active = layer.active_fraction.expect("a fraction");
                assert!((0.0..=1.0).contains(&active), "{scheme}: {active}");
            }
        }
    }
    let (plain, lsuv, gradinit) = (variants[0].cost, variants[1].cost, variants[2].cost);
    assert_eq!((plain.forward_passes, plain.gradient_evaluations), (0, 0), "a closed form costs nothing");
    assert!((3..=33).contains(&lsuv.forward_passes) && lsuv.gradient_evaluations == 0, "{lsuv:?}");
    assert!((4..=8).contains(&gradinit.gradient_evaluations), "two or three per step: {gradinit:?}");
}

#[test]
fn the_first_step_is_as_large_as_reported() {
    // With one layer the update is known: learning rate times gradient, relative to the weights.
    let setup = setup("model=mlp:&init=xavier_normal&lr=0.5&momentum=0.9");
    let layer = &start(&setup).variants[0].runs[0].layers[0];
    let norm = layer.weight_std.expect("finite") * (7840.0_f64).sqrt();
    let expected = 0.5 * layer.gradient_norm.expect("finite") / norm;
    let got = layer.step_size.expect("finite");
    // The standard deviation is measured from the mean, the norm from 0; both nearly agree.
    assert!((got - expected).abs() < 1e-3 * expected, "{got} instead of {expected}");
}
