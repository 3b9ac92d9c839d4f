//! What the page is shown of data and runs: samples, filters and misclassified images.

use super::scope::post;
use super::{RunFailure, device_failure};
use crate::dataset::text::ParallelCorpus;
use crate::dataset::{Dataset, ImageSet, until_end, without_padding};
use crate::experiment::{DatasetName, Share};
use crate::metrics::{DatasetSample, Examination, Filters, ImageSamples, SampleImage, SampleSentence};
use crate::protocol::Event;
use crate::train::Training;
use serde::{Deserialize, Serialize};

/// Training images that are shown.
const IMAGES: usize = 30;
/// Training sentences that are shown.
const SENTENCES: usize = 8;

/// A few examples of a data set.
pub(super) fn sample(dataset: &Dataset) -> DatasetSample {
    let (images, sentences) = match dataset {
        Dataset::Images(images) => (image_samples(images), Vec::new()),
        Dataset::Pairs(pairs) => {
            let sentences = pairs.train.iter().take(SENTENCES).map(|(source, target)| SampleSentence {
                source: pairs.source.text(&without_padding(source)),
                reference: pairs.target.text(&until_end(target)),
            });
            (ImageSamples::default(), sentences.collect())
        }
    };
    let pairs = dataset.pairs();
    let (direction, selection) = (pairs.map(|pairs| pairs.direction), pairs.and_then(|pairs| pairs.selection));
    DatasetSample { name: dataset.name(), images, direction, selection, sentences }
}

/// A few pairs of a visitor's own sentences, before they are encoded.
pub(super) fn sample_of_corpus(corpus: &ParallelCorpus) -> DatasetSample {
    let sentences = corpus
        .train
        .iter()
        .take(SENTENCES)
        .map(|[first, second]| SampleSentence { source: first.clone(), reference: second.clone() });
    DatasetSample {
        name: DatasetName::Text,
        images: ImageSamples::default(),
        // Whatever direction the experiment has.
        direction: None,
        selection: None,
        sentences: sentences.collect(),
    }
}

fn image_samples(set: &ImageSet) -> ImageSamples {
    let images = set.train.iter().take(IMAGES);
    let images = images.map(|(pixels, label)| SampleImage { label, pixels: pixels.to_vec() });
    ImageSamples {
        classes: set.class_names(),
        channels: set.channels,
        height: set.height,
        width: set.width,
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
