//! Zip archives in memory: files that are stored or deflated, not encrypted.

use crate::error::{ArchiveDamage, DataFileError, DatasetError, Error, MemberRefusal, Result};
use std::io::{Cursor, Read};
use zip::{CompressionMethod, ZipArchive};

/// First bytes of a zip archive with files, and of one without.
pub const MAGICS: [[u8; 4]; 2] = [*b"PK\x03\x04", *b"PK\x05\x06"];

/// Largest number of files of an archive.
pub const FILES: usize = 200_000;

/// An open archive.
pub struct ZipFiles<'a> {
    file: &'a str,
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Compressed bytes that no file has claimed yet: files that share them would unpack to more than deflate can pack.
    unclaimed: u64,
}

/// What is at a place of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZipMember {
    /// A folder.
    Folder,
    /// A symbolic link.
    Link(String),
    /// A file that is not wanted.
    Unwanted(String),
    /// A file.
    File(String, Vec<u8>),
}

impl<'a> ZipFiles<'a> {
    /// Opens an archive. `file` is its name, for errors.
    ///
    /// # Errors
    /// [`DatasetError::ArchiveDamaged`] and [`DataFileError::TooManyFiles`].
    pub fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(file, &error))?;
        if archive.len() > FILES {
            return Err(DataFileError::TooManyFiles { limit: FILES }.into());
        }
        Ok(Self { file, archive, unclaimed: bytes.len() as u64 })
    }

    /// Number of files and folders.
    #[must_use]
    pub fn len(&self) -> usize {
        self.archive.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.archive.is_empty()
    }

    /// The file at a place, unpacked to at most `limit` bytes if its name is `wanted`. It grows as it comes, whatever the header states.
    ///
    /// # Errors
    /// [`DatasetError::ArchiveDamaged`], [`DatasetError::DataFileTooLarge`] and [`DataFileError::Member`].
    pub fn read(&mut self, index: usize, limit: usize, wanted: impl Fn(&str) -> bool) -> Result<ZipMember> {
        let file = self.file;
        let entry = self.archive.by_index_raw(index).map_err(|error| damaged(file, &error))?;
        let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
        if entry.is_dir() {
            return Ok(ZipMember::Folder);
        }
        if entry.is_symlink() {
            return Ok(ZipMember::Link(name));
        }
        if !wanted(&name) {
            return Ok(ZipMember::Unwanted(name));
        }
        let refused =
            |reason| -> Error { DataFileError::Member { file: file.to_owned(), member: name.clone(), reason }.into() };
        if entry.encrypted() {
            return Err(refused(MemberRefusal::Encrypted));
        }
        let method = entry.compression();
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refused(MemberRefusal::Method { method: method.to_string() }));
        }
        let packed = entry.compressed_size();
        self.unclaimed = self.unclaimed.checked_sub(packed).ok_or_else(|| refused(MemberRefusal::Overlap))?;
        drop(entry);
        let entry = self.archive.by_index(index).map_err(|error| damaged(file, &error))?;
        let mut bytes = Vec::new();
        // One byte more than allowed, to detect that there are more.
        let read = entry.take(limit as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| damaged(file, &error))?;
        if bytes.len() > limit {
            return Err(DatasetError::DataFileTooLarge { path: file.to_owned(), limit: limit as u64 }.into());
        }
        Ok(ZipMember::File(name, bytes))
    }
}

fn damaged(file: &str, error: &impl ToString) -> Error {
    let damage = ArchiveDamage::Unreadable { reason: error.to_string() };
    DatasetError::ArchiveDamaged { file: file.to_owned(), damage }.into()
}
