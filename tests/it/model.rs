//! Layers with a run axis against an independent implementation, finite differences, and each other.

mod gradients;
mod reference;
mod runs;
mod training;

use burn::tensor::{Device, Tensor, TensorData};
use emergence_lab::experiment::architecture::FeatureShape;
use emergence_lab::experiment::{Experiment, parse_query};
use emergence_lab::model::Plan;
use std::rc::Rc;

fn experiment(query: &str) -> Experiment {
    parse_query(query).strict().expect("a valid query").0
}

fn plan(experiment: &Experiment, input: FeatureShape, classes: usize) -> Rc<Plan> {
    let architecture = experiment.model.architecture(input, classes, experiment.norm).expect("a network that fits");
    Rc::new(Plan { architecture, activation: experiment.activation })
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(tensor.into_data_async()).expect("the CPU can be read").try_into_vec().expect("f32")
}

fn assert_close(what: &str, got: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: as many numbers");
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        let difference = (f64::from(*got) - expected).abs();
        assert!(difference <= tolerance * expected.abs().max(1.0), "{what}[{index}]: {got} instead of {expected}");
    }
}
