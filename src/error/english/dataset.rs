//! The English messages about data files and uploads.

use super::NONE;
use crate::catalog::{DatasetName, FileContent, Part};
use crate::digest::hexadecimal;
use crate::error::{ArchiveDamage, Conversion, DatasetError, DownloadFailure, UnknownFile, UploadError};
use crate::prose::IS_PAGE;
use crate::texts::{text, translated};
use std::fmt::{Display, Formatter, Result};

impl Display for DatasetError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::Download { file, reason } => text!("{file} could not be downloaded: {reason}", file, reason),
            Self::File(error) => error.to_string(),
            Self::Upload(error) => error.to_string(),
            Self::Corpus(error) => error.to_string(),
            Self::Consent { dataset, server } => consent_question(*dataset, server),
            Self::DataFileMissing { path, dataset, directory } => text!(
                "{path}: expected this file or {path}.gz, got none; to get it: `lab data fetch {dataset} --data-dir {directory}`",
                path,
                dataset = dataset.row().name,
                directory
            ),
            Self::FolderMissing { path } => text!("{path}: expected a folder with your files, got none", path),
            Self::DataFileUnreadable { path, reason } => {
                text!("{path}: expected a readable file, got: {reason}", path, reason)
            }
            Self::GzipDamaged { path, reason } => {
                text!("{path}: expected gzip, got a damaged file: {reason}", path, reason)
            }
            Self::DataFileTooLarge { path, limit } => {
                text!("{path}: expected at most {limit}, got more", path, limit = length(*limit))
            }
            Self::TooManyExamples { part, asked, available } => {
                text!("{key}: expected at most {available} examples, got {asked}", key = part.key(), available, asked)
            }
            Self::NoExamples { part } => text!("{key}: expected at least one example, got none", key = part.key()),
            Self::NoSuchExample { index, examples } => {
                text!("expected an example index below {examples}, got {index}", examples, index)
            }
            Self::PixelCount { expected, got } => {
                text!("expected an image of {expected} values (pixels times channels), got {got}", expected, got)
            }
            Self::BatchSize { examples, batch_size } => text!(
                "batch: expected 1 to {examples} examples (the number of training examples), got {batch_size}",
                examples,
                batch_size
            ),
            Self::IdxMagic { .. }
            | Self::IdxTruncated { .. }
            | Self::IdxTooLong { .. }
            | Self::ImageSize { .. }
            | Self::LabelCount { .. }
            | Self::LabelRange { .. }
            | Self::CifarLength { .. }
            | Self::ArchiveDamaged { .. }
            | Self::Checksum { .. } => contents_of_file(self),
        })
    }
}

/// The messages about the contents of a data file.
fn contents_of_file(error: &DatasetError) -> String {
    match error {
        DatasetError::IdxMagic { file, expected, got } => {
            let (expected, got) = (format!("{expected:#010x}"), format!("{got:#010x}"));
            text!("{file}: expected the IDX magic number {expected}, got {got}", file, expected, got)
        }
        DatasetError::IdxTruncated { file, expected, got } => {
            text!("{file}: truncated: expected {expected} bytes, got {got}", file, expected, got)
        }
        DatasetError::IdxTooLong { file, expected, got } => {
            text!("{file}: too long: expected {expected} bytes, got {got}", file, expected, got)
        }
        DatasetError::ImageSize { file, expected, got } => {
            let (expected, got) = (size(*expected), size(*got));
            text!("{file}: expected images of {expected} pixels, got {got}", file, expected, got)
        }
        DatasetError::LabelCount { images_file, labels_file, images, labels } => text!(
            "{labels_file}: expected {images} labels, one per image in {images_file}, got {labels}",
            labels_file,
            images,
            images_file,
            labels
        ),
        DatasetError::LabelRange { file, index, label, classes } => text!(
            "{file}: expected labels below {classes}, got {label} at example {index}",
            file,
            classes,
            label,
            index
        ),
        DatasetError::CifarLength { file, got, .. } => text!(
            "{file}: expected one or more records of CIFAR-10 (3073 bytes) or CIFAR-100 (3074 bytes) and nothing else, got {got} bytes",
            file,
            got
        ),
        DatasetError::ArchiveDamaged { file, damage } => {
            text!("{file}: expected a complete archive, got: {damage}", file, damage)
        }
        DatasetError::Checksum { file, expected, got } => {
            text!("{file}: expected SHA-256 {expected}, got {got}", file, expected, got)
        }
        // Not about contents; never asked for.
        _ => String::new(),
    }
}

