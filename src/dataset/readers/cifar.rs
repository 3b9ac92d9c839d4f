//! The binary format of CIFAR-10 (Krizhevsky 2009, "Learning multiple layers of features from tiny images").
//!
//! A file, called a batch, is a sequence of records without a header. A record of CIFAR-10 has 3073 bytes: the label, then the
//! red, green and blue planes, row-major. The number of records follows from the file's length alone.

use super::ReadFile;
use crate::catalog::{DatasetName, ImageFacts, Part};
use crate::dataset::examples::Split;
use crate::dataset::image_set::ImageSet;
use crate::dataset::limit::limit;
use crate::error::{DatasetError, Result};

/// Reads the batches of one part in the given order, each with its name for errors; the result is empty without batches.
///
/// # Errors
/// [`DatasetError::CifarLength`] and [`DatasetError::LabelRange`].
pub fn read_batches<'a>(images: &ImageFacts, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Split> {
    read_records(images, 1, files)
}

/// The same for records with several label bytes, of which the last one is used.
///
/// # Errors
/// As [`read_batches`].
pub(super) fn read_records<'a>(
    images: &ImageFacts,
    labels: usize,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Split> {
    let mut split = Split::default();
    files.into_iter().try_for_each(|(file, bytes)| append_batch(images, labels, file, bytes, &mut split))?;
    Ok(split)
}

fn append_batch(images: &ImageFacts, labels: usize, file: &str, bytes: &[u8], split: &mut Split) -> Result<()> {
    let (classes, record) = (images.classes, labels + images.pixels());
    let records = bytes.chunks_exact(record);
    if records.len() == 0 || !records.remainder().is_empty() {
        return Err(DatasetError::CifarLength { file: file.to_owned(), record, got: bytes.len() }.into());
    }
    split.images.reserve_exact(records.len() * images.pixels());
    split.labels.reserve_exact(records.len());
    for (index, (label, pixels)) in records.filter_map(|record| record.get(labels - 1..)?.split_first()).enumerate() {
        if usize::from(*label) >= classes {
            return Err(DatasetError::LabelRange { file: file.to_owned(), index, label: *label, classes }.into());
        }
        split.labels.push(*label);
        split.images.extend_from_slice(pixels);
    }
    Ok(())
}

/// The data set in such batches, which may be fewer and shorter than the published ones.
///
/// # Errors
/// Those of [`read_batches`], and [`DatasetError::NoExamples`] if one of the parts has no batch.
pub fn assemble(name: DatasetName, images: &ImageFacts, read: &[ReadFile]) -> Result<ImageSet> {
    Ok(ImageSet::new(name, images, part(images, Part::Train, read)?, part(images, Part::Test, read)?))
}

fn part(images: &ImageFacts, part: Part, read: &[ReadFile]) -> Result<Split> {
    let batches = read.iter().filter(|ReadFile { file, .. }| file.part == part);
    let split = read_batches(images, batches.map(|ReadFile { file, bytes }| (file.name, bytes.as_slice())))?;
    limit(part, None, split.len())?;
    Ok(split)
}
