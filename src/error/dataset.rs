//! Errors of data files, of requests for examples, and of files that a visitor uploads.

use super::{CorpusError, DataFileError};
use crate::catalog::{DatasetName, FileContent, Part};

/// Why a data set, or the requested part of it, is unavailable.
#[derive(Debug, Clone, PartialEq)]
pub enum DatasetError {
    /// A data file could not be downloaded.
    Download {
        /// The file's name.
        file: String,
        /// Why.
        reason: DownloadFailure,
    },
    /// A file does not begin like an IDX file of unsigned bytes with the expected number of dimensions.
    IdxMagic {
        /// Name of the file.
        file: String,
        /// The magic number of this kind of file.
        expected: u32,
        /// The first four bytes, big-endian.
        got: u32,
    },
    /// An IDX file is shorter than an IDX header, or than its header states.
    IdxTruncated {
        /// Name of the file.
        file: String,
        /// Bytes of the whole file according to its header.
        expected: u128,
        /// Its actual length in bytes.
        got: u128,
    },
    /// An IDX file is longer than its header states.
    IdxTooLong {
        /// Name of the file.
        file: String,
        /// Bytes of the file according to its header.
        expected: u128,
        /// Its actual length in bytes.
        got: u128,
    },
    /// The images of a file do not have the size of the data set's images.
    ImageSize {
        /// Name of the file.
        file: String,
        /// Height and width of the data set's images.
        expected: (usize, usize),
        /// Height and width according to the file's header.
        got: (usize, usize),
    },
    /// An image file and its label file have different numbers of examples.
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
    /// A label is not one of the classes.
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
    /// A file in the format of CIFAR-10 does not consist of complete records.
    CifarLength {
        /// Name of the file.
        file: String,
        /// Bytes of a record.
        record: usize,
        /// Its actual length in bytes.
        got: usize,
    },
    /// An archive is damaged, or the file is not one.
    ArchiveDamaged {
        /// Name of the archive.
        file: String,
        /// How it is damaged.
        damage: ArchiveDamage,
    },
    /// A data file, or a file of an archive, cannot be read.
    File(DataFileError),
    /// Uploaded files cannot be used.
    Upload(UploadError),
    /// Text files cannot be used.
    Corpus(CorpusError),
    /// A data set is not here, and may be downloaded from elsewhere only after a person has agreed; to its license, if it has one.
    Consent {
        /// The data set.
        dataset: DatasetName,
        /// The server from which it would be downloaded.
        server: &'static str,
    },
    /// The contents of a file are not the published ones: it was damaged in transit, or is a different file.
    Checksum {
        /// Name of the file.
        file: String,
        /// The published checksum.
        expected: String,
        /// The checksum of the actual contents.
        got: String,
    },
    /// A data file does not exist.
    DataFileMissing {
        /// Where it should be.
        path: String,
        /// The data set that it belongs to, which can be downloaded.
        dataset: DatasetName,
        /// The folder that holds all data sets.
        directory: String,
    },
    /// The folder of a visitor's own files does not exist, or is empty.
    FolderMissing {
        /// Where it should be.
        path: String,
    },
    /// A data file exists but cannot be read.
    DataFileUnreadable {
        /// Where it is.
        path: String,
        /// The message of the operating system.
        reason: String,
    },
    /// A gzipped data file cannot be decompressed.
    GzipDamaged {
        /// Where it is.
        path: String,
        /// The message of the decoder.
        reason: String,
    },
    /// A data file is larger than allowed, compressed or decompressed; reading stopped at the limit.
    DataFileTooLarge {
        /// Where it is.
        path: String,
        /// The largest allowed number of bytes.
        limit: u64,
    },
    /// More examples were requested than the data set has.
    TooManyExamples {
        /// The part.
        part: Part,
        /// Number of requested examples.
        asked: usize,
        /// Number of available examples.
        available: usize,
    },
    /// A part of a data set would be empty.
    NoExamples {
        /// The part.
        part: Part,
    },
    /// An index is not below the number of examples of a part.
    NoSuchExample {
        /// The index.
        index: u32,
        /// Number of examples in the part.
        examples: usize,
    },
    /// An image to be classified does not have the size of the data set's images.
    PixelCount {
        /// Values per image of the data set: pixels times channels.
        expected: usize,
        /// Values that were given.
        got: usize,
    },
    /// There are fewer training examples than one batch needs, or the batch size is 0.
    BatchSize {
        /// Number of training examples.
        examples: usize,
        /// Examples per batch.
        batch_size: usize,
    },
}

