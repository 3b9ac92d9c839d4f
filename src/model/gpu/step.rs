//! The loss of a network and its gradient: forward and backward pass through dense layers, convolutions, batch normalization, pooling and
//! shortcuts, with one dispatch, or for the gradients of a layer two, for any number of runs.

use super::batch_norm;
use super::convolution;
use super::flat::allocated;
use super::functions::needs_argument;
use super::is_software;
use super::loss::CrossEntropy;
use super::maps::{MapKind, MapOperation};
use super::product::{Epilogue, Order, Product};
use super::shader::{empty, launch};
use crate::experiment::Activation;
use crate::experiment::architecture::{FeatureShape, Layer, Pooling, Step, Window};
use crate::model::batch::{Batch, Inputs};
use crate::model::batch_norm::BatchStatistics;
use crate::model::derivatives::LossGradient;
use crate::model::network::Network;
use crate::model::pass::Mode;
use burn::backend::Cube;
use burn::tensor::Tensor;
use burn_wgpu::CubeTensor;

/// The mean cross-entropy of every run and its gradient; `None` if the network is not on a GPU, or has something for which there is no
/// shader.
pub(in crate::model) fn gradient(network: &Network, batch: &Batch, mode: Mode) -> Option<LossGradient> {
    let Inputs::Images(images) = &batch.inputs else { return None };
    let parameters = network.parameters.iter().map(super::primitive).collect::<Option<Vec<_>>>()?;
    let architecture = &network.plan.architecture;
    let layers = layers(&architecture.steps, network.plan.activation, mode)?;
    let [images, targets] = [images, &batch.targets.distribution].map(super::primitive);
    let mut tape = Tape {
        runs: network.runs(),
        parameters: &parameters,
        values: vec![Values { tensor: images?, shape: architecture.input, known: None }],
        statistics: Vec::new(),
    };
    for layer in &layers {
        tape.forward(layer)?;
    }
    let (losses, slope) = tape.loss(&targets?, batch.targets.total())?;
    let shapes = parameters.iter().map(|tensor| tensor.meta.shape().dims::<3>()).collect::<Vec<_>>();
    let (_, gradients) = allocated(&shapes, &losses);
    tape.backward(&layers, slope, &gradients)?;
    Some(LossGradient {
        losses: Tensor::from_primitive::<Cube>(losses),
        gradient: gradients.into_iter().map(Tensor::from_primitive::<Cube>).collect(),
        statistics: tape.statistics.into_iter().map(|statistics| statistics.batch).collect(),
    })
}

/// A layer with shaders, the activation function that follows, and the shape of its output.
struct Planned {
    operation: Operation,
    activation: Option<Activation>,
    output: FeatureShape,
}

/// What a layer computes; parameters are indices of their first tensor.
enum Operation {
    Dense {
        parameter: usize,
        bias: bool,
    },
    Convolution {
        parameter: usize,
        bias: bool,
        window: Window,
    },
    /// Batch normalization, which is the `index`-th.
    BatchNorm {
        parameter: usize,
        index: usize,
    },
    Pool {
        side: usize,
        max: bool,
    },
    Mean,
    /// Adds the values with the index `kept`.
    Add {
        kept: usize,
        stride: usize,
    },
}

