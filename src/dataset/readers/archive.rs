//! Tar archives in memory.

use crate::error::{ArchiveDamage, DatasetError, Result};
use std::io::Read;
use tar::{Archive, Entry};

/// A complete file with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// Its name, including folders if it comes from an archive.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl NamedFile {
    /// The name without folders.
    #[must_use]
    pub fn base_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

/// The regular files of a tar archive, at most `limit` bytes in total; folders and links are ignored. `file` is
/// the archive's name, for errors.
///
/// An archive that ends between two files is accepted as complete: not every program writes the blocks that mark the
/// end.
///
/// # Errors
/// [`DatasetError::ArchiveDamaged`] and [`DatasetError::DataFileTooLarge`].
pub fn unpack_tar(file: &str, bytes: &[u8], limit: usize) -> Result<Vec<NamedFile>> {
    let mut left = limit as u64;
    let mut files = Vec::new();
    for entry in Archive::new(bytes).entries().map_err(|error| unreadable(file, &error))? {
        let entry = entry.map_err(|error| unreadable(file, &error))?;
        if entry.header().entry_type().is_file() {
            left = left
                .checked_sub(entry.size())
                .ok_or_else(|| DatasetError::DataFileTooLarge { path: file.to_owned(), limit: limit as u64 })?;
            files.push(read_entry(file, entry)?);
        }
    }
    Ok(files)
}

fn read_entry(file: &str, mut entry: Entry<'_, &[u8]>) -> Result<NamedFile> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let mut bytes = Vec::new();
    // The entry reads from the archive's bytes, so no more than these is allocated, whatever size the header states.
    entry.read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    let (expected, got) = (entry.size(), bytes.len() as u64);
    if got != expected {
        let damage = ArchiveDamage::CutOff { member: name, expected, got };
        return Err(DatasetError::ArchiveDamaged { file: file.to_owned(), damage }.into());
    }
    Ok(NamedFile { name, bytes })
}

fn unreadable(file: &str, error: &std::io::Error) -> DatasetError {
    let damage = ArchiveDamage::Unreadable { reason: error.to_string() };
    DatasetError::ArchiveDamaged { file: file.to_owned(), damage }
}
