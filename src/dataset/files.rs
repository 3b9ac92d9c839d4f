//! Data files on the disk, plain or gzipped; native only. What is read and what it unpacks to are bounded, so that a
//! damaged or hostile file cannot take the machine's memory.

use super::{Dataset, mnist};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Unpacks gzip, to at most `limit` bytes. `path` is for errors.
///
/// # Errors
/// [`Error::DataFileUnreadable`] if it is damaged, [`Error::DataFileTooLarge`] if more than `limit` bytes come out.
pub fn gunzip(path: &str, packed: impl Read, limit: usize) -> Result<Vec<u8>> {
    read_bounded(path, MultiGzDecoder::new(packed), limit)
}

/// Reads `DIR/mnist/` and its four files, each plain or with `.gz`; plain wins. Checksums are not asked for here
/// ([`check_mnist`] does): the shape of the files is.
///
/// # Errors
/// [`Error::DataFileMissing`], [`Error::DataFileUnreadable`], [`Error::DataFileTooLarge`], and those of
/// [`mnist::assemble`].
pub fn load_mnist(directory: &Path) -> Result<Dataset> {
    let read = |file| read_mnist_file(directory, file);
    mnist::assemble(
        &read(mnist::TRAIN_IMAGES)?,
        &read(mnist::TRAIN_LABELS)?,
        &read(mnist::TEST_IMAGES)?,
        &read(mnist::TEST_LABELS)?,
    )
}

/// Checks that `DIR/mnist/` has the published files, whatever way they are packed.
///
/// # Errors
/// As [`load_mnist`], and [`Error::Checksum`].
pub fn check_mnist(directory: &Path) -> Result<()> {
    mnist::FILES.iter().try_for_each(|file| file.verify(&read_mnist_file(directory, *file)?))
}

/// The unpacked contents of one of the four files.
///
/// # Errors
/// [`Error::DataFileMissing`], [`Error::DataFileUnreadable`] and [`Error::DataFileTooLarge`].
pub fn read_mnist_file(directory: &Path, file: mnist::File) -> Result<Vec<u8>> {
    let plain = directory.join(mnist::FOLDER).join(file.name);
    if let Some(reader) = open(&plain)? {
        return read_bounded(&plain.display().to_string(), reader, file.bytes);
    }
    let packed = PathBuf::from(format!("{}.gz", plain.display()));
    if let Some(reader) = open(&packed)? {
        return gunzip(&packed.display().to_string(), reader, file.bytes);
    }
    let remedy = format!("lab data fetch mnist --data-dir {}", directory.display());
    Err(Error::DataFileMissing { path: plain.display().to_string(), remedy })
}

/// The open file, or nothing where there is none.
fn open(path: &Path) -> Result<Option<std::fs::File>> {
    match std::fs::File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::DataFileUnreadable { path: path.display().to_string(), reason: error.to_string() }),
    }
}

/// Everything that `reader` gives, if it is at most `limit` bytes.
fn read_bounded(path: &str, reader: impl Read, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more than allowed, to see that there is more.
    match reader.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Err(error) => Err(Error::DataFileUnreadable { path: path.to_owned(), reason: error.to_string() }),
        Ok(_) if bytes.len() > limit => Err(Error::DataFileTooLarge { path: path.to_owned(), limit: limit as u64 }),
        Ok(_) => Ok(bytes),
    }
}
