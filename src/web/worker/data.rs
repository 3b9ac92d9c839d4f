//! Data sets in the browser: published files, generated data, and the default that may become either.

use super::Loaded;
use super::download::{own, published};
use crate::catalog::{DataFile, DatasetName, DatasetOrigin, Publication};
use crate::dataset::drawn::whole;
use crate::dataset::readers::{self, ReadFile};
use crate::dataset::{Dataset, ImageSet, numbers};
use crate::error::{DatasetError, DownloadFailure, Result, UploadError};
use crate::experiment::DatasetSpec;
use std::rc::Rc;

/// Loads a data set, reporting progress to the page; `Auto` becomes `digits` if MNIST cannot be downloaded.
///
/// # Errors
/// The error of the first file that no source could provide; [`UploadError::Empty`] for the visitor's own files, which
/// are not loaded from anywhere.
pub(super) async fn load(asked: &DatasetSpec) -> Result<Loaded> {
    let row = asked.name.row();
    let dataset: Dataset = match &row.origin {
        DatasetOrigin::Either { preferred, otherwise } => {
            let named = |name| DatasetSpec { name, ..asked.clone() };
            let (loaded, fallback) = match Box::pin(load(&named(*preferred))).await {
                Ok(loaded) => (loaded, None),
                Err(error) => (Box::pin(load(&named(*otherwise))).await?, Some(error.to_string())),
            };
            return Ok(Loaded { asked: asked.clone(), fallback, ..loaded });
        }
        DatasetOrigin::Published(publication) => load_files(asked.name, publication).await?.into(),
        DatasetOrigin::Drawn(set, _) => whole(*set)?.into(),
        DatasetOrigin::Numbers => numbers::dataset(asked.pair).into(),
        DatasetOrigin::Upload => return Err(UploadError::Empty.into()),
    };
    Ok(Loaded { asked: asked.clone(), dataset: Rc::new(dataset), fallback: None })
}

async fn load_files(dataset: DatasetName, publication: &'static Publication) -> Result<ImageSet> {
    let mut read = Vec::new();
    for file in publication.files {
        read.extend(load_file(dataset, publication, file).await?.map(|bytes| ReadFile { file, bytes }));
    }
    match readers::missing(publication, &read) {
        Some(file) => Err(not_on_this_site(publication, file).into()),
        None => readers::assemble(dataset, publication, &read),
    }
}

/// A verified file from the cache, the same origin or a public mirror. If no mirror allows requests from other sites, the file
/// comes from the same origin only, and may contain fewer examples than the published one; `None` if the site does not have it.
async fn load_file(dataset: DatasetName, publication: &Publication, file: &DataFile) -> Result<Option<Vec<u8>>> {
    let folder = dataset.row().name;
    match publication.cross_origin_mirror() {
        Some(mirror) => published(folder, file, &publication.address(mirror, file)).await.map(Some),
        None => own(folder, file).await,
    }
}

fn not_on_this_site(publication: &Publication, file: &DataFile) -> DatasetError {
    let mirror = publication.mirrors.first();
    let address = mirror.map_or_else(|| file.name.to_owned(), |mirror| publication.address(mirror, file));
    DatasetError::Download { file: file.name.to_owned(), reason: DownloadFailure::NotOnThisSite { address } }
}
