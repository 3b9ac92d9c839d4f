//! Data sets in IDX format, like MNIST: for each part, one file of gray images and one of their labels.

use super::{ReadFile, idx};
use crate::catalog::{DatasetName, FileContent, ImageFacts, Part};
use crate::dataset::examples::Split;
use crate::dataset::image_set::ImageSet;
use crate::dataset::limit::limit;
use crate::error::{DatasetError, Result};

/// The data set in such files, which may contain fewer examples than the published ones.
///
/// # Errors
/// Those of [`idx::read_images`] and [`idx::read_labels`], and [`DatasetError::ImageSize`], [`DatasetError::LabelCount`] and
/// [`DatasetError::NoExamples`].
pub fn assemble(name: DatasetName, images: &ImageFacts, read: &[ReadFile]) -> Result<ImageSet> {
    let [train, test] = [Part::Train, Part::Test].map(|part| split(part, images, read));
    Ok(ImageSet::new(name, images, train?, test?))
}

fn split(part: Part, facts: &ImageFacts, read: &[ReadFile]) -> Result<Split> {
    let of = |content| read.iter().find(|ReadFile { file, .. }| (file.part, file.content) == (part, content));
    let (Some(images_file), Some(labels_file)) = (of(FileContent::Images), of(FileContent::Labels)) else {
        return Err(DatasetError::NoExamples { part }.into());
    };
    let images = idx::read_images(images_file.file.name, &images_file.bytes)?;
    let labels = idx::read_labels(labels_file.file.name, &labels_file.bytes, facts.classes)?;
    let [_, height, width] = facts.shape;
    let (expected, got) = ((height, width), (images.height, images.width));
    if got != expected {
        return Err(DatasetError::ImageSize { file: images_file.file.name.to_owned(), expected, got }.into());
    }
    same_count((images_file.file.name, images.count), (labels_file.file.name, labels.len()))?;
    limit(part, None, images.count)?;
    Ok(Split { images: images.pixels.to_vec(), labels: labels.to_vec() })
}

/// Checks that a file of images and a file of labels have the same number of examples.
pub(in crate::dataset) fn same_count(
    (images_file, images): (&str, usize),
    (labels_file, labels): (&str, usize),
) -> Result<()> {
    if images == labels {
        return Ok(());
    }
    Err(DatasetError::LabelCount {
        images_file: images_file.to_owned(),
        labels_file: labels_file.to_owned(),
        images,
        labels,
    }
    .into())
}
