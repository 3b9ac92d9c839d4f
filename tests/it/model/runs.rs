//! Stacked runs against separate runs, for every kind of network.

use crate::fixtures::cpu::{plan, read, tensor};
use crate::fixtures::experiment;
use emergence_lab::device::{OpenDevice, open_cpu};
use emergence_lab::experiment::Share;
use emergence_lab::experiment::architecture::FeatureShape;
use emergence_lab::init::InitialParameters;
use emergence_lab::model::{Batch, Inputs};
use emergence_lab::train::Cohort;

const INPUT: FeatureShape = FeatureShape { channels: 2, height: 8, width: 8 };
const BATCH: usize = 8;
const MODELS: [&str; 5] = [
    "model=cnn:4,6",
    "model=cnn:4,6&norm=batch",
    "model=cnn:4k5,6s2a&norm=batch&opt=adam&lr=0.01",
    "model=resnet:4,6&norm=batch",
    "model=mlp:12,8&norm=batch",
];
const VARIANTS: &str = "xavier_normal,emergence(kaiming_normal;alpha=1.5),lrmatch(emergence(kaiming_normal;alpha=1.2))";

/// Losses of ten steps, one list per step, and the logits after them.
fn train(query: &str, weights: &[InitialParameters], open: &OpenDevice) -> (Vec<Vec<f32>>, Vec<f32>) {
    let experiment = experiment(query);
    let mut cohort = Cohort::new(&experiment, Share::WHOLE, &plan(&experiment, INPUT, 3), weights, open);
    let images = |step: usize| {
        let value = |index: usize| ((index * 7919 + step * 131) % 1009) as f32 / 504.5 - 1.0;
        tensor((0..BATCH * INPUT.units()).map(value).collect(), [1, BATCH, INPUT.units()])
    };
    let one_hot = tensor((0..BATCH * 3).map(|i| f32::from(u8::from(i % 3 == i / 3 % 3))).collect(), [1, BATCH, 3]);
    let batch = |step| Batch::of_images(images(step), one_hot.clone());
    let losses = (0..10).map(|step| read(cohort.step(&batch(step)))).collect();
    (losses, read(cohort.networks().forward(&Inputs::Images(images(99)))))
}

#[test]
fn stacked_runs_equal_separate_runs() {
    for model in MODELS {
        let all = format!("{model}&seeds=2&init={VARIANTS}");
        let layers = plan(&experiment(&all), INPUT, 3).architecture.clone();
        let weights = Cohort::initial_weights(&experiment(&all), Share::WHOLE, &layers).expect("no formula");
        let (together, logits) = train(&all, &weights, &open_cpu());
        for (run, own) in weights.iter().enumerate() {
            let variant = &experiment(&all).variants[run / 2];
            let (alone, own_logits) =
                train(&format!("{model}&seeds=1&init={variant}"), std::slice::from_ref(own), &open_cpu());
            for (step, (stacked, separate)) in together.iter().zip(&alone).enumerate() {
                let difference = (stacked[run] - separate[0]).abs();
                assert!(difference <= 1e-5, "{model} {variant} step {step}: {} and {}", stacked[run], separate[0]);
            }
            let part = &logits[run * own_logits.len()..][..own_logits.len()];
            let far = part.iter().zip(&own_logits).find(|(stacked, separate)| (*stacked - *separate).abs() > 1e-4);
            assert_eq!(far, None, "{model} {variant}: logits after ten steps");
        }
    }
}

#[test]
fn results_do_not_depend_on_memory() {
    for model in MODELS {
        let query = format!("{model}&seeds=2&init={VARIANTS}");
        let layers = plan(&experiment(&query), INPUT, 3).architecture.clone();
        let weights = Cohort::initial_weights(&experiment(&query), Share::WHOLE, &layers).expect("no formula");
        let together = train(&query, &weights, &open_cpu());
        for (step_bytes, tensor_bytes) in [(0, u64::MAX), (400_000, u64::MAX), (u64::MAX, 40_000)] {
            let small = OpenDevice { step_bytes, tensor_bytes, ..open_cpu() };
            assert_eq!(train(&query, &weights, &small), together, "{model} in {step_bytes} and {tensor_bytes} bytes");
        }
    }
}
