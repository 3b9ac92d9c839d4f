//! Uploaded images: what they have in common, and CIFAR batches. If all files belong to one part, its last sixth becomes the test part.

use super::unpacker::DataPiece;
use crate::catalog::{CIFAR_10_IMAGES, DatasetName, FileContent, Normalization, Part};
use crate::dataset::examples::Split;
use crate::dataset::image_set::ImageSet;
use crate::dataset::readers::cifar;
use crate::dataset::readers::cifar_100::{self, CIFAR_100_IMAGES};
use crate::error::{Error, Result, UploadError, UploadNote};
use crate::experiment::limits::EXAMPLES;

/// Largest height and width of an image, in pixels.
pub const SIDE: usize = 64;
/// Largest number of classes.
pub const CLASSES: usize = 100;

/// What all images of an upload have in common.
pub(super) struct UploadShape {
    /// `[channels, height, width]`.
    pub(super) image: [usize; 3],
    pub(super) classes: usize,
    /// Names of the classes; empty if they are unknown.
    pub(super) names: Vec<String>,
}

/// Batches have no header: they are records of CIFAR-10 or of CIFAR-100, as the length of the first one, or a name, says.
pub(super) fn from_batches(used: &[(Part, DataPiece)], notes: &mut Vec<UploadNote>) -> Result<ImageSet> {
    let of = |wanted| used.iter().filter(move |(part, _)| *part == wanted).map(|(_, file)| file);
    if let [one, other, ..] = of(Part::Test).collect::<Vec<_>>()[..] {
        return Err(twice(FileContent::Batch, Part::Test, one, other));
    }
    let files = |part| of(part).map(|file| (file.name.as_str(), &file.bytes[..]));
    let is_fine = used.first().is_some_and(|(_, file)| has_two_labels(file));
    let (images, [train, test]) = if is_fine {
        notes.push(UploadNote::FineLabels);
        (&CIFAR_100_IMAGES, [Part::Train, Part::Test].map(|part| cifar_100::read_fine(files(part))))
    } else {
        let images = &CIFAR_10_IMAGES;
        (images, [Part::Train, Part::Test].map(|part| cifar::read_batches(images, files(part))))
    };
    let names = images.class_names.iter().map(|name| (*name).to_owned()).collect();
    finish(UploadShape { image: images.shape, classes: images.classes, names }, train?, test?)
}

/// Whether a file has records of CIFAR-100, and not of CIFAR-10.
fn has_two_labels(file: &DataPiece) -> bool {
    let is_named = [Some(&file.name), file.archive.as_ref()].into_iter().flatten().any(|name| {
        let name = name.to_ascii_lowercase();
        ["cifar-100", "cifar_100", "cifar100"].iter().any(|word| name.contains(word))
    });
    let is_multiple = |record| file.bytes.len().is_multiple_of(record);
    is_multiple(cifar_100::RECORD) && (is_named || !is_multiple(1 + CIFAR_10_IMAGES.pixels()))
}

pub(super) fn twice(content: FileContent, part: Part, one: &DataPiece, other: &DataPiece) -> Error {
    UploadError::Twice { content, part, first: one.name.clone(), second: other.name.clone() }.into()
}

/// The data set with these two parts; one may be empty.
pub(super) fn finish(shape: UploadShape, mut train: Split, mut test: Split) -> Result<ImageSet> {
    let [channels, height, width] = shape.image;
    let plane = height * width;
    let image = channels * plane;
    if train.is_empty() {
        std::mem::swap(&mut train, &mut test);
    }
    if test.is_empty() {
        test = split_off_sixth(&mut train, image)?;
    }
    for (part, got) in [(Part::Train, train.len()), (Part::Test, test.len())] {
        if got > EXAMPLES {
            return Err(UploadError::TooMany { part, limit: EXAMPLES, got }.into());
        }
    }
    let channel = |channel| train.images.chunks_exact(plane).skip(channel).step_by(channels);
    let normalization = (0..channels).map(|index| Normalization::measured(channel(index))).collect();
    let UploadShape { classes, names, .. } = shape;
    let (name, train, test) = (DatasetName::Upload, train.into(), test.into());
    Ok(ImageSet { name, train, test, channels, height, width, classes, names, normalization })
}

/// Removes the last sixth of the examples, at least one.
fn split_off_sixth(train: &mut Split, image: usize) -> Result<Split> {
    let examples = train.len();
    if examples < 2 {
        return Err(UploadError::TooFew { got: examples }.into());
    }
    let kept = examples - (examples / 6).max(1);
    Ok(Split { images: train.images.split_off(kept * image), labels: train.labels.split_off(kept) })
}
