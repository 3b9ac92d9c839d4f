//! Batches of examples as tensors.

use crate::dataset::batcher::Batcher;
use crate::dataset::{Dataset, Part};
use crate::error::Result;
use crate::init::draw::StandardNormals;
use crate::model::Batch;
use crate::rng::{Purpose, below, stream};
use crate::tune::Examples;
use burn::tensor::{Device, Tensor, TensorData};
use std::rc::Rc;

/// Training examples in the order used for tuning, never augmented.
#[derive(Debug)]
pub(super) struct TuningExamples {
    dataset: Rc<Dataset>,
    seed: u64,
    device: Device,
    /// The batcher for the batch size requested last.
    batcher: Option<(usize, Batcher)>,
}

impl TuningExamples {
    /// Examples in the order given by `seed`.
    pub(super) fn new(dataset: &Rc<Dataset>, seed: u64, device: &Device) -> Self {
        Self { dataset: Rc::clone(dataset), seed, device: device.clone(), batcher: None }
    }
}

impl Examples for TuningExamples {
    fn batch(&mut self, size: usize, index: u64) -> Result<Batch> {
        let mut batcher = match self.batcher.take().filter(|(of, _)| *of == size) {
            Some((_, batcher)) => batcher,
            None => Batcher::for_tuning(self.dataset.train.len(), size, self.seed)?,
        };
        let batch = batch(&self.dataset, Part::Train, batcher.batch(index), None, &self.device);
        self.batcher = Some((size, batcher));
        batch
    }

    #[expect(clippy::cast_possible_truncation, reason = "kept in the precision of the weights")]
    fn noise(&mut self, size: usize, index: u64) -> Result<Batch> {
        let (inputs, classes) = (self.dataset.pixels(), self.dataset.classes);
        let normals = StandardNormals::new(stream(self.seed, Purpose::TuningInputs, index));
        let images = normals.take(size * inputs).map(|normal| normal as f32).collect::<Vec<_>>();
        let mut draws = stream(self.seed, Purpose::TuningLabels, index);
        let mut one_hot = vec![0.0_f32; size * classes];
        for row in one_hot.chunks_exact_mut(classes) {
            // There are at most 256 classes, so the conversion cannot fail.
            row[below(&mut draws, u32::try_from(classes).unwrap_or(u32::MAX)) as usize] = 1.0;
        }
        Ok(Batch {
            images: Tensor::from_data(TensorData::new(images, [1, size, inputs]), &self.device),
            one_hot: Tensor::from_data(TensorData::new(one_hot, [1, size, classes]), &self.device),
        })
    }
}

/// Examples with their targets; training examples are augmented if a key (seed, step) is given.
pub(super) fn batch(
    dataset: &Dataset,
    part: Part,
    indices: &[u32],
    augmentation: Option<(u64, u64)>,
    device: &Device,
) -> Result<Batch> {
    let images = match augmentation {
        Some(key) => augmented(dataset, indices, key, device)?,
        None => images(dataset, part, indices, device)?,
    };
    Ok(Batch { images, one_hot: one_hot(dataset, part, indices, device)? })
}

/// Normalized images, `[1, examples, inputs]`.
pub(super) fn images(dataset: &Dataset, part: Part, indices: &[u32], device: &Device) -> Result<Tensor<3>> {
    let mut values = Vec::new();
    dataset.write_examples(part, indices, &mut values)?;
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), dataset.pixels()]), device))
}

/// Normalized training images, cropped and flipped as determined by (seed, step), `[1, examples, inputs]`.
fn augmented(dataset: &Dataset, indices: &[u32], key: (u64, u64), device: &Device) -> Result<Tensor<3>> {
    let mut values = Vec::new();
    dataset.write_augmented(Part::Train, indices, key.0, key.1, &mut values)?;
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), dataset.pixels()]), device))
}

/// One-hot targets, `[1, examples, classes]`. Computed on the CPU, since Burn's own `one_hot` reads back synchronously.
fn one_hot(dataset: &Dataset, part: Part, indices: &[u32], device: &Device) -> Result<Tensor<3>> {
    let mut labels = Vec::new();
    dataset.write_labels(part, indices, &mut labels)?;
    let classes = dataset.classes;
    let mut values = vec![0.0_f32; indices.len() * classes];
    for (row, label) in values.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] = 1.0;
    }
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), classes]), device))
}
