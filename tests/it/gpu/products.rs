//! The gradients of own shaders against Burn's operations, for sizes at which tiles are incomplete.

use super::gpu;
use crate::fixtures::cpu::{plan, read};
use crate::fixtures::experiment;
use burn::tensor::{Tensor, TensorData};
use emergence_lab::experiment::Share;
use emergence_lab::experiment::architecture::FeatureShape;
use emergence_lab::model::gpu::with_burn_operations;
use emergence_lab::model::{Batch, LossGradient, Mode, Network};
use emergence_lab::train::Cohort;

/// Inputs, hidden layers, classes and examples: multiples of four and others, smaller and larger than a tile.
const SIZES: [(usize, &str, usize, usize); 6] = [
    (784, "256,256", 10, 64),
    (5, "7,3", 2, 1),
    (4, "8", 4, 4),
    (13, "64,9", 5, 6),
    (16, "1,4", 3, 3),
    (300, "70", 11, 130),
];

#[test]
fn gradients_agree_with_those_of_burn_for_any_sizes() {
    let Some(open) = gpu() else { return };
    for (inputs, hidden, classes, examples) in SIZES {
        for activation in ["relu", "gelu"] {
            let query = format!("model=mlp:{hidden}&act={activation}&seeds=3&init=kaiming_normal,xavier_normal");
            let experiment = experiment(&query);
            let plan = plan(&experiment, FeatureShape::dense(inputs), classes);
            let weights = Cohort::initial_weights(&experiment, Share::WHOLE, &plan.architecture).expect("weights");
            let network = Network::stack(&plan, &weights, &open.device);
            let image = |index: usize| ((index * 7919 + 13) % 101) as f32 / 50.0 - 1.0;
            let images = TensorData::new((0..examples * inputs).map(image).collect(), [1, examples, inputs]);
            let target = |index: usize| f32::from(u8::from(index % classes == index / classes % classes));
            let targets = TensorData::new((0..examples * classes).map(target).collect(), [1, examples, classes]);
            let [images, targets] = [images, targets].map(|data| Tensor::<3>::from_data(data, &open.device));
            let batch = Batch::of_images(images, targets);
            let own = network.gradient(&batch, Mode::Training);
            let reference = with_burn_operations(|| network.gradient(&batch, Mode::Training));
            assert_close(&format!("{query}, {inputs} inputs, {examples} examples"), own, reference);
        }
    }
}

fn assert_close(what: &str, own: LossGradient, reference: LossGradient) {
    let values = |gradient: LossGradient| {
        let mut values = vec![read(gradient.losses)];
        values.extend(gradient.gradient.into_iter().map(read));
        values
    };
    for (index, (own, reference)) in values(own).iter().zip(values(reference)).enumerate() {
        let size = reference.iter().fold(1e-6_f32, |most, value| most.max(value.abs()));
        assert_eq!(own.len(), reference.len(), "{what}: tensor {index}");
        for (place, (own, reference)) in own.iter().zip(&reference).enumerate() {
            assert!((own - reference).abs() < 2e-5 * size, "{what}: tensor {index} at {place}: {own}, not {reference}");
        }
    }
}
