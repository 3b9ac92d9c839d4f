//! The visitor's own files, which are read and unpacked in the browser and never sent anywhere.

use super::download::unpacked;
use super::inspection::sample;
use super::scope::post;
use crate::dataset::readers::archive::NamedFile;
use crate::dataset::upload::{UNPACKED, assemble};
use crate::dataset::{Dataset, Part};
use crate::error::{DatasetError, Result};
use crate::protocol::Event;
use crate::web::error::describe;
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Reads the data set in these files and reports the outcome to the page; `None` if the files are refused.
pub(super) async fn receive(files: Vec<File>) -> Option<Dataset> {
    match read(files).await {
        Ok(dataset) => {
            let (train, test) = (dataset.len(Part::Train), dataset.len(Part::Test));
            post(&Event::Uploaded { train, test, sample: sample(&dataset) });
            Some(dataset)
        }
        Err(error) => {
            post(&Event::UploadRefused { message: error.to_string() });
            None
        }
    }
}

async fn read(files: Vec<File>) -> Result<Dataset> {
    let mut contents = Vec::new();
    // All files together must fit, packed and unpacked.
    let mut left = UNPACKED;
    for file in files {
        let file = read_file(&file, left).await?;
        left = left.saturating_sub(file.bytes.len());
        contents.push(file);
    }
    assemble(contents).map(Dataset::Images)
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
    let name = match name.strip_suffix(".tgz") {
        Some(stem) => format!("{stem}.tar"),
        None => name.strip_suffix(".gz").unwrap_or(&name).to_owned(),
    };
    Ok(NamedFile { name, bytes })
}
