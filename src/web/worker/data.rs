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
use crate::experiment::own_files::FileRole;
use crate::experiment::{DatasetSpec, LanguagePair};
use crate::protocol::{DownloadSource, Event, FailureKind};
use std::rc::Rc;
use web_sys::File;

/// What data the worker has and may get.
#[derive(Default)]
pub(super) struct DataStore {
    /// The data set of the last experiment.
    loaded: Option<Loaded>,
    /// The visitor's own files, if any were received.
    uploaded: Option<Uploaded>,
    /// Where the visitor lets data sets be downloaded from.
    allowed: Vec<DownloadSource>,
}

impl DataStore {
    /// From now on a data set may be downloaded from there.
    pub(super) fn allow(&mut self, source: DownloadSource) {
        self.allowed.push(source);
    }

    /// Reads the visitor's own files, and reports to the page what is in them.
    pub(super) async fn receive(&mut self, files: Vec<File>, choices: &[(String, FileRole)]) {
        if let Some(uploaded) = upload::receive(files, choices).await {
            self.uploaded = Some(uploaded);
            self.loaded = None;
        }
    }

    /// The data set that is asked for; reports to the page if it is another one.
    pub(super) async fn get(&mut self, spec: &DatasetSpec) -> Result<Rc<Dataset>, RunFailure> {
        let missing = || RunFailure::new(FailureKind::Data, UploadError::Empty);
        let kept = self.loaded.take();
        let loaded = match (spec.name, kept) {
            (DatasetName::Upload, _) => {
                return match &self.uploaded {
                    Some(Uploaded::Images(dataset)) => Ok(Rc::clone(dataset)),
                    _ => Err(missing()),
                };
            }
            (_, Some(kept)) if kept.serves(spec) => kept,
            (DatasetName::Text, _) => {
                let Some(Uploaded::Sentences(corpus)) = &self.uploaded else { return Err(missing()) };
                let dataset = Rc::new(corpus.encoded(spec.name, spec).map_err(failure)?.into());
                Loaded { asked: spec.clone(), dataset, fallback: None }
            }
            (_, kept) => self.load(spec, kept).await.map_err(failure)?,
        };
        if let Some(Fallback { reason, offer }) = loaded.fallback.as_ref().filter(|_| spec.name == DatasetName::Auto) {
            post(&Event::DataFallback { reason: reason.clone(), offer: offer.clone() });
        }
        Ok(Rc::clone(&self.loaded.insert(loaded).dataset))
    }
}

/// A data set that is kept for the next experiment.
struct Loaded {
    /// What was requested.
    asked: DatasetSpec,
    dataset: Rc<Dataset>,
    /// Why it is not the requested data set.
    fallback: Option<Fallback>,
}

/// Why a data set was replaced by another one.
struct Fallback {
    /// A sentence.
    reason: String,
    /// From where it could be downloaded.
    offer: Option<DownloadSource>,
}

impl Loaded {
    /// Whether loading another one would yield the same.
    fn serves(&self, other: &DatasetSpec) -> bool {
        self.asked.serves(self.dataset.name(), other)
    }
}

impl DataStore {
    /// Loads a data set, reporting progress to the page; `Auto` becomes `digits` if there is no MNIST, which may be those that were `kept`.
    ///
    /// # Errors
    /// The error of the first file that no source could provide; [`DatasetError::Consent`]; [`UploadError::Empty`] for the visitor's own
    /// files, which are not loaded from anywhere.
    async fn load(&self, asked: &DatasetSpec, kept: Option<Loaded>) -> Result<Loaded, Error> {
        let DatasetOrigin::Either { preferred, otherwise } = asked.name.row().origin else {
            // Two would not fit a small phone.
            drop(kept);
            return self.load_named(asked).await;
        };
        let named = |name| DatasetSpec { name, ..asked.clone() };
        let (loaded, fallback) = match self.load_named(&named(preferred)).await {
            Ok(loaded) => (loaded, None),
            Err(error) => {
                let otherwise = named(otherwise);
                let loaded = match kept.filter(|kept| kept.serves(&otherwise)) {
                    Some(kept) => kept,
                    None => self.load_named(&otherwise).await?,
                };
                (loaded, Some(Fallback { reason: error.to_string(), offer: offer(&error) }))
            }
        };
        Ok(Loaded { asked: asked.clone(), fallback, ..loaded })
    }

    async fn load_named(&self, asked: &DatasetSpec) -> Result<Loaded, Error> {
        let dataset: Dataset = match &asked.name.row().origin {
            DatasetOrigin::Published(publication) => match self.load_files(asked.name, publication).await? {
                LoadedFiles::Images(images) => images.into(),
                LoadedFiles::Sentences(corpus) => corpus.encoded(asked.name, asked)?.into(),
            },
            DatasetOrigin::Drawn(set, _) => whole(*set)?.into(),
            DatasetOrigin::Numbers => {
                numbers::dataset(asked.direction.languages().unwrap_or(LanguagePair::DEFAULT)).into()
            }
            DatasetOrigin::Upload | DatasetOrigin::Text | DatasetOrigin::Either { .. } => {
                return Err(UploadError::Empty.into());
            }
        };
        Ok(Loaded { asked: asked.clone(), dataset: Rc::new(dataset), fallback: None })
    }

    async fn load_files(&self, dataset: DatasetName, publication: &'static Publication) -> Result<LoadedFiles, Error> {
        let server = publication.server();
        let is_allowed =
            self.allowed.iter().any(|source| (source.dataset, source.server.as_str()) == (dataset, server));
        let mut read = Vec::new();
        for file in publication.files {
            let loaded = match load_file(dataset, publication, file, is_allowed).await {
                Err(error) if !is_allowed && is_missing(&error) => {
                    return Err(DatasetError::Consent { dataset, server }.into());
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
}

/// Whether this site has answered that it does not have a file.
fn is_missing(error: &Error) -> bool {
    let Error::Dataset(DatasetError::Download { reason, .. }) = error else { return false };
    matches!(reason, DownloadFailure::NotFound | DownloadFailure::Status { .. })
}

/// A verified file from the cache, the same origin or, if that is allowed, a public mirror. If no mirror allows requests from other sites, the
/// file comes from the same origin only, and may contain fewer examples than the published one; `None` if the site does not have it.
async fn load_file(
    dataset: DatasetName,
    publication: &Publication,
    file: &DataFile,
    is_allowed: bool,
) -> Result<Option<Vec<u8>>, Error> {
    let folder = dataset.row().name;
    match publication.cross_origin_mirror() {
        Some(mirror) => {
            let address = is_allowed.then(|| publication.address(mirror, file));
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

/// From where the data set could be downloaded, if that is all that is missing.
fn offer(error: &Error) -> Option<DownloadSource> {
    match error {
        Error::Dataset(DatasetError::Consent { dataset, server }) => {
            Some(DownloadSource { dataset: *dataset, server: (*server).to_owned() })
        }
        _ => None,
    }
}

/// The failure that follows from an error, after what the page has to know to ask for a decision.
fn failure(error: Error) -> RunFailure {
    if let Some(source) = offer(&error) {
        post(&Event::DownloadOffered { source });
    }
    let kind = match &error {
        Error::Dataset(DatasetError::Consent { .. }) => FailureKind::Consent,
        Error::Dataset(DatasetError::Corpus(_)) => FailureKind::Experiment,
        _ => FailureKind::Data,
    };
    RunFailure::new(kind, error)
}
