//! Readers of data files, one for each format. They get the contents of decompressed files and do not trust headers.

pub mod archive;
pub mod checksum;
pub mod cifar;
pub mod idx;
pub mod idx_set;

use super::image_set::ImageSet;
use crate::catalog::{DataFile, DatasetName, FileFormat, Publication};
use crate::error::Result;

/// A published file with its decompressed contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// Which file it is.
    pub file: &'static DataFile,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// The first file that [`assemble`] needs and that is not among the `read` ones: there must be at least one file for each
/// combination of part and content.
#[must_use]
pub fn missing(publication: &Publication, read: &[ReadFile]) -> Option<&'static DataFile> {
    let serves = |file: &DataFile| {
        read.iter().any(|ReadFile { file: other, .. }| (other.part, other.content) == (file.part, file.content))
    };
    publication.files.iter().find(|file| !serves(file))
}

/// The data set in the files of a publication, which may contain fewer examples than the published files.
///
/// # Errors
/// Those of [`idx_set::assemble`] and [`cifar::assemble`].
pub fn assemble(name: DatasetName, publication: &Publication, read: &[ReadFile]) -> Result<ImageSet> {
    match publication.format {
        FileFormat::Idx => idx_set::assemble(name, &publication.images, read),
        FileFormat::CifarBatches => cifar::assemble(name, &publication.images, read),
    }
}
