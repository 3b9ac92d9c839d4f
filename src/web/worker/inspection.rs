//! Answers to questions about the data and the runs: samples, filters, misclassified images, and the runs' predictions.

use super::scope::post;
use super::{RunFailure, device_failure};
use crate::dataset::Dataset;
use crate::error::{DatasetError, Error};
use crate::experiment::Share;
use crate::metrics::{DatasetSample, Examination, Filters, SampleImage};
use crate::protocol::{Event, ImageSource};
use crate::train::Training;
use serde::{Deserialize, Serialize};

/// Training images that are shown.
const SAMPLES: usize = 30;

/// A few images of a data set.
pub(super) fn sample(dataset: &Dataset) -> DatasetSample {
    let images = dataset.train.iter().take(SAMPLES);
    let images = images.map(|(pixels, label)| SampleImage { label, pixels: pixels.to_vec() });
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// Sends the first-layer weights of the inspected run of a share.
pub(super) async fn filters(training: &Training, inspected: Option<Inspected>, share: Share) -> Result<(), RunFailure> {
    let Some(Inspected { run, at }) = inspected else { return Ok(()) };
    if let Some(filters) = training.filters(run, at).await.map_err(device_failure)? {
        post(&Event::Filters { filters: Filters { run: share.run(run), ..filters } });
    }
    Ok(())
}

/// Sends the errors of the inspected run of a share.
pub(super) fn examine(training: &Training, inspected: Option<Inspected>, share: Share) {
    if let Some(examination) = inspected.and_then(|one| training.examination(one.run, one.at)) {
        post(&Event::Examination { examination: Examination { run: share.run(examination.run), ..examination } });
    }
}

/// The probability of each class for an image, per run; none at all for an image that was drawn for another data set: the training is
/// fine, but no run can classify it.
pub(super) async fn probabilities(training: &Training, pixels: &[u8], at: Option<u64>) -> Result<Vec<Vec<f32>>, Error> {
    match training.classify(pixels, at).await {
        Err(Error::Dataset(DatasetError::PixelCount { .. })) => Ok(Vec::new()),
        result => result,
    }
}

/// The pixels of an image, with index and class if it is a test example.
pub(super) fn image(training: &Training, image: ImageSource) -> (Vec<u8>, Option<(usize, u8)>) {
    match image {
        ImageSource::Drawn { pixels } => (pixels, None),
        ImageSource::Test { index } => {
            let (pixels, index, label) = training.test_example(index);
            (pixels, Some((index, label)))
        }
    }
}
