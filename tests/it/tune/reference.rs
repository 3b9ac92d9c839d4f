//! Derivatives and tuned weights against JAX in float64 (tests/data/tuning_reference.py).

use super::{Given, tuned};
use crate::fixtures::cpu::{Recipe, batch, input_shape, plan, recipe_weights};
use crate::fixtures::experiment;
use crate::layer_weights::{self, LayerWeights};
use burn::tensor::{DType, Device, Tensor, TensorData};
use emergence_lab::experiment::OptimizerKind;
use emergence_lab::experiment::architecture::WeightLayer;
use emergence_lab::init::{Factors, InitialParameters};
use emergence_lab::model::batch_norm::BatchStatistics;
use emergence_lab::model::{Batch, Mode, Network, Plan};
use emergence_lab::tune::TuningContext;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// f32 against float64 after a few dozen iterations.
const TOLERANCE: f64 = 1e-3;

#[derive(Deserialize)]
struct Reference {
    derivatives: Vec<Derivatives>,
    gradinit: Vec<Learned>,
    nio: Vec<Learned>,
    metainit: Vec<MetaLearned>,
    lsuv: Vec<Unit>,
    datadep: Vec<Dependent>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    query: String,
    image: Vec<usize>,
    classes: usize,
    parameters: Vec<Recipe>,
    #[serde(default)]
    inputs: Vec<Recipe>,
    #[serde(default)]
    labels: Vec<Vec<usize>>,
    #[serde(default)]
    constants: BTreeMap<String, Value>,
}

/// Statistics of a derivative, for each parameter.
#[derive(Deserialize)]
struct Derivative {
    norm: Vec<f64>,
    with_parameters: Vec<f64>,
    with_first: Vec<f64>,
}

#[derive(Deserialize)]
struct Derivatives {
    #[serde(flatten)]
    case: Case,
    mode: String,
    first: Vec<Recipe>,
    second: Vec<Recipe>,
    loss: f64,
    gradient: Derivative,
    hessian_vector: Derivative,
    curvature_gradient: Derivative,
}

#[derive(Deserialize)]
struct Learned {
    #[serde(flatten)]
    case: Case,
    objectives: Vec<Option<f64>>,
    scales: Vec<Vec<f64>>,
    kinds: Vec<String>,
}

#[derive(Deserialize)]
struct MetaLearned {
    #[serde(flatten)]
    case: Case,
    quotients: Vec<f64>,
    norms: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Unit {
    #[serde(flatten)]
    case: Case,
    input: Recipe,
    factors: Vec<f64>,
}

#[derive(Deserialize)]
struct Dependent {
    #[serde(flatten)]
    case: Case,
    norms: Vec<f64>,
    biases: Vec<Vec<f64>>,
}

impl Case {
    fn plan(&self) -> Rc<Plan> {
        plan(&experiment(&self.query), input_shape(&self.image), self.classes)
    }

    fn weights(&self, layers: &[WeightLayer]) -> InitialParameters {
        recipe_weights(layers, &self.parameters)
    }

    fn batches(&self) -> Vec<Batch> {
        let pairs = self.inputs.iter().zip(&self.labels);
        pairs.map(|(images, labels)| batch(images.values(), labels, self.classes)).collect()
    }

    /// The scheme with the constants of the case; the base is not used.
    fn scheme(&self, method: &str) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let constants = self.constants.iter().map(|(name, value)| format!(";{name}={}", text(value)));
        format!("{method}(kaiming_normal{})", constants.collect::<String>())
    }

    fn around(&self, batch_size: usize) -> TuningContext {
        let device = Device::flex();
        TuningContext { plan: self.plan(), device, batch_size, optimizer: OptimizerKind::Sgd }
    }

    /// Objectives and weights of one run that is tuned on the batches of the case, with this many examples per step.
    fn tuned(&self, method: &str, batch_size: usize) -> (Vec<Option<f64>>, Vec<LayerWeights>) {
        let around = self.around(batch_size);
        let layers = around.plan.architecture.weight_layers();
        let run = self.weights(&layers);
        let (objectives, mut runs) = tuned(&self.scheme(method), &around, vec![run], &mut Given(self.batches()));
        (objectives, layer_weights::of_run(&runs.remove(0), &layers))
    }
}

fn reference() -> Reference {
    let text = include_str!("../../data/tuning_reference.json");
    let read: Reference = serde_json::from_str(text).expect("the format of the script");
    let lengths = [read.derivatives.len(), read.gradinit.len(), read.nio.len(), read.metainit.len(), read.lsuv.len()];
    assert!(lengths.iter().chain([&read.datadep.len()]).all(|length| *length >= 5), "cases of each: {lengths:?}");
    read
}

