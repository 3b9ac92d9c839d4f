//! Gradients of whole networks against finite differences, in float64, and the CPU's convolution against its definition.

use super::{experiment, plan};
use burn::tensor::{DType, Device, Tensor, TensorData};
use emergence_lab::experiment::architecture::{FeatureShape, Window};
use emergence_lab::model::convolution::cpu::{Geometry, forward, input_gradient, weight_gradient};
use emergence_lab::model::{Network, cross_entropy};
use std::rc::Rc;

fn number(index: usize, salt: usize) -> f64 {
    ((index * 37 + salt * 101) % 211) as f64 / 105.0 - 1.0
}

fn numbers(count: usize, salt: usize) -> Vec<f64> {
    (0..count).map(|index| number(index, salt)).collect()
}

fn float<const D: usize>(values: Vec<f64>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), (&Device::flex(), DType::F64))
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    pollster::block_on(tensor.into_data_async()).expect("readable").try_into_vec().expect("f64")
}

#[test]
fn gradients_of_networks_agree_with_finite_differences() {
    // tanh and average pools have no kinks.
    for query in [
        "model=cnn:3k5,4a",
        "model=cnn:3a,4s2&norm=batch",
        "model=resnet:2,3",
        "model=resnet:2,3&norm=batch",
        "model=mlp:4,3&norm=batch",
    ] {
        check(&format!("{query}&act=tanh"));
    }
}

/// The gradient of the summed losses of two runs with respect to every parameter, by differences of step 1e-5.
fn check(query: &str) {
    const RUNS: usize = 2;
    const BATCH: usize = 3;
    let input = FeatureShape { channels: 2, height: 6, width: 5 };
    let plan = plan(&experiment(query), input, 3);
    let shapes = shapes(&plan.architecture, RUNS);
    let base = shapes.iter().enumerate().map(|(i, shape)| numbers(shape.iter().product(), i + 1)).collect::<Vec<_>>();
    let tensors =
        |values: &[Vec<f64>]| values.iter().zip(&shapes).map(|(v, s)| float(v.clone(), *s)).collect::<Vec<_>>();
    let images = float(numbers(BATCH * input.units(), 77), [1, BATCH, input.units()]);
    let one_hot = float(vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], [1, BATCH, 3]);
    let loss = |parameters: Vec<Tensor<3>>| {
        let network = Network { parameters, statistics: Vec::new(), plan: Rc::clone(&plan) };
        cross_entropy(network.forward_training(images.clone()).0, one_hot.clone()).sum()
    };
    let tracked = |values: &[Vec<f64>]| {
        tensors(values).into_iter().map(|leaf| leaf.autodiff().require_grad()).collect::<Vec<_>>()
    };
    let leaves = tracked(&base);
    let gradients = loss(leaves.clone()).backward();
    for (index, leaf) in leaves.iter().enumerate() {
        let gradient = read(leaf.grad(&gradients).expect("reached by the loss"));
        // Every third element is enough; the first and the last are among them or next to one.
        for (element, derivative) in gradient.iter().enumerate().step_by(3) {
            let shifted = |step: f64| {
                let mut values = base.clone();
                values[index][element] += step;
                read(loss(tracked(&values)).inner())[0]
            };
            let difference = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
            let close = (difference - derivative).abs() <= 1e-6 * derivative.abs().max(1.0);
            assert!(close, "{query}: parameter {index}[{element}]: {derivative} but {difference}");
        }
    }
}

/// Shapes of all parameters of so many runs.
fn shapes(architecture: &emergence_lab::experiment::architecture::Architecture, runs: usize) -> Vec<[usize; 3]> {
    use emergence_lab::experiment::architecture::{ParameterRole, WeightShape};
    let layers = architecture.weight_layers();
    let shape = |role| match role {
        ParameterRole::Weight(layer) => match layers[layer].shape {
            WeightShape::Dense { inputs, outputs } => [runs, inputs, outputs],
            WeightShape::Convolution { channels_in, channels_out, kernel } => {
                [runs, channels_out, channels_in * kernel * kernel]
            }
        },
        ParameterRole::Bias(layer) | ParameterRole::Scale(layer) | ParameterRole::Shift(layer) => {
            [runs, 1, layers[layer].shape.outputs()]
        }
    };
    architecture.parameter_roles().into_iter().map(shape).collect()
}

