//! The visitor's own files, which are read and unpacked in the browser and never sent anywhere.

use super::download::unpacked;
use super::inspection::{sample, sample_of_corpus};
use super::scope::post;
use crate::dataset::readers::archive::NamedFile;
use crate::dataset::text::ParallelCorpus;
use crate::dataset::upload::{UNPACKED, Upload, assemble, unpacked_name};
use crate::dataset::{Dataset, Part};
use crate::error::{DatasetError, Result};
use crate::protocol::Event;
use crate::web::error::describe;
use js_sys::Uint8Array;
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// A data set of the visitor's own files.
pub(super) enum Uploaded {
    /// Images.
    Images(Rc<Dataset>),
    /// Sentences, which are encoded as an experiment demands.
    Sentences(ParallelCorpus),
}

/// Reads the data set in these files and reports the outcome to the page; `None` if the files are refused.
pub(super) async fn receive(files: Vec<File>) -> Option<Uploaded> {
    match read(files).await {
        Ok(upload) => Some(announced(upload)),
        Err(error) => {
            post(&Event::UploadRefused { message: error.to_string() });
            None
        }
    }
}

/// Reports what the files contain.
fn announced(upload: Upload) -> Uploaded {
    match upload {
        Upload::Images(images) => {
            let dataset = Dataset::Images(images);
            let (train, test) = (dataset.len(Part::Train), dataset.len(Part::Test));
            let (found, sample) = (train + test, sample(&dataset));
            post(&Event::Uploaded { train, test, found, left_aside: Vec::new(), sample });
            Uploaded::Images(Rc::new(dataset))
        }
        Upload::Sentences(corpus) => {
            let (train, test, found) = (corpus.train.len(), corpus.test.len(), corpus.found);
            let (left_aside, sample) = (corpus.left_aside.clone(), sample_of_corpus(&corpus));
            post(&Event::Uploaded { train, test, found, left_aside, sample });
            Uploaded::Sentences(corpus)
        }
    }
}

async fn read(files: Vec<File>) -> Result<Upload> {
    let mut contents = Vec::new();
    // All files together must fit, packed and unpacked.
    let mut left = UNPACKED;
    for file in files {
        let file = read_file(&file, left).await?;
        left = left.saturating_sub(file.bytes.len());
        contents.push(file);
    }
    assemble(contents)
}

/// Reads one file of at most `limit` bytes, unpacked if it is gzipped; its name then loses the `.gz`.
async fn read_file(file: &File, limit: usize) -> Result<NamedFile> {
    let name = file.name();
    let too_large = || DatasetError::DataFileTooLarge { path: name.clone(), limit: limit as u64 }.into();
    if file.size() > limit as f64 {
        return Err(too_large());
    }
    let unreadable = |error| DatasetError::DataFileUnreadable { path: name.clone(), reason: describe(&error) };
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(unreadable)?;
    let packed = Uint8Array::new(&buffer).to_vec();
    let bytes = unpacked(&name, &packed, limit).await?;
    if bytes.len() > limit {
        return Err(too_large());
    }
    Ok(NamedFile { name: unpacked_name(&name), bytes })
}