fn assert_near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let near = (got - expected).abs() <= tolerance * expected.abs().max(1e-3);
    assert!(near, "{what}: {got} instead of {expected}");
}

fn exact(recipe: &Recipe) -> Vec<f64> {
    recipe.values().into_iter().map(f64::from).collect()
}

fn float(values: Vec<f64>, shape: [usize; 3]) -> Tensor<3> {
    Tensor::from_data(TensorData::new(values, shape), (&Device::flex(), DType::F64))
}

fn read(tensor: Tensor<3>) -> Vec<f64> {
    pollster::block_on(tensor.into_data_async()).expect("readable").try_into_vec().expect("f64")
}

impl Derivatives {
    /// The network in float64.
    fn network(&self) -> Network {
        let plan = self.case.plan();
        let shapes = Network::stack(&plan, &[self.case.weights(&plan.architecture.weight_layers())], &Device::flex());
        let shapes: Vec<[usize; 3]> = shapes.parameters.iter().map(Tensor::dims).collect();
        let normalized = plan.architecture.weight_layers().into_iter().filter(|layer| layer.normalized);
        let statistics = normalized.map(|layer| {
            let (count, shape) = (layer.shape.outputs(), [1, 1, layer.shape.outputs()]);
            BatchStatistics { mean: float(vec![0.0; count], shape), variance: float(vec![1.0; count], shape) }
        });
        let statistics = statistics.collect();
        let parameters = self.case.parameters.iter().zip(shapes).map(|(recipe, shape)| float(exact(recipe), shape));
        Network { parameters: parameters.collect(), statistics, shortcuts: Vec::new(), plan }
    }

    fn check(&self, what: &str, network: &Network, got: Vec<Tensor<3>>, expected: &Derivative) {
        for (index, got) in got.into_iter().map(read).enumerate() {
            let parameters = read(network.parameters[index].clone());
            let with = |other: &[f64]| got.iter().zip(other).map(|(left, right)| left * right).sum::<f64>();
            let what = format!("{}, {what}, parameter {index}", self.case.name);
            // The error function is accurate to about 1e-9, everything else to rounding; the file has nine digits.
            assert_near(&format!("{what}: norm"), with(&got).sqrt(), expected.norm[index], 1e-6);
            assert_near(&format!("{what}: with it"), with(&parameters), expected.with_parameters[index], 1e-6);
            let first = with(&exact(&self.first[index]));
            assert_near(&format!("{what}: with the direction"), first, expected.with_first[index], 1e-6);
        }
    }
}

#[test]
fn derivatives_agree_with_jax() {
    for case in reference().derivatives {
        let network = case.network();
        let shapes: Vec<[usize; 3]> = network.parameters.iter().map(Tensor::dims).collect();
        let direction = |recipes: &[Recipe]| -> Vec<Tensor<3>> {
            recipes.iter().zip(&shapes).map(|(recipe, shape)| float(exact(recipe), *shape)).collect()
        };
        let (first, second) = (direction(&case.first), direction(&case.second));
        let (images, labels) = (exact(&case.case.inputs[0]), &case.case.labels[0]);
        let one_hot = labels
            .iter()
            .flat_map(|label| (0..case.case.classes).map(move |class| f64::from(u8::from(class == *label))));
        let batch = Batch::of_images(
            float(images.clone(), [1, labels.len(), images.len() / labels.len()]),
            float(one_hot.collect(), [1, labels.len(), case.case.classes]),
        );
        let mode = if case.mode == "training" { Mode::Training } else { Mode::Evaluation };
        let gradient = network.gradient(&batch, mode);
        let loss = read(gradient.losses.reshape([1, 1, 1]))[0];
        assert_near(&format!("{}: loss", case.case.name), loss, case.loss, 1e-8);
        case.check("gradient", &network, gradient.gradient, &case.gradient);
        let product = network.hessian_vector_product(&batch, mode, &second);
        case.check("Hessian-vector product", &network, product, &case.hessian_vector);
        let curvature = network.curvature_gradient(&batch, mode, &first, &second).gradient;
        case.check("gradient of the curvature", &network, curvature, &case.curvature_gradient);
    }
}

/// The scales of all parameters in order; those of shifts are not stored.
fn scales(layers: &[LayerWeights]) -> Vec<Option<f64>> {
    let of = |layer: &LayerWeights| {
        let Factors { weight, bias, norm } = layer.factors;
        if layer.scale.is_empty() { vec![Some(weight), Some(bias)] } else { vec![Some(weight), Some(norm), None] }
    };
    layers.iter().flat_map(of).collect()
}

