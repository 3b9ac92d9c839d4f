//! The loss of a network and its gradient: forward and backward pass through dense layers, convolutions, batch normalization, pooling and
//! shortcuts, with one dispatch, or for the gradients of a layer two, for any number of runs.

mod backward;
mod plan;

use super::batch_norm;
use super::convolution;
use super::flat::allocated;
use super::functions::needs_argument;
use super::is_software;
use super::loss::StackedCrossEntropy;
use super::maps::{MapKind, MapOperation};
use super::product::{Product, ProductEpilogue};
use super::shader::{ShaderOperation, empty, launch};
use crate::experiment::Activation;
use crate::experiment::architecture::{FeatureShape, Window};
use crate::model::batch::{Batch, Inputs};
use crate::model::batch_norm::BatchStatistics;
use crate::model::loss_gradient::LossGradient;
use crate::model::network::Network;
use crate::model::pass::Mode;
use burn::backend::Cube;
use burn::tensor::Tensor;
use burn_wgpu::CubeTensor;
use plan::{Operation, Planned, layers};

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
struct NormStatistics {
    batch: BatchStatistics,
    /// Mean, variance and the inverse of the standard deviation.
    all: CubeTensor,
}

/// The values of a forward pass.
struct Tape<'network> {
    runs: usize,
    parameters: &'network [CubeTensor],
    /// Those before the first layer, then those after each layer.
    values: Vec<Values>,
    statistics: Vec<NormStatistics>,
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

    /// An operation on feature maps of this shape, of all examples of all runs, and on those of a shortcut.
    fn on_maps(&self, kind: MapKind, [maps, kept]: [FeatureShape; 2], tensors: &[&CubeTensor]) -> Option<()> {
        let examples = size(self.runs * self.batch())?;
        launch(&MapOperation { kind, examples, maps: sides(maps)?, kept: sides(kept)? }, tensors);
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
                let product = self.dense(input, output)?.then(epilogue(bias, activation));
                self.launch_layer(&product, &input.tensor, parameter, bias, &result, after);
            }
            Operation::Convolution { parameter, bias, window } => {
                let forward = convolution::ConvolutionForward {
                    sizes: self.convolution(input, output, window)?,
                    bias,
                    activation,
                };
                self.launch_layer(&forward, &input.tensor, parameter, bias, &result, after);
            }
            Operation::BatchNorm { parameter, .. } => {
                let statistics = self.normalize(input, parameter, activation, &result, after)?;
                self.statistics.push(statistics);
            }
            Operation::Pool { side, max } => {
                let kind = MapKind::Pool { side: size(side)?, max };
                self.on_maps(kind, [input.shape; 2], &[&input.tensor, &result])?;
            }
            Operation::Mean => {
                self.on_maps(MapKind::Mean, [input.shape; 2], &[&input.tensor, &result])?;
            }
            Operation::Add { kept, stride } => {
                let other = self.values.get(kept)?;
                let kind = MapKind::Add { stride: size(stride)?, activation };
                let buffers = [&input.tensor, &other.tensor, &result].into_iter().chain(after).collect::<Vec<_>>();
                self.on_maps(kind, [output, other.shape], &buffers)?;
            }
        }
        let known = activation.map(|activation| (activation, argument.unwrap_or_else(|| result.clone())));
        self.values.push(Values { tensor: result, shape: output, known });
        Some(())
    }

    /// Launches a layer with weights.
    fn launch_layer(
        &self,
        operation: &impl ShaderOperation,
        input: &CubeTensor,
        parameter: usize,
        bias: bool,
        result: &CubeTensor,
        argument: Option<&CubeTensor>,
    ) {
        let parameters = &self.parameters[parameter..=parameter + usize::from(bias)];
        let buffers = [input].into_iter().chain(parameters).chain([result]).chain(argument).collect::<Vec<_>>();
        launch(operation, &buffers);
    }

    /// The product of a dense layer.
    fn dense(&self, input: &Values, output: FeatureShape) -> Option<Product> {
        let shape = input.tensor.meta.shape().dims::<3>();
        Product::dense(shape, [self.runs, shape[2], output.units()])
    }

    fn convolution(
        &self,
        input: &Values,
        output: FeatureShape,
        window: Window,
    ) -> Option<convolution::ConvolutionSizes> {
        Some(convolution::ConvolutionSizes {
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

    fn norm_sizes(&self, shape: FeatureShape) -> Option<batch_norm::BatchNormSizes> {
        let (channels, positions) = (size(shape.channels)?, size(shape.positions())?);
        Some(batch_norm::BatchNormSizes { runs: size(self.runs)?, batch: size(self.batch())?, channels, positions })
    }

    fn normalize(
        &self,
        input: &Values,
        parameter: usize,
        activation: Option<Activation>,
        result: &CubeTensor,
        argument: Option<&CubeTensor>,
    ) -> Option<NormStatistics> {
        let [scale, shift] = self.parameters.get(parameter..parameter + 2)? else { return None };
        let shape = [self.runs, 1, input.shape.channels];
        let (all, views) = allocated(&[shape; 3], scale);
        let forward = batch_norm::BatchNormForward { sizes: self.norm_sizes(input.shape)?, activation };
        let buffers = [&input.tensor, scale, shift, result, &all];
        launch(&forward, &buffers.into_iter().chain(argument).collect::<Vec<_>>());
        let mut views = views.into_iter().map(Tensor::from_primitive::<Cube>);
        Some(NormStatistics { batch: BatchStatistics { mean: views.next()?, variance: views.next()? }, all })
    }

    /// The losses, and the gradient with respect to the logits.
    fn loss(&self, targets: &CubeTensor, counted: f64) -> Option<(CubeTensor, CubeTensor)> {
        let logits = &self.values.last()?.tensor;
        let shape @ [runs, rows, classes] = logits.meta.shape().dims::<3>();
        let (losses, slope) = (empty([runs], logits), empty(shape, logits));
        #[expect(clippy::cast_possible_truncation, reason = "a factor in f32, like the losses")]
        let factor = (counted.recip() as f32).to_bits();
        let operation = StackedCrossEntropy { runs: size(runs)?, rows: size(rows)?, classes: size(classes)?, factor };
        launch(&operation, &[logits, targets, &losses, &slope]);
        Some((losses, slope))
    }
}

fn epilogue(bias: bool, activation: Option<Activation>) -> ProductEpilogue {
    if bias { ProductEpilogue::Bias(activation) } else { ProductEpilogue::None }
}
