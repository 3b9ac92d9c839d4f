//! What can be wrong with data files, with requests for examples, and with files that a visitor uploads.

use crate::catalog::{DatasetName, FileContent, Part};

/// Why there is no data set, or not the part of it that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum DatasetError {
    /// A data file could not be downloaded.
    Download {
        /// The file's name.
        file: String,
        /// Why.
        reason: DownloadFailure,
    },
    /// A file does not begin like an IDX file of unsigned bytes with the right number of dimensions.
    IdxMagic {
        /// Name of the file.
        file: String,
        /// The magic number of this kind of file.
        expected: u32,
        /// The first four bytes, big-endian.
        got: u32,
    },
    /// An IDX file is shorter than its header, or than its header announces.
    IdxTruncated {
        /// Name of the file.
        file: String,
        /// Bytes of the whole file according to its header.
        expected: u128,
        /// Bytes that it has.
        got: u128,
    },
    /// An IDX file is longer than its header announces.
    IdxTooLong {
        /// Name of the file.
        file: String,
        /// Bytes of the file according to its header.
        expected: u128,
        /// Bytes that it has.
        got: u128,
    },
    /// Images do not have the size of the data set's images.
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
    /// A label that is not one of the classes.
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
    /// A file in the format of CIFAR-10 does not consist of whole records.
    CifarLength {
        /// Name of the file.
        file: String,
        /// Bytes of a record.
        record: usize,
        /// Bytes that it has.
        got: usize,
    },
    /// A tar archive is damaged, or the file is not one.
    ArchiveDamaged {
        /// Name of the archive.
        file: String,
        /// What is wrong with it.
        damage: ArchiveDamage,
    },
    /// Nothing was uploaded.
    UploadEmpty,
    /// An uploaded file is not of a kind that can be read.
    UploadKind {
        /// Name of the file.
        file: String,
        /// What it is instead.
        got: UnknownFile,
    },
    /// Uploaded files are in two formats.
    UploadMixed {
        /// Name of the first CIFAR-10 batch.
        batch: String,
        /// Name of the first IDX file.
        idx: String,
    },
    /// Two uploaded files have the same role.
    UploadTwice {
        /// What the files hold.
        content: FileContent,
        /// The part that their names refer to.
        part: Part,
        /// Name of the one file.
        first: String,
        /// Name of the other.
        second: String,
    },
    /// Images without labels were uploaded, or labels without images.
    UploadUnpaired {
        /// Name of the file that is there.
        file: String,
        /// What the missing file would hold.
        missing: FileContent,
        /// The part that the file's name refers to.
        part: Part,
    },
    /// Uploaded images are too large, or have no pixels.
    UploadImageSize {
        /// Name of the file.
        file: String,
        /// The largest number of rows and of columns.
        limit: usize,
        /// Height and width according to the file's header.
        got: (usize, usize),
    },
    /// Uploaded labels are all the same.
    UploadClasses {
        /// Name of the file.
        file: String,
        /// The largest number of classes.
        limit: usize,
    },
    /// Uploaded examples are too few to be divided into a training and a test part.
    UploadTooFew {
        /// Examples that there are.
        got: usize,
    },
    /// Uploaded examples are more than a browser tab can hold.
    UploadTooMany {
        /// The part.
        part: Part,
        /// The largest number of examples.
        limit: usize,
        /// Examples that there are.
        got: usize,
    },
    /// The contents of a file are not the published ones: it was damaged in transit, or is a different file.
    Checksum {
        /// Name of the file.
        file: String,
        /// The published checksum.
        expected: String,
        /// The checksum of the bytes that were found.
        got: String,
    },
    /// A data file does not exist.
    DataFileMissing {
        /// Where it should be.
        path: String,
        /// The data set that it belongs to, which can be fetched.
        dataset: DatasetName,
        /// The folder that holds all data sets.
        directory: String,
    },
    /// A data file exists but cannot be read.
    DataFileUnreadable {
        /// Where it is.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A gzipped data file cannot be unpacked.
    GzipDamaged {
        /// Where it is.
        path: String,
        /// What the unpacker says.
        reason: String,
    },
    /// A data file is larger than allowed, packed or unpacked; reading stopped there.
    DataFileTooLarge {
        /// Where it is.
        path: String,
        /// Bytes that were allowed.
        limit: u64,
    },
    /// More examples were asked for than the data set has.
    TooManyExamples {
        /// The part.
        part: Part,
        /// Examples that were asked for.
        asked: usize,
        /// Examples that there are.
        available: usize,
    },
    /// A part of a data set would be empty.
    NoExamples {
        /// The part.
        part: Part,
    },
    /// An index is beyond the examples of a part.
    NoSuchExample {
        /// The index.
        index: u32,
        /// Examples that there are.
        examples: usize,
    },
    /// An image to be classified does not have the size of the data set's images.
    PixelCount {
        /// Numbers of an image of the data set.
        expected: usize,
        /// Numbers that were given.
        got: usize,
    },
    /// Training examples do not fill one batch, or a batch is empty.
    BatchSize {
        /// Training examples.
        examples: usize,
        /// Examples of a batch.
        batch_size: usize,
    },
}

/// Why a file could not be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadFailure {
    /// The server does not have it, or sent a page of its own instead.
    NotFound,
    /// The server answered with another status than success.
    Status {
        /// The HTTP status code.
        code: u16,
        /// The server's text for it.
        text: String,
    },
    /// There was no whole answer.
    Network {
        /// What the browser says.
        message: String,
    },
    /// The page's own site does not have it, and the page may not read it from anywhere else.
    NotOnThisSite {
        /// Where a visitor can download it, or the archive that contains it.
        address: String,
    },
}

/// What is wrong with a tar archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveDamage {
    /// It cannot be read.
    Unreadable {
        /// What the unpacker says.
        reason: String,
    },
    /// It ends within a file.
    CutOff {
        /// Name of that file.
        member: String,
        /// Bytes of the whole file according to its header.
        expected: u64,
        /// Bytes that there are.
        got: u64,
    },
}

/// A file that cannot be read as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownFile {
    /// It has no contents.
    Empty,
    /// It begins with these bytes, four of them or all that there are.
    Beginning(Vec<u8>),
    /// It is an archive without any data file.
    ArchiveWithoutData,
}

impl DatasetError {
    /// The key of the query string that has to change, where it is one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::TooManyExamples { part, .. } | Self::NoExamples { part } => Some(part.key()),
            Self::BatchSize { .. } => Some("batch"),
            _ => None,
        }
    }
}