/// Why uploaded files are not a data set.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadError {
    /// Nothing was uploaded.
    Empty,
    /// The format of an uploaded file is unknown.
    Kind {
        /// Name of the file.
        file: String,
        /// What was found instead.
        got: UnknownFile,
    },
    /// The uploaded files have two different formats.
    Mixed {
        /// Name of the first CIFAR-10 batch.
        batch: String,
        /// Name of the first file of arrays or pictures.
        idx: String,
    },
    /// Both images and sentences were uploaded.
    MixedKinds {
        /// Name of the first file of images or labels.
        image: String,
        /// Name of the first text file.
        text: String,
    },
    /// Two uploaded files have the same role.
    Twice {
        /// What the files contain.
        content: FileContent,
        /// The part that their names refer to.
        part: Part,
        /// Name of the first file.
        first: String,
        /// Name of the second file.
        second: String,
    },
    /// Images without labels were uploaded, or labels without images.
    Unpaired {
        /// Name of the file that was uploaded.
        file: String,
        /// What the missing file would contain.
        missing: FileContent,
        /// The part that the file's name refers to.
        part: Part,
    },
    /// The uploaded images are too large, or have no pixels.
    ImageSize {
        /// Name of the file.
        file: String,
        /// The largest height and width, in pixels.
        limit: usize,
        /// Height and width according to the file's header.
        got: (usize, usize),
    },
    /// All uploaded labels are 0, so there is only one class.
    Classes {
        /// Name of the file.
        file: String,
        /// The largest number of classes.
        limit: usize,
    },
    /// Too few examples were uploaded to split them into a training and a test part.
    TooFew {
        /// Number of examples.
        got: usize,
    },
    /// More examples were uploaded than a browser tab can hold.
    TooMany {
        /// The part.
        part: Part,
        /// The largest number of examples.
        limit: usize,
        /// Number of examples.
        got: usize,
    },
}

impl From<UploadError> for DatasetError {
    fn from(error: UploadError) -> Self {
        Self::Upload(error)
    }
}

/// Why a file could not be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadFailure {
    /// The server does not have it, or sent a web page instead.
    NotFound,
    /// The server answered with a status other than success.
    Status {
        /// The HTTP status code.
        code: u16,
        /// The status text of the server.
        text: String,
    },
    /// No complete response was received.
    Network {
        /// The browser's message.
        message: String,
    },
    /// For a time nothing was received.
    TimedOut {
        /// The time.
        seconds: u32,
    },
    /// The page's own site does not have it, and the page may not read it from anywhere else.
    NotOnThisSite {
        /// Where a visitor can download it, or the archive that contains it.
        address: String,
    },
}

/// What is wrong with an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveDamage {
    /// It cannot be read.
    Unreadable {
        /// The message of the decoder.
        reason: String,
    },
    /// It ends in the middle of a file.
    CutOff {
        /// Name of that file.
        member: String,
        /// Bytes of the whole file according to its header.
        expected: u64,
        /// Bytes present in the archive.
        got: u64,
    },
}

/// A file that cannot be read as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownFile {
    /// It has no contents.
    Empty,
    /// It begins with these bytes: the first four, or all if there are fewer.
    Beginning(Vec<u8>),
    /// It has a known format that is not read, but can be converted.
    Format {
        /// Its name.
        name: &'static str,
        /// How to convert it.
        conversion: Conversion,
    },
    /// It is text in UTF-16.
    Utf16,
    /// It is an archive without any data file.
    ArchiveWithoutData,
}

/// How a file becomes one that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// Unpack it.
    Unpack,
    /// Save its arrays with NumPy.
    Numpy,
    /// Save it as PNG.
    Png,
}

impl DatasetError {
    /// The query key whose value has to change, if the error is about one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::TooManyExamples { part, .. } | Self::NoExamples { part } => Some(part.key()),
            Self::BatchSize { .. } => Some("batch"),
            Self::Corpus(CorpusError::AllTooLong { .. }) => Some("length"),
            _ => None,
        }
    }
}