/// The layers of a network; `None` if one has no shader.
fn layers(steps: &[Step], activation: Activation, mode: Mode) -> Option<Vec<Planned>> {
    let (mut layers, mut parameter, mut norms, mut branch) = (Vec::<Planned>::new(), 0, 0, None);
    for step in steps {
        let operation = match step.layer {
            Layer::Dense(layer) => Operation::Dense { parameter, bias: !layer.normalized },
            Layer::Convolution(layer, window) if convolution::WeightGradient::fits(size(window.kernel)?) => {
                Operation::Convolution { parameter, bias: !layer.normalized, window }
            }
            Layer::BatchNorm if mode == Mode::Training => {
                norms += 1;
                Operation::BatchNorm { parameter, index: norms - 1 }
            }
            Layer::Pool(pooling, Window { kernel, stride, padding: 0 }) if kernel == stride => {
                Operation::Pool { side: kernel, max: pooling == Pooling::Max }
            }
            Layer::GlobalAveragePool => Operation::Mean,
            Layer::Branch => {
                branch = Some(layers.len());
                continue;
            }
            Layer::AddShortcut { stride } => {
                // What is added has no activation function of its own, whose derivative would have to be multiplied.
                let is_plain = layers.last().is_some_and(|last| last.activation.is_none());
                // Nor is it the images, which all runs share.
                Operation::Add { kept: branch.take().filter(|kept| is_plain && *kept > 0)?, stride }
            }
            Layer::Activation => {
                let follows = layers.last_mut().filter(|last| last.activation.is_none() && last.takes_activation());
                follows?.activation = Some(activation);
                continue;
            }
            _ => return None,
        };
        parameter += match operation {
            Operation::Dense { bias, .. } | Operation::Convolution { bias, .. } => 1 + usize::from(bias),
            Operation::BatchNorm { .. } => 2,
            Operation::Pool { .. } | Operation::Mean | Operation::Add { .. } => 0,
        };
        layers.push(Planned { operation, activation: None, output: step.output });
    }
    // The logits have no activation function.
    let ends_with_logits = layers
        .last()
        .is_some_and(|last| matches!(last.operation, Operation::Dense { .. }) && last.activation.is_none());
    ends_with_logits.then_some(layers)
}

impl Planned {
    /// Whether an activation function is computed together with the layer.
    fn takes_activation(&self) -> bool {
        match self.operation {
            Operation::Dense { bias, .. } | Operation::Convolution { bias, .. } => bias,
            Operation::BatchNorm { .. } | Operation::Add { .. } => true,
            Operation::Pool { .. } | Operation::Mean => false,
        }
    }
}

/// The values between two layers, `[runs, examples, units]`, with one run before the first weights.
struct Values {
    tensor: CubeTensor,
    shape: FeatureShape,
    /// The activation function that computed them, with the tensor from which its derivative is computed.
    known: Option<(Activation, CubeTensor)>,
}

impl Values {
    fn activation(&self) -> Option<Activation> {
        self.known.as_ref().map(|(activation, _)| *activation)
    }

    /// The tensor from which the derivative of the activation function is computed.
    fn known_tensor(&self) -> Option<&CubeTensor> {
        self.known.as_ref().map(|(_, known)| known)
    }
}

/// What a batch normalization has computed.
struct Statistics {
    batch: BatchStatistics,
    mean: CubeTensor,
    inverse: CubeTensor,
}

/// The values of a forward pass.
struct Tape<'network> {
    runs: usize,
    parameters: &'network [CubeTensor],
    /// Those before the first layer, then those after each layer.
    values: Vec<Values>,
    statistics: Vec<Statistics>,
}

fn size(number: usize) -> Option<u32> {
    u32::try_from(number).ok()
}

/// Channels, height and width.
fn sides(shape: FeatureShape) -> Option<[u32; 3]> {
    Some([size(shape.channels)?, size(shape.height)?, size(shape.width)?])
}

