//! Gradients of whole networks against finite differences in float64, and the convolution on the CPU against its definition.

use crate::fixtures::cpu::plan;
use crate::fixtures::experiment;
use burn::tensor::{DType, Device, Tensor, TensorData};
use emergence_lab::experiment::architecture::{FeatureShape, Window};
use emergence_lab::model::batch_norm::BatchStatistics;
use emergence_lab::model::convolution::cpu::{Geometry, forward, input_gradient, weight_gradient};
use emergence_lab::model::{Batch, Mode, Network, Plan};
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

/// Networks with every kind of layer. tanh and average pooling have no kinks.
const NETWORKS: [&str; 8] = [
    "model=cnn:3k5,4a&act=tanh",
    "model=cnn:3a,4s2&norm=batch&act=tanh",
    "model=resnet:2,3&act=tanh",
    "model=resnet:2,3&norm=batch&act=tanh",
    "model=mlp:4,3&norm=batch&act=tanh",
    "model=mlp:4,3&act=tanh",
    "model=mlp:4,3&act=gelu",
    "model=mlp:4,3&act=sigmoid",
];

/// Two runs of a network with arbitrary parameters, and a batch for it.
struct Case {
    plan: Rc<Plan>,
    shapes: Vec<[usize; 3]>,
    batch: Batch,
}

impl Case {
    fn new(query: &str) -> Self {
        const RUNS: usize = 2;
        const BATCH: usize = 3;
        let input = FeatureShape { channels: 2, height: 6, width: 5 };
        let plan = plan(&experiment(query), input, 3);
        let images = float(numbers(BATCH * input.units(), 77), [1, BATCH, input.units()]);
        let one_hot = float(vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], [1, BATCH, 3]);
        Self { shapes: shapes(&plan.architecture, RUNS), plan, batch: Batch::of_images(images, one_hot) }
    }

    /// Numbers in the shapes of the parameters.
    fn numbers(&self, salt: usize) -> Vec<Vec<f64>> {
        self.shapes.iter().enumerate().map(|(i, shape)| numbers(shape.iter().product(), i + salt)).collect()
    }

    fn tensors(&self, values: &[Vec<f64>]) -> Vec<Tensor<3>> {
        values.iter().zip(&self.shapes).map(|(values, shape)| float(values.clone(), *shape)).collect()
    }

    /// The network at these parameters, moved by `step` along `direction`.
    fn network(&self, step: f64, direction: &[Vec<f64>]) -> Network {
        let moved = |(values, along): (Vec<f64>, &Vec<f64>)| {
            values.into_iter().zip(along).map(|(value, along)| value + step * along).collect()
        };
        let parameters = self.numbers(1).into_iter().zip(direction).map(moved).collect::<Vec<Vec<f64>>>();
        let normalized = self.plan.architecture.weight_layers().into_iter().filter(|layer| layer.normalized);
        let statistics = normalized.map(|layer| {
            let shape = [self.shapes[0][0], 1, layer.shape.outputs()];
            let count = shape.iter().product();
            BatchStatistics { mean: float(numbers(count, 5), shape), variance: float(vec![0.7; count], shape) }
        });
        let (parameters, statistics) = (self.tensors(&parameters), statistics.collect());
        Network { parameters, statistics, shortcuts: Vec::new(), plan: Rc::clone(&self.plan) }
    }

    /// Compares derivatives with central differences (step 1e-5) of a function of the parameters along `direction`.
    fn check(
        &self,
        what: &str,
        derivatives: Vec<Tensor<3>>,
        direction: &[Vec<f64>],
        of: impl Fn(Network) -> Vec<Tensor<3>>,
    ) {
        let at = |step| flat(of(self.network(step, direction)));
        let differences = at(1e-5).into_iter().zip(at(-1e-5)).map(|(after, before)| (after - before) / 2e-5);
        for (index, (derivative, difference)) in flat(derivatives).into_iter().zip(differences).enumerate() {
            let close = (difference - derivative).abs() <= 1e-6 * derivative.abs().max(1.0);
            assert!(close, "{what}: number {index} is {derivative}, but {difference} by finite differences");
        }
    }
}

fn flat(tensors: Vec<Tensor<3>>) -> Vec<f64> {
    tensors.into_iter().flat_map(read).collect()
}

#[test]
fn gradients_of_networks_agree_with_finite_differences() {
    for query in NETWORKS {
        let case = Case::new(query);
        let still = case.numbers(9);
        let gradient = case.network(0.0, &still).gradient(&case.batch, Mode::Training).gradient;
        let gradient = gradient.into_iter().map(read).collect::<Vec<_>>();
        for (index, shape) in case.shapes.iter().enumerate() {
            // Every third element is enough; these include the first and last ones or their neighbors.
            for element in (0..shape.iter().product()).step_by(3) {
                let mut direction = still.iter().map(|values| vec![0.0; values.len()]).collect::<Vec<_>>();
                direction[index][element] = 1.0;
                let derivative = float(vec![gradient[index][element]], [1, 1, 1]);
                case.check(&format!("{query}: parameter {index}"), vec![derivative], &direction, |network| {
                    let losses = network.gradient(&case.batch, Mode::Training).losses;
                    vec![losses.sum().reshape([1, 1, 1])]
                });
            }
        }
    }
}

#[test]
fn higher_derivatives_agree_with_finite_differences() {
    for query in NETWORKS {
        let case = Case::new(query);
        let (u, v) = (case.numbers(3), case.numbers(6));
        let (along_u, along_v) = (case.tensors(&u), case.tensors(&v));
        for mode in [Mode::Training, Mode::Evaluation] {
            let network = case.network(0.0, &u);
            let product = network.hessian_vector_product(&case.batch, mode, &along_u);
            case.check(&format!("{query}, {mode:?}: H u"), product.clone(), &u, |network| {
                network.gradient(&case.batch, mode).gradient
            });
            // Third derivatives do not depend on the order: the gradient of u H v is the derivative of H v along u.
            let curvature = network.curvature_gradient(&case.batch, mode, &along_u, &along_v);
            case.check(&format!("{query}, {mode:?}: the gradient of u H v"), curvature.gradient, &u, |network| {
                network.hessian_vector_product(&case.batch, mode, &along_v)
            });
            for (by_the_way, alone) in flat(curvature.first_product).into_iter().zip(flat(product)) {
                // The error function is accurate to about 1e-9 only, by which the two ways of differentiation differ.
                let close = (by_the_way - alone).abs() <= 1e-7 * alone.abs().max(1.0);
                assert!(close, "{query}, {mode:?}: H u is {by_the_way} with the third derivatives and {alone} without");
            }
        }
    }
}

/// Shapes of all parameters of this number of runs.
fn shapes(architecture: &emergence_lab::experiment::architecture::Architecture, runs: usize) -> Vec<[usize; 3]> {
    architecture.parameters().into_iter().map(|parameter| [runs, parameter.shape[0], parameter.shape[1]]).collect()
}

/// Visits every product of a convolution: the indices of image, weight and output.
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
    // The same products, summed in another order.
    let far = got.iter().zip(expected).position(|(got, expected)| (got - expected).abs() > 1e-9);
    assert_eq!(far, None, "{what}");
}
