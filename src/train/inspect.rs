//! Inspection of individual runs: first-layer weights, confusion matrix, misclassified examples, classification of an image.

use super::training::Training;
use crate::dataset::ImageSet;
use crate::device::read;
use crate::error::{DatasetError, Result};
use crate::experiment::architecture::WeightShape;
use crate::metrics::{Examination, Filters, Mistake};
use crate::model::Inputs;
use burn::tensor::activation::softmax;
use burn::tensor::{Tensor, TensorData, Transaction};

/// Maximum number of filters, or of units of a dense first layer, that are shown.
const FILTERS: usize = 32;
/// Maximum number of misclassified examples that are shown.
const MISTAKES: usize = 24;

impl Training {
    /// The weights of the first layer of a run after at most `at` steps (the current ones if absent), one image per feature map or unit;
    /// `None` for a run that does not exist.
    ///
    /// # Errors
    /// [`Error::Device`] when the device cannot be read.
    pub async fn filters(&self, run: usize, at: Option<u64>) -> Result<Option<Filters>> {
        let (step, networks) = self.networks_at(at);
        let Some((network, index)) = networks.group_of_run(run) else { return Ok(None) };
        let Some(layer) = network.plan.architecture.weight_layers().first().copied() else { return Ok(None) };
        let Some(image) = self.dataset.images().map(ImageSet::shape) else { return Ok(None) };
        let count = layer.shape.outputs().min(FILTERS);
        let weight = network.parameters[0].clone().narrow(0, index, 1);
        // The weights of a unit are a column, those of a feature map a row.
        let (weight, height, width) = match layer.shape {
            WeightShape::Dense { .. } => (weight.narrow(2, 0, count).swap_dims(1, 2), image.height, image.width),
            WeightShape::Convolution { kernel, .. } => (weight.narrow(1, 0, count), kernel, kernel),
        };
        let length = weight.dims()[2];
        let weight = read(Transaction::default().register(weight)).await?.concat();
        let pictures = weight.chunks(length).map(<[f32]>::to_vec).collect();
        Ok(Some(Filters { run, step, channels: image.channels, height, width, pictures }))
    }

    /// The confusion matrix and misclassified examples of a run at the last evaluation with a snapshot after at most `at` steps (the
    /// last evaluation if absent); `None` if there is none.
    #[must_use]
    pub fn examination(&self, run: usize, at: Option<u64>) -> Option<Examination> {
        let judgment = self.judgment_at(at)?;
        let predicted = judgment.classes.get(run)?;
        let images = self.dataset.images()?;
        let (test, classes) = (&images.test, images.classes);
        let mut confusion = vec![0; classes * classes];
        let mut mistakes = Vec::new();
        for (index, ((image, label), class)) in test.iter().zip(predicted).enumerate() {
            if let Some(count) = confusion.get_mut(usize::from(label) * classes + usize::from(*class)) {
                *count += 1;
            }
            if u16::from(label) != *class && mistakes.len() < MISTAKES {
                mistakes.push(Mistake { index, label, predicted: *class, pixels: image.to_vec() });
            }
        }
        Some(Examination { run, step: judgment.step, confusion, mistakes })
    }

    /// The pixels, index and class of a test image; `index` is taken modulo the number of test images. None for sentences.
    #[must_use]
    pub fn test_example(&self, index: usize) -> (Vec<u8>, usize, u8) {
        let Some(test) = self.dataset.images().map(|images| &images.test) else { return Default::default() };
        let index = index % test.len().max(1);
        test.get(index).map_or_else(Default::default, |(image, label)| (image.to_vec(), index, label))
    }

    /// Classifies an image with every run, after at most `at` steps (now if absent), and returns the probability of each class, per run. The
    /// image is given as pixels `[channels, height, width]` from 0 to 255 and has the size of those of the data set.
    ///
    /// # Errors
    /// [`DatasetError::PixelCount`] for an image of another size, [`Error::Device`] when the device cannot be read.
    pub async fn classify(&self, pixels: &[u8], at: Option<u64>) -> Result<Vec<Vec<f32>>> {
        let images = self.dataset.images();
        let expected = images.map_or(0, ImageSet::pixels);
        let Some(images) = images.filter(|_| pixels.len() == expected) else {
            return Err(DatasetError::PixelCount { expected, got: pixels.len() }.into());
        };
        let mut values = Vec::new();
        images.write_pixels(pixels, &mut values);
        let image = Inputs::Images(Tensor::from_data(TensorData::new(values, [1, 1, expected]), &self.device));
        let probabilities = softmax(self.networks_at(at).1.forward(&image), 2);
        let read = read(Transaction::default().register(probabilities)).await?.concat();
        Ok(read.chunks(images.classes).map(<[f32]>::to_vec).collect())
    }
}
