//! Data files on disk, plain or gzipped; native only. The sizes of files and of their decompressed contents are bounded, so
//! that a damaged or malicious file cannot exhaust the machine's memory.

use super::readers::archive::{NamedFile, unpack_tar};
use super::readers::checksum::verify;
use super::readers::gzip::gunzip;
use super::readers::{self, LoadedFiles, ReadFile};
use super::upload::UNPACKED;
use crate::catalog::{DataArchive, DataFile, DatasetName, Publication};
use crate::error::{DatasetError, Error, Result};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Maximum number of bytes in an archive besides its data files: a description, headers and padding.
const ARCHIVE_EXTRAS: usize = 1 << 20;

/// The data set of the published files in its folder in `directory`, each plain or with `.gz`; a plain file takes precedence.
/// The format of the files is checked, but not their checksums ([`check`] and [`load_verified`] do that).
///
/// # Errors
/// Those of [`read`] and [`readers::assemble`].
pub fn load(directory: &Path, dataset: DatasetName, publication: &Publication) -> Result<LoadedFiles> {
    assembled(directory, dataset, publication, &read_all(directory, dataset, publication)?)
}

/// A published file whose contents are not the published ones.
#[derive(Debug, Clone, PartialEq)]
pub struct AlteredFile {
    /// Its published name.
    pub name: &'static str,
    /// [`DatasetError::Checksum`].
    pub error: Error,
}

/// As [`load`], with the files of which the checksum differs, though they have the format of a data set.
///
/// # Errors
/// As [`load`].
pub fn load_verified(
    directory: &Path,
    dataset: DatasetName,
    publication: &Publication,
) -> Result<(LoadedFiles, Vec<AlteredFile>)> {
    let read = read_all(directory, dataset, publication)?;
    let loaded = assembled(directory, dataset, publication, &read)?;
    let altered = read.iter().filter_map(|ReadFile { file, bytes }| {
        let error = verify(file.name, file.sha256, bytes).err()?;
        Some(AlteredFile { name: file.name, error })
    });
    Ok((loaded, altered.collect()))
}

/// The published files that are there.
fn read_all(directory: &Path, dataset: DatasetName, publication: &Publication) -> Result<Vec<ReadFile>> {
    let mut read = Vec::with_capacity(publication.files.len());
    for file in publication.files {
        read.extend(find(directory, dataset, file)?.map(|bytes| ReadFile { file, bytes }));
    }
    Ok(read)
}

fn assembled(
    directory: &Path,
    dataset: DatasetName,
    publication: &Publication,
    read: &[ReadFile],
) -> Result<LoadedFiles> {
    match readers::missing(publication, read) {
        Some(file) => Err(missing(directory, dataset, file)),
        None => readers::assemble(dataset, publication, read),
    }
}

/// A visitor's own files as they are, which natively are all files in the folder `upload` or `text` of the data folder, but not
/// in folders below it.
///
/// # Errors
/// [`DatasetError::FolderMissing`], and those of [`read`].
pub fn own(directory: &Path, dataset: DatasetName) -> Result<Vec<NamedFile>> {
    let folder = directory.join(dataset.row().name);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(DatasetError::FolderMissing { path: folder.display().to_string() }.into());
        }
        Err(error) => Err(error),
    };
    let entries = entries.map_err(|error| unreadable(&folder, &error))?;
    let mut left = UNPACKED;
    let mut files = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let Some(reader) = open(&path)? else { continue };
        let bytes = read_bounded(reader, left).map_err(|error| unreadable(&path, &error))?;
        let bytes = bytes.ok_or_else(|| too_large(&path.display().to_string(), left))?;
        left = left.saturating_sub(bytes.len());
        files.push(NamedFile { name, bytes });
    }
    if files.is_empty() {
        return Err(DatasetError::FolderMissing { path: folder.display().to_string() }.into());
    }
    Ok(files)
}

/// Checks that the folder of a data set has all of the published files, plain or gzipped.
///
/// # Errors
/// Those of [`read`] and [`DatasetError::Checksum`].
pub fn check(directory: &Path, dataset: DatasetName, publication: &Publication) -> Result<()> {
    let mut files = publication.files.iter();
    files.try_for_each(|file| verify(file.name, file.sha256, &read(directory, dataset, file)?))
}

/// The data files in a compressed archive, whose checksum is verified first. `path` is for errors.
///
/// # Errors
/// [`DatasetError::Checksum`], and those of [`gunzip`] and [`unpack_tar`].
pub fn unpack_archive(
    path: &str,
    packed: &[u8],
    archive: &DataArchive,
    publication: &Publication,
) -> Result<Vec<NamedFile>> {
    verify(archive.name, archive.sha256, packed)?;
    let limit = publication.files.iter().map(|file| file.bytes).sum::<usize>() + ARCHIVE_EXTRAS;
    let mut members = unpack_tar(path, &gunzip(path, packed, limit)?, limit)?;
    members.retain(|member| publication.files.iter().any(|file| file.name == member.base_name()));
    Ok(members)
}

/// The decompressed contents of one of the files of a data set.
///
/// # Errors
/// [`DatasetError::DataFileMissing`], [`DatasetError::DataFileUnreadable`], [`DatasetError::GzipDamaged`] and
/// [`DatasetError::DataFileTooLarge`].
pub fn read(directory: &Path, dataset: DatasetName, file: &DataFile) -> Result<Vec<u8>> {
    find(directory, dataset, file)?.ok_or_else(|| missing(directory, dataset, file))
}

/// As [`read`]; `None` if the file does not exist.
fn find(directory: &Path, dataset: DatasetName, file: &DataFile) -> Result<Option<Vec<u8>>> {
    let plain = place(directory, dataset, file);
    if let Some(reader) = open(&plain)? {
        let bytes = read_bounded(reader, file.bytes).map_err(|error| unreadable(&plain, &error))?;
        return bytes.map(Some).ok_or_else(|| too_large(&plain.display().to_string(), file.bytes));
    }
    let packed = PathBuf::from(format!("{}.gz", plain.display()));
    match open(&packed)? {
        Some(reader) => gunzip(&packed.display().to_string(), BufReader::new(reader), file.bytes).map(Some),
        None => Ok(None),
    }
}

/// The path of a file of a data set, without `.gz`.
fn place(directory: &Path, dataset: DatasetName, file: &DataFile) -> PathBuf {
    directory.join(dataset.row().name).join(file.name)
}

fn missing(directory: &Path, dataset: DatasetName, file: &DataFile) -> Error {
    let path = place(directory, dataset, file).display().to_string();
    DatasetError::DataFileMissing { path, dataset, directory: directory.display().to_string() }.into()
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    DatasetError::DataFileUnreadable { path: path.display().to_string(), reason: error.to_string() }.into()
}

fn too_large(path: &str, limit: usize) -> Error {
    DatasetError::DataFileTooLarge { path: path.to_owned(), limit: limit as u64 }.into()
}

/// The open file; `None` if it does not exist.
fn open(path: &Path) -> Result<Option<std::fs::File>> {
    match std::fs::File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// All bytes of `reader`; `None` if there are more than `limit`.
fn read_bounded(reader: impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    // One byte more than allowed, to detect that there are more.
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}