/// Images, weights and output of a geometry, element by element.
fn for_each_product(geometry: &Geometry, mut visit: impl FnMut(usize, usize, usize)) {
    let Geometry { batch, runs, shared, channels_in, channels_out, input, output, window } = *geometry;
    let images = if shared { 1 } else { runs };
    for example in 0..batch {
        for run in 0..runs {
            for out in 0..channels_out {
                for (y, x) in (0..output[0]).flat_map(|y| (0..output[1]).map(move |x| (y, x))) {
                    let result = (((example * runs + run) * channels_out + out) * output[0] + y) * output[1] + x;
                    for channel in 0..channels_in {
                        for (ky, kx) in (0..window.kernel).flat_map(|ky| (0..window.kernel).map(move |kx| (ky, kx))) {
                            let row =
                                (y * window.stride + ky).checked_sub(window.padding).filter(|row| *row < input[0]);
                            let column = (x * window.stride + kx).checked_sub(window.padding).filter(|c| *c < input[1]);
                            let (Some(row), Some(column)) = (row, column) else { continue };
                            let image = example * images + if shared { 0 } else { run };
                            let pixel = ((image * channels_in + channel) * input[0] + row) * input[1] + column;
                            let weight = (((run * channels_out + out) * channels_in + channel) * window.kernel + ky)
                                * window.kernel
                                + kx;
                            visit(pixel, weight, result);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_cpu_convolves_as_defined() {
    for (kernel, stride, padding) in
        [(3, 1, 1), (3, 2, 1), (5, 1, 2), (5, 2, 2), (1, 1, 0), (3, 1, 0), (2, 1, 0), (4, 2, 1)]
    {
        for (shared, channels_out, input) in [(false, 5, [9, 7]), (true, 4, [8, 17]), (false, 1, [6, 6])] {
            let window = Window { kernel, stride, padding };
            let output = input.map(|size| window.positions(size).expect("fits"));
            check_geometry(&Geometry {
                batch: 19,
                runs: 2,
                shared,
                channels_in: 3,
                channels_out,
                input,
                output,
                window,
            });
        }
    }
}

fn check_geometry(geometry: &Geometry) {
    let images = geometry.batch * if geometry.shared { 1 } else { geometry.runs } * geometry.channels_in;
    let images = numbers(images * geometry.input[0] * geometry.input[1], 1);
    let kernel = geometry.window.kernel;
    let weights = numbers(geometry.runs * geometry.channels_out * geometry.channels_in * kernel * kernel, 2);
    let results = geometry.batch * geometry.runs * geometry.channels_out * geometry.output[0] * geometry.output[1];
    let cotangent = numbers(results, 3);
    let (mut output, mut of_images, mut of_weights) =
        (vec![0.0; results], vec![0.0; images.len()], vec![0.0; weights.len()]);
    for_each_product(geometry, |pixel, weight, result| {
        output[result] += images[pixel] * weights[weight];
        of_images[pixel] += cotangent[result] * weights[weight];
        of_weights[weight] += cotangent[result] * images[pixel];
    });
    assert_close(&format!("output of {geometry:?}"), &forward(&images, &weights, geometry), &output);
    assert_close(&format!("weights of {geometry:?}"), &weight_gradient(&images, &cotangent, geometry), &of_weights);
    if !geometry.shared {
        assert_close(&format!("images of {geometry:?}"), &input_gradient(&cotangent, &weights, geometry), &of_images);
    }
}

fn assert_close(what: &str, got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len(), "{what}: as many numbers");
    // The same products in another order.
    let far = got.iter().zip(expected).position(|(got, expected)| (got - expected).abs() > 1e-9);
    assert_eq!(far, None, "{what}");
}
