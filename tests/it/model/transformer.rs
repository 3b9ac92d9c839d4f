//! Transformers: loss, logits, derivatives and training against JAX in float64 (tests/data/transformer_reference.py), the operations of
//! their own against composed ones, and what follows from the definitions: causality, padding, independence of stacked runs.

use crate::fixtures::cpu::{Recipe, read};
use crate::fixtures::experiment;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use emergence_lab::device::open_cpu;
use emergence_lab::error::Error;
use emergence_lab::experiment::Share;
use emergence_lab::experiment::dataset::{ExampleFacts, SequenceFacts};
use emergence_lab::init::{InitialParameters, Parameter};
use emergence_lab::model::{Batch, Inputs, Mode, Network, Plan, SentenceTensor, Sentences, Targets};
use emergence_lab::train::Cohort;
use emergence_lab::tune::{Examples, Iteration, Tuner, TuningContext};
use serde::Deserialize;
use std::rc::Rc;

const PADDING: i32 = 0;
const BEGINNING: i32 = 1;
const END: i32 = 2;

#[derive(Deserialize)]
struct Reference {
    source: Vec<Vec<i32>>,
    target: Vec<Vec<i32>>,
    symbols: [usize; 2],
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    query: String,
    /// Whether both languages have one table.
    joint: bool,
    parameters: Vec<Recipe>,
    first: Vec<Recipe>,
    second: Vec<Recipe>,
    loss: f64,
    logits: Vec<f64>,
    /// The weights of the shortcuts by Admin; none without post-LN.
    admin: Vec<f64>,
    gradient: Derivative,
    hessian_vector: Derivative,
    curvature_gradient: Derivative,
    sgd: Vec<f64>,
    adam: Vec<f64>,
}

#[derive(Deserialize)]
struct Derivative {
    norm: Vec<f64>,
    with_parameters: Vec<f64>,
    with_first: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../data/transformer_reference.json")).expect("the reference file is JSON")
}

fn float<const D: usize>(values: Vec<f64>, shape: [usize; D], dtype: DType) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), (&Device::flex(), dtype))
}

fn doubles<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    pollster::block_on(tensor.into_data_async()).expect("readable").try_into_vec().expect("f64")
}

fn sentences(rows: &[Vec<i32>], dtype: DType) -> SentenceTensor {
    let shape = [rows.len(), rows[0].len()];
    let present = rows.concat().iter().map(|symbol| f64::from(u8::from(*symbol != PADDING))).collect();
    let symbols = Tensor::<2, Int>::from_data(TensorData::new(rows.concat(), shape), &Device::flex());
    SentenceTensor { symbols, present: float(present, shape, dtype) }
}

/// A batch as the definition says: the decoder reads the beginning and then the target without its end.
fn batch(source: &[Vec<i32>], target: &[Vec<i32>], classes: usize, smoothing: f64, dtype: DType) -> Batch {
    let before = target.iter().map(|row| {
        let kept = row[..row.len() - 1].iter().map(|symbol| if *symbol == END { PADDING } else { *symbol });
        std::iter::once(BEGINNING).chain(kept).collect()
    });
    let before: Vec<Vec<i32>> = before.collect();
    let row = |symbol: i32| -> Vec<f64> {
        let value = |class: usize| {
            let own = f64::from(u8::from(class == usize::try_from(symbol).expect("a class")));
            if symbol == PADDING { 0.0 } else { (1.0 - smoothing) * own + smoothing / classes as f64 }
        };
        (0..classes).map(value).collect()
    };
    let distribution: Vec<f64> = target.concat().into_iter().flat_map(row).collect();
    let rows = distribution.len() / classes;
    Batch {
        inputs: Inputs::Sentences(Sentences { source: sentences(source, dtype), target: sentences(&before, dtype) }),
        targets: Targets {
            distribution: float(distribution, [1, rows, classes], dtype),
            counted: target.iter().map(|row| row.iter().filter(|symbol| **symbol != PADDING).count()).collect(),
        },
    }
}

