//! Layers and short training runs against JAX and optax in float64 (tests/data/layers_reference.py).

use crate::fixtures::cpu::{Recipe, assert_close, batch, input_shape, plan, read, recipe_weights, tensor};
use crate::fixtures::experiment;
use burn::tensor::Tensor;
use emergence_lab::device::open_cpu;
use emergence_lab::experiment::Share;
use emergence_lab::experiment::architecture::{Pooling, Window};
use emergence_lab::model::Inputs;
use emergence_lab::model::batch_norm::{BatchStatistics, StatisticsSource, normalize};
use emergence_lab::model::convolution::{convolve, global_average_pool, pool, shortcut};
use emergence_lab::train::Cohort;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Sums of a few hundred products in f32 against float64.
const TOLERANCE: f64 = 1e-5;

#[derive(Deserialize)]
struct Reference {
    layers: Vec<LayerCase>,
    trainings: Vec<Training>,
}

#[derive(Deserialize)]
struct Moments {
    mean: Vec<f64>,
    var: Vec<f64>,
}

#[derive(Deserialize)]
struct LayerCase {
    layer: String,
    name: String,
    #[serde(default)]
    stride: usize,
    #[serde(default)]
    padding: usize,
    tensors: BTreeMap<String, Recipe>,
    cotangent: Recipe,
    output: Output,
    gradients: BTreeMap<String, Vec<f64>>,
    #[serde(default)]
    running: BTreeMap<String, Moments>,
    evaluation: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Output {
    shape: Vec<usize>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Training {
    query: String,
    image: Vec<usize>,
    parameters: Vec<Recipe>,
    inputs: Vec<Recipe>,
    labels: Vec<Vec<usize>>,
    losses: Vec<f64>,
    evaluation_input: Recipe,
    logits: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../data/layers_reference.json")).expect("the reference file is JSON")
}

/// The values with ones in front or behind where they have fewer dimensions, as feature maps.
fn maps(recipe: &Recipe) -> Tensor<4> {
    let mut shape = recipe.shape.clone();
    shape.resize(4, 1);
    tensor(recipe.values(), shape.try_into().expect("four dimensions"))
}

/// The leaves of a case: its tensors, with gradients tracked.
struct Leaves(BTreeMap<String, Tensor<4>>);

impl Leaves {
    fn get(&self, name: &str) -> Tensor<4> {
        self.0[name].clone()
    }

    /// `[1, 1, channels]` of one run.
    fn parameter(&self, name: &str) -> Tensor<3> {
        let tensor = self.get(name);
        let channels = tensor.shape().num_elements();
        tensor.reshape([1, 1, channels])
    }

    /// The convolution named `name`, with its bias if it has one.
    fn convolve(&self, name: &str, input: Tensor<4>, stride: usize, padding: usize) -> Tensor<4> {
        let weight = self.get(&format!("{name}weight"));
        let kernel = weight.dims()[2];
        let maps = convolve(input, weight, Window { kernel, stride, padding }, 1);
        match self.0.get(&format!("{name}bias")) {
            Some(bias) => {
                let channels = bias.shape().num_elements();
                maps + bias.clone().reshape([1, channels, 1, 1])
            }
            None => maps,
        }
    }

    /// The batch normalization named `name`, if there is one, and the statistics of the batch.
    fn normalize(&self, name: &str, input: Tensor<4>) -> (Tensor<4>, Option<BatchStatistics>) {
        if !self.0.contains_key(&format!("{name}gamma")) {
            return (input, None);
        }
        let (gamma, beta) = (self.parameter(&format!("{name}gamma")), self.parameter(&format!("{name}beta")));
        normalize(input, gamma, beta, &StatisticsSource::Batch)
    }
}

#[test]
fn layers_agree_with_jax() {
    for case in reference().layers {
        let what = format!("{} ({})", case.layer, case.name);
        let leaves = case.tensors.iter().map(|(name, recipe)| (name.clone(), maps(recipe).autodiff().require_grad()));
        let leaves = Leaves(leaves.collect());
        let (output, statistics) = forward(&case, &leaves);
        assert_close(&format!("{what}: output"), &read(output.clone().inner()), &case.output.values, TOLERANCE);
        let mut shape = case.output.shape.clone();
        shape.resize(4, 1);
        assert_eq!(output.dims().to_vec(), shape, "{what}: shape");
        let gradients = (output * maps(&case.cotangent)).sum().backward();
        for (name, expected) in &case.gradients {
            let gradient = leaves.get(name).grad(&gradients).unwrap_or_else(|| panic!("{what}: no gradient of {name}"));
            assert_close(&format!("{what}: gradient of {name}"), &read(gradient), expected, TOLERANCE);
        }
        for (name, batches) in statistics {
            let channels = case.running[&name].mean.len();
            let initial = BatchStatistics::initial(1, channels, &burn::tensor::Device::flex());
            let running = batches.into_iter().fold(initial, BatchStatistics::updated);
            assert_close(
                &format!("{what}: running mean"),
                &read(running.mean.clone()),
                &case.running[&name].mean,
                TOLERANCE,
            );
            assert_close(
                &format!("{what}: running variance"),
                &read(running.variance.clone()),
                &case.running[&name].var,
                TOLERANCE,
            );
            if let Some(expected) = &case.evaluation {
                let (scale, shift) = (leaves.parameter("gamma").inner(), leaves.parameter("beta").inner());
                let input = leaves.get("input").inner();
                let (evaluated, _) = normalize(input, scale, shift, &StatisticsSource::Running(&running));
                assert_close(&format!("{what}: evaluation"), &read(evaluated), expected, TOLERANCE);
            }
        }
    }
}

type Statistics = Vec<(String, Vec<BatchStatistics>)>;

/// The output of our layers for a case, and the statistics of the batches.
fn forward(case: &LayerCase, leaves: &Leaves) -> (Tensor<4>, Statistics) {
    let input = leaves.get("input");
    let plain = |tensor| (tensor, Vec::new());
    match case.layer.as_str() {
        "conv2d" => plain(leaves.convolve("", input, case.stride, case.padding)),
        "max_pool" => plain(pool(input, Pooling::Max, Window::POOL)),
        "average_pool" => plain(pool(input, Pooling::Average, Window::POOL)),
        "global_average_pool" => {
            let means = global_average_pool(input);
            let [batch, channels] = means.dims();
            plain(means.reshape([batch, channels, 1, 1]))
        }
        "batch_norm" => {
            let (output, first) = leaves.normalize("", input);
            let (_, second) = leaves.normalize("", leaves.get("second_input"));
            let batches = first.into_iter().chain(second).collect();
            let name = case.running.keys().next().expect("running statistics").clone();
            (output, vec![(name, batches)])
        }
        "residual_block" => residual_block(leaves, input, case.stride),
        other => panic!("unknown layer: {other}"),
    }
}

fn residual_block(leaves: &Leaves, input: Tensor<4>, stride: usize) -> (Tensor<4>, Statistics) {
    let mut statistics = Vec::new();
    let mut keep = |name: &str, batch: Option<BatchStatistics>| {
        statistics.extend(batch.map(|batch| (name.to_owned(), vec![batch])));
    };
    let (hidden, batch) = leaves.normalize("norm1.", leaves.convolve("conv1.", input.clone(), stride, 1));
    keep("norm1", batch);
    let hidden = burn::tensor::activation::relu(hidden);
    let (own, batch) = leaves.normalize("norm2.", leaves.convolve("conv2.", hidden, 1, 1));
    keep("norm2", batch);
    let channels = own.dims()[1];
    (burn::tensor::activation::relu(own + shortcut(input, 1, stride, channels)), statistics)
}

#[test]
fn training_agrees_with_jax_and_optax() {
    for case in reference().trainings {
        let experiment = experiment(&format!("{}&init=kaiming_normal&seeds=1", case.query));
        let input = input_shape(&case.image);
        let classes = case.logits.len() / case.evaluation_input.shape[0];
        let plan = plan(&experiment, input, classes);
        let weights = recipe_weights(&plan.architecture.weight_layers(), &case.parameters);
        let mut cohort = Cohort::new(&experiment, Share::WHOLE, &plan, &[weights], &open_cpu());
        let mut losses = Vec::new();
        for (images, labels) in case.inputs.iter().zip(&case.labels) {
            losses.extend(read(cohort.step(&batch(images.values(), labels, classes))));
        }
        assert_close(&format!("losses of {}", case.query), &losses, &case.losses, TOLERANCE);
        let examples = case.evaluation_input.shape[0];
        let images = tensor(case.evaluation_input.values(), [1, examples, input.units()]);
        let logits = read(cohort.networks().forward(&Inputs::Images(images)));
        assert_close(&format!("logits of {}", case.query), &logits, &case.logits, TOLERANCE);
    }
}