fn check_learned(method: &str, sign: f64, case: &Learned, batch_size: usize) {
    let (objectives, weights) = case.case.tuned(method, batch_size);
    let what = format!("{method}, {}", case.case.name);
    assert_eq!(objectives.len(), case.objectives.len(), "{what}: iterations");
    let learned = objectives.iter().zip(&case.objectives).zip(&case.kinds).enumerate();
    for (iteration, ((got, expected), kind)) in learned {
        // GradInit has an objective in one of its two kinds of steps only; NIO reports its cosine in both.
        if let (Some(got), Some(expected)) = (got, expected) {
            assert_near(&format!("{what}: objective {iteration}"), *got, sign * expected, TOLERANCE);
        }
        if method == "gradinit" {
            assert_eq!(got.is_some(), kind == "objective", "{what}: kind of step {iteration}");
        }
    }
    for (index, (got, expected)) in scales(&weights).iter().zip(case.scales.last().expect("scales")).enumerate() {
        let Some(got) = got else { continue };
        assert_near(&format!("{what}: scale {index}"), *got, *expected, TOLERANCE);
    }
}

#[test]
fn gradinit_agrees_with_jax() {
    let reference = reference();
    for case in &reference.gradinit {
        check_learned("gradinit", 1.0, case, 2 * case.case.labels[0].len());
    }
    assert!(reference.gradinit.iter().any(|case| case.scales.len() >= 30), "thirty iterations");
    let kinds = reference.gradinit.iter().flat_map(|case| &case.kinds);
    assert!(kinds.clone().any(|kind| kind == "norm") && kinds.clone().any(|kind| kind == "objective"), "both kinds");
}

#[test]
fn nio_agrees_with_jax() {
    for case in &reference().nio {
        check_learned("nio", -1.0, case, case.case.labels[0].len());
    }
}

#[test]
fn metainit_agrees_with_jax() {
    for MetaLearned { case, quotients, norms } in &reference().metainit {
        let (objectives, weights) = case.tuned("metainit", case.labels[0].len());
        for (iteration, (got, expected)) in objectives.iter().zip(quotients).enumerate() {
            let what = format!("{}: quotient {iteration}", case.name);
            assert_near(&what, got.expect("a quotient"), *expected, TOLERANCE);
        }
        assert_eq!(objectives.len(), quotients.len(), "{}: iterations", case.name);
        for (layer, expected) in weights.iter().zip(norms.last().expect("norms")) {
            assert_near(&format!("{}: norm", case.name), norm(&layer.weight), *expected, TOLERANCE);
        }
    }
}

fn norm(numbers: &[f32]) -> f64 {
    numbers.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn lsuv_agrees_with_jax() {
    for Unit { case, input, factors } in &reference().lsuv {
        let examples = input.shape[0];
        let around = case.around(examples);
        let run = case.weights(&around.plan.architecture.weight_layers());
        let mut given = Given(vec![batch(input.values(), &vec![0; examples], case.classes)]);
        let (_, runs) = tuned(&case.scheme("lsuv"), &around, vec![run], &mut given);
        let layers = layer_weights::of_run(&runs[0], &around.plan.architecture.weight_layers());
        for (layer, expected) in layers.iter().zip(factors) {
            assert_near(&format!("{}: scale", case.name), layer.factors.weight, *expected, TOLERANCE);
        }
    }
}

#[test]
fn data_dependent_initialization_agrees_with_jax() {
    for Dependent { case, norms, biases } in &reference().datadep {
        let examples = case.inputs[0].shape[0];
        let around = case.around(examples);
        let run = case.weights(&around.plan.architecture.weight_layers());
        let unlabeled = case.inputs.iter().map(|images| batch(images.values(), &vec![0; examples], case.classes));
        let (_, runs) = tuned(&case.scheme("datadep"), &around, vec![run], &mut Given(unlabeled.collect()));
        let layers = layer_weights::of_run(&runs[0], &around.plan.architecture.weight_layers());
        for (layer, (expected, biases)) in layers.iter().zip(norms.iter().zip(biases)) {
            assert_near(&format!("{}: norm", case.name), norm(&layer.weight), *expected, TOLERANCE);
            for (got, expected) in layer.bias.iter().zip(biases) {
                assert_near(&format!("{}: bias", case.name), f64::from(*got), *expected, TOLERANCE);
            }
        }
    }
}
