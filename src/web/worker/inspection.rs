//! Answers to questions about the data and the runs: samples, filters, wrong answers, and what the runs say of an image.

use super::scope::post;
use super::{RunFailure, device_failure};
use crate::dataset::Dataset;
use crate::error::{DatasetError, Error};
use crate::experiment::Named;
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
        name: dataset.name.name().to_owned(),
        classes: dataset.class_names(),
        channels: dataset.channels,
        height: dataset.height,
        width: dataset.width,
        images: images.collect(),
    }
}

/// Tells the page the weights of the first layer of the run that it looks into.
pub(super) async fn filters(training: &Training, run: Option<usize>) -> Result<(), RunFailure> {
    let Some(run) = run else { return Ok(()) };
    if let Some(filters) = training.filters(run).await.map_err(device_failure)? {
        post(&Event::Filters { filters });
    }
    Ok(())
}

/// Tells the page what the run that it looks into got wrong at the last evaluation.
pub(super) fn examine(training: &Training, run: Option<usize>) {
    if let Some(examination) = run.and_then(|run| training.examination(run)) {
        post(&Event::Examination { examination });
    }
}

/// Tells the page what every run makes of an image.
pub(super) async fn classify(training: &Training, image: ImageSource) -> Result<(), RunFailure> {
    let (pixels, test) = match image {
        ImageSource::Drawn { pixels } => (pixels, None),
        ImageSource::Test { index } => {
            let (pixels, index, label) = training.test_example(index);
            (pixels, Some((index, label)))
        }
    };
    match training.classify(&pixels).await {
        Ok(probabilities) => post(&Event::Classified { pixels, test, probabilities }),
        // The page drew for another data set: nothing is wrong with the training, and nobody has an answer.
        Err(Error::Dataset(DatasetError::PixelCount { .. })) => {
            post(&Event::Classified { pixels, test, probabilities: Vec::new() });
        }
        Err(error) => return Err(RunFailure::new(FailureKind::Device, error)),
    }
    Ok(())
}
