//! Data sets in the browser: published files, generated data, the default that may become either, and the visitor's own files.

use super::RunFailure;
use super::download::{own, published};
use super::scope::post;
use super::upload::{self, Uploaded};
use crate::catalog::{DataFile, DatasetName, DatasetOrigin, Publication};
use crate::dataset::drawn::whole;
use crate::dataset::readers::{self, LoadedFiles, ReadFile};
use crate::dataset::{Dataset, numbers};
use crate::error::{DatasetError, DownloadFailure, Error, UploadError};
use crate::experiment::{DatasetSpec, LanguagePair};
use crate::protocol::{Event, FailureKind};
use std::rc::Rc;
use web_sys::File;

/// What data the worker has and may get.
#[derive(Default)]
pub(super) struct DataStore {
    /// The data set of the last experiment.
    loaded: Option<Loaded>,
    /// The visitor's own files, if any were received.
    uploaded: Option<Uploaded>,
    /// Data sets whose licenses were accepted.
    accepted: Vec<DatasetName>,
}

impl DataStore {
    /// From now on this data set may be downloaded.
    pub(super) fn accept(&mut self, dataset: DatasetName) {
        self.accepted.push(dataset);
    }

    /// Reads the visitor's own files, and reports to the page what is in them.
    pub(super) async fn receive(&mut self, files: Vec<File>) {
        if let Some(uploaded) = upload::receive(files).await {
            self.uploaded = Some(uploaded);
            self.loaded = None;
        }
    }

    /// The data set that is asked for; reports to the page if it is another one.
    pub(super) async fn get(&mut self, spec: &DatasetSpec) -> Result<Rc<Dataset>, RunFailure> {
        let missing = || RunFailure::new(FailureKind::Data, UploadError::Empty);
        let loaded = match (spec.name, self.loaded.take().filter(|loaded| loaded.serves(spec))) {
            (DatasetName::Upload, _) => {
                return match &self.uploaded {
                    Some(Uploaded::Images(dataset)) => Ok(Rc::clone(dataset)),
                    _ => Err(missing()),
                };
            }
            (_, Some(loaded)) => loaded,
            (DatasetName::Text, None) => {
                let Some(Uploaded::Sentences(corpus)) = &self.uploaded else { return Err(missing()) };
                let dataset = Rc::new(corpus.encoded(spec.name, spec).map_err(failure)?.into());
                Loaded { asked: spec.clone(), dataset, fallback: None }
            }
            // The old one is already dropped: two would not fit a small phone.
            (_, None) => load(spec, &self.accepted).await.map_err(failure)?,
        };
        if let Some(reason) = loaded.fallback.as_ref().filter(|_| spec.name == DatasetName::Auto) {
            post(&Event::DataFallback { reason: reason.clone() });
        }
        Ok(Rc::clone(&self.loaded.insert(loaded).dataset))
    }
}

/// A data set that is kept for the next experiment.
struct Loaded {
    /// What was requested.
    asked: DatasetSpec,
    dataset: Rc<Dataset>,
    /// Why it is not the requested data set, as a sentence.
    fallback: Option<String>,
}

impl Loaded {
    /// Whether loading another one would yield the same, or nothing better than the present data set.
    fn serves(&self, other: &DatasetSpec) -> bool {
        let DatasetSpec { direction, vocabulary, length, .. } = self.asked;
        let same = self.asked.name == other.name || self.dataset.name() == other.name.preferred();
        same && (direction, vocabulary, length) == (other.direction, other.vocabulary, other.length)
    }
}

/// Loads a data set, reporting progress to the page; `Auto` becomes `digits` if MNIST cannot be downloaded. Of data sets whose license has to
/// be accepted, only the `accepted` ones are downloaded from other sites.
///
/// # Errors
/// The error of the first file that no source could provide; [`DatasetError::License`]; [`UploadError::Empty`] for the visitor's own files,
/// which are not loaded from anywhere.
async fn load(asked: &DatasetSpec, accepted: &[DatasetName]) -> Result<Loaded, Error> {
    let row = asked.name.row();
    let dataset: Dataset = match &row.origin {
        DatasetOrigin::Either { preferred, otherwise } => {
            let named = |name| DatasetSpec { name, ..asked.clone() };
            let (loaded, fallback) = match Box::pin(load(&named(*preferred), accepted)).await {
                Ok(loaded) => (loaded, None),
                Err(error) => (Box::pin(load(&named(*otherwise), accepted)).await?, Some(error.to_string())),
            };
            return Ok(Loaded { asked: asked.clone(), fallback, ..loaded });
        }
        DatasetOrigin::Published(publication) => {
            let is_free = publication.license.is_none() || accepted.contains(&asked.name);
            match load_files(asked.name, publication, is_free).await? {
                LoadedFiles::Images(images) => images.into(),
                LoadedFiles::Sentences(corpus) => corpus.encoded(asked.name, asked)?.into(),
            }
        }
        DatasetOrigin::Drawn(set, _) => whole(*set)?.into(),
        DatasetOrigin::Numbers => numbers::dataset(asked.direction.languages().unwrap_or(LanguagePair::DEFAULT)).into(),
        DatasetOrigin::Upload | DatasetOrigin::Text => return Err(UploadError::Empty.into()),
    };
    Ok(Loaded { asked: asked.clone(), dataset: Rc::new(dataset), fallback: None })
}

async fn load_files(
    dataset: DatasetName,
    publication: &'static Publication,
    is_free: bool,
) -> Result<LoadedFiles, Error> {
    let mut read = Vec::new();
    for file in publication.files {
        let loaded = match load_file(dataset, publication, file, is_free).await {
            // Missing or damaged on this site.
            Err(_) if !is_free => {
                return Err(DatasetError::License { dataset, server: publication.server() }.into());
            }
            loaded => loaded?,
        };
        read.extend(loaded.map(|bytes| ReadFile { file, bytes }));
    }
    match readers::missing(publication, &read) {
        Some(file) => Err(not_on_this_site(publication, file).into()),
        None => readers::assemble(dataset, publication, &read),
    }
}

/// A verified file from the cache, the same origin or a public mirror. If no mirror allows requests from other sites, the file
/// comes from the same origin only, and may contain fewer examples than the published one; `None` if the site does not have it.
async fn load_file(
    dataset: DatasetName,
    publication: &Publication,
    file: &DataFile,
    is_free: bool,
) -> Result<Option<Vec<u8>>, Error> {
    let folder = dataset.row().name;
    match publication.cross_origin_mirror() {
        Some(mirror) => {
            let address = is_free.then(|| publication.address(mirror, file));
            published(folder, file, address.as_deref()).await.map(Some)
        }
        None => own(folder, file).await,
    }
}

fn not_on_this_site(publication: &Publication, file: &DataFile) -> DatasetError {
    let mirror = publication.mirrors.first();
    let address = mirror.map_or_else(|| file.name.to_owned(), |mirror| publication.address(mirror, file));
    DatasetError::Download { file: file.name.to_owned(), reason: DownloadFailure::NotOnThisSite { address } }
}

fn failure(error: Error) -> RunFailure {
    let kind = match &error {
        Error::Dataset(DatasetError::License { .. }) => FailureKind::License,
        Error::Dataset(DatasetError::Corpus(_)) => FailureKind::Experiment,
        _ => FailureKind::Data,
    };
    RunFailure::new(kind, error)
}
