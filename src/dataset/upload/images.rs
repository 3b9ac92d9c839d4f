//! Uploaded images: CIFAR-10 batches, or pairs of IDX images and labels. If all files belong to one part, its last sixth becomes the test
//! part.

use super::{Recognition, part};
use crate::catalog::{CIFAR_10_IMAGES, DatasetName, FileContent, Normalization, Part};
use crate::dataset::examples::Split;
use crate::dataset::image_set::ImageSet;
use crate::dataset::limit::limit;
use crate::dataset::readers::archive::NamedFile;
use crate::dataset::readers::idx_set::same_count;
use crate::dataset::readers::{cifar, idx};
use crate::error::{DatasetError, Error, Result, UploadError};
use crate::experiment::limits::EXAMPLES;

/// Largest height and width of an image, in pixels.
pub const SIDE: usize = 64;
/// Largest number of classes.
pub const CLASSES: usize = 100;

/// The data set in these files.
///
/// # Errors
/// As [`super::assemble`].
pub(super) fn assemble(files: Vec<Recognition>) -> Result<ImageSet> {
    let is_batch = |(content, _): &Recognition| *content == FileContent::Batch;
    let (batches, pairs) = files.into_iter().partition::<Vec<_>, _>(is_batch);
    match (batches.first(), pairs.first()) {
        (None, None) => Err(UploadError::Empty.into()),
        (Some((_, batch)), Some((_, idx))) => {
            Err(UploadError::Mixed { batch: batch.name.clone(), idx: idx.name.clone() }.into())
        }
        (Some(_), None) => from_batches(&batches),
        (None, Some(_)) => from_pairs(&pairs),
    }
}

/// What all images of an upload have in common.
struct UploadShape {
    /// `[channels, height, width]`.
    image: [usize; 3],
    classes: usize,
    /// Names of the classes; empty if they are unknown.
    names: &'static [&'static str],
}

/// Batches have no header: they are read as those of CIFAR-10.
fn from_batches(files: &[Recognition]) -> Result<ImageSet> {
    let of = |wanted| files.iter().map(|(_, file)| file).filter(move |file| part(file) == wanted);
    if let [one, other, ..] = of(Part::Test).collect::<Vec<_>>()[..] {
        return Err(twice(FileContent::Batch, Part::Test, one, other));
    }
    let images = &CIFAR_10_IMAGES;
    let read = |part| cifar::read_batches(images, of(part).map(|file| (file.name.as_str(), &file.bytes[..])));
    let shape = UploadShape { image: images.shape, classes: images.classes, names: images.class_names };
    finish(&shape, read(Part::Train)?, read(Part::Test)?)
}

/// Images and their labels.
struct LabeledImages<'a> {
    images_file: &'a str,
    labels_file: &'a str,
    images: idx::Images<'a>,
    labels: &'a [u8],
}

fn from_pairs(files: &[Recognition]) -> Result<ImageSet> {
    let parts = [pair(files, Part::Train)?, pair(files, Part::Test)?];
    let pairs = parts.iter().flatten().collect::<Vec<_>>();
    // There is at least one file, and every file belongs to a pair.
    let first = pairs.first().ok_or(UploadError::Empty)?;
    let (height, width) = (first.images.height, first.images.width);
    for pair in &pairs {
        let (expected, got) = ((height, width), (pair.images.height, pair.images.width));
        if got != expected {
            return Err(DatasetError::ImageSize { file: pair.images_file.to_owned(), expected, got }.into());
        }
    }
    let classes = pairs.iter().flat_map(|pair| pair.labels).max().map_or(0, |label| usize::from(*label) + 1);
    if classes < 2 {
        return Err(UploadError::Classes { file: first.labels_file.to_owned(), limit: CLASSES }.into());
    }
    let [train, test] = parts.map(|pair| pair.map_or_else(Split::default, |pair| pair.split()));
    finish(&UploadShape { image: [1, height, width], classes, names: &[] }, train, test)
}

/// The images and labels of a part, if there are any.
fn pair(files: &[Recognition], part: Part) -> Result<Option<LabeledImages<'_>>> {
    let unpaired = |file: &NamedFile, missing| UploadError::Unpaired { file: file.name.clone(), missing, part }.into();
    match (only(files, FileContent::Images, part)?, only(files, FileContent::Labels, part)?) {
        (None, None) => Ok(None),
        (Some(images), None) => Err(unpaired(images, FileContent::Labels)),
        (None, Some(labels)) => Err(unpaired(labels, FileContent::Images)),
        (Some(images), Some(labels)) => LabeledImages::read(images, labels, part).map(Some),
    }
}

/// The only file of a part with this content.
fn only(files: &[Recognition], wanted: FileContent, of: Part) -> Result<Option<&NamedFile>> {
    let serves = |(content, file): &&Recognition| *content == wanted && part(file) == of;
    let mut found = files.iter().filter(serves).map(|(_, file)| file);
    match (found.next(), found.next()) {
        (Some(one), Some(other)) => Err(twice(wanted, of, one, other)),
        (one, _) => Ok(one),
    }
}

fn twice(content: FileContent, part: Part, one: &NamedFile, other: &NamedFile) -> Error {
    UploadError::Twice { content, part, first: one.name.clone(), second: other.name.clone() }.into()
}

impl<'a> LabeledImages<'a> {
    fn read(images_file: &'a NamedFile, labels_file: &'a NamedFile, part: Part) -> Result<Self> {
        let images = idx::read_images(&images_file.name, &images_file.bytes)?;
        let labels = idx::read_labels(&labels_file.name, &labels_file.bytes, CLASSES)?;
        let (images_file, labels_file) = (&images_file.name, &labels_file.name);
        same_count((images_file, images.count), (labels_file, labels.len()))?;
        if ![images.height, images.width].iter().all(|length| (1..=SIDE).contains(length)) {
            let got = (images.height, images.width);
            return Err(UploadError::ImageSize { file: images_file.clone(), limit: SIDE, got }.into());
        }
        limit(part, None, images.count)?;
        Ok(Self { images_file, labels_file, images, labels })
    }

    fn split(&self) -> Split {
        Split { images: self.images.pixels.to_vec(), labels: self.labels.to_vec() }
    }
}

/// The data set with these two parts; one may be empty.
fn finish(shape: &UploadShape, mut train: Split, mut test: Split) -> Result<ImageSet> {
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
    let UploadShape { classes, names, .. } = *shape;
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
