//! Choosing a device that computes correctly: a GPU that fails the self-test, a comparison with known results, is not used.
//!
//! Some drivers and browsers return wrong numbers without any error, so a GPU has to pass the test before it trains. A short part of it is
//! repeated later ([`Training::check_device`]), before what was computed is kept.

use super::batches::sentence_batch;
use super::cohort::Cohort;
use super::training::Training;
use crate::dataset::symbols::{BEGINNING, END, PADDING};
use crate::device::{LossListener, OpenDevice, open_cpu, open_webgpu, read};
use crate::error::{DeviceCheck, DeviceError, Result};
use crate::experiment::architecture::{FeatureShape, Pooling};
use crate::experiment::dataset::{ExampleFacts, SequenceFacts};
use crate::experiment::{
    BaseInit, ConvolutionSpec, DevicePreference, Experiment, ModelSpec, NormLayer, Share, TransformerSpec,
};
use crate::metrics::OpeningStage;
use crate::model::{Batch, Inputs, Plan, cross_entropy, stacked_product};
use burn::tensor::{Device, Tensor, TensorData, Transaction};
use std::rc::Rc;

/// Largest accepted difference between GPU and CPU after one training step, for weights of order 1: some hundred rounding
/// errors of f32, far less than the error of an incorrect kernel.
const TOLERANCE: f32 = 1e-4;

/// The device that an experiment will use.
#[derive(Debug, Clone)]
pub struct ChosenDevice {
    /// The device itself.
    pub open: OpenDevice,
    /// Why the CPU is used although WebGPU was allowed, as a sentence.
    pub fallback: Option<String>,
}

/// The devices of this process. WebGPU is opened and tested only once, when it is first requested: it cannot be opened again,
/// and a device that computes wrong numbers would do so again.
#[derive(Debug)]
pub struct Devices {
    lost: LossListener,
    webgpu: Option<Result<OpenDevice>>,
    /// What has been tested on WebGPU.
    tested: Vec<NetworkKind>,
}

/// Networks with operations of their own, which are tested only when a network needs them, since their shaders take long to compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NetworkKind {
    /// Dense layers: those of every network.
    Dense,
    /// Convolutions and batch normalization.
    Convolutional,
    /// Attention, layer normalization and embedding tables.
    Transformer,
}

impl NetworkKind {
    /// What a network consists of.
    fn all_of(model: &ModelSpec) -> &'static [Self] {
        match model {
            ModelSpec::Mlp { .. } => &[Self::Dense],
            ModelSpec::Cnn { .. } | ModelSpec::ResNet { .. } => &[Self::Dense, Self::Convolutional],
            ModelSpec::Transformer(_) => &[Self::Dense, Self::Transformer],
        }
    }

    async fn check(self, open: &OpenDevice) -> Result<()> {
        match self {
            Self::Dense => check_device(open).await,
            Self::Convolutional => check_convolutions(open).await,
            Self::Transformer => check_transformer(open).await,
        }
    }
}

impl Devices {
    /// None is open yet; `lost` will be told when a GPU is lost.
    #[must_use]
    pub fn new(lost: LossListener) -> Self {
        Self { lost, webgpu: None, tested: Vec::new() }
    }

    /// Opens the requested device for this network; `Auto` falls back to the CPU and states the reason. Before each thing that is done on a
    /// GPU, `stage` is told. A future that is dropped before it ends loses nothing but the test that it was at.
    ///
    /// # Errors
    /// [`DeviceError::NoWebGpu`], [`DeviceError::SelfTest`] or [`Error::Device`] if WebGPU is required.
    pub async fn choose(
        &mut self,
        preference: DevicePreference,
        model: &ModelSpec,
        stage: impl FnMut(OpeningStage),
    ) -> Result<ChosenDevice> {
        let (open, fallback) = match preference {
            DevicePreference::Cpu => (open_cpu(), None),
            DevicePreference::WebGpu => (self.tested_webgpu(model, stage).await?, None),
            DevicePreference::Auto => match self.tested_webgpu(model, stage).await {
                Ok(open) => (open, None),
                Err(error) => (open_cpu(), Some(error.to_string())),
            },
        };
        Ok(ChosenDevice { open, fallback })
    }

