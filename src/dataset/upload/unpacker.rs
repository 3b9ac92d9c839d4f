//! From the files that a visitor gives to the data files in them: gzip, tar and zip are unpacked, also inside each other, within bounds.

use super::format::{Content, Format, is_description, is_hidden, recognize, unknown};
use super::purpose::{StatedUse, has_word, purpose};
use super::{UNPACKED, unpacked_name};
use crate::dataset::readers::archive::{NamedFile, base_name, list_tar};
use crate::dataset::readers::gzip::gunzip;
use crate::dataset::readers::shared_bytes::SharedBytes;
use crate::dataset::readers::zip_archive::{FILES, ZipFiles, ZipMember};
use crate::error::{DataFileError, DatasetError, NameList, Result, UnknownFile, UploadError, UploadNote};

/// Largest number of archives and compressed files around a file.
const DEPTH: usize = 4;

/// A data file.
pub(super) struct DataPiece {
    /// Its name, with the folders of its archive.
    pub(super) name: String,
    /// The file that the visitor gave, if it is an archive.
    pub(super) archive: Option<String>,
    pub(super) content: Content,
    pub(super) bytes: SharedBytes,
    /// What its name, or that of its archive, says about its use.
    pub(super) purpose: Option<StatedUse>,
    /// Whether it is part of EMNIST.
    pub(super) is_emnist: bool,
}

/// The data files in the order of their names, and what was left aside.
#[derive(Default)]
pub(super) struct Unpacked {
    pub(super) pieces: Vec<DataPiece>,
    hidden: NameList,
    aside: NameList,
    files: usize,
    /// Bytes that may still be unpacked.
    left: usize,
    several: bool,
}

/// What is around a file.
#[derive(Clone, Default)]
struct Surroundings {
    /// The file that the visitor gave, if it is an archive.
    archive: Option<String>,
    /// Put in front of the names of files.
    prefix: String,
    depth: usize,
}

impl Unpacked {
    /// Unpacks all files.
    ///
    /// # Errors
    /// [`UploadError::Kind`], and those of the readers of archives.
    pub(super) fn new(files: Vec<NamedFile>) -> Result<Self> {
        let mut unpacked = Self { left: UNPACKED, several: files.len() > 1, ..Self::default() };
        for NamedFile { name, bytes } in files {
            unpacked.charge(&name, bytes.len())?;
            unpacked.add(name, bytes.into(), &Surroundings::default())?;
        }
        unpacked.pieces.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(unpacked)
    }

    /// What was left aside.
    pub(super) fn notes(&self) -> Vec<UploadNote> {
        let hidden = (!self.hidden.is_empty()).then(|| UploadNote::Hidden(self.hidden.clone()));
        let aside = (!self.aside.is_empty()).then(|| UploadNote::LeftAside(self.aside.clone()));
        hidden.into_iter().chain(aside).collect()
    }

    fn charge(&mut self, name: &str, bytes: usize) -> Result<()> {
        let too_large = || DatasetError::DataFileTooLarge { path: name.to_owned(), limit: UNPACKED as u64 };
        self.left = self.left.checked_sub(bytes).ok_or_else(too_large)?;
        Ok(())
    }

    fn add(&mut self, name: String, bytes: SharedBytes, around: &Surroundings) -> Result<()> {
        self.files += 1;
        if self.files > FILES {
            return Err(DataFileError::TooManyFiles { limit: FILES }.into());
        }
        if is_hidden(&name) {
            self.hidden.push(&name);
            return Ok(());
        }
        match recognize(&name, &bytes) {
            Format::Gzip => {
                let around = around.deeper(&name)?;
                let unpacked = gunzip(&name, &bytes[..], self.left)?;
                drop(bytes);
                self.charge(&name, unpacked.len())?;
                self.add(unpacked_name(&name), unpacked.into(), &around)
            }
            format @ (Format::Tar | Format::Zip) => self.add_archive(format, &name, &bytes, around),
            Format::Data(Content::Text) if (self.several || around.archive.is_some()) && is_description(&name) => {
                self.aside.push(&name);
                Ok(())
            }
            Format::Data(content) => {
                self.add_piece(unpacked_name(&name), content, bytes, around);
                Ok(())
            }
            Format::Unknown if around.archive.is_some() => {
                self.aside.push(&name);
                Ok(())
            }
            Format::Unknown => Err(UploadError::Kind { got: unknown(&bytes), file: name }.into()),
        }
    }

