//! Data sets that others have published as files: which ones there are, their checksums, and where they can be had.

use super::{cifar, fashion_mnist, mnist, sha256};
use crate::error::{DatasetError, Result};
use crate::experiment::DatasetName;

/// One published file. Checksums are of the unpacked contents, since packing again changes the packed ones; only where
/// the name itself says that the file is packed are they of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its published name, without the `.gz` of a single packed file.
    pub name: &'static str,
    /// Its length, in bytes.
    pub bytes: usize,
    /// SHA-256, in hexadecimal.
    pub sha256: &'static str,
}

impl File {
    /// Where `mirror`, one of [`mirrors`], has the gzipped file.
    #[must_use]
    pub fn url(&self, mirror: &str) -> String {
        format!("{mirror}{}.gz", self.name)
    }

    /// Checks contents against the published checksum.
    ///
    /// # Errors
    /// [`DatasetError::Checksum`].
    pub fn verify(&self, bytes: &[u8]) -> Result<()> {
        let got = sha256(bytes);
        if got == self.sha256 {
            return Ok(());
        }
        Err(DatasetError::Checksum { file: self.name.to_owned(), expected: self.sha256.to_owned(), got }.into())
    }
}

/// All data sets that are published as files.
pub const NAMES: [DatasetName; 3] = [DatasetName::Mnist, DatasetName::FashionMnist, DatasetName::Cifar10];

/// The files of a data set, as they lie in its folder, which has its name; none where it is drawn or uploaded.
#[must_use]
pub fn files(name: DatasetName) -> &'static [File] {
    match name {
        DatasetName::Auto | DatasetName::Mnist => &mnist::FILES,
        DatasetName::FashionMnist => &fashion_mnist::FILES,
        DatasetName::Cifar10 => &cifar::FILES,
        DatasetName::Digits | DatasetName::Patterns | DatasetName::Upload => &[],
    }
}

/// Where the files of a data set can be had by anybody, in the order in which to try: what stands before the name of
/// a file, or the whole address of an archive of all of them.
#[must_use]
pub fn mirrors(name: DatasetName) -> &'static [&'static str] {
    match name {
        DatasetName::Auto | DatasetName::Mnist => &mnist::MIRRORS,
        DatasetName::FashionMnist => &fashion_mnist::MIRRORS,
        DatasetName::Cifar10 => &[cifar::URL],
        DatasetName::Digits | DatasetName::Patterns | DatasetName::Upload => &[],
    }
}
