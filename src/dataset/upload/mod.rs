//! A visitor's own files, after decompression: images as CIFAR-10 batches (`.bin`) or pairs of IDX images and labels, or sentences in two
//! languages as text, each possibly in a tar archive. The format of a file is recognized by its name and first bytes; its name also decides
//! whether it is training or test data.
//!
//! Files are processed in the order of their names, not in the order in which they were chosen.

mod images;

use super::image_set::ImageSet;
use super::readers::archive::{NamedFile, unpack_tar};
use super::readers::idx;
use super::text::{self, ParallelCorpus, TextFile};
use crate::catalog::{FileContent, Part};
use crate::error::{DatasetError, Result, UnknownFile, UploadError};
pub use images::{CLASSES, SIDE};

/// Largest size of an unpacked archive, in bytes.
pub const UNPACKED: usize = 1 << 29;

/// The name of a file without the ending that says that it is gzipped.
#[must_use]
pub fn unpacked_name(name: &str) -> String {
    match name.strip_suffix(".tgz") {
        Some(stem) => format!("{stem}.tar"),
        None => name.strip_suffix(".gz").unwrap_or(name).to_owned(),
    }
}

/// Largest size of text files together, in bytes.
pub const TEXTS: usize = 64 << 20;

/// What a visitor's files contain.
#[derive(Debug, Clone, PartialEq)]
pub enum Upload {
    /// Images with classes.
    Images(ImageSet),
    /// Sentences in two languages.
    Sentences(ParallelCorpus),
}

/// A file that was recognized.
enum Recognized {
    /// A tar archive.
    Archive,
    /// A file of images or labels.
    Data(FileContent),
    /// Text.
    Text,
}

/// A file of images or labels that was recognized.
type Recognition = (FileContent, NamedFile);

/// Files that were recognized.
#[derive(Default)]
struct KnownFiles {
    images: Vec<Recognition>,
    texts: Vec<NamedFile>,
}

/// The data set in the given files.
///
/// # Errors
/// Every [`UploadError`]; those of [`readers::cifar::read_batches`](super::readers::cifar::read_batches), [`idx::read_images`],
/// [`idx::read_labels`], [`unpack_tar`] and [`text::read`]; [`DatasetError::ImageSize`], [`DatasetError::LabelCount`],
/// [`DatasetError::NoExamples`] and [`DatasetError::DataFileTooLarge`].
pub fn assemble(files: Vec<NamedFile>) -> Result<Upload> {
    let KnownFiles { images, texts } = expand(files)?;
    match (images.first(), texts.first()) {
        (Some((_, image)), Some(text)) => {
            Err(UploadError::MixedKinds { image: image.name.clone(), text: text.name.clone() }.into())
        }
        (None, Some(_)) => {
            if texts.iter().map(|file| file.bytes.len()).sum::<usize>() > TEXTS {
                let path = texts.into_iter().map(|file| file.name).collect::<Vec<_>>().join(", ");
                return Err(DatasetError::DataFileTooLarge { path, limit: TEXTS as u64 }.into());
            }
            let texts = texts.into_iter().map(|file| TextFile::read(file.base_name(), &file.bytes));
            text::read(texts.collect::<Result<_>>()?).map(Upload::Sentences)
        }
        _ => images::assemble(images).map(Upload::Images),
    }
}

/// The data files, including those in archives, without descriptions beside them; those of images in the order of their names.
fn expand(files: Vec<NamedFile>) -> Result<KnownFiles> {
    let mut known = KnownFiles::default();
    let several = files.len() > 1;
    for file in files {
        match recognize(&file) {
            Some(Recognized::Text) if several && is_description(&file) => {}
            Some(Recognized::Archive) => {
                let KnownFiles { images, texts } = members(&file)?;
                known.images.extend(images);
                known.texts.extend(texts);
            }
            Some(Recognized::Data(content)) => known.images.push((content, file)),
            Some(Recognized::Text) => known.texts.push(file),
            None => return Err(UploadError::Kind { got: unknown(&file.bytes), file: file.name }.into()),
        }
    }
    known.images.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    Ok(known)
}

fn recognize(file: &NamedFile) -> Option<Recognized> {
    let name = file.name.to_lowercase();
    let suffix = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.').map(|(_, suffix)| suffix);
    if suffix == Some("bin") {
        return Some(Recognized::Data(FileContent::Batch));
    }
    // All tar archives in use have this magic string at this offset.
    if suffix == Some("tar") || file.bytes.get(257..262) == Some(b"ustar") {
        return Some(Recognized::Archive);
    }
    match file.bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
        Some(idx::IMAGES_MAGIC) => Some(Recognized::Data(FileContent::Images)),
        Some(idx::LABELS_MAGIC) => Some(Recognized::Data(FileContent::Labels)),
        // Text in other encodings is refused later, with the line.
        _ => is_text(&file.bytes).then_some(Recognized::Text),
    }
}

/// Number of bytes by which text is told from other data.
const PROBED: usize = 4096;

/// Whether bytes begin like text: not empty, and without control characters.
fn is_text(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(PROBED)];
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    !beginning.is_empty() && !beginning.iter().any(is_control)
}

/// The data files of an archive; hidden files, which some systems add, are skipped, and so are descriptions beside images.
fn members(archive: &NamedFile) -> Result<KnownFiles> {
    let mut known = KnownFiles::default();
    for file in unpack_tar(&archive.name, &archive.bytes, UNPACKED)? {
        match recognize(&file) {
            _ if file.base_name().starts_with('.') => {}
            Some(Recognized::Data(content)) => known.images.push((content, file)),
            Some(Recognized::Text) if !is_description(&file) => known.texts.push(file),
            _ => {}
        }
    }
    if !known.images.is_empty() {
        known.texts.clear();
    } else if known.texts.is_empty() {
        let got = UnknownFile::ArchiveWithoutData;
        return Err(UploadError::Kind { file: archive.name.clone(), got }.into());
    }
    Ok(known)
}

/// Whether a file describes others.
fn is_description(file: &NamedFile) -> bool {
    let name = file.base_name().to_lowercase();
    ["readme", "licen", "_about"].iter().any(|word| name.starts_with(word)) || name.rsplit('.').next() == Some("md")
}

fn unknown(bytes: &[u8]) -> UnknownFile {
    match bytes {
        [] => UnknownFile::Empty,
        [b'P', b'K', 3, 4, ..] => UnknownFile::Zip,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => UnknownFile::Utf16,
        _ => UnknownFile::Beginning(bytes.iter().take(4).copied().collect()),
    }
}

/// The part named in a file's name; training if none is named.
fn part(file: &NamedFile) -> Part {
    let name = file.base_name().to_lowercase();
    // Whole words, so that `latest.bin` is not a test file.
    let test = name.contains("t10k") || name.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "test");
    if test && !name.contains("train") { Part::Test } else { Part::Train }
}
