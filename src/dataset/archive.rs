//! Tar archives, in memory.

use crate::error::{DatasetError, Result};
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

/// The regular files of a tar archive, together at most `limit` bytes; folders and links are ignored. `file` is
/// the archive's name, for errors.
///
/// An archive that ends between two files is accepted as complete: not every program writes the blocks that mark the
/// end.
///
/// # Errors
/// [`DatasetError::ArchiveDamaged`] and [`DatasetError::DataFileTooLarge`].
pub fn unpack_tar(file: &str, bytes: &[u8], limit: usize) -> Result<Vec<NamedFile>> {
    let damaged =
        |error: std::io::Error| DatasetError::ArchiveDamaged { file: file.to_owned(), reason: error.to_string() };
    let mut left = limit as u64;
    let mut files = Vec::new();
    for entry in Archive::new(bytes).entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
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
    let damaged = |reason| DatasetError::ArchiveDamaged { file: file.to_owned(), reason };
    let mut bytes = Vec::new();
    // Only bytes that are in the archive are read: whatever size the header claims, no more is allocated.
    entry.read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
    if bytes.len() as u64 != entry.size() {
        return Err(damaged(format!("{} of the {} bytes of {name}", bytes.len(), entry.size())).into());
    }
    Ok(NamedFile { name, bytes })
}
