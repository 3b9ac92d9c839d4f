//! Errors of single data files and of the members of archives.

use crate::catalog::FileContent;

/// Why a data file cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFileError {
    /// A file of an archive cannot be read, although the archive is complete.
    Member {
        /// Name of the archive.
        file: String,
        /// Name of the file in it.
        member: String,
        /// Why.
        reason: MemberRefusal,
    },
    /// An array in NumPy's format cannot be read.
    Npy {
        /// Name of the file.
        file: String,
        /// Why.
        reason: NpyRefusal,
    },
    /// An array has neither the shape of images nor that of labels.
    ArrayShape {
        /// Name of the file.
        file: String,
        /// What its name or the length of its shape says that it contains.
        content: FileContent,
        /// Its shape.
        got: Vec<usize>,
    },
    /// A value of an array is not a pixel or not a label.
    ArrayValue {
        /// Name of the file.
        file: String,
        /// What the array contains.
        content: FileContent,
        /// Position of the value, row-major.
        index: usize,
        /// The value.
        got: f64,
    },
    /// Two arrays of images have different types of numbers.
    ArrayTypes {
        /// Name of the first file.
        first: String,
        /// Name of the second file.
        second: String,
    },
    /// A picture is damaged, or of an unsupported kind.
    Picture {
        /// Name of the file.
        file: String,
        /// The message of the decoder.
        reason: String,
    },
    /// A picture is too large to be decoded, or has no pixels.
    PictureSize {
        /// Name of the file.
        file: String,
        /// The largest height and width.
        limit: usize,
        /// Its height and width.
        got: (usize, usize),
    },
    /// A picture is not in the folder of a class.
    NoClassFolder {
        /// Name of the file.
        file: String,
    },
    /// The folders of pictures are too few or too many classes.
    ClassCount {
        /// The largest number of classes.
        limit: usize,
        /// Number of folders.
        got: usize,
    },
    /// Archives are packed in archives too often.
    TooDeep {
        /// Name of the innermost archive that was reached.
        file: String,
        /// The largest number of archives around a file.
        limit: usize,
    },
    /// There are too many files.
    TooManyFiles {
        /// The largest number.
        limit: usize,
    },
    /// Every file is left out.
    AllLeftOut,
}

/// Why a file of an archive cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberRefusal {
    /// It is stored without its empty stretches, by GNU tar's `--sparse`.
    Sparse,
    /// It is a hard link to a file that does not come before it.
    LinkWithoutFile {
        /// Name of that file.
        target: String,
    },
    /// It begins or ends in another volume of the archive.
    SeveralVolumes,
    /// It is encrypted.
    Encrypted,
    /// It is compressed with another method than deflate.
    Method {
        /// Name of the method.
        method: String,
    },
    /// Its compressed bytes are those of other files, too.
    Overlap,
}

/// Why an array in NumPy's format cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NpyRefusal {
    /// The header is damaged, or is that of an unknown version.
    Header,
    /// The type of its elements is not one of the supported numbers.
    Element {
        /// The type as the header names it.
        got: String,
    },
    /// Its first dimension varies fastest.
    FortranOrder,
    /// Its length is not the one that the header states.
    Length {
        /// Bytes of the whole file according to its header.
        expected: u128,
        /// Its actual length in bytes.
        got: u128,
    },
}
