//! The visitor's own files, which are read and unpacked in the browser and never sent anywhere.

use super::inspection::{sample, sample_of_corpus};
use super::scope::post;
use crate::dataset::readers::archive::NamedFile;
use crate::dataset::text::ParallelCorpus;
use crate::dataset::upload::{UNPACKED, UnpackedFiles, Upload};
use crate::dataset::{Dataset, Part};
use crate::error::{DatasetError, Error, Result, UploadNote};
use crate::experiment::own_files::{FileReading, FileRole};
use crate::protocol::Event;
use crate::web::error::describe;
use js_sys::Uint8Array;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Bytes of a file that are read at a time.
const PIECE: usize = 8 << 20;

/// A data set of the visitor's own files.
pub(super) enum Uploaded {
    /// Images.
    Images(Rc<Dataset>),
    /// Sentences, which are encoded as an experiment demands.
    Sentences(ParallelCorpus),
}

/// Reads the data set in these files, with the uses that the visitor has chosen, and reports the outcome to the page; `None` if the files are
/// refused.
pub(super) async fn receive(given: Vec<File>, choices: &[(String, FileRole)]) -> Option<Uploaded> {
    let refused = |error: Error, files| {
        post(&Event::UploadRefused { message: error.to_string(), files });
    };
    let unpacked = read(given).await.and_then(|contents| UnpackedFiles::new(contents, choices));
    let unpacked = unpacked.map_err(|error| refused(error, Vec::new())).ok()?;
    let files = unpacked.files.clone();
    match unpacked.assemble() {
        Ok((upload, notes)) => Some(announced(upload, &notes, files)),
        Err(error) => {
            refused(error, files);
            None
        }
    }
}

/// Reports what the files contain.
fn announced(upload: Upload, notes: &[UploadNote], files: Vec<FileReading>) -> Uploaded {
    let notes = notes.iter().map(ToString::to_string).collect();
    match upload {
        Upload::Images(images) => {
            let dataset = Dataset::Images(images);
            let (train, test) = (dataset.len(Part::Train), dataset.len(Part::Test));
            let (found, sample) = (train + test, sample(&dataset));
            post(&Event::Uploaded { train, test, found, files, notes, sample });
            Uploaded::Images(Rc::new(dataset))
        }
        Upload::Sentences(corpus) => {
            let (train, test, found) = (corpus.train.len(), corpus.test.len(), corpus.found);
            let sample = sample_of_corpus(&corpus);
            post(&Event::Uploaded { train, test, found, files, notes, sample });
            Uploaded::Sentences(corpus)
        }
    }
}

async fn read(given: Vec<File>) -> Result<Vec<NamedFile>> {
    let mut contents = Vec::new();
    // All files together must fit.
    let mut left = UNPACKED;
    for file in given {
        let file = read_file(&file, left).await?;
        left = left.saturating_sub(file.bytes.len());
        contents.push(file);
    }
    Ok(contents)
}

/// Reads one file of at most `limit` bytes, in pieces, so that it is in memory only once.
async fn read_file(file: &File, limit: usize) -> Result<NamedFile> {
    let name = file.name();
    if file.size() > limit as f64 {
        return Err(DatasetError::DataFileTooLarge { path: name, limit: limit as u64 }.into());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number up to the limit")]
    let mut bytes = Vec::with_capacity(file.size() as usize);
    loop {
        let piece = read_piece(file, bytes.len()).await;
        let piece =
            piece.map_err(|error| DatasetError::DataFileUnreadable { path: name.clone(), reason: describe(&error) })?;
        if piece.length() == 0 {
            return Ok(NamedFile { name, bytes });
        }
        let start = bytes.len();
        bytes.resize(start + piece.length() as usize, 0);
        piece.copy_to(&mut bytes[start..]);
    }
}

/// The piece of a file at a position; empty at its end.
async fn read_piece(file: &File, start: usize) -> std::result::Result<Uint8Array, JsValue> {
    let piece = file.slice_with_f64_and_f64(start as f64, (start + PIECE) as f64)?;
    Ok(Uint8Array::new(&JsFuture::from(piece.array_buffer()).await?))
}
