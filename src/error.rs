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
    /// The contents of a file are not the published ones: it was damaged on the way, or is another file.
    #[error("{file}: expected SHA-256 {expected}, got {got}")]
    Checksum {
        /// Name of the file.
        file: String,
        /// The published checksum of the unpacked contents.
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
    #[error("expected an image of {expected} pixels in all colours, got {got}")]
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
            _ => None,
        }
    }

    /// A value of `key` that is not what was `expected`.
    pub fn value(key: &str, expected: impl Into<String>, got: impl std::fmt::Display) -> Self {
        Self::Value { key: key.to_owned(), expected: expected.into(), got: got.to_string() }
    }
}

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;