/// The network of a query for sentences of these sizes.
fn plan(query: &str, symbols: [usize; 2], positions: [usize; 2], joint: bool) -> Rc<Plan> {
    let experiment = experiment(&format!("data=numbers&init=xavier_normal&{query}"));
    let [source, target] = [0, 1].map(|side| SequenceFacts { symbols: symbols[side], positions: positions[side] });
    let examples = ExampleFacts::Pairs { source, target, joint };
    let architecture = experiment.model.architecture(&examples, experiment.norm).expect("a transformer");
    Rc::new(Plan { architecture, activation: experiment.activation })
}

impl Case {
    fn plan(&self, reference: &Reference) -> Rc<Plan> {
        let query = self.query.replace("&smooth=0.1", "");
        plan(&query, self.symbols(reference), [reference.source[0].len(), reference.target[0].len()], self.joint)
    }

    /// One vocabulary has the symbols of both languages.
    fn symbols(&self, reference: &Reference) -> [usize; 2] {
        if self.joint { [reference.symbols[1]; 2] } else { reference.symbols }
    }

    fn smoothing(&self) -> f64 {
        if self.query.contains("smooth=0.1") { 0.1 } else { 0.0 }
    }

    fn network(&self, plan: &Rc<Plan>) -> Network {
        let facts = plan.architecture.parameters();
        assert_eq!(facts.len(), self.parameters.len(), "{}: parameters", self.name);
        let parameters = self.parameters.iter().zip(facts).map(|(recipe, facts)| {
            assert_eq!(recipe.shape, facts.shape, "{}: {:?}", self.name, facts.role);
            direction(recipe)
        });
        Network {
            parameters: parameters.collect(),
            statistics: Vec::new(),
            shortcuts: Vec::new(),
            plan: Rc::clone(plan),
        }
    }

    fn initial(&self, plan: &Plan) -> InitialParameters {
        let facts = plan.architecture.parameters().into_iter().zip(&self.parameters);
        let parameters =
            facts.map(|(facts, recipe)| Parameter { role: facts.role, values: recipe.values(), factor: 1.0 });
        InitialParameters { parameters: parameters.collect(), shortcuts: Vec::new() }
    }

    fn check(&self, what: &str, network: &Network, got: Vec<Tensor<3>>, expected: &Derivative, tolerance: f64) {
        for (index, got) in got.into_iter().map(doubles).enumerate() {
            let with = |other: Vec<f64>| got.iter().zip(other).map(|(left, right)| left * right).sum::<f64>();
            let what = format!("{}, {what}, parameter {index}", self.name);
            let size = expected.norm[index].max(1e-3);
            let near = |name: &str, got: f64, expected: f64, length: f64| {
                let close = (got - expected).abs() <= tolerance * size * length.max(1.0);
                assert!(close, "{what}: {name} {got} instead of {expected}");
            };
            near("norm", with(got.clone()).sqrt(), expected.norm[index], 1.0);
            let parameters = doubles(network.parameters[index].clone());
            let length = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
            near("with the parameters", with(parameters.clone()), expected.with_parameters[index], length(&parameters));
            let first = doubles(direction(&self.first[index]));
            near("with the direction", with(first.clone()), expected.with_first[index], length(&first));
        }
    }
}

fn direction(recipe: &Recipe) -> Tensor<3> {
    let values = recipe.values().into_iter().map(f64::from).collect();
    float(values, [1, recipe.shape[0], recipe.shape[1]], DType::F64)
}

/// What rounding and an error function accurate to 1e-9 leave of float64.
const EXACT: f64 = 1e-6;

