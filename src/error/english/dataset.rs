//! The English messages about data files and uploads.

use crate::catalog::{FileContent, Part};
use crate::digest::hexadecimal;
use crate::error::{ArchiveDamage, DatasetError, DownloadFailure, UnknownFile, UploadError};
use std::fmt::{Display, Formatter, Result};

impl Display for DatasetError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Download { file, reason } => write!(f, "{file} could not be downloaded: {reason}"),
            Self::IdxMagic { file, expected, got } => {
                write!(f, "{file}: expected the IDX magic number {expected:#010x}, got {got:#010x}")
            }
            Self::IdxTruncated { file, expected, got } => {
                write!(f, "{file}: truncated: expected {expected} bytes, got {got}")
            }
            Self::IdxTooLong { file, expected, got } => {
                write!(f, "{file}: too long: expected {expected} bytes, got {got}")
            }
            Self::ImageSize { file, expected, got } => write!(
                f,
                "{file}: expected images of {} x {} pixels, got {} x {}",
                expected.0, expected.1, got.0, got.1
            ),
            Self::LabelCount { images_file, labels_file, images, labels } => {
                write!(f, "{labels_file}: expected {images} labels, one per image in {images_file}, got {labels}")
            }
            Self::LabelRange { file, index, label, classes } => {
                write!(f, "{file}: expected labels below {classes}, got {label} at example {index}")
            }
            Self::CifarLength { file, record, got } => write!(
                f,
                "{file}: expected one or more CIFAR-10 records of {record} bytes and nothing else, got {got} bytes"
            ),
            Self::ArchiveDamaged { file, damage } => {
                write!(f, "{file}: expected a complete tar archive, got: {damage}")
            }
            Self::Upload(error) => write!(f, "{error}"),
            Self::Checksum { file, expected, got } => write!(f, "{file}: expected SHA-256 {expected}, got {got}"),
            Self::DataFileMissing { path, dataset, directory } => write!(
                f,
                "{path}: expected this file or {path}.gz, got none; to get it: `lab data fetch {} --data-dir {directory}`",
                dataset.row().name
            ),
            Self::DataFileUnreadable { path, reason } => write!(f, "{path}: expected a readable file, got: {reason}"),
            Self::GzipDamaged { path, reason } => write!(f, "{path}: expected gzip, got a damaged file: {reason}"),
            Self::DataFileTooLarge { path, limit } => write!(f, "{path}: expected at most {limit} bytes, got more"),
            Self::TooManyExamples { part, asked, available } => {
                write!(f, "{}: expected at most {available} examples, got {asked}", part.key())
            }
            Self::NoExamples { part } => write!(f, "{}: expected at least one example, got none", part.key()),
            Self::NoSuchExample { index, examples } => {
                write!(f, "expected an example index below {examples}, got {index}")
            }
            Self::PixelCount { expected, got } => {
                write!(f, "expected an image of {expected} values (pixels times channels), got {got}")
            }
            Self::BatchSize { examples, batch_size } => {
                write!(
                    f,
                    "batch: expected 1 to {examples} examples (the number of training examples), got {batch_size}"
                )
            }
        }
    }
}

impl Display for UploadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Empty => f.write_str("upload: expected files, got none"),
            Self::Kind { file, got } => write!(
                f,
                "{file}: expected a CIFAR-10 batch (.bin), IDX images or labels, or a tar archive of such files (.tar), got {got}"
            ),
            Self::Mixed { batch, idx } => {
                write!(f, "upload: expected files of one format, got {batch} (CIFAR-10) and {idx} (IDX)")
            }
            Self::Twice { content, part, first, second } => {
                write!(
                    f,
                    "upload: expected only one {} file of {}, got {first} and {second}",
                    word(*part),
                    plural_of(*content)
                )
            }
            Self::Unpaired { file, missing, part } => {
                write!(f, "{file}: expected a matching {} file of {}, got none", word(*part), plural_of(*missing))
            }
            Self::ImageSize { file, limit, got } => {
                write!(f, "{file}: expected a height and width of 1 to {limit} pixels, got {} x {}", got.0, got.1)
            }
            Self::Classes { file, limit } => {
                write!(f, "{file}: expected labels of 2 to {limit} classes, got only the label 0")
            }
            Self::TooFew { got } => {
                write!(f, "upload: expected at least 2 examples, one for training and one for testing, got {got}")
            }
            Self::TooMany { part, limit, got } => {
                write!(f, "upload: expected at most {limit} {} examples, got {got}", word(*part))
            }
        }
    }
}

fn word(part: Part) -> &'static str {
    match part {
        Part::Train => "training",
        Part::Test => "test",
    }
}

fn plural_of(content: FileContent) -> &'static str {
    match content {
        FileContent::Images => "images",
        FileContent::Labels => "labels",
        FileContent::Batch => "CIFAR-10 records",
    }
}

impl Display for DownloadFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NotFound => f.write_str("the server answered 404 Not Found, or sent a web page instead"),
            Self::Status { code, text } => write!(f, "the server answered {code} {text}"),
            Self::Network { message } => f.write_str(message),
            Self::NotOnThisSite { address } => write!(
                f,
                "this site does not have it. Download {address} and drop it on this page, or select it under Data, your own files"
            ),
        }
    }
}

impl Display for ArchiveDamage {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Unreadable { reason } => f.write_str(reason),
            Self::CutOff { member, expected, got } => write!(f, "{got} of the {expected} bytes of {member}"),
        }
    }
}

impl Display for UnknownFile {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Empty => f.write_str("an empty file"),
            Self::Beginning(bytes) => write!(f, "a file that begins with the bytes {}", hexadecimal(bytes)),
            Self::ArchiveWithoutData => f.write_str("an archive without any of these"),
        }
    }
}
