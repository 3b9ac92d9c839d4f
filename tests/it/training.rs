//! Training, against JAX and optax, and against the exact statements of docs/method.md.

mod pace;
mod rate_control;
mod recordings;
mod resume;
mod shares;
mod step_time;
mod texts;
mod translation;
mod tuning_pace;
mod work;

use crate::fixtures::cpu::{assert_close, batch, few_digits, finish, images, last_accuracy, plan, read, tensor};
use crate::fixtures::experiment;
use crate::layer_weights::{self, LayerWeights, UNSCALED};
use burn::tensor::{Device, Tensor, Transaction};
use emergence_lab::catalog::Quantity;
use emergence_lab::dataset::batcher::Batcher;
use emergence_lab::dataset::{Dataset, ImageSet, Part, digits};
use emergence_lab::device::{OpenDevice, open_cpu};
use emergence_lab::error::{DeviceCheck, DeviceError, Error};
use emergence_lab::experiment::architecture::{FeatureShape, WeightShape};
use emergence_lab::experiment::{Experiment, Schedule, Share};
use emergence_lab::init::InitialParameters;
use emergence_lab::metrics::History;
use emergence_lab::model::{Batch, Mode, Network, predicted_classes};
use emergence_lab::train::self_test::{check_convolutions, check_device, check_transformer, compare};
use emergence_lab::train::{Cohort, Training, schedule_factor};
use serde::Deserialize;
use std::rc::Rc;

/// The results of JAX and optax; see tests/data/training_reference.py.
#[derive(Deserialize)]
struct Reference {
    widths: Vec<usize>,
    batch: usize,
    images: Vec<f32>,
    one_hot: Vec<f32>,
    parameters: Vec<Vec<f32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    query: String,
    losses: Vec<f64>,
    first_gradients: Vec<Vec<f64>>,
    parameters: Vec<Vec<f64>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../data/training_reference.json")).expect("the reference file is JSON")
}

fn values(tensors: Vec<Tensor<3>>) -> Vec<Vec<f32>> {
    let transaction = tensors.into_iter().fold(Transaction::default(), Transaction::register);
    let data = pollster::block_on(transaction.execute_async()).expect("the CPU can be read");
    data.into_iter().map(|data| data.try_into_vec().expect("f32")).collect()
}

fn run_parameters(widths: &[usize], parameters: &[Vec<f32>]) -> InitialParameters {
    let shapes = widths.windows(2).zip(parameters.chunks(2));
    let layers = shapes.map(|(widths, pair)| LayerWeights {
        weight: pair[0].clone(),
        bias: pair[1].clone(),
        scale: Vec::new(),
        shift: Vec::new(),
        shape: WeightShape::Dense { inputs: widths[0], outputs: widths[1] },
        factors: UNSCALED,
    });
    layer_weights::parameters(&layers.collect::<Vec<_>>())
}

/// Ten steps in f32 against float64: a few hundred rounding errors of 6e-8.
const REFERENCE_TOLERANCE: f64 = 1e-5;

#[test]
fn optimizers_schedules_and_activations_agree_with_jax_and_optax() {
    let reference = reference();
    let weights = run_parameters(&reference.widths, &reference.parameters);
    let (inputs, classes) = (reference.widths[0], *reference.widths.last().expect("has layers"));
    for case in &reference.cases {
        let hidden =
            reference.widths[1..reference.widths.len() - 1].iter().map(ToString::to_string).collect::<Vec<_>>();
        let model = hidden.join(",");
        let experiment = experiment(&format!("model=mlp:{model}&{}&init=kaiming_normal&seeds=1", case.query));
        let plan = plan(&experiment, FeatureShape::dense(inputs), classes);
        let mut cohort = Cohort::new(&experiment, Share::WHOLE, &plan, std::slice::from_ref(&weights), &open_cpu());
        let mut losses = Vec::new();
        for _ in 0..case.losses.len() {
            let images = tensor(reference.images.clone(), [1, reference.batch, inputs]);
            let one_hot = tensor(reference.one_hot.clone(), [1, reference.batch, classes]);
            losses.extend(read(cohort.step(&Batch::of_images(images, one_hot))));
        }
        assert_close(&format!("losses of {}", case.query), &losses, &case.losses, REFERENCE_TOLERANCE);
        let parameters = values(cohort.networks().into_parameters());
        assert_eq!(parameters.len(), case.parameters.len(), "weights and biases of {}", case.query);
        for (got, expected) in parameters.iter().zip(&case.parameters) {
            assert_close(&format!("parameters of {}", case.query), got, expected, REFERENCE_TOLERANCE);
        }
    }
}