/// From where a data set would be downloaded; if it has a license, also who made it, and what the license demands.
fn consent_question(dataset: DatasetName, server: &str) -> String {
    let row = dataset.row();
    let Some(publication) = row.publication() else { return String::new() };
    let (data, megabytes) = (translated(row.label), publication.megabytes);
    let Some(license) = publication.license else {
        return text!(
            "{data} is not on this site. It can be downloaded from {server} ({megabytes} MB); that server will see your IP address.",
            data,
            server,
            megabytes
        );
    };
    text!(
        "{data} ({authors}) is not on this site. It can be downloaded from {server} ({megabytes} MB); that server will see your IP address. Its license, {license}, allows noncommercial use only, with attribution, and changed versions under the same license ({url}).",
        data,
        authors = license.authors,
        server,
        megabytes,
        license = license.name,
        url = license.url
    )
}

/// A limit in bytes as a person would say it: `700 bytes`, `512 MB`.
fn length(bytes: u64) -> String {
    if bytes < 1 << 20 { text!("{bytes} bytes", bytes) } else { format!("{} MB", bytes >> 20) }
}

/// `28 x 28`.
fn size((height, width): (usize, usize)) -> String {
    format!("{height} x {width}")
}

impl Display for UploadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::Empty => text!("expected your own files, got none"),
            Self::Kind { file, got } => text!(
                "{file}: expected images (CIFAR batches, IDX, NumPy arrays, folders of PNG or JPEG) or sentences with translations as text, also in a tar or zip archive, got {got}",
                file,
                got
            ),
            Self::Mixed { batch, idx } => {
                text!("upload: expected images of one kind, got {batch} and {idx}", batch, idx)
            }
            Self::MixedKinds { image, text } => {
                text!("upload: expected either images or sentences, got {image} and {text}", image, text)
            }
            Self::Twice { content, part, first, second } => {
                let part = kind_of_part(*part);
                text!(
                    "upload: expected only one {part} file of {content}, got {first} and {second}",
                    part,
                    content = plural_of(*content),
                    first,
                    second
                )
            }
            Self::Unpaired { file, missing, part } => {
                let (part, content) = (kind_of_part(*part), plural_of(*missing));
                text!("{file}: expected a matching {part} file of {content}, got none", file, part, content)
            }
            Self::ImageSize { file, limit, got } => text!(
                "{file}: expected a height and width of 1 to {limit} pixels, got {got}",
                file,
                limit,
                got = size(*got)
            ),
            Self::Classes { file, limit } => {
                text!("{file}: expected labels of 2 to {limit} classes, got only the label 0", file, limit)
            }
            Self::TooFew { got } => {
                text!("upload: expected at least 2 examples, one for training and one for testing, got {got}", got)
            }
            Self::TooMany { part, limit, got } => {
                let part = kind_of_part(*part);
                text!("upload: expected at most {limit} {part} examples, got {got}", limit, part, got)
            }
        })
    }
}

/// The part of the data in front of a noun.
fn kind_of_part(part: Part) -> String {
    match part {
        Part::Train => text!("training"),
        Part::Test => text!("test"),
    }
}

fn plural_of(content: FileContent) -> String {
    match content {
        FileContent::Images => text!("images"),
        FileContent::Labels => text!("labels"),
        FileContent::Batch => text!("CIFAR records"),
        FileContent::Sentences(_) => text!("sentences"),
    }
}

impl Display for DownloadFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::NotFound => text!("the server answered 404 Not Found, or sent a web page instead"),
            Self::Status { code, text } => text!("the server answered {code} {text}", code, text),
            Self::Network { message } => message.clone(),
            Self::TimedOut { seconds } => text!("nothing was received for {seconds} seconds", seconds),
            Self::NotOnThisSite { address } => text!(
                "this site does not have it. Download {address} and drop it on this page, or select it under Data, your own files",
                address
            ),
        })
    }
}

impl Display for ArchiveDamage {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Unreadable { reason } => reason.clone(),
            Self::CutOff { member, expected, got } => {
                text!("{got} of the {expected} bytes of {member}", got, expected, member)
            }
        })
    }
}

impl Display for UnknownFile {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Empty => text!("an empty file"),
            Self::Beginning(bytes) => {
                text!("a file that begins with the bytes {bytes}", bytes = hexadecimal(bytes))
            }
            Self::Format { name, conversion } => match conversion {
                Conversion::Unpack => text!("a file packed with {name}; unpack it first, or pack it as zip", name),
                Conversion::Numpy => text!("a file in the format {name}; save its arrays with numpy.savez", name),
                Conversion::Png => text!("an image in the format {name}; save it as PNG", name),
            },
            Self::Utf16 => text!("text in UTF-16; save it as UTF-8"),
            Self::ArchiveWithoutData => text!("an archive without any of these"),
        })
    }
}
