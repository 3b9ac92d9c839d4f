//! Everything that can go wrong, as one closed list: a variant per real cause, each saying what was expected and
//! what was got. Nothing below this module panics on bad input.

/// The library's error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A key of the query string (or an argument with the same grammar) holds a value that it cannot hold.
    #[error("{key}: expected {expected}, got `{got}`")]
    Value {
        /// The key as it stands in the query string.
        key: String,
        /// What the key may hold, as a phrase.
        expected: String,
        /// The text that was found.
        got: String,
    },
    /// The formula of an initialization cannot be read or evaluated.
    #[error("init: {reason}{} at character {character} of `{formula}`", quoted(part))]
    Formula {
        /// The formula.
        formula: String,
        /// The part of it that is wrong; empty where something is missing.
        part: String,
        /// Where that begins, counted from 1.
        character: usize,
        /// What was expected there.
        reason: String,
    },
    /// A data file could not be downloaded.
    #[error("{file} could not be downloaded: {reason}")]
    Download {
        /// The file's name.
        file: String,
        /// Why, as a phrase.
        reason: String,
    },
    /// WebGPU was asked for and there is none.
    #[error("WebGPU is not available: {reason}")]
    NoWebGpu {
        /// Why, as a phrase.
        reason: String,
    },
    /// The device opened but computes wrong numbers.
    #[error("the device failed its self-test: {check} gave {got}, expected {expected}")]
    SelfTest {
        /// Which known answer was asked for.
        check: String,
        /// The right answer.
        expected: String,
        /// The device's answer.
        got: String,
    },
    /// The emergence of what a run computed could not be measured.
    #[error("emergence could not be measured: {reason}")]
    Emergence {
        /// What the measure expected and what it got.
        reason: String,
    },
    /// The device failed while computing.
    #[error("the device failed: {message}")]
    Device {
        /// What the device said.
        message: String,
    },
    /// A results file of another format or version.
    #[error("results file: expected schema `{expected}`, got `{got}`")]
    ResultsSchema {
        /// The schema that can be read.
        expected: String,
        /// The schema that the file names.
        got: String,
    },
    /// A results file that is not JSON, or lacks something.
    #[error("results file: {reason}")]
    ResultsMalformed {
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A file does not begin as an IDX file of unsigned bytes with the right number of dimensions does.
    #[error("{file}: expected the IDX magic number {expected:#010x}, got {got:#010x}")]
    IdxMagic {
        /// Name of the file.
        file: String,
        /// The magic number of this kind of file.
        expected: u32,
        /// The first four bytes, big-endian.
        got: u32,
    },
    /// An IDX file ends before its header does, or before what its header announces.
    #[error("{file}: truncated: expected {expected} bytes, got {got}")]
    IdxTruncated {
        /// Name of the file.
        file: String,
        /// Bytes that a whole file has by its header.
        expected: u128,
        /// Bytes that there are.
        got: u128,
    },
    /// An IDX file goes on after what its header announces.
    #[error("{file}: too long: expected {expected} bytes, got {got}")]
    IdxTooLong {
        /// Name of the file.
        file: String,
        /// Bytes that the file has by its header.
        expected: u128,
        /// Bytes that there are.
        got: u128,
    },
    /// Images have another size than those of the data set.
    #[error("{file}: expected images of {} x {} pixels, got {} x {}", expected.0, expected.1, got.0, got.1)]
    ImageSize {
        /// Name of the file.
        file: String,
        /// Height and width that belong to the data set.
        expected: (usize, usize),
        /// Height and width by the file's header.
        got: (usize, usize),
    },
    /// An image file and its label file are not of the same number of examples.
    #[error("{labels_file}: expected {images} labels, as many as images in {images_file}, got {labels}")]
    LabelCount {
        /// Name of the file of images.
        images_file: String,
        /// Name of the file of labels.
        labels_file: String,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
    /// A label that is none of the classes.
    #[error("{file}: expected labels below {classes}, got {label} at example {index}")]
    LabelRange {
        /// Name of the file.
        file: String,
        /// The first example with such a label.
        index: usize,
        /// Its label.
        label: u8,
        /// Number of classes.
        classes: usize,
    },
    /// A file of CIFAR-10 images is not a number of whole records.
    #[error("{file}: expected CIFAR-10 records of {record} bytes, one or more and nothing else, got {got} bytes")]
    CifarLength {
        /// Name of the file.
        file: String,
        /// Bytes of a record.
        record: usize,
        /// Bytes that there are.
        got: usize,
    },
    /// A tar archive is cut off or is none.
    #[error("{file}: expected a whole tar archive, got: {reason}")]
    ArchiveDamaged {
        /// Name of the archive.
        file: String,
        /// What the unpacker says.
        reason: String,
    },
    /// Nothing was uploaded.
    #[error("upload: expected files, got none")]
    UploadEmpty,
    /// An uploaded file is none of those that can be read.
    #[error(
        "{file}: expected a CIFAR-10 batch (.bin), IDX images or labels, or a tar archive of such files (.tar), \
         got {got}"
    )]
    UploadKind {
        /// Name of the file.
        file: String,
        /// What it is instead, as a phrase.
        got: String,
    },
    /// Uploaded files are of two kinds.
    #[error("upload: expected files of one kind, got {batch} (CIFAR-10) and {idx} (IDX)")]
    UploadMixed {
        /// Name of the first CIFAR-10 batch.
        batch: String,
        /// Name of the first IDX file.
        idx: String,
    },
    /// Two uploaded files claim the same place.
    #[error("upload: expected one {part} file of {what}, got {first} and {second}")]
    UploadTwice {
        /// What the files hold.
        what: &'static str,
        /// `training` or `test`.
        part: &'static str,
        /// Name of the one file.
        first: String,
        /// Name of the other.
        second: String,
    },
    /// Images without labels were uploaded, or labels without images.
    #[error("{file}: expected a {part} file of {expected} to go with it, got none")]
    UploadUnpaired {
        /// Name of the file that is there.
        file: String,
        /// What the file that is missing would hold.
        expected: &'static str,
        /// `training` or `test`.
        part: &'static str,
    },
    /// Uploaded images are too large, or have no pixels.
    #[error("{file}: expected images of 1 to {limit} by 1 to {limit} pixels, got {} x {}", got.0, got.1)]
    UploadImageSize {
        /// Name of the file.
        file: String,
        /// Rows and columns that there may be at most.
        limit: usize,
        /// Height and width by the file's header.
        got: (usize, usize),
    },
    /// Uploaded labels are all the same.
    #[error("{file}: expected labels of 2 to {limit} classes, got the label 0 alone")]
    UploadClasses {
        /// Name of the file.
        file: String,
        /// Classes that there may be at most.
        limit: usize,
    },
    /// Uploaded examples are too few to be divided into a training and a test part.
    #[error("upload: expected at least 2 examples, one to learn from and one to be judged by, got {got}")]
    UploadTooFew {
        /// Examples that there are.
        got: usize,
    },
    /// Uploaded examples are more than a browser tab can hold.
    #[error("upload: expected at most {limit} {part} examples, got {got}")]
    UploadTooMany {
        /// `training` or `test`.
        part: &'static str,
        /// Examples that there may be.
        limit: usize,
        /// Examples that there are.
        got: usize,
    },
    /// The contents of a file are not the published ones: it was damaged on the way, or is another file.
    #[error("{file}: expected SHA-256 {expected}, got {got}")]
    Checksum {
        /// Name of the file.
        file: String,
        /// The published checksum.
        expected: String,
        /// That of the bytes that were found.
        got: String,
    },
    /// A data file is not there.
    #[error("{path}: expected this file or {path}.gz, got none; `{remedy}` puts it there")]
    DataFileMissing {
        /// Where it was looked for.
        path: String,
        /// The command that brings it.
        remedy: String,
    },
    /// A data file is there but cannot be read or unpacked.
    #[error("{path}: expected a readable file, got: {reason}")]
    DataFileUnreadable {
        /// Where it is.
        path: String,
        /// What the system or the unpacker says.
        reason: String,
    },
    /// A data file is larger than it can be, packed or unpacked; reading stopped there.
    #[error("{path}: expected at most {limit} bytes, got more")]
    DataFileTooLarge {
        /// Where it is.
        path: String,
        /// Bytes that were allowed.
        limit: u64,
    },
    /// More examples were asked for than the data set has.
    #[error("{part}: expected at most {available} examples, got {asked}")]
    TooManyExamples {
        /// `train` or `test`.
        part: &'static str,
        /// Examples that were asked for.
        asked: usize,
        /// Examples that there are.
        available: usize,
    },
    /// A part of a data set would be empty.
    #[error("{part}: expected at least one example, got none")]
    NoExamples {
        /// `train` or `test`.
        part: &'static str,
    },
    /// An index is beyond the examples of a part.
    #[error("expected an example below {examples}, got {index}")]
    NoSuchExample {
        /// The index.
        index: u32,
        /// Examples that there are.
        examples: usize,
    },
    /// An image that is to be classified has another size than those of the data set.
    #[error("expected an image of {expected} pixels in all colors, got {got}")]
    PixelCount {
        /// Numbers of an image of the data set.
        expected: usize,
        /// Numbers that were given.
        got: usize,
    },
    /// Training examples do not fill one batch, or a batch is empty.
    #[error("batch: expected 1 to {examples} examples (the training examples), got {batch_size}")]
    BatchSize {
        /// Training examples.
        examples: usize,
        /// Examples of a batch.
        batch_size: usize,
    },
}

impl Error {
    /// What the device said when it failed.
    pub fn device(message: &impl ToString) -> Self {
        Self::Device { message: message.to_string() }
    }

    /// The key of the query string that has to change, where it is one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Value { key, .. } => Some(key),
            Self::TooManyExamples { part, .. } | Self::NoExamples { part } => Some(part),
            Self::BatchSize { .. } => Some("batch"),
            Self::Formula { .. } => Some("init"),
            _ => None,
        }
    }

    /// A value of `key` that is not what was `expected`.
    pub fn value(key: &str, expected: impl Into<String>, got: impl std::fmt::Display) -> Self {
        Self::Value { key: key.to_owned(), expected: expected.into(), got: got.to_string() }
    }
}

/// A part of a text behind a colon; nothing where there is none.
fn quoted(part: &str) -> String {
    if part.is_empty() { String::new() } else { format!(": `{part}`") }
}

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;
