//! A visitor's own files, already unpacked from gzip: CIFAR-10 batches (`.bin`), a tar archive of files, or pairs of
//! IDX images and labels. The kind of a file follows from its name and first bytes; whether it is training or test data,
//! from its name.
//!
//! Files are processed in the order of their names, not in the order in which they were chosen. If all of them belong
//! to one part, its last sixth becomes the test part.

use super::archive::{NamedFile, unpack_tar};
use super::idx_set::same_count;
use super::{Dataset, Normalization, Part, Split, cifar, hexadecimal, idx, limit};
use crate::error::{DatasetError, Error, Result};
use crate::experiment::DatasetName;
use crate::experiment::limits::EXAMPLES;

/// Largest height and width of an image, in pixels.
pub const SIDE: usize = 64;
/// Largest number of classes.
pub const CLASSES: usize = 100;
/// Largest size of an unpacked archive, in bytes.
pub const UNPACKED: usize = 1 << 29;

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Archive,
    Cifar,
    Images,
    Labels,
}

/// The data set of the given files.
///
/// # Errors
/// [`DatasetError::UploadEmpty`], [`DatasetError::UploadKind`], [`DatasetError::UploadMixed`], [`DatasetError::UploadTwice`],
/// [`DatasetError::UploadUnpaired`], [`DatasetError::UploadImageSize`], [`DatasetError::UploadClasses`], [`DatasetError::UploadTooFew`] and
/// [`DatasetError::UploadTooMany`]; those of [`cifar::read_batch`], [`idx::read_images`], [`idx::read_labels`] and
/// [`unpack_tar`]; [`DatasetError::ImageSize`], [`DatasetError::LabelCount`] and [`DatasetError::NoExamples`].
pub fn assemble(files: Vec<NamedFile>) -> Result<Dataset> {
    let (batches, pairs) = expand(files)?.into_iter().partition::<Vec<_>, _>(|(kind, _)| *kind == Kind::Cifar);
    match (batches.first(), pairs.first()) {
        (None, None) => Err(DatasetError::UploadEmpty.into()),
        (Some((_, batch)), Some((_, idx))) => {
            Err(DatasetError::UploadMixed { batch: batch.name.clone(), idx: idx.name.clone() }.into())
        }
        (Some(_), None) => from_batches(&batches),
        (None, Some(_)) => from_pairs(&pairs),
    }
}

/// The files with their kinds, archives replaced by their files, in the order of their names.
fn expand(files: Vec<NamedFile>) -> Result<Vec<(Kind, NamedFile)>> {
    let mut known = Vec::new();
    for file in files {
        match kind(&file) {
            Some(Kind::Archive) => known.extend(members(&file)?),
            Some(kind) => known.push((kind, file)),
            None => return Err(DatasetError::UploadKind { got: beginning(&file.bytes), file: file.name }.into()),
        }
    }
    known.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    Ok(known)
}

fn kind(file: &NamedFile) -> Option<Kind> {
    let name = file.name.to_lowercase();
    let suffix = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.').map(|(_, suffix)| suffix);
    if suffix == Some("bin") {
        return Some(Kind::Cifar);
    }
    // All archives of the last decades have this at this offset.
    if suffix == Some("tar") || file.bytes.get(257..262) == Some(b"ustar") {
        return Some(Kind::Archive);
    }
    match file.bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
        Some(idx::IMAGES_MAGIC) => Some(Kind::Images),
        Some(idx::LABELS_MAGIC) => Some(Kind::Labels),
        _ => None,
    }
}

/// The usable files of an archive; descriptions, and hidden files that some systems add, are ignored.
fn members(archive: &NamedFile) -> Result<Vec<(Kind, NamedFile)>> {
    let mut known = Vec::new();
    for file in unpack_tar(&archive.name, &archive.bytes, UNPACKED)? {
        match kind(&file) {
            Some(kind) if kind != Kind::Archive && !file.base_name().starts_with('.') => known.push((kind, file)),
            _ => {}
        }
    }
    if known.is_empty() {
        let got = "an archive without any of these".to_owned();
        return Err(DatasetError::UploadKind { file: archive.name.clone(), got }.into());
    }
    Ok(known)
}

/// The beginning of a file, for a message.
fn beginning(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "an empty file".to_owned();
    }
    format!("a file that begins with the bytes {}", hexadecimal(&bytes[..bytes.len().min(4)]))
}

/// The part named in a file's name; training if none is named.
fn part(file: &NamedFile) -> Part {
    let name = file.base_name().to_lowercase();
    // Whole words, so that `latest.bin` is not a test file.
    let test = name.contains("t10k") || name.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "test");
    if test && !name.contains("train") { Part::Test } else { Part::Train }
}

/// Height, width and so on, the same for all images.
struct Shape {
    channels: usize,
    height: usize,
    width: usize,
    classes: usize,
}

fn from_batches(files: &[(Kind, NamedFile)]) -> Result<Dataset> {
    let of = |wanted| files.iter().map(|(_, file)| file).filter(move |file| part(file) == wanted);
    if let [one, other, ..] = of(Part::Test).collect::<Vec<_>>()[..] {
        return Err(twice("CIFAR-10 images", Part::Test, one, other));
    }
    let read = |part| cifar::read_batches(of(part).map(|file| (file.name.as_str(), &file.bytes[..])));
    let side = cifar::SIDE;
    let shape = Shape { channels: cifar::CHANNELS, height: side, width: side, classes: cifar::CLASSES };
    finish(&shape, read(Part::Train)?, read(Part::Test)?)
}