#[test]
fn first_gradients_agree_with_jax() {
    let reference = reference();
    let (inputs, classes) = (reference.widths[0], *reference.widths.last().expect("has layers"));
    for case in &reference.cases {
        let plan = plan(&experiment(&format!("model=mlp:5,4&{}", case.query)), FeatureShape::dense(inputs), classes);
        let weights = run_parameters(&reference.widths, &reference.parameters);
        let network = Network::stack(&plan, &[weights], &Device::flex());
        let images = tensor(reference.images.clone(), [1, reference.batch, inputs]);
        let one_hot = tensor(reference.one_hot.clone(), [1, reference.batch, classes]);
        let gradients = values(network.gradient(&Batch::of_images(images, one_hot), Mode::Training).gradient);
        assert_eq!(gradients.len(), case.first_gradients.len(), "weights and biases of {}", case.query);
        for (got, expected) in gradients.iter().zip(&case.first_gradients) {
            assert_close(&format!("gradients of {}", case.query), got, expected, REFERENCE_TOLERANCE);
        }
    }
}

/// Trains to the end, reading records after every `drain_every` pieces of work.
fn run(query: &str, drain_every: usize) -> History {
    run_on(&open_cpu(), query, drain_every)
}

fn run_on(open: &OpenDevice, query: &str, drain_every: usize) -> History {
    train(open, &few_digits(), &format!("data=digits&batch=64&{query}"), drain_every)
}

fn train(open: &OpenDevice, dataset: &Rc<Dataset>, query: &str, drain_every: usize) -> History {
    let training = pollster::block_on(Training::new(&experiment(query), dataset, open));
    finish(&mut training.expect("a valid training"), drain_every)
}

fn losses(history: &History, run: usize) -> Vec<f64> {
    let run = history.runs().nth(run).expect("as many runs");
    run.values(Quantity::TrainLoss).map(|(_, loss)| loss).collect()
}

#[test]
fn stacked_runs_equal_separate_runs() {
    let variants = [
        "xavier_normal",
        "kaiming_uniform",
        "emergence(kaiming_normal;alpha=1.5)",
        "lrmatch(emergence(kaiming_normal;alpha=1.5))",
    ];
    let query =
        |init: &str, seeds| format!("data=digits&model=mlp:32,32,32&lr=0.05&wd=0.001&seeds={seeds}&init={init}");
    let all = experiment(&query(&variants.join(","), 2));
    let weights = Cohort::initial_weights(&all, Share::WHOLE, &plan(&all, FeatureShape::dense(784), 10).architecture)
        .expect("no formula");
    let (together, parameters) = fifty_steps(&all, &weights);
    for (run, weights) in weights.iter().enumerate() {
        let variant = variants[run / 2];
        let (alone, its_parameters) = fifty_steps(&experiment(&query(variant, 1)), std::slice::from_ref(weights));
        for (step, (stacked, separate)) in together.iter().zip(&alone).enumerate() {
            let (stacked, separate) = (stacked[run], separate[0]);
            let close = (stacked - separate).abs() <= 1e-5;
            assert!(close, "{variant} run {run} step {step}: {stacked} stacked, {separate} separate");
        }
        for (stacked, separate) in parameters.iter().zip(&its_parameters) {
            let part = &stacked[run * separate.len()..][..separate.len()];
            let far = part.iter().zip(separate).find(|(stacked, separate)| (*stacked - *separate).abs() > 1e-5);
            assert_eq!(far, None, "{variant} run {run}: a parameter after 50 steps");
        }
    }
}

