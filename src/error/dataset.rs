//! What can be wrong with data files, with examples that are asked for, and with files that a visitor gives.

/// Why there is no data set, or not the part of it that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum DatasetError {
    /// A data file could not be downloaded.
    Download {
        /// The file's name.
        file: String,
        /// Why, as a phrase.
        reason: String,
    },
    /// A file does not begin as an IDX file of unsigned bytes with the right number of dimensions does.
    IdxMagic {
        /// Name of the file.
        file: String,
        /// The magic number of this kind of file.
        expected: u32,
        /// The first four bytes, big-endian.
        got: u32,
    },
    /// An IDX file ends before its header does, or before what its header announces.
    IdxTruncated {
        /// Name of the file.
        file: String,
        /// Bytes that a whole file has by its header.
        expected: u128,
        /// Bytes that there are.
        got: u128,
    },
    /// An IDX file goes on after what its header announces.
    IdxTooLong {
        /// Name of the file.
        file: String,
        /// Bytes that the file has by its header.
        expected: u128,
        /// Bytes that there are.
        got: u128,
    },
    /// Images have another size than those of the data set.
    ImageSize {
        /// Name of the file.
        file: String,
        /// Height and width that belong to the data set.
        expected: (usize, usize),
        /// Height and width by the file's header.
        got: (usize, usize),
    },
    /// An image file and its label file are not of the same number of examples.
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
    CifarLength {
        /// Name of the file.
        file: String,
        /// Bytes of a record.
        record: usize,
        /// Bytes that there are.
        got: usize,
    },
    /// A tar archive is cut off or is none.
    ArchiveDamaged {
        /// Name of the archive.
        file: String,
        /// What the unpacker says.
        reason: String,
    },
    /// Nothing was uploaded.
    UploadEmpty,
    /// An uploaded file is none of those that can be read.
    UploadKind {
        /// Name of the file.
        file: String,
        /// What it is instead, as a phrase.
        got: String,
    },
    /// Uploaded files are of two kinds.
    UploadMixed {
        /// Name of the first CIFAR-10 batch.
        batch: String,
        /// Name of the first IDX file.
        idx: String,
    },
    /// Two uploaded files claim the same place.
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
    UploadUnpaired {
        /// Name of the file that is there.
        file: String,
        /// What the file that is missing would hold.
        expected: &'static str,
        /// `training` or `test`.
        part: &'static str,
    },
    /// Uploaded images are too large, or have no pixels.
    UploadImageSize {
        /// Name of the file.
        file: String,
        /// Rows and columns that there may be at most.
        limit: usize,
        /// Height and width by the file's header.
        got: (usize, usize),
    },
    /// Uploaded labels are all the same.
    UploadClasses {
        /// Name of the file.
        file: String,
        /// Classes that there may be at most.
        limit: usize,
    },
    /// Uploaded examples are too few to be divided into a training and a test part.
    UploadTooFew {
        /// Examples that there are.
        got: usize,
    },
    /// Uploaded examples are more than a browser tab can hold.
    UploadTooMany {
        /// `training` or `test`.
        part: &'static str,
        /// Examples that there may be.
        limit: usize,
        /// Examples that there are.
        got: usize,
    },
    /// The contents of a file are not the published ones: it was damaged on the way, or is another file.
    Checksum {
        /// Name of the file.
        file: String,
        /// The published checksum.
        expected: String,
        /// That of the bytes that were found.
        got: String,
    },
    /// A data file is not there.
    DataFileMissing {
        /// Where it was looked for.
        path: String,
        /// The command that brings it.
        remedy: String,
    },
    /// A data file is there but cannot be read or unpacked.
    DataFileUnreadable {
        /// Where it is.
        path: String,
        /// What the system or the unpacker says.
        reason: String,
    },
    /// A data file is larger than it can be, packed or unpacked; reading stopped there.
    DataFileTooLarge {
        /// Where it is.
        path: String,
        /// Bytes that were allowed.
        limit: u64,
    },
    /// More examples were asked for than the data set has.
    TooManyExamples {
        /// `train` or `test`.
        part: &'static str,
        /// Examples that were asked for.
        asked: usize,
        /// Examples that there are.
        available: usize,
    },
    /// A part of a data set would be empty.
    NoExamples {
        /// `train` or `test`.
        part: &'static str,
    },
    /// An index is beyond the examples of a part.
    NoSuchExample {
        /// The index.
        index: u32,
        /// Examples that there are.
        examples: usize,
    },
    /// An image that is to be classified has another size than those of the data set.
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

impl DatasetError {
    /// The key of the query string that has to change, where it is one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::TooManyExamples { part, .. } | Self::NoExamples { part } => Some(part),
            Self::BatchSize { .. } => Some("batch"),
            _ => None,
        }
    }
}
