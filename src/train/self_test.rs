//! Choosing a device that computes correctly: a GPU that fails the self-test, a comparison with known results, is not used.
//!
//! Some drivers and browsers return wrong numbers without any error, so a GPU has to pass the test before it trains.

use super::cohort::Cohort;
use crate::device::{Backend, OpenDevice, open_cpu, open_webgpu, read};
use crate::error::{DeviceCheck, DeviceError, Result};
use crate::experiment::architecture::{FeatureShape, Pooling};
use crate::experiment::{BaseInit, ConvolutionSpec, DevicePreference, Experiment, ModelSpec, NormLayer, Share};
use crate::model::{Batch, Plan};
use burn::tensor::activation::softmax;
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
#[derive(Debug, Default)]
pub struct Devices {
    webgpu: Option<Result<OpenDevice>>,
    /// Whether convolutions have been tested on WebGPU.
    convolves: bool,
}

impl Devices {
    /// Opens the requested device; `Auto` falls back to the CPU and states the reason. Convolutions are tested only if
    /// `convolutions` is set, since their shaders take long to compile.
    ///
    /// # Errors
    /// [`DeviceError::NoWebGpu`], [`DeviceError::SelfTest`] or [`Error::Device`] if WebGPU is required.
    pub async fn choose(&mut self, preference: DevicePreference, convolutions: bool) -> Result<ChosenDevice> {
        let (open, fallback) = match preference {
            DevicePreference::Cpu => (open_cpu(), None),
            DevicePreference::WebGpu => (self.tested_webgpu(convolutions).await?, None),
            DevicePreference::Auto => match self.tested_webgpu(convolutions).await {
                Ok(open) => (open, None),
                Err(error) => (open_cpu(), Some(error.to_string())),
            },
        };
        Ok(ChosenDevice { open, fallback })
    }

    async fn tested_webgpu(&mut self, convolutions: bool) -> Result<OpenDevice> {
        let mut webgpu = match self.webgpu.take() {
            Some(webgpu) => webgpu,
            None => open_tested_webgpu().await,
        };
        if let (true, false, Ok(open)) = (convolutions, self.convolves, &webgpu) {
            let checked = check_convolutions(open).await;
            self.convolves = checked.is_ok();
            webgpu = checked.and(webgpu);
        }
        self.webgpu.insert(webgpu).clone()
    }
}

async fn open_tested_webgpu() -> Result<OpenDevice> {
    let open = open_webgpu().await?;
    debug_assert_eq!(open.backend, Backend::WebGpu, "open_webgpu opens WebGPU");
    check_device(&open).await?;
    Ok(open)
}

/// Compares results of the device with known ones: a matrix product, a softmax, and one training step of a dense network, which
/// is also computed on the CPU.
///
/// # Errors
/// [`DeviceError::SelfTest`] with the first wrong result, [`Error::Device`] when the device cannot be read.
pub async fn check_device(open: &OpenDevice) -> Result<()> {
    check_matmul(&open.device).await?;
    check_softmax(&open.device).await?;
    check_step(DeviceCheck::TrainingStep, &ModelSpec::Mlp { hidden: vec![16, 16] }, NormLayer::None, open).await
}

/// Compares one training step of a convolutional network with batch normalization with that of the CPU.
///
/// # Errors
/// As [`check_device`].
pub async fn check_convolutions(open: &OpenDevice) -> Result<()> {
    let entry = ConvolutionSpec { channels: 3, kernel: 3, stride: 1, pool: Some(Pooling::Max) };
    let model = ModelSpec::Cnn { convolutions: vec![entry; 2] };
    check_step(DeviceCheck::ConvolutionStep, &model, NormLayer::Batch, open).await
}

async fn check_step(check: DeviceCheck, model: &ModelSpec, norm: NormLayer, open: &OpenDevice) -> Result<()> {
    let expected = one_step(model, norm, &open_cpu()).await?;
    let got = one_step(model, norm, open).await?;
    compare(check, &expected, &got)
}

async fn check_matmul(device: &Device) -> Result<()> {
    // Small whole numbers are exact in f32, for any order of summation.
    let left = Tensor::<3>::from_data(TensorData::new(vec![1.0_f32, 2.0, 3.0, 4.0], [1, 2, 2]), device);
    let right =
        Tensor::<3>::from_data(TensorData::new(vec![5.0_f32, 6.0, 7.0, 8.0, 1.0, 0.0, 0.0, 1.0], [2, 2, 2]), device);
    let product = read(Transaction::default().register(left.matmul(right))).await?;
    compare(DeviceCheck::MatrixProduct, &[vec![19.0, 22.0, 43.0, 50.0, 1.0, 2.0, 3.0, 4.0]], &product)
}

async fn check_softmax(device: &Device) -> Result<()> {
    // softmax(0, ln 2, ln 5) = (1, 2, 5) / 8.
    let logits = vec![0.0_f32, std::f32::consts::LN_2, 1.609_438];
    let logits = Tensor::<2>::from_data(TensorData::new(logits, [1, 3]), device);
    let probabilities = read(Transaction::default().register(softmax(logits, 1))).await?;
    compare(DeviceCheck::Softmax, &[vec![0.125, 0.25, 0.625]], &probabilities)
}

/// The parameters of a small cohort after one step of momentum SGD, on made-up examples.
async fn one_step(model: &ModelSpec, norm: NormLayer, open: &OpenDevice) -> Result<Vec<Vec<f32>>> {
    const SIDE: usize = 4;
    const INPUTS: usize = SIDE * SIDE;
    const CLASSES: usize = 4;
    const BATCH: usize = 8;
    let mut experiment = Experiment {
        model: model.clone(),
        variants: vec![BaseInit::KaimingNormal.into(), BaseInit::XavierNormal.into()],
        norm,
        seeds: 1,
        ..Experiment::default()
    };
    experiment.optimizer.learning_rate = 0.5;
    let input = FeatureShape { channels: 1, height: SIDE, width: SIDE };
    let architecture = experiment.model.architecture(input, CLASSES, experiment.norm)?;
    let weights = Cohort::initial_weights(&experiment, Share::WHOLE, &architecture.weight_layers())?;
    let plan = Rc::new(Plan { architecture, activation: experiment.activation });
    let mut cohort = Cohort::new(&experiment, Share::WHOLE, &plan, &weights, open);
    let images = (0..BATCH * INPUTS).map(|index| (index * 7 % 11) as f32 / 5.0 - 1.0).collect::<Vec<_>>();
    let one_hot = (0..BATCH * CLASSES).map(|index| f32::from(u8::from(index % CLASSES == index / CLASSES % CLASSES)));
    let images = Tensor::from_data(TensorData::new(images, [1, BATCH, INPUTS]), &open.device);
    let one_hot = Tensor::from_data(TensorData::new(one_hot.collect::<Vec<_>>(), [1, BATCH, CLASSES]), &open.device);
    let losses = cohort.step(&Batch { images, one_hot });
    let parameters = cohort.networks().into_parameters();
    let first = Transaction::default().register(losses);
    read(parameters.into_iter().fold(first, Transaction::register)).await
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