#[test]
fn derivatives_agree_with_jax() {
    let reference = reference();
    for case in &reference.cases {
        let plan = case.plan(&reference);
        let network = case.network(&plan);
        let batch = batch(&reference.source, &reference.target, reference.symbols[1], case.smoothing(), DType::F64);
        let gradient = network.gradient(&batch, Mode::Training);
        let loss = doubles(gradient.losses)[0];
        assert!((loss - case.loss).abs() < EXACT, "{}: loss {loss} instead of {}", case.name, case.loss);
        let logits = doubles(network.forward(&batch.inputs));
        let rows = logits.chunks(reference.symbols[1]).zip(reference.target.concat());
        let counted: Vec<f64> =
            rows.filter(|(_, symbol)| *symbol != PADDING).flat_map(|(row, _)| row).copied().collect();
        for (got, expected) in counted.iter().zip(&case.logits) {
            assert!((got - expected).abs() < EXACT, "{}: logit {got} instead of {expected}", case.name);
        }
        case.check("gradient", &network, gradient.gradient, &case.gradient, EXACT);
        let (first, second): (Vec<_>, Vec<_>) =
            (case.first.iter().map(direction).collect(), case.second.iter().map(direction).collect());
        let product = network.hessian_vector_product(&batch, Mode::Training, &second);
        case.check("Hessian-vector product", &network, product, &case.hessian_vector, EXACT);
        let curvature = network.curvature_gradient(&batch, Mode::Training, &first, &second).gradient;
        case.check("gradient of the curvature", &network, curvature, &case.curvature_gradient, EXACT);
    }
}

#[test]
fn five_steps_agree_with_jax_and_optax() {
    let reference = reference();
    for case in &reference.cases {
        let plan = case.plan(&reference);
        for (optimizer, expected) in [("opt=sgd&lr=0.1&momentum=0.9", &case.sgd), ("opt=adam&lr=0.01", &case.adam)] {
            let query = format!("data=numbers&init=xavier_normal&seeds=1&{optimizer}&{}", case.query);
            let weights = [case.initial(&plan)];
            let mut cohort = Cohort::new(&experiment(&query), Share::WHOLE, &plan, &weights, &open_cpu());
            let batch = batch(&reference.source, &reference.target, reference.symbols[1], case.smoothing(), DType::F32);
            for (step, expected) in expected.iter().enumerate() {
                let loss = f64::from(read(cohort.step(&batch))[0]);
                // Five steps in f32 against float64.
                let close = (loss - expected).abs() < 1e-4 * expected.max(1.0);
                assert!(close, "{}, {optimizer}, step {step}: {loss} instead of {expected}", case.name);
            }
        }
    }
}

/// The logits of a network with the parameters of a case, in f32.
fn logits(case: &Case, plan: &Rc<Plan>, batch: &Batch) -> Vec<f32> {
    read(Network::stack(plan, &[case.initial(plan)], &Device::flex()).forward(&batch.inputs))
}

#[test]
fn later_symbols_of_a_translation_do_not_matter() {
    let reference = reference();
    let classes = reference.symbols[1];
    for case in &reference.cases {
        let plan = case.plan(&reference);
        let of = |target: &[Vec<i32>]| logits(case, &plan, &batch(&reference.source, target, classes, 0.0, DType::F32));
        let mut changed = reference.target.clone();
        changed[2][3] = 5;
        let (before, after) = (of(&reference.target), of(&changed));
        let positions = reference.target[0].len();
        for (row, (one, other)) in before.chunks(classes).zip(after.chunks(classes)).enumerate() {
            // The changed symbol is read at the position after it.
            let reads_it = row / positions == 2 && row % positions > 3;
            assert_eq!(one != other, reads_it, "{}: row {row}", case.name);
        }
    }
}

#[test]
fn padding_does_not_matter() {
    let reference = reference();
    let classes = reference.symbols[1];
    for case in &reference.cases {
        let longer = |rows: &[Vec<i32>]| -> Vec<Vec<i32>> {
            rows.iter().map(|row| row.iter().copied().chain([PADDING; 3]).collect()).collect()
        };
        let (source, target) = (longer(&reference.source), longer(&reference.target));
        let padded = plan(
            &case.query.replace("&smooth=0.1", ""),
            case.symbols(&reference),
            [source[0].len(), target[0].len()],
            case.joint,
        );
        let loss = |plan: &Rc<Plan>, batch: &Batch| {
            let network = Network::stack(plan, &[case.initial(plan)], &Device::flex());
            read(network.gradient(batch, Mode::Training).losses)[0]
        };
        let short =
            loss(&case.plan(&reference), &batch(&reference.source, &reference.target, classes, 0.0, DType::F32));
        let long = loss(&padded, &batch(&source, &target, classes, 0.0, DType::F32));
        assert!((short - long).abs() < 1e-6 * short, "{}: {short} and {long}", case.name);
    }
}

