//! Gradients and logits by own shaders against Burn's operations, with the tiles of a GPU and those of software, for sizes at which tiles are
//! incomplete.

use super::gpu;
use crate::fixtures::cpu::{plan, read};
use crate::fixtures::experiment;
use burn::tensor::{Tensor, TensorData};
use emergence_lab::experiment::Share;
use emergence_lab::experiment::architecture::FeatureShape;
use emergence_lab::model::gpu::{with_burn_operations, with_software_tiles};
use emergence_lab::model::{Batch, Inputs, Mode, Network};
use emergence_lab::train::Cohort;

/// Inputs, hidden layers, classes and examples: multiples of four and others, smaller and larger than a tile.
const DENSE: [(usize, &str, usize, usize); 6] = [
    (784, "64,32", 10, 64),
    (5, "7,3", 2, 1),
    (4, "8", 4, 4),
    (13, "64,9", 5, 6),
    (16, "1,4", 3, 3),
    (300, "70", 11, 130),
];

/// Networks on images of several channels, with their height and width.
const MAPS: [(&str, [usize; 3]); 5] = [
    ("model=cnn:4,6", [1, 12, 12]),
    ("model=cnn:17,5k5a", [3, 9, 11]),
    ("model=cnn:3k5a,6s2p&norm=batch", [2, 13, 10]),
    ("model=resnet:4,6", [1, 8, 9]),
    ("model=resnet:5,6&norm=batch", [3, 10, 8]),
];

/// Compares for the tiles of both kinds of devices. No test depends on which ones are expected.
fn check(query: &str, input: FeatureShape, classes: usize, examples: usize) {
    let Some(open) = gpu() else { return };
    let experiment = experiment(&format!("{query}&seeds=3&init=kaiming_normal,xavier_normal"));
    let plan = plan(&experiment, input, classes);
    let weights = Cohort::initial_weights(&experiment, Share::WHOLE, &plan.architecture).expect("weights");
    let network = Network::stack(&plan, &weights, &open.device);
    let image = |index: usize| ((index * 7919 + 13) % 101) as f32 / 50.0 - 1.0;
    let inputs = input.units();
    let images = TensorData::new((0..examples * inputs).map(image).collect(), [1, examples, inputs]);
    let target = |index: usize| f32::from(u8::from(index % classes == index / classes % classes));
    let targets = TensorData::new((0..examples * classes).map(target).collect(), [1, examples, classes]);
    let [images, targets] = [images, targets].map(|data| Tensor::<3>::from_data(data, &open.device));
    let batch = Batch::of_images(images.clone(), targets);
    let values = || {
        let gradient = network.gradient(&batch, Mode::Training);
        let mut values = vec![read(gradient.losses), read(network.forward(&Inputs::Images(images.clone())))];
        values.extend(gradient.gradient.into_iter().map(read));
        for statistics in gradient.statistics {
            values.extend([statistics.mean, statistics.variance].map(read));
        }
        values
    };
    let reference = with_burn_operations(values);
    for software in [false, true] {
        let own = with_software_tiles(software, values);
        assert_close(&format!("{query}, software {software}, {examples} examples"), &own, &reference);
    }
}

#[test]
fn dense_networks_agree_with_those_of_burn_for_any_sizes() {
    for (inputs, hidden, classes, examples) in DENSE {
        for activation in ["relu", "gelu"] {
            check(&format!("model=mlp:{hidden}&act={activation}"), FeatureShape::dense(inputs), classes, examples);
        }
    }
}

#[test]
fn networks_on_images_agree_with_those_of_burn_for_any_sizes() {
    for (query, [channels, height, width]) in MAPS {
        check(query, FeatureShape { channels, height, width }, 3, 5);
    }
    // Several examples in each part of a gradient, of which the last ones are fewer or none.
    check(MAPS[0].0, FeatureShape { channels: 1, height: 12, width: 12 }, 3, 130);
}

fn assert_close(what: &str, own: &[Vec<f32>], reference: &[Vec<f32>]) {
    assert_eq!(own.len(), reference.len(), "{what}: as many tensors");
    for (index, (own, reference)) in own.iter().zip(reference).enumerate() {
        let size = reference.iter().fold(1e-6_f32, |most, value| most.max(value.abs()));
        assert_eq!(own.len(), reference.len(), "{what}: tensor {index}");
        for (place, (own, reference)) in own.iter().zip(reference).enumerate() {
            assert!((own - reference).abs() < 5e-5 * size, "{what}: tensor {index} at {place}: {own}, not {reference}");
        }
    }
}