/// The losses of 50 steps, one list per step, and the parameters after them.
fn fifty_steps(experiment: &Experiment, weights: &[InitialParameters]) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    const BATCH: usize = 64;
    let dataset = few_digits();
    let dataset = images(&dataset);
    let mut cohort =
        Cohort::new(experiment, Share::WHOLE, &plan(experiment, FeatureShape::dense(784), 10), weights, &open_cpu());
    let mut batcher = Batcher::new(dataset.train.len(), BATCH, 0).expect("ten batches");
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    let losses = (0..50).map(|step| {
        let indices = batcher.batch(step);
        dataset.write_examples(Part::Train, indices, &mut pixels).expect("examples that are there");
        dataset.write_labels(Part::Train, indices, &mut labels).expect("examples that are there");
        let labels: Vec<usize> = labels.iter().map(|label| usize::from(*label)).collect();
        read(cohort.step(&batch(pixels.clone(), &labels, 10)))
    });
    let losses = losses.collect();
    (losses, values(cohort.networks().into_parameters()))
}

#[test]
fn results_do_not_depend_on_the_grouping() {
    for optimizer in ["wd=0.001", "sched=cosine", "opt=adam&sched=warmup:15&lr=0.001", "opt=adamw&wd=0.01&lr=0.001"] {
        check_grouping(optimizer);
    }
}

/// Two variants share their rates and one does not: in some groups rates are a single number, in others they are not.
fn check_grouping(optimizer: &str) {
    let query = format!(
        "model=mlp:32,32&steps=20&eval=10&seeds=2&{optimizer}&init=pytorch,orthogonal,\
         lrmatch(emergence(kaiming_normal;alpha=1.5))"
    );
    let in_groups_of = |runs: u64| {
        let parameters = 784 * 32 + 32 + 32 * 32 + 32 + 32 * 10 + 10;
        run_on(&OpenDevice { group_bytes: Some(4 * runs * parameters), ..open_cpu() }, &query, 3)
    };
    let together = run(&query, 3);
    assert_eq!(together.runs().count(), 6, "three variants with two seeds");
    for runs in [0, 1, 4, 6] {
        assert_eq!(
            in_groups_of(runs),
            together,
            "{optimizer}: groups of at most {runs} runs (one at least), to the bit"
        );
    }
}

#[test]
fn a_diverging_run_is_reported_and_harms_no_other() {
    // Four weight layers: the learning rate of the control's first layer is 0.01 * alpha^4 = 1e3.
    let common = "model=mlp:32,32,32&steps=40&eval=20&seeds=1&init=kaiming_normal,xavier_normal";
    let history = run(&format!("{common},lrmatch(emergence(kaiming_normal;alpha=17.7827941))"), 3);
    let calm = run(common, 3);
    let diverged = history.runs().nth(2).expect("the third run");
    let step = diverged.diverged_at.expect("the third run diverges");
    assert!((2..=40).contains(&step), "it diverges after its first step: {step}");
    assert_eq!(diverged.curves[Quantity::TrainLoss].len() as u64, step - 1, "its curve ends before it diverges");
    assert!(diverged.values(Quantity::TestAccuracy).all(|(at, _)| at < step), "no evaluation after it");
    for index in 0..2 {
        let (with, without) = (history.runs().nth(index), calm.runs().nth(index));
        assert_eq!(with, without, "run {index} is bit-identical next to a diverging one");
        assert_eq!(with.and_then(|run| run.diverged_at), None, "run {index} does not diverge");
    }
}

#[test]
fn a_run_that_diverges_in_its_last_step_is_reported() {
    // After an update of nine layers at this rate the logits exceed the range of f32.
    let history = run("model=mlp:32,32,32,32,32,32,32,32&steps=1&eval=1&seeds=1&init=kaiming_normal&lr=1000000", 1);
    let run = history.runs().next().expect("a run");
    assert_eq!(run.curves[Quantity::TrainLoss].len(), 1, "the loss before the step is a number");
    assert_eq!(run.diverged_at, Some(1), "the test loss after it is not");
    assert_eq!(run.curves[Quantity::TestAccuracy].len(), 1, "what was measured before stays");
}