    async fn tested_webgpu(&mut self, model: &ModelSpec, mut stage: impl FnMut(OpeningStage)) -> Result<OpenDevice> {
        let kinds = NetworkKind::all_of(model);
        // Opening comes first.
        let total = kinds.len() + 1;
        let mut webgpu = if let Some(known) = &self.webgpu {
            known.clone()
        } else {
            stage(OpeningStage::Testing { done: 0, total });
            self.webgpu.insert(open_webgpu(self.lost).await).clone()
        };
        for (index, kind) in kinds.iter().enumerate() {
            let Some(open) = webgpu.as_ref().ok().filter(|_| !self.tested.contains(kind)) else { continue };
            stage(OpeningStage::Testing { done: index + 1, total });
            match kind.check(open).await {
                Ok(()) => self.tested.push(*kind),
                Err(error) => webgpu = self.webgpu.insert(Err(error)).clone(),
            }
        }
        webgpu
    }
}

/// Compares results of the device with known ones: a matrix product, a softmax, and one training step of a dense network, which
/// is also computed on the CPU.
///
/// # Errors
/// [`DeviceError::SelfTest`] with the first wrong result, [`Error::Device`] when the device cannot be read.
pub async fn check_device(open: &OpenDevice) -> Result<()> {
    check_answers(&open.device, 0).await?;
    let model = ModelSpec::Mlp { hidden: vec![16, 16] };
    check_step(DeviceCheck::TrainingStep, &model, NormLayer::None, images, open).await
}

impl Training {
    /// Compares a matrix product and a softmax with their known results again: a GPU that was right may be wrong later. Both take one read-back
    /// of a few numbers, and no shader that is not compiled yet.
    ///
    /// # Errors
    /// As [`check_device`].
    pub async fn check_device(&self) -> Result<()> {
        check_answers(&self.device, self.step()).await
    }
}

/// Compares one training step of a convolutional network with batch normalization with that of the CPU.
///
/// # Errors
/// As [`check_device`].
pub async fn check_convolutions(open: &OpenDevice) -> Result<()> {
    let entry = ConvolutionSpec { channels: 3, kernel: 3, stride: 1, pool: Some(Pooling::Max) };
    let model = ModelSpec::Cnn { convolutions: vec![entry; 2] };
    check_step(DeviceCheck::ConvolutionStep, &model, NormLayer::Batch, images, open).await
}

/// Compares one training step of a transformer with that of the CPU.
///
/// # Errors
/// As [`check_device`].
pub async fn check_transformer(open: &OpenDevice) -> Result<()> {
    let sizes = TransformerSpec { heads: 2, encoder_layers: 1, decoder_layers: 1, ..TransformerSpec::of_width(8) };
    check_step(DeviceCheck::TransformerStep, &ModelSpec::Transformer(sizes), NormLayer::Pre, sentences, open).await
}

/// Makes examples up.
type MadeUp = fn(&Device) -> (ExampleFacts, Batch);

async fn check_step(
    check: DeviceCheck,
    model: &ModelSpec,
    norm: NormLayer,
    examples: MadeUp,
    open: &OpenDevice,
) -> Result<()> {
    let expected = one_step(model, norm, examples, &open_cpu()).await?;
    let got = one_step(model, norm, examples, open).await?;
    compare(check, &expected, &got)
}

/// A matrix product and a softmax, with other numbers in every round: where a computation is left out, its memory may still have the results
/// of the last one. Both are computed as in a training step.
async fn check_answers(device: &Device, round: u64) -> Result<()> {
    let varied = (1 + round % 8) as f32;
    // Small whole numbers are exact in f32, for any order of summation.
    let left = [1.0_f32, 2.0, 3.0, 4.0].map(|value| varied * value).to_vec();
    let left = Tensor::<3>::from_data(TensorData::new(left, [1, 2, 2]), device);
    let right =
        Tensor::<3>::from_data(TensorData::new(vec![5.0_f32, 6.0, 7.0, 8.0, 1.0, 0.0, 0.0, 1.0], [2, 2, 2]), device);
    // softmax(0, ln 2, ln 5, ln v) = (1, 2, 5, v) / (8 + v). In each run, another of them is the first.
    let weights = [1.0, 2.0, 5.0, varied];
    let logits = (0..4).flat_map(|run| (0..4).map(move |class| weights[(run + class) % 4].ln())).collect::<Vec<_>>();
    let logits = Tensor::<3>::from_data(TensorData::new(logits, [4, 1, 4]), device);
    let first = Tensor::<3>::from_data(TensorData::new(vec![1.0_f32, 0.0, 0.0, 0.0], [1, 1, 4]), device);
    let losses = cross_entropy(logits, first);
    let computed = Transaction::default().register(stacked_product(left, right)).register(losses);
    let computed = read(computed).await?;
    let product = [19.0, 22.0, 43.0, 50.0, 1.0, 2.0, 3.0, 4.0].map(|value| varied * value).to_vec();
    let losses = weights.map(|weight| -(weight / (8.0 + varied)).ln()).to_vec();
    let (first, second) = computed.split_at(computed.len().min(1));
    compare(DeviceCheck::MatrixProduct, &[product], first)?;
    compare(DeviceCheck::Softmax, &[losses], second)
}