    fn add_piece(&mut self, name: String, content: Content, bytes: SharedBytes, around: &Surroundings) {
        let archive = around.archive.clone();
        let of_archive = |says: &dyn Fn(&str) -> bool| archive.as_deref().is_some_and(says);
        // A picture's own name and the folder of its class say nothing about its use.
        let folders = if content == Content::Picture { folder(folder(&name)) } else { &name };
        let purpose = purpose(folders).or_else(|| archive.as_deref().and_then(purpose));
        let is_emnist = has_word(&name, "emnist") || of_archive(&|archive| has_word(archive, "emnist"));
        self.pieces.push(DataPiece { name, archive, content, bytes, purpose, is_emnist });
    }

    fn add_archive(&mut self, format: Format, name: &str, bytes: &SharedBytes, around: &Surroundings) -> Result<()> {
        let inside = around.inside(name, self.several)?;
        let first = self.pieces.len();
        if format == Format::Tar {
            self.add_tar(name, bytes, &inside)?;
        } else {
            self.add_zip(name, bytes, &inside)?;
        }
        self.keep_one_kind(first);
        if self.pieces.len() == first && around.archive.is_none() {
            let got = UnknownFile::ArchiveWithoutData;
            return Err(UploadError::Kind { file: name.to_owned(), got }.into());
        }
        Ok(())
    }

    fn add_tar(&mut self, name: &str, bytes: &SharedBytes, inside: &Surroundings) -> Result<()> {
        let listing = list_tar(name, bytes)?;
        for other in &listing.others {
            self.aside.push(&inside.name(other));
        }
        for (member, range) in listing.files {
            // Within the archive, as the listing promises.
            if let Some(bytes) = bytes.slice(range) {
                self.add(inside.name(&member), bytes, inside)?;
            }
        }
        Ok(())
    }

    fn add_zip(&mut self, name: &str, bytes: &SharedBytes, inside: &Surroundings) -> Result<()> {
        let mut archive = ZipFiles::open(name, bytes)?;
        for index in 0..archive.len() {
            match archive.read(index, self.left, |member| !is_hidden(member))? {
                ZipMember::Folder => {}
                ZipMember::Link(member) => self.aside.push(&inside.name(&member)),
                ZipMember::Unwanted(member) => self.hidden.push(&inside.name(&member)),
                ZipMember::File(member, bytes) => {
                    self.charge(name, bytes.len())?;
                    self.add(inside.name(&member), bytes.into(), inside)?;
                }
            }
        }
        Ok(())
    }

    /// An archive contains one kind of data: a text beside images describes them.
    fn keep_one_kind(&mut self, first: usize) {
        let Some(kind) = self.pieces.get(first..).and_then(|own| own.iter().map(|piece| piece.content).max()) else {
            return;
        };
        let own = self.pieces.split_off(first);
        for piece in own {
            if piece.content.goes_with(kind) {
                self.pieces.push(piece);
            } else {
                self.aside.push(&piece.name);
            }
        }
    }
}

impl Surroundings {
    fn deeper(&self, file: &str) -> Result<Self> {
        if self.depth == DEPTH {
            return Err(DataFileError::TooDeep { file: file.to_owned(), limit: DEPTH }.into());
        }
        Ok(Self { depth: self.depth + 1, ..self.clone() })
    }

    /// Inside this archive. Its name is put in front of those of its files if there are others with which they might be confused.
    fn inside(&self, archive: &str, several: bool) -> Result<Self> {
        let is_named = several || self.archive.is_some();
        let prefix = if is_named { format!("{archive}/") } else { String::new() };
        let archive = self.archive.clone().unwrap_or_else(|| archive.to_owned());
        Ok(Self { archive: Some(archive), prefix, ..self.deeper(&self.prefix)? })
    }

    fn name(&self, member: &str) -> String {
        format!("{}{}", self.prefix, member.trim_start_matches("./"))
    }
}

/// The folder of a file or folder; empty if it is in none.
pub(super) fn folder(path: &str) -> &str {
    path.strip_suffix(base_name(path)).unwrap_or_default().trim_end_matches('/')
}
