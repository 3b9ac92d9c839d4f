//! Uploaded arrays, IDX or NumPy: one of images and one of labels for each part.

use super::images::{CLASSES, SIDE, UploadShape, finish, twice};
use super::pixels::PixelRange;
use super::purpose::has_word;
use super::unpacker::DataPiece;
use super::{Content, base_name};
use crate::catalog::{FileContent, Part};
use crate::dataset::examples::Split;
use crate::dataset::image_set::ImageSet;
use crate::dataset::limit::limit;
use crate::dataset::readers::idx_set::same_count;
use crate::dataset::readers::number_array::{ElementType, NumberArray};
use crate::dataset::readers::{idx, npy};
use crate::error::{DataFileError, DatasetError, NameList, Result, UploadError, UploadNote};

/// An array with its file.
struct ArrayFile<'a> {
    piece: &'a DataPiece,
    part: Part,
    content: FileContent,
    array: NumberArray<'a>,
}

/// How the images of an array are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ImageLayout {
    /// `[channels, height, width]` of an upright image.
    shape: [usize; 3],
    /// Whether the channels of a pixel stand side by side.
    channels_last: bool,
    /// Whether rows and columns are exchanged.
    transposed: bool,
}

/// Images and their labels.
struct LabeledArrays<'a> {
    images: &'a ArrayFile<'a>,
    labels_file: &'a str,
    layout: ImageLayout,
    labels: Vec<u8>,
}

pub(super) fn assemble(used: &[(Part, DataPiece)], notes: &mut Vec<UploadNote>) -> Result<ImageSet> {
    let files = used.iter().map(|(part, piece)| ArrayFile::read(*part, piece)).collect::<Result<Vec<_>>>()?;
    let parts = [pair(&files, Part::Train)?, pair(&files, Part::Test)?];
    let pairs = parts.iter().flatten().collect::<Vec<_>>();
    // There is at least one file, and every file belongs to a pair.
    let first = pairs.first().ok_or(UploadError::Empty)?;
    for pair in &pairs {
        same_images(first, pair)?;
    }
    let labels = pairs.iter().flat_map(|pair| &pair.labels);
    let classes = labels.max().map_or(0, |label| usize::from(*label) + 1);
    if classes < 2 {
        return Err(UploadError::Classes { file: first.labels_file.to_owned(), limit: CLASSES }.into());
    }
    let range = PixelRange::of(pairs.iter().map(|pair| (pair.images.name(), &pair.images.array)))?;
    notes.extend(range.note());
    let image = first.layout.shape;
    if first.images.array.shape.len() == 2 {
        notes.push(UploadNote::Rows { shape: image });
    }
    let transposed = pairs.iter().filter(|pair| pair.layout.transposed).map(|pair| pair.images.name());
    let transposed = transposed.collect::<NameList>();
    notes.extend((!transposed.is_empty()).then_some(UploadNote::Transposed(transposed)));
    let [train, test] = parts.map(|pair| pair.map_or_else(Split::default, |pair| pair.split(range)));
    finish(UploadShape { image, classes, names: Vec::new() }, train, test)
}

/// Checks that the images of two parts have the same size and type.
fn same_images(first: &LabeledArrays<'_>, other: &LabeledArrays<'_>) -> Result<()> {
    let [expected, got] = [first, other].map(|pair| pair.layout.shape);
    if got[0] != expected[0] {
        return Err(other.images.wrong_shape().into());
    }
    if got != expected {
        let (file, expected, got) = (other.images.name().to_owned(), (expected[1], expected[2]), (got[1], got[2]));
        return Err(DatasetError::ImageSize { file, expected, got }.into());
    }
    if first.images.array.element != other.images.array.element {
        let [first, second] = [first, other].map(|pair| pair.images.name().to_owned());
        return Err(DataFileError::ArrayTypes { first, second }.into());
    }
    Ok(())
}