/// Images and their labels.
struct LabeledImages<'a> {
    images_file: &'a str,
    labels_file: &'a str,
    images: idx::Images<'a>,
    labels: &'a [u8],
}

fn from_pairs(files: &[(Kind, NamedFile)]) -> Result<Dataset> {
    let parts = [pair(files, Part::Train)?, pair(files, Part::Test)?];
    let pairs = parts.iter().flatten().collect::<Vec<_>>();
    // There is at least one file, and where there is a file there is a pair.
    let first = pairs.first().ok_or(DatasetError::UploadEmpty)?;
    let (height, width) = (first.images.height, first.images.width);
    for pair in &pairs {
        let (expected, got) = ((height, width), (pair.images.height, pair.images.width));
        if got != expected {
            return Err(DatasetError::ImageSize { file: pair.images_file.to_owned(), expected, got }.into());
        }
    }
    let classes = pairs.iter().flat_map(|pair| pair.labels).max().map_or(0, |label| usize::from(*label) + 1);
    if classes < 2 {
        return Err(DatasetError::UploadClasses { file: first.labels_file.to_owned(), limit: CLASSES }.into());
    }
    let [train, test] = parts.map(|pair| pair.map_or_else(Split::default, |pair| pair.split()));
    finish(&Shape { channels: 1, height, width, classes }, train, test)
}

/// The images and labels of a part, if there are any.
fn pair(files: &[(Kind, NamedFile)], part: Part) -> Result<Option<LabeledImages<'_>>> {
    let unpaired = |file: &NamedFile, expected| {
        DatasetError::UploadUnpaired { file: file.name.clone(), expected, part: word(part) }.into()
    };
    match (only(files, Kind::Images, part)?, only(files, Kind::Labels, part)?) {
        (None, None) => Ok(None),
        (Some(images), None) => Err(unpaired(images, "labels")),
        (None, Some(labels)) => Err(unpaired(labels, "images")),
        (Some(images), Some(labels)) => LabeledImages::read(images, labels, part).map(Some),
    }
}

/// The only file of a kind and a part.
fn only(files: &[(Kind, NamedFile)], wanted: Kind, of: Part) -> Result<Option<&NamedFile>> {
    let mut found = files.iter().filter(|(kind, file)| *kind == wanted && part(file) == of).map(|(_, file)| file);
    match (found.next(), found.next()) {
        (Some(one), Some(other)) => {
            Err(twice(if wanted == Kind::Images { "images" } else { "labels" }, of, one, other))
        }
        (one, _) => Ok(one),
    }
}

fn twice(what: &'static str, part: Part, one: &NamedFile, other: &NamedFile) -> Error {
    DatasetError::UploadTwice { what, part: word(part), first: one.name.clone(), second: other.name.clone() }.into()
}

impl<'a> LabeledImages<'a> {
    fn read(images_file: &'a NamedFile, labels_file: &'a NamedFile, part: Part) -> Result<Self> {
        let images = idx::read_images(&images_file.name, &images_file.bytes)?;
        let labels = idx::read_labels(&labels_file.name, &labels_file.bytes, CLASSES)?;
        let (images_file, labels_file) = (&images_file.name, &labels_file.name);
        same_count((images_file, images.count), (labels_file, labels.len()))?;
        if ![images.height, images.width].iter().all(|length| (1..=SIDE).contains(length)) {
            let got = (images.height, images.width);
            return Err(DatasetError::UploadImageSize { file: images_file.clone(), limit: SIDE, got }.into());
        }
        limit(part, None, images.count)?;
        Ok(Self { images_file, labels_file, images, labels })
    }

    fn split(&self) -> Split {
        Split { images: self.images.pixels.to_vec(), labels: self.labels.to_vec() }
    }
}

/// The data set of two parts, one of which may be empty.
fn finish(shape: &Shape, mut train: Split, mut test: Split) -> Result<Dataset> {
    let plane = shape.height * shape.width;
    let image = shape.channels * plane;
    if train.is_empty() {
        std::mem::swap(&mut train, &mut test);
    }
    if test.is_empty() {
        test = split_off_sixth(&mut train, image)?;
    }
    for (part, got) in [(Part::Train, train.len()), (Part::Test, test.len())] {
        if got > EXAMPLES {
            return Err(DatasetError::UploadTooMany { part: word(part), limit: EXAMPLES, got }.into());
        }
    }
    let channel = |channel| train.images.chunks_exact(plane).skip(channel).step_by(shape.channels);
    let normalization = (0..shape.channels).map(|index| Normalization::measured(channel(index))).collect();
    let Shape { channels, height, width, classes } = *shape;
    let (train, test) = (train.into(), test.into());
    Ok(Dataset { name: DatasetName::Upload, train, test, channels, height, width, classes, normalization })
}

/// Takes the last sixth of the examples, at least one.
fn split_off_sixth(train: &mut Split, image: usize) -> Result<Split> {
    let examples = train.len();
    if examples < 2 {
        return Err(DatasetError::UploadTooFew { got: examples }.into());
    }
    let kept = examples - (examples / 6).max(1);
    Ok(Split { images: train.images.split_off(kept * image), labels: train.labels.split_off(kept) })
}

/// The name of a part in a sentence.
fn word(part: Part) -> &'static str {
    match part {
        Part::Train => "training",
        Part::Test => "test",
    }
}
