//! Answers to questions about the data and the runs: samples, filters, misclassified images, and the runs' predictions.

use super::scope::post;
use super::{RunFailure, device_failure};
use crate::dataset::Dataset;
use crate::error::{DatasetError, Error};
use crate::metrics::{DatasetSample, SampleImage};
use crate::protocol::{Event, FailureKind, ImageSource};
use crate::train::Training;

/// Training images that are shown.
const SAMPLES: usize = 30;

/// A few images of a data set.
pub(super) fn sample(dataset: &Dataset) -> DatasetSample {
    let images = dataset.train.images.chunks(dataset.pixels()).zip(&dataset.train.labels).take(SAMPLES);
    let images = images.map(|(pixels, label)| SampleImage { label: *label, pixels: pixels.to_vec() });
    DatasetSample {
        name: dataset.name,
        classes: dataset.class_names(),
        channels: dataset.channels,
        height: dataset.height,
        width: dataset.width,
        images: images.collect(),
    }
}

/// What the page inspects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inspected {
    /// The run, over all variants.
    pub(super) run: usize,
    /// The training step: the latest kept parameters up to it are used, or the current ones if it is absent.
    pub(super) at: Option<u64>,
}

impl Inspected {
    /// Whether what the page sees changes as training goes on.
    pub(super) fn is_current(self) -> bool {
        self.at.is_none()
    }
}

/// Sends the page the first-layer weights of the inspected run.
pub(super) async fn filters(training: &Training, inspected: Option<Inspected>) -> Result<(), RunFailure> {
    let Some(Inspected { run, at }) = inspected else { return Ok(()) };
    if let Some(filters) = training.filters(run, at).await.map_err(device_failure)? {
        post(&Event::Filters { filters });
    }
    Ok(())
}

/// Sends the page the errors of the inspected run.
pub(super) fn examine(training: &Training, inspected: Option<Inspected>) {
    if let Some(examination) = inspected.and_then(|one| training.examination(one.run, one.at)) {
        post(&Event::Examination { examination });
    }
}

/// Sends the page every run's prediction for an image.
pub(super) async fn classify(training: &Training, image: ImageSource, at: Option<u64>) -> Result<(), RunFailure> {
    let (pixels, test) = match image {
        ImageSource::Drawn { pixels } => (pixels, None),
        ImageSource::Test { index } => {
            let (pixels, index, label) = training.test_example(index);
            (pixels, Some((index, label)))
        }
    };
    match training.classify(&pixels, at).await {
        Ok(probabilities) => post(&Event::Classified { pixels, test, probabilities }),
        // The image was drawn for another data set: the training is fine, but no run can classify the image.
        Err(Error::Dataset(DatasetError::PixelCount { .. })) => {
            post(&Event::Classified { pixels, test, probabilities: Vec::new() });
        }
        Err(error) => return Err(RunFailure::new(FailureKind::Device, error)),
    }
    Ok(())
}