#[test]
fn stacked_transformers_equal_separate_ones() {
    let reference = reference();
    let init = "xavier_normal,emergence(xavier_normal;alpha=1.2),custom(std=1e6)";
    for case in &reference.cases {
        let plan = case.plan(&reference);
        let query =
            |init: &str, seeds: u32| experiment(&format!("data=numbers&seeds={seeds}&init={init}&{}", case.query));
        let all = query(init, 2);
        let weights = Cohort::initial_weights(&all, Share::WHOLE, &plan.architecture).expect("no formula fails");
        let batch = batch(&reference.source, &reference.target, reference.symbols[1], case.smoothing(), DType::F32);
        let mut together = Cohort::new(&all, Share::WHOLE, &plan, &weights, &open_cpu());
        let stacked: Vec<Vec<f32>> = (0..50).map(|_| read(together.step(&batch))).collect();
        for (run, own) in weights.iter().enumerate().take(4) {
            let variant = all.variants[run / 2].to_string();
            let mut alone =
                Cohort::new(&query(&variant, 1), Share::WHOLE, &plan, std::slice::from_ref(own), &open_cpu());
            for (step, losses) in stacked.iter().enumerate() {
                let separate = read(alone.step(&batch))[0];
                // The third variant has diverged beside it, and the others do not notice.
                let close = (losses[run] - separate).abs() <= 1e-5;
                assert!(close, "{}, run {run}, step {step}: {} and {separate}", case.name, losses[run]);
            }
        }
        if case.query.contains("norm=none") {
            assert!(stacked.iter().any(|losses| !losses[4].is_finite()), "{}: the last one diverges", case.name);
        }
    }
}

/// The same batch at every request.
struct OneBatch(Batch);

impl Examples for OneBatch {
    fn batch(&mut self, _: usize, _: u64) -> Result<Batch, Error> {
        Ok(self.0.clone())
    }

    fn noise(&mut self, _: usize, _: u64) -> Result<Batch, Error> {
        Ok(self.0.clone())
    }
}

#[test]
fn the_shortcuts_of_admin_agree_with_jax() {
    let reference = reference();
    let cases = reference.cases.iter().filter(|case| case.query.contains("norm=post"));
    for case in cases {
        let plan = case.plan(&reference);
        let experiment = experiment(&format!("data=numbers&init=admin(xavier_normal)&{}", case.query));
        let context = TuningContext::new(&experiment, &plan, &Device::flex());
        let tuning = experiment.variants[0].scheme.tuning().expect("a method");
        let drawn = case.initial(&plan);
        let other = InitialParameters { shortcuts: vec![7.0; case.admin.len()], ..drawn.clone() };
        let mut tuner = Tuner::new(tuning, &context, vec![drawn.clone(), other]);
        let mut examples = OneBatch(batch(&reference.source, &reference.target, reference.symbols[1], 0.0, DType::F32));
        while pollster::block_on(tuner.advance(&mut examples)).expect("the CPU computes") != Iteration::Finished {}
        let sublayers = case.admin.len() as u64;
        assert_eq!(tuner.effort().forward_passes, sublayers - 2, "one per sub-layer but the last of either stack");
        for run in tuner.into_weights() {
            assert_eq!(run.parameters, drawn.parameters, "{}: the weights stay", case.name);
            assert_eq!(run.shortcuts.len(), case.admin.len(), "{}: all shortcuts", case.name);
            for (got, expected) in run.shortcuts.iter().zip(&case.admin) {
                // Moments in f32.
                assert!((got - expected).abs() < 1e-5 * expected, "{}: {got} instead of {expected}", case.name);
            }
        }
    }
}
