//! A visitor's own files: images as CIFAR batches, arrays (IDX, NumPy) or pictures, or sentences in two languages as text, each possibly gzipped
//! or in an archive. One reader serves the browser and the command line. The format of a file is recognized by its first bytes or its name;
//! its name also decides whether it is training or test data, unless the visitor has decided otherwise.
//!
//! Files are processed in the order of their names, not in the order in which they were chosen.

mod arrays;
mod format;
mod images;
mod pictures;
mod pixels;
mod purpose;
mod unpacker;

use super::image_set::ImageSet;
use super::readers::archive::{NamedFile, base_name};
use super::text::{self, ParallelCorpus, TextFile};
use crate::catalog::Part;
use crate::error::{DataFileError, DatasetError, NameList, Result, UploadError, UploadNote};
use crate::experiment::own_files::{FileReading, FileRole};
use format::Content;
pub use images::{CLASSES, SIDE};
use purpose::StatedUse;
use std::collections::HashMap;
use unpacker::{DataPiece, Unpacked, folder};

/// Largest size of all files together, packed and unpacked, in bytes.
pub const UNPACKED: usize = 1 << 29;

/// The name of a file without the ending that says that it is gzipped.
#[must_use]
pub fn unpacked_name(name: &str) -> String {
    match name.strip_suffix(".tgz") {
        Some(stem) => format!("{stem}.tar"),
        None => name.strip_suffix(".gz").unwrap_or(name).to_owned(),
    }
}

/// Largest size of text files together, in bytes.
pub const TEXTS: usize = 64 << 20;

/// What a visitor's files contain.
#[derive(Debug, Clone, PartialEq)]
pub enum Upload {
    /// Images with classes.
    Images(ImageSet),
    /// Sentences in two languages.
    Sentences(ParallelCorpus),
}

/// Files that were unpacked and have their uses, but are not decoded yet.
pub struct UnpackedFiles {
    /// Their uses, one for every file or folder of pictures.
    pub files: Vec<FileReading>,
    used: Vec<(Part, DataPiece)>,
    notes: Vec<UploadNote>,
}

impl UnpackedFiles {
    /// Unpacks files and decides what they are used for: as `choices` says, otherwise as their names say; training if these say nothing. A
    /// validation file is used only if there is no other.
    ///
    /// # Errors
    /// [`UploadError::Kind`], [`DatasetError::DataFileTooLarge`], and those of [`gunzip`](super::readers::gzip::gunzip),
    /// [`list_tar`](super::readers::archive::list_tar) and [`ZipFiles`](super::readers::zip_archive::ZipFiles).
    pub fn new(given: Vec<NamedFile>, choices: &[(String, FileRole)]) -> Result<Self> {
        let unpacked = Unpacked::new(given)?;
        let mut notes = unpacked.notes();
        let is_validation = |piece: &DataPiece| piece.purpose == Some(StatedUse::Validation);
        let nothing_else = unpacked.pieces.iter().all(is_validation);
        let mut files: Vec<FileReading> = Vec::new();
        let mut places = HashMap::new();
        let mut used = Vec::new();
        let mut validation = NameList::default();
        for piece in unpacked.pieces {
            let name = unit(&piece);
            let chosen = choices.iter().find(|(chosen, _)| *chosen == name).map(|(_, role)| *role);
            let stated = piece.purpose.filter(|_| !nothing_else).map_or(FileRole::Training, StatedUse::role);
            let role = chosen.unwrap_or(stated);
            let place = *places.entry(name.clone()).or_insert(files.len());
            if let Some(known) = files.get_mut(place) {
                known.files += 1;
            } else {
                if chosen.is_none() && role == FileRole::LeftOut {
                    validation.push(&name);
                }
                files.push(FileReading { name, files: 1, role });
            }
            match role {
                FileRole::Training => used.push((Part::Train, piece)),
                FileRole::Test => used.push((Part::Test, piece)),
                FileRole::LeftOut => {}
            }
        }
        notes.extend((!validation.is_empty()).then_some(UploadNote::Validation(validation)));
        Ok(Self { files, used, notes })
    }

    /// The data set in the files, and what a visitor should know about it.
    ///
    /// # Errors
    /// Every [`UploadError`] and [`DataFileError`]; those of the readers of batches, arrays and pictures, and those of [`text::read`];
    /// [`DatasetError::ImageSize`], [`DatasetError::LabelCount`], [`DatasetError::NoExamples`] and [`DatasetError::DataFileTooLarge`].
    pub fn assemble(self) -> Result<(Upload, Vec<UploadNote>)> {
        let Self { files, used, mut notes } = self;
        let Some((_, first)) = used.first() else {
            return Err(if files.is_empty() { UploadError::Empty.into() } else { DataFileError::AllLeftOut.into() });
        };
        if let Some((_, other)) = used.iter().find(|(_, piece)| !piece.content.goes_with(first.content)) {
            return Err(mixed(first, other).into());
        }
        let upload = match first.content {
            Content::Text => sentences(used).map(Upload::Sentences),
            Content::Batch => images::from_batches(&used, &mut notes).map(Upload::Images),
            Content::Idx | Content::Npy => arrays::assemble(&used, &mut notes).map(Upload::Images),
            Content::Picture => pictures::assemble(used, &mut notes).map(Upload::Images),
        };
        Ok((upload?, notes))
    }
}

/// The data set in the given files.
///
/// # Errors
/// Those of [`UnpackedFiles::new`] and [`UnpackedFiles::assemble`].
pub fn assemble(files: Vec<NamedFile>, choices: &[(String, FileRole)]) -> Result<(Upload, Vec<UploadNote>)> {
    UnpackedFiles::new(files, choices)?.assemble()
}

/// What has a use of its own: a file, or a folder with a folder for each class.
fn unit(piece: &DataPiece) -> String {
    if piece.content != Content::Picture {
        return piece.name.clone();
    }
    match (folder(folder(&piece.name)), &piece.archive) {
        ("", Some(archive)) => archive.clone(),
        ("", None) => piece.name.clone(),
        (folder, _) => folder.to_owned(),
    }
}

fn mixed(first: &DataPiece, other: &DataPiece) -> UploadError {
    let names = |one: &DataPiece, other: &DataPiece| (one.name.clone(), other.name.clone());
    match (first.content, other.content) {
        (Content::Text, _) => {
            let (text, image) = names(first, other);
            UploadError::MixedKinds { image, text }
        }
        (_, Content::Text) => {
            let (image, text) = names(first, other);
            UploadError::MixedKinds { image, text }
        }
        (Content::Batch, _) => {
            let (batch, idx) = names(first, other);
            UploadError::Mixed { batch, idx }
        }
        _ => {
            let (idx, batch) = names(first, other);
            UploadError::Mixed { batch, idx }
        }
    }
}

fn sentences(used: Vec<(Part, DataPiece)>) -> Result<ParallelCorpus> {
    if used.iter().map(|(_, file)| file.bytes.len()).sum::<usize>() > TEXTS {
        let names = used.iter().map(|(_, file)| &file.name).collect::<NameList>();
        return Err(DatasetError::DataFileTooLarge { path: names.names.join(", "), limit: TEXTS as u64 }.into());
    }
    let texts = used.into_iter().map(|(part, file)| Ok((part, TextFile::read(base_name(&file.name), &file.bytes)?)));
    text::read(texts.collect::<Result<_>>()?)
}