/// The parameters of a small cohort after one step of momentum SGD, on made-up examples, and of sentences the translations by its first run.
async fn one_step(model: &ModelSpec, norm: NormLayer, examples: MadeUp, open: &OpenDevice) -> Result<Vec<Vec<f32>>> {
    let mut experiment = Experiment {
        model: model.clone(),
        variants: vec![BaseInit::KaimingNormal.into(), BaseInit::XavierNormal.into()],
        norm,
        seeds: 1,
        ..Experiment::default()
    };
    experiment.optimizer.learning_rate = 0.5;
    let (facts, batch) = examples(&open.device);
    let architecture = experiment.model.architecture(&facts, experiment.norm)?;
    let weights = Cohort::initial_weights(&experiment, Share::WHOLE, &architecture)?;
    let plan = Rc::new(Plan { architecture, activation: experiment.activation });
    let mut cohort = Cohort::new(&experiment, Share::WHOLE, &plan, &weights, open);
    let losses = cohort.step(&batch);
    let networks = cohort.networks();
    let mut first = Transaction::default().register(losses);
    if let (Inputs::Sentences(sentences), Some((network, run))) = (&batch.inputs, networks.group_of_run(0)) {
        let positions = sentences.target.present.dims()[1];
        first = first.register(network.of_run(run).translate(&sentences.source, BEGINNING, positions).symbols.float());
    }
    let parameters = networks.into_parameters();
    read(parameters.into_iter().fold(first, Transaction::register)).await
}

/// Eight images of four classes.
fn images(device: &Device) -> (ExampleFacts, Batch) {
    const SIDE: usize = 4;
    const INPUTS: usize = SIDE * SIDE;
    const CLASSES: usize = 4;
    const BATCH: usize = 8;
    let input = FeatureShape { channels: 1, height: SIDE, width: SIDE };
    let images = (0..BATCH * INPUTS).map(|index| (index * 7 % 11) as f32 / 5.0 - 1.0).collect::<Vec<_>>();
    let one_hot = (0..BATCH * CLASSES).map(|index| f32::from(u8::from(index % CLASSES == index / CLASSES % CLASSES)));
    let images = Tensor::from_data(TensorData::new(images, [1, BATCH, INPUTS]), device);
    let one_hot = Tensor::from_data(TensorData::new(one_hot.collect::<Vec<_>>(), [1, BATCH, CLASSES]), device);
    (ExampleFacts::images(input, CLASSES), Batch::of_images(images, one_hot))
}

/// Three pairs of sentences with padding.
fn sentences(device: &Device) -> (ExampleFacts, Batch) {
    const POSITIONS: [usize; 2] = [3, 4];
    const SYMBOLS: usize = 7;
    const SOURCES: [[u16; 3]; 3] = [[4, 5, 6], [6, PADDING, PADDING], [5, 5, PADDING]];
    const TARGETS: [[u16; 4]; 3] = [[6, 5, 4, END], [6, END, PADDING, PADDING], [5, 4, END, PADDING]];
    let [source, target] = POSITIONS.map(|positions| SequenceFacts { symbols: SYMBOLS, positions });
    let pairs = SOURCES.iter().zip(&TARGETS).map(|(source, target)| (source.as_slice(), target.as_slice()));
    (ExampleFacts::Pairs { source, target, joint: true }, sentence_batch(pairs, POSITIONS, SYMBOLS, 0.1, device))
}

/// Checks that the result of a device for `check` agrees with `expected` to within `1e-4` per number; tensors are concatenated.
///
/// # Errors
/// [`DeviceError::SelfTest`] with the first number that differs (NaN included), or with their count if that differs.
pub fn compare(check: DeviceCheck, expected: &[Vec<f32>], got: &[Vec<f32>]) -> Result<()> {
    let pairs = expected.iter().flatten().zip(got.iter().flatten());
    // NaN is wrong, too.
    let wrong = |expected: f32, got: f32| (expected - got).abs() > TOLERANCE || got.is_nan();
    if expected.iter().flatten().count() != got.iter().flatten().count() {
        let (expected, got) = (expected.concat().len(), got.concat().len());
        return Err(
            DeviceError::SelfTest { check, expected: format!("{expected} numbers"), got: got.to_string() }.into()
        );
    }
    match pairs.into_iter().find(|(expected, got)| wrong(**expected, **got)) {
        Some((expected, got)) => {
            Err(DeviceError::SelfTest { check, expected: expected.to_string(), got: got.to_string() }.into())
        }
        None => Ok(()),
    }
}