impl Tape<'_> {
    /// Number of examples.
    fn batch(&self) -> usize {
        self.values.first().map_or(0, |values| values.tensor.meta.shape()[1])
    }

    /// A tensor for values of this shape.
    fn values_of(&self, shape: FeatureShape) -> Option<CubeTensor> {
        Some(empty([self.runs, self.batch(), shape.units()], self.parameters.first()?))
    }

    /// An operation on the feature maps of all examples of all runs.
    fn on_maps(&self, kind: MapKind, tensors: &[&CubeTensor]) -> Option<()> {
        launch(MapOperation { examples: size(self.runs * self.batch())?, kind }, tensors);
        Some(())
    }

    /// Computes the values after a layer.
    fn forward(&mut self, layer: &Planned) -> Option<()> {
        let Planned { ref operation, activation, output } = *layer;
        let input = self.values.last()?;
        let result = self.values_of(output)?;
        let argument = match activation.filter(|own| needs_argument(*own)) {
            Some(_) => Some(self.values_of(output)?),
            None => None,
        };
        let after = argument.as_ref();
        match *operation {
            Operation::Dense { parameter, bias } => {
                let product = Product { epilogue: epilogue(bias, activation), ..self.dense(input, output)? };
                self.launch_layer(product, &input.tensor, parameter, bias, &result, after);
            }
            Operation::Convolution { parameter, bias, window } => {
                let forward =
                    convolution::Forward { sizes: self.convolution(input, output, window)?, bias, activation };
                self.launch_layer(forward, &input.tensor, parameter, bias, &result, after);
            }
            Operation::BatchNorm { parameter, .. } => {
                let statistics = self.normalize(input, parameter, activation, &result, after)?;
                self.statistics.push(statistics);
            }
            Operation::Pool { side, max } => {
                let kind = MapKind::Pool { input: sides(input.shape)?, side: size(side)?, max };
                self.on_maps(kind, &[&input.tensor, &result])?;
            }
            Operation::Mean => {
                let maps = [size(input.shape.channels)?, size(input.shape.positions())?];
                self.on_maps(MapKind::Mean { maps }, &[&input.tensor, &result])?;
            }
            Operation::Add { kept, stride } => {
                let other = self.values.get(kept)?;
                let kind = MapKind::Add {
                    output: sides(output)?,
                    kept: sides(other.shape)?,
                    stride: size(stride)?,
                    activation,
                };
                let buffers = [&input.tensor, &other.tensor, &result].into_iter().chain(after).collect::<Vec<_>>();
                self.on_maps(kind, &buffers)?;
            }
        }
        let known = activation.map(|activation| (activation, argument.unwrap_or_else(|| result.clone())));
        self.values.push(Values { tensor: result, shape: output, known });
        Some(())
    }

    /// Launches a layer with weights.
    fn launch_layer(
        &self,
        shader: impl super::shader::Shader,
        input: &CubeTensor,
        parameter: usize,
        bias: bool,
        result: &CubeTensor,
        argument: Option<&CubeTensor>,
    ) {
        let parameters = &self.parameters[parameter..=parameter + usize::from(bias)];
        let buffers = [input].into_iter().chain(parameters).chain([result]).chain(argument).collect::<Vec<_>>();
        launch(shader, &buffers);
    }

    /// The product of a dense layer.
    fn dense(&self, input: &Values, output: FeatureShape) -> Option<Product> {
        Some(Product {
            runs: size(self.runs)?,
            rows: size(self.batch())?,
            columns: size(output.units())?,
            depth: size(input.shape.units())?,
            left: Order::Along,
            right: Order::Across,
            shared: input.tensor.meta.shape()[0] < self.runs,
            epilogue: Epilogue::None,
            software: is_software(),
        })
    }

    fn convolution(&self, input: &Values, output: FeatureShape, window: Window) -> Option<convolution::Sizes> {
        Some(convolution::Sizes {
            runs: size(self.runs)?,
            batch: size(self.batch())?,
            input: sides(input.shape)?,
            output: sides(output)?,
            kernel: size(window.kernel)?,
            stride: size(window.stride)?,
            padding: size(window.padding)?,
            shared: input.tensor.meta.shape()[0] < self.runs,
            by_run: true,
            software: is_software(),
        })
    }

    fn norm_sizes(&self, shape: FeatureShape) -> Option<batch_norm::Sizes> {
        let (channels, positions) = (size(shape.channels)?, size(shape.positions())?);
        Some(batch_norm::Sizes { runs: size(self.runs)?, batch: size(self.batch())?, channels, positions })
    }

    fn normalize(
        &self,
        input: &Values,
        parameter: usize,
        activation: Option<Activation>,
        result: &CubeTensor,
        argument: Option<&CubeTensor>,
    ) -> Option<Statistics> {
        let [scale, shift] = self.parameters.get(parameter..parameter + 2)? else { return None };
        let shape = [self.runs, 1, input.shape.channels];
        let [mean, variance, inverse] = [(); 3].map(|()| empty(shape, scale));
        let forward = batch_norm::Forward { sizes: self.norm_sizes(input.shape)?, activation };
        let buffers = [&input.tensor, scale, shift, result, &mean, &variance, &inverse];
        launch(forward, &buffers.into_iter().chain(argument).collect::<Vec<_>>());
        let [for_running, variance] = [mean.clone(), variance].map(Tensor::from_primitive::<Cube>);
        Some(Statistics { batch: BatchStatistics { mean: for_running, variance }, mean, inverse })
    }

    /// The losses, and the gradient with respect to the logits.
    fn loss(&self, targets: &CubeTensor, counted: f64) -> Option<(CubeTensor, CubeTensor)> {
        let logits = &self.values.last()?.tensor;
        let shape @ [runs, rows, classes] = logits.meta.shape().dims::<3>();
        let (losses, slope) = (empty([runs], logits), empty(shape, logits));
        #[expect(clippy::cast_possible_truncation, reason = "a factor in f32, like the losses")]
        let factor = (counted.recip() as f32).to_bits();
        let shader = CrossEntropy { runs: size(runs)?, rows: size(rows)?, classes: size(classes)?, factor };
        launch(shader, &[logits, targets, &losses, &slope]);
        Some((losses, slope))
    }

    /// Computes the gradients of all parameters, given that of the logits.
    fn backward(&self, layers: &[Planned], mut slope: CubeTensor, gradients: &[CubeTensor]) -> Option<()> {
        // The gradient with respect to the sum of a shortcut, with the index of the values that were kept for it.
        let mut sums: Vec<(usize, usize, CubeTensor)> = Vec::new();
        for (index, layer) in layers.iter().enumerate().rev() {
            self.parameter_gradients(layer, index, &slope, gradients)?;
            if let Operation::Add { kept, .. } = layer.operation {
                // It is also that with respect to what is added.
                sums.push((kept, index, slope.clone()));
                continue;
            }
            if index == 0 {
                break;
            }
            let input = &self.values[index];
            let sum = sums.pop_if(|(kept, ..)| *kept == index);
            let activation = input.known.as_ref().filter(|_| sum.is_none());
            slope = self.input_gradient(layer, index, &slope, activation, gradients)?;
            if let Some((_, add, of_sum)) = sum {
                slope = self.shortcut_gradient(&layers[add], input, &of_sum, &slope)?;
            }
        }
        Some(())
    }

    /// The gradients of the parameters of a layer; those of batch normalization are computed with that of its input.
    fn parameter_gradients(
        &self,
        layer: &Planned,
        index: usize,
        slope: &CubeTensor,
        gradients: &[CubeTensor],
    ) -> Option<()> {
        let input = &self.values[index];
        let buffers = |parameter: usize, bias: bool| {
            let own = &gradients[parameter..=parameter + usize::from(bias)];
            [&input.tensor, slope].into_iter().chain(own).collect::<Vec<_>>()
        };
        match layer.operation {
            Operation::Dense { parameter, bias } => {
                let Product { rows, columns, depth, .. } = self.dense(input, layer.output)?;
                let product = Product {
                    rows: depth,
                    depth: rows,
                    columns,
                    left: Order::Across,
                    epilogue: if bias { Epilogue::ColumnSums } else { Epilogue::None },
                    ..self.dense(input, layer.output)?
                };
                launch(product, &buffers(parameter, bias));
            }
            Operation::Convolution { parameter, bias, window } => {
                let sizes = self.convolution(input, layer.output, window)?;
                launch(convolution::WeightGradient { sizes, bias }, &buffers(parameter, bias));
            }
            Operation::BatchNorm { .. } | Operation::Pool { .. } | Operation::Mean | Operation::Add { .. } => {}
        }
        Some(())
    }

    /// The gradient with respect to the input of a layer, before the activation function that computed it, if that is given.
    fn input_gradient(
        &self,
        layer: &Planned,
        index: usize,
        slope: &CubeTensor,
        known: Option<&(Activation, CubeTensor)>,
        gradients: &[CubeTensor],
    ) -> Option<CubeTensor> {
        let input = &self.values[index];
        let result = self.values_of(input.shape)?;
        let activation = known.map(|(activation, _)| *activation);
        let known = known.map(|(_, known)| known);
        let weight = |parameter: usize| &self.parameters[parameter];
        match layer.operation {
            Operation::Dense { parameter, .. } => {
                let product = self.dense(input, layer.output)?;
                let epilogue = activation.map_or(Epilogue::None, Epilogue::Slope);
                let (columns, depth) = (product.depth, product.columns);
                let product = Product { columns, depth, right: Order::Along, shared: false, epilogue, ..product };
                launch(product, &with_known(&[slope, weight(parameter)], known, &result));
            }
            Operation::Convolution { parameter, window, .. } => {
                let sizes = self.convolution(input, layer.output, window)?;
                let shader = convolution::InputGradient { sizes, activation };
                launch(shader, &with_known(&[slope, weight(parameter)], known, &result));
            }
            Operation::BatchNorm { parameter, index: norm } => {
                let Statistics { mean, inverse, .. } = self.statistics.get(norm)?;
                let gradient = batch_norm::Gradient { sizes: self.norm_sizes(input.shape)? };
                let [scale, shift] = gradients.get(parameter..parameter + 2)? else { return None };
                launch(gradient, &[slope, &input.tensor, weight(parameter), mean, inverse, &result, scale, shift]);
                // Nothing computes an activation function before a normalization.
                return known.is_none().then_some(result);
            }
            Operation::Pool { side, max } => {
                let kind = MapKind::PoolGradient { input: sides(input.shape)?, side: size(side)?, max, activation };
                let tensors = [slope, &input.tensor];
                self.on_maps(kind, &with_known(&tensors[..1 + usize::from(max)], known, &result))?;
            }
            Operation::Mean => {
                let maps = [size(input.shape.channels)?, size(input.shape.positions())?];
                self.on_maps(MapKind::MeanGradient { maps, activation }, &with_known(&[slope], known, &result))?;
            }
            Operation::Add { .. } => return None,
        }
        Some(result)
    }

    /// The gradient with respect to values that a shortcut and layers read, before the activation function that computed them.
    fn shortcut_gradient(
        &self,
        add: &Planned,
        input: &Values,
        of_sum: &CubeTensor,
        of_layers: &CubeTensor,
    ) -> Option<CubeTensor> {
        let Operation::Add { stride, .. } = add.operation else { return None };
        let result = self.values_of(input.shape)?;
        let kind = MapKind::AddGradient {
            output: sides(add.output)?,
            kept: sides(input.shape)?,
            stride: size(stride)?,
            activation: input.activation(),
        };
        self.on_maps(kind, &with_known(&[of_sum, of_layers], input.known_tensor(), &result))?;
        Some(result)
    }
}

/// Tensors, what a derivative is computed from if there is a function, and the result.
fn with_known<'tensor>(
    tensors: &[&'tensor CubeTensor],
    known: Option<&'tensor CubeTensor>,
    result: &'tensor CubeTensor,
) -> Vec<&'tensor CubeTensor> {
    tensors.iter().copied().chain(known).chain([result]).collect()
}

fn epilogue(bias: bool, activation: Option<Activation>) -> Epilogue {
    if bias { Epilogue::Bias(activation) } else { Epilogue::None }
}
