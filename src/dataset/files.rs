//! Data files on the disk, plain or gzipped; native only. What is read and what it unpacks to are bounded, so that a
//! damaged or hostile file cannot take the machine's memory.

use super::archive::{NamedFile, unpack_tar};
use super::idx_set::IdxSet;
use super::published::{self, File};
use super::{Dataset, cifar, fashion_mnist, mnist};
use crate::error::{DatasetError, Error, Result};
use crate::experiment::{DatasetName, Named};
use flate2::read::MultiGzDecoder;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Unpacks gzip, to at most `limit` bytes. `path` is for errors.
///
/// # Errors
/// [`DatasetError::DataFileUnreadable`] if it is damaged, [`DatasetError::DataFileTooLarge`] if more than `limit` bytes come out.
pub fn gunzip(path: &str, packed: impl Read, limit: usize) -> Result<Vec<u8>> {
    read_bounded(path, MultiGzDecoder::new(packed), limit)
}

/// Reads `DIR/mnist/` and its four files, each plain or with `.gz`; plain wins. Checksums are not asked for here
/// ([`check`] does): the shape of the files is.
///
/// # Errors
/// Those of [`read`] and [`IdxSet::assemble`].
pub fn load_mnist(directory: &Path) -> Result<Dataset> {
    load_idx(directory, &mnist::SET)
}

/// As [`load_mnist`], from `DIR/fashion-mnist/`.
///
/// # Errors
/// Those of [`read`] and [`IdxSet::assemble`].
pub fn load_fashion_mnist(directory: &Path) -> Result<Dataset> {
    load_idx(directory, &fashion_mnist::SET)
}

fn load_idx(directory: &Path, set: &IdxSet) -> Result<Dataset> {
    let [train_images, train_labels, test_images, test_labels] = set.files.map(|file| read(directory, set.name, &file));
    set.assemble([&train_images?, &train_labels?, &test_images?, &test_labels?])
}

/// Reads `DIR/cifar-10/`: those of the training batches that are there, and the test batch, each plain or with `.gz`.
/// Checksums are not asked for, as in [`load_mnist`].
///
/// # Errors
/// Those of [`read`] and [`cifar::assemble`].
pub fn load_cifar10(directory: &Path) -> Result<Dataset> {
    let [train @ .., test_file] = &cifar::FILES;
    let mut batches = Vec::with_capacity(train.len());
    for file in train {
        if let Some(bytes) = find(directory, DatasetName::Cifar10, file)? {
            batches.push((file.name, bytes));
        }
    }
    if batches.is_empty() {
        return Err(missing(directory, DatasetName::Cifar10, &train[0]));
    }
    let test = read(directory, DatasetName::Cifar10, test_file)?;
    let batches = batches.iter().map(|(name, bytes)| (*name, &bytes[..])).collect::<Vec<_>>();
    cifar::assemble(&batches, (test_file.name, &test))
}

/// Checks that the folder of a data set has all of the published files, whatever way they are packed.
///
/// # Errors
/// Those of [`read`] and [`DatasetError::Checksum`].
pub fn check(directory: &Path, name: DatasetName) -> Result<()> {
    published::files(name).iter().try_for_each(|file| file.verify(&read(directory, name, file)?))
}

/// The six files of CIFAR-10, out of the packed contents of [`cifar::ARCHIVE`], whose checksum is asked for first.
/// `path` is for errors.
///
/// # Errors
/// [`DatasetError::Checksum`], and those of [`gunzip`] and [`unpack_tar`].
pub fn unpack_cifar10(path: &str, packed: &[u8]) -> Result<Vec<NamedFile>> {
    cifar::ARCHIVE.verify(packed)?;
    let mut found = unpack_tar(path, &gunzip(path, packed, cifar::UNPACKED)?, cifar::UNPACKED)?;
    found.retain(|file| cifar::FILES.iter().any(|batch| batch.name == file.base_name()));
    Ok(found)
}

/// The unpacked contents of one of the files of a data set.
///
/// # Errors
/// [`DatasetError::DataFileMissing`], [`DatasetError::DataFileUnreadable`] and [`DatasetError::DataFileTooLarge`].
pub fn read(directory: &Path, name: DatasetName, file: &File) -> Result<Vec<u8>> {
    find(directory, name, file)?.ok_or_else(|| missing(directory, name, file))
}

/// As [`read`], or nothing where the file is not there.
fn find(directory: &Path, name: DatasetName, file: &File) -> Result<Option<Vec<u8>>> {
    let plain = place(directory, name, file);
    if let Some(reader) = open(&plain)? {
        return read_bounded(&plain.display().to_string(), reader, file.bytes).map(Some);
    }
    let packed = PathBuf::from(format!("{}.gz", plain.display()));
    if let Some(reader) = open(&packed)? {
        return gunzip(&packed.display().to_string(), reader, file.bytes).map(Some);
    }
    Ok(None)
}

/// Where a file of a data set lies unpacked.
fn place(directory: &Path, name: DatasetName, file: &File) -> PathBuf {
    directory.join(name.name()).join(file.name)
}

fn missing(directory: &Path, name: DatasetName, file: &File) -> Error {
    let path = place(directory, name, file).display().to_string();
    DatasetError::DataFileMissing {
        path,
        remedy: format!("lab data fetch {} --data-dir {}", name.name(), directory.display()),
    }
    .into()
}

/// The open file, or nothing where there is none.
fn open(path: &Path) -> Result<Option<std::fs::File>> {
    match std::fs::File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(DatasetError::DataFileUnreadable { path: path.display().to_string(), reason: error.to_string() }.into())
        }
    }
}

/// Everything that `reader` gives, if it is at most `limit` bytes.
fn read_bounded(path: &str, reader: impl Read, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more than allowed, to see that there is more.
    match reader.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Err(error) => Err(DatasetError::DataFileUnreadable { path: path.to_owned(), reason: error.to_string() }.into()),
        Ok(_) if bytes.len() > limit => {
            Err(DatasetError::DataFileTooLarge { path: path.to_owned(), limit: limit as u64 }.into())
        }
        Ok(_) => Ok(bytes),
    }
}
