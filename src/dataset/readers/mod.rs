//! Readers of data files, one for each format. They get the contents of decompressed files and do not trust headers.

pub mod archive;
pub mod checksum;
pub mod cifar;
pub mod cifar_100;
pub mod gzip;
pub mod idx;
pub mod idx_set;
pub mod npy;
pub mod number_array;
pub mod picture;
pub mod sentences;
pub mod shared_bytes;
pub mod zip_archive;

use super::image_set::ImageSet;
use super::text::ParallelCorpus;
use crate::catalog::{DataFile, DatasetName, FileFormat, Publication, PublishedContents};
use crate::error::Result;

/// A published file with its decompressed contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// Which file it is.
    pub file: &'static DataFile,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// What data files contain.
#[derive(Debug, Clone, PartialEq)]
pub enum LoadedFiles {
    /// Images with classes.
    Images(ImageSet),
    /// Sentences in two languages, which are encoded as an experiment demands.
    Sentences(ParallelCorpus),
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

/// What the files of a publication contain, which may be fewer examples than the published files have.
///
/// # Errors
/// Those of [`idx_set::assemble`], [`cifar::assemble`] and [`sentences::assemble`].
pub fn assemble(name: DatasetName, publication: &Publication, read: &[ReadFile]) -> Result<LoadedFiles> {
    match &publication.contents {
        PublishedContents::Images(images, FileFormat::Idx) => {
            idx_set::assemble(name, images, read).map(LoadedFiles::Images)
        }
        PublishedContents::Images(images, FileFormat::CifarBatches) => {
            cifar::assemble(name, images, read).map(LoadedFiles::Images)
        }
        PublishedContents::Sentences(_) => sentences::assemble(read).map(LoadedFiles::Sentences),
    }
}