#[test]
fn rescaling_leaves_the_function_at_init_unchanged() {
    // Statement 1 of docs/method.md: ReLU, zero biases, product of factors 1.
    let history =
        run("model=mlp:32,32,32,32&steps=1&seeds=2&init=kaiming_normal,emergence(kaiming_normal;alpha=1.7)", 1);
    for seed in 0..2 {
        let (base, scaled) = (losses(&history, seed)[0], losses(&history, 2 + seed)[0]);
        // Five layers with a few hundred rounding errors of 6e-8 each, which change when weights are scaled by 1.7^n.
        assert!((base - scaled).abs() <= 1e-5 * base, "seed {seed}: loss {base} before, {scaled} after rescaling");
    }
}

#[test]
fn sgd_from_the_scaled_init_equals_the_layer_wise_learning_rate() {
    // Statement 2 of docs/method.md, with momentum and weight decay; biases are trained, too.
    let pair = "emergence(kaiming_normal;alpha=1.3),lrmatch(emergence(kaiming_normal;alpha=1.3))";
    for optimizer in ["opt=sgd&lr=0.01&momentum=0.9&wd=0.001", "opt=sgd&lr=0.02&momentum=0"] {
        let history = run(&format!("model=mlp:32,32,32&steps=40&seeds=1&{optimizer}&init={pair}"), 4);
        for (step, (scaled, matched)) in losses(&history, 0).iter().zip(losses(&history, 1)).enumerate() {
            // Equal in theory; rounding errors of 6e-8 grow over 40 steps, but stay below the change of the loss in a step.
            assert!((scaled - matched).abs() <= 1e-4, "{optimizer} step {step}: {scaled} scaled, {matched} matched");
        }
    }
}

#[test]
fn adam_from_the_scaled_init_follows_the_layer_wise_learning_rate() {
    // Exact only for eps -> 0: eps = 1e-8 affects units with tiny gradients, so the curves agree, but not the last digits. The
    // base with a single rate for all layers differs by 20 times the tolerance within these steps.
    let pair = "emergence(kaiming_normal;alpha=1.2),lrmatch(emergence(kaiming_normal;alpha=1.2))";
    for optimizer in ["opt=adam", "opt=adam&wd=0.001", "opt=adamw&wd=0.01"] {
        let history = run(&format!("model=mlp:32,32,32&steps=20&lr=0.001&seeds=1&{optimizer}&init={pair}"), 4);
        for (step, (scaled, matched)) in losses(&history, 0).iter().zip(losses(&history, 1)).enumerate() {
            assert!((scaled - matched).abs() <= 5e-3, "{optimizer} step {step}: {scaled} scaled, {matched} matched");
        }
    }
}

#[test]
fn a_training_rejects_more_examples_than_there_are() {
    let too_large = experiment("data=digits&batch=1000");
    let training = pollster::block_on(Training::new(&too_large, &few_digits(), &open_cpu()));
    assert!(training.is_err(), "640 examples do not make one batch of 1000");
    let too_many = experiment("data=digits&batch=10&train=5000");
    let training = pollster::block_on(Training::new(&too_many, &few_digits(), &open_cpu()));
    assert!(training.is_err(), "640 examples are not 5000");
}

#[test]
fn training_learns() {
    let history = run("model=mlp:64&steps=60&eval=60&seeds=1&init=kaiming_normal&lr=0.05", 5);
    let run = history.runs().next().expect("has a run");
    let accuracies: Vec<f64> = run.values(Quantity::TestAccuracy).map(|(_, accuracy)| accuracy).collect();
    let (first, last) = (accuracies[0], accuracies[1]);
    assert!(first < 0.3 && last > 0.6, "from {first} to {last}");
}

