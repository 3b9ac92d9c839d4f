//! Tar archives in memory: POSIX, GNU and PAX, one or several in a file.

use crate::error::{ArchiveDamage, DataFileError, DatasetError, MemberRefusal, Result};
use std::collections::HashMap;
use std::ops::Range;
use tar::{Archive, Entry, EntryType};

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
        base_name(&self.name)
    }
}

/// The last part of a path.
#[must_use]
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What is in a tar archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TarListing {
    /// Its files: their names, and where their contents are.
    pub files: Vec<(String, Range<usize>)>,
    /// Names of what is neither file nor folder: symbolic links, devices.
    pub others: Vec<String>,
}

/// The regular files of a tar archive, at most `limit` bytes in total; folders and symbolic links are ignored. `file` is the archive's name,
/// for errors.
///
/// # Errors
/// [`DatasetError::DataFileTooLarge`], and those of [`list_tar`].
pub fn unpack_tar(file: &str, bytes: &[u8], limit: usize) -> Result<Vec<NamedFile>> {
    let mut left = limit;
    let files = list_tar(file, bytes)?.files.into_iter().map(|(name, range)| {
        let too_large = || DatasetError::DataFileTooLarge { path: file.to_owned(), limit: limit as u64 };
        left = left.checked_sub(range.len()).ok_or_else(too_large)?;
        Ok(NamedFile { name, bytes: bytes.get(range).unwrap_or_default().to_vec() })
    });
    files.collect()
}

/// What is in a tar archive, without copying any of it. `file` is its name, for errors.
///
/// An archive that ends between two files is accepted as complete: not every program writes the blocks that mark the end. What follows
/// these blocks is read as another archive, as with `tar --ignore-zeros`. A hard link is the file to which it refers.
///
/// # Errors
/// [`DatasetError::ArchiveDamaged`], and [`DataFileError::Member`] for files that are stored in a way that is not read.
pub fn list_tar(file: &str, bytes: &[u8]) -> Result<TarListing> {
    let mut listing = TarListing::default();
    let mut places = HashMap::new();
    let mut archive = Archive::new(bytes);
    archive.set_ignore_zeros(true);
    for entry in archive.entries().map_err(|error| unreadable(file, &error))? {
        let mut entry = entry.map_err(|error| unreadable(file, &error))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match range(file, &name, &mut entry, bytes.len(), &places)? {
            Stored::Contents(range) => {
                places.insert(name.clone(), range.clone());
                listing.files.push((name, range));
            }
            Stored::Nothing => {}
            Stored::Other => listing.others.push(name),
        }
    }
    Ok(listing)
}

/// How an entry is stored.
enum Stored {
    /// As a file with contents here.
    Contents(Range<usize>),
    /// As a folder, or as a remark about the archive.
    Nothing,
    /// As something that has no contents.
    Other,
}

fn range(
    file: &str,
    name: &str,
    entry: &mut Entry<'_, &[u8]>,
    archive: usize,
    places: &HashMap<String, Range<usize>>,
) -> Result<Stored> {
    let refused = |reason| DataFileError::Member { file: file.to_owned(), member: name.to_owned(), reason };
    if is_pax_sparse(file, entry)? {
        return Err(refused(MemberRefusal::Sparse).into());
    }
    match entry.header().entry_type() {
        EntryType::GNUSparse => Err(refused(MemberRefusal::Sparse).into()),
        EntryType::Link if entry.size() == 0 => {
            let target = entry.link_name_bytes().map(|name| String::from_utf8_lossy(&name).into_owned());
            let target = target.unwrap_or_default();
            match places.get(&target) {
                Some(range) => Ok(Stored::Contents(range.clone())),
                None => Err(refused(MemberRefusal::LinkWithoutFile { target }).into()),
            }
        }
        // Old archives mark folders only by their names.
        EntryType::Regular | EntryType::Continuous if name.ends_with('/') => Ok(Stored::Nothing),
        // A hard link may be stored with its contents.
        EntryType::Regular | EntryType::Continuous | EntryType::Link => contents(file, name, entry, archive),
        EntryType::Directory | EntryType::XGlobalHeader => Ok(Stored::Nothing),
        kind => match kind.as_byte() {
            b'M' => Err(refused(MemberRefusal::SeveralVolumes).into()),
            // A label of the volume, and the folders of an incremental backup.
            b'V' | b'D' => Ok(Stored::Nothing),
            _ => Ok(Stored::Other),
        },
    }
}

fn contents(file: &str, name: &str, entry: &Entry<'_, &[u8]>, archive: usize) -> Result<Stored> {
    let start = usize::try_from(entry.raw_file_position()).unwrap_or(usize::MAX).min(archive);
    let (expected, got) = (entry.size(), (archive - start) as u64);
    if got < expected {
        let damage = ArchiveDamage::CutOff { member: name.to_owned(), expected, got };
        return Err(DatasetError::ArchiveDamaged { file: file.to_owned(), damage }.into());
    }
    // At most `got`, which is the length of bytes in memory.
    let length = usize::try_from(expected).unwrap_or_default();
    Ok(Stored::Contents(start..start + length))
}

/// Whether the extended header says that empty stretches are left out.
fn is_pax_sparse(file: &str, entry: &mut Entry<'_, &[u8]>) -> Result<bool> {
    let extensions = entry.pax_extensions().map_err(|error| unreadable(file, &error))?;
    let keys = extensions.into_iter().flatten().filter_map(std::result::Result::ok);
    Ok(keys.into_iter().any(|extension| extension.key_bytes().starts_with(b"GNU.sparse.")))
}

fn unreadable(file: &str, error: &std::io::Error) -> DatasetError {
    let damage = ArchiveDamage::Unreadable { reason: error.to_string() };
    DatasetError::ArchiveDamaged { file: file.to_owned(), damage }
}