/// The images and labels of a part, if there are any.
fn pair<'a>(files: &'a [ArrayFile<'a>], part: Part) -> Result<Option<LabeledArrays<'a>>> {
    let unpaired =
        |file: &ArrayFile<'_>, missing| UploadError::Unpaired { file: file.name().to_owned(), missing, part }.into();
    match (only(files, FileContent::Images, part)?, only(files, FileContent::Labels, part)?) {
        (None, None) => Ok(None),
        (Some(images), None) => Err(unpaired(images, FileContent::Labels)),
        (None, Some(labels)) => Err(unpaired(labels, FileContent::Images)),
        (Some(images), Some(labels)) => LabeledArrays::read(images, labels, part).map(Some),
    }
}

/// The only file of a part with this content.
fn only<'a>(files: &'a [ArrayFile<'a>], wanted: FileContent, of: Part) -> Result<Option<&'a ArrayFile<'a>>> {
    let mut found = files.iter().filter(|file| file.content == wanted && file.part == of);
    match (found.next(), found.next()) {
        (Some(one), Some(other)) => Err(twice(wanted, of, one.piece, other.piece)),
        (one, _) => Ok(one),
    }
}

impl<'a> ArrayFile<'a> {
    fn read(part: Part, piece: &'a DataPiece) -> Result<Self> {
        let array = match piece.content {
            Content::Npy => npy::read(&piece.name, &piece.bytes)?,
            _ => idx::read_array(&piece.name, &piece.bytes)?,
        };
        let words = ["y", "label", "labels", "target", "targets"];
        let is_named = words.iter().any(|word| has_word(base_name(&piece.name), word));
        let content = match array.shape[..] {
            [_] | [_, 1] => FileContent::Labels,
            _ if is_named => FileContent::Labels,
            _ => FileContent::Images,
        };
        Ok(Self { piece, part, content, array })
    }

    fn name(&self) -> &str {
        &self.piece.name
    }

    fn wrong_shape(&self) -> DataFileError {
        let (file, content, got) = (self.name().to_owned(), self.content, self.array.shape.clone());
        DataFileError::ArrayShape { file, content, got }
    }

    /// Number of images, and how they are stored.
    fn layout(&self) -> Result<(usize, ImageLayout)> {
        let is_channels = |channels: usize| channels == 1 || channels == 3;
        let (count, shape, channels_last) = match self.array.shape[..] {
            [count, length] => (count, of_row(length).ok_or_else(|| self.wrong_shape())?, false),
            [count, height, width] => (count, [1, height, width], false),
            [count, height, width, channels] if is_channels(channels) => (count, [channels, height, width], true),
            [count, channels, height, width] if is_channels(channels) => (count, [channels, height, width], false),
            _ => return Err(self.wrong_shape().into()),
        };
        let transposed = self.piece.is_emnist && shape[0] == 1;
        let [channels, height, width] = shape;
        let shape = if transposed { [channels, width, height] } else { shape };
        if ![height, width].iter().all(|length| (1..=SIDE).contains(length)) {
            let (file, got) = (self.name().to_owned(), (height, width));
            return Err(UploadError::ImageSize { file, limit: SIDE, got }.into());
        }
        Ok((count, ImageLayout { shape, channels_last, transposed }))
    }
}

/// The image in a row of a table: a gray square, or the red, green and blue planes of one.
fn of_row(length: usize) -> Option<[usize; 3]> {
    let square = |channels: usize| {
        let side = (1..=SIDE).find(|side| channels * side * side == length)?;
        Some([channels, side, side])
    };
    square(1).or_else(|| square(3))
}

impl<'a> LabeledArrays<'a> {
    fn read(images: &'a ArrayFile<'a>, labels_file: &'a ArrayFile<'a>, part: Part) -> Result<Self> {
        if !matches!(labels_file.array.shape[..], [_] | [_, 1]) {
            return Err(labels_file.wrong_shape().into());
        }
        let (count, layout) = images.layout()?;
        let labels = labels_file.labels()?;
        same_count((images.name(), count), (labels_file.name(), labels.len()))?;
        limit(part, None, count)?;
        Ok(Self { images, labels_file: labels_file.name(), layout, labels })
    }

    fn split(self, range: PixelRange) -> Split {
        let Self { images: ArrayFile { array, .. }, layout, labels, .. } = self;
        let is_plain = array.element == ElementType::U8;
        let stored =
            if is_plain { array.bytes.to_vec() } else { array.values().map(|value| range.pixel(value)).collect() };
        Split { images: layout.upright(stored), labels }
    }
}

impl ArrayFile<'_> {
    fn labels(&self) -> Result<Vec<u8>> {
        match self.piece.content {
            // The published files have their own error, with the example.
            Content::Idx if self.array.element == ElementType::U8 && self.array.shape.len() == 1 => {
                idx::read_labels(self.name(), &self.piece.bytes, CLASSES).map(<[u8]>::to_vec)
            }
            _ => self.array.labels(self.name(), CLASSES),
        }
    }
}

impl ImageLayout {
    /// Images as they are stored, in the order `[channels, height, width]`.
    fn upright(self, mut stored: Vec<u8>) -> Vec<u8> {
        let Self { shape: [channels, height, width], channels_last, transposed } = self;
        if !transposed && (!channels_last || channels == 1) {
            return stored;
        }
        let mut image = Vec::with_capacity(channels * height * width);
        for one in stored.chunks_exact_mut(channels * height * width) {
            image.clear();
            for channel in 0..channels {
                for row in 0..height {
                    for column in 0..width {
                        let at = if transposed {
                            column * height + row
                        } else {
                            (row * width + column) * channels + channel
                        };
                        image.push(one.get(at).copied().unwrap_or_default());
                    }
                }
            }
            one.copy_from_slice(&image);
        }
        stored
    }
}