#[test]
fn digits_are_neither_too_easy_nor_too_hard() {
    let whole = ImageSet::drawn(&digits::RECIPE, digits::SEED, digits::TRAIN_EXAMPLES, digits::TEST_EXAMPLES);
    let whole = Rc::new(whole.expect("the whole data set").into());
    let accuracy = |model: &str| {
        let query = format!("data=digits&model={model}&steps=1000&eval=1000&seeds=1&init=kaiming_normal");
        let history = train(&open_cpu(), &whole, &query, 50);
        history.runs().next().and_then(last_accuracy).expect("evaluated at the end")
    };
    let (linear, deep) = (accuracy("mlp:"), accuracy("mlp:128,128,128"));
    assert!(linear > 0.8 && linear < 0.95, "a linear classifier reaches {linear}");
    assert!(deep > 0.97, "the default network reaches {deep}");
}

#[test]
fn ties_are_not_credited() {
    let predicted = predicted_classes(tensor(vec![0.0; 9], [1, 3, 3]));
    assert_eq!(read(predicted), [0.0; 3], "equal logits predict class 0");
}

#[test]
fn a_self_test_detects_wrong_numbers() {
    let expected = [vec![1.0, 2.0], vec![3.0]];
    assert_eq!(
        compare(DeviceCheck::Softmax, &expected, &[vec![1.0, 2.000_05], vec![3.0]]),
        Ok(()),
        "rounding errors are accepted"
    );
    for (wrong, got) in [
        ([vec![1.0, 2.001], vec![3.0]], "2.001"),
        ([vec![1.0, 2.0], vec![f32::NAN]], "NaN"),
        ([vec![f32::INFINITY, 2.0], vec![3.0]], "inf"),
        ([vec![1.0, 2.0], vec![]], "2"),
    ] {
        let error = compare(DeviceCheck::Softmax, &expected, &wrong).expect_err("a wrong answer");
        let Error::Device(DeviceError::SelfTest { check, got: returned, .. }) = error else { panic!("{error}") };
        assert_eq!((check, returned.as_str()), (DeviceCheck::Softmax, got));
    }
}

#[test]
fn the_cpu_passes_its_own_self_test() {
    pollster::block_on(check_device(&open_cpu())).expect("the CPU agrees with itself");
    pollster::block_on(check_convolutions(&open_cpu())).expect("with convolutions, too");
    pollster::block_on(check_transformer(&open_cpu())).expect("a transformer, too");
}

#[test]
fn schedules_follow_their_formulas() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} instead of {b}");
    close(schedule_factor(Schedule::Constant, 7, 10), 1.0);
    close(schedule_factor(Schedule::Cosine, 0, 10), 1.0);
    close(schedule_factor(Schedule::Cosine, 5, 10), 0.5);
    close(schedule_factor(Schedule::Warmup { steps: 4 }, 0, 10), 0.25);
    close(schedule_factor(Schedule::Warmup { steps: 4 }, 9, 10), 1.0);
    let decaying = |step| schedule_factor(Schedule::InverseSqrt { steps: 4 }, step, 400);
    for (step, expected) in [(0, 0.25), (1, 0.5), (3, 1.0), (8, 2.0 / 3.0), (15, 0.5), (399, 0.1)] {
        close(decaying(step), expected);
    }
}

#[test]
fn inverse_square_roots_are_those_of_vaswani_et_al() {
    // Section 5.3: rate = d^-0.5 min(s^-0.5, s W^-1.5) at step s, from 1. The learning rate of an experiment is that at the
    // peak, s = W.
    for warmup in [1, 2, 50, 1000_u64] {
        let rate = |step: f64| step.powf(-0.5).min(step * (warmup as f64).powf(-1.5));
        let schedule = Schedule::InverseSqrt { steps: warmup };
        let factors = |total| (0..2000).map(move |step| schedule_factor(schedule, step, total));
        for (step, factor) in factors(2000).enumerate() {
            let expected = rate((step + 1) as f64) / rate(warmup as f64);
            assert!((factor - expected).abs() < 1e-12, "warm-up {warmup}, step {step}: {factor} instead of {expected}");
        }
        assert!(factors(2000).eq(factors(17)), "warm-up {warmup}: the number of steps does not matter");
    }
}
