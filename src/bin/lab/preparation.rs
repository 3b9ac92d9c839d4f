//! The first part of `lab run` and `lab init`: loading the data set, and drawing and tuning initial weights.

use crate::arguments::Options;
use crate::output::{tell, tell_event};
use crate::own_files;
use emergence_lab::catalog::{DatasetOrigin, Publication};
use emergence_lab::dataset::drawn::whole;
use emergence_lab::dataset::readers::LoadedFiles;
use emergence_lab::dataset::text::ParallelCorpus;
use emergence_lab::dataset::upload::Upload;
use emergence_lab::dataset::{Dataset, files, numbers};
use emergence_lab::device::OpenDevice;
use emergence_lab::error::{DatasetError, Error, Result};
use emergence_lab::experiment::dataset::Selection;
use emergence_lab::experiment::limits::PAIRS;
use emergence_lab::experiment::own_files::RoleChoices;
use emergence_lab::experiment::{DatasetSpec, Experiment, LanguagePair, Share};
use emergence_lab::metrics::PreparationProgress;
use emergence_lab::train::Preparation;
use serde_json::json;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Interval between progress lines.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// The current time.
#[expect(clippy::disallowed_methods, reason = "only the native command line reads a clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Draws and tunes the initial weights of a share of an experiment, with progress lines on stderr; `None` if
/// it is to stop before they are complete.
pub(crate) async fn tune(
    experiment: &Experiment,
    share: Share,
    dataset: Dataset,
    open: &OpenDevice,
    is_stopped: impl Fn() -> bool,
) -> anyhow::Result<Option<Preparation>> {
    let start = now();
    let clock = Box::new(move || start.elapsed().as_secs_f64());
    let mut preparation = Preparation::new(experiment, share, &Rc::new(dataset), open, clock)?;
    let mut reported = now();
    while !preparation.is_tuned() {
        if is_stopped() {
            return Ok(None);
        }
        let progress = preparation.advance().await?;
        if let Some(progress) = progress.filter(|_| share.is_first() && reported.elapsed() >= REPORT_EVERY) {
            reported = now();
            report(&progress);
        }
    }
    Ok(Some(preparation))
}

fn report(PreparationProgress { variant, done, total, objective }: &PreparationProgress) {
    let words = objective.map(|objective| format!("  objective {objective:.4}")).unwrap_or_default();
    tell_event(
        &format!("tuning {variant}: {done} of {total}{words}"),
        || json!({"event": "tuning", "variant": variant.to_string(), "done": done, "total": total, "objective": objective}),
    );
}

/// The data set of an experiment.
pub(crate) struct LoadedData {
    pub(crate) dataset: Dataset,
    /// The names of published files whose contents are not the published ones.
    pub(crate) altered: Vec<String>,
}

impl From<Dataset> for LoadedData {
    fn from(dataset: Dataset) -> Self {
        Self { dataset, altered: Vec::new() }
    }
}

/// Loads the data set of an experiment; `choices` are the uses of a person's own files. Files with other contents than the published ones
/// are used, and stderr says so.
pub(crate) fn load(experiment: &Experiment, options: &Options, choices: &RoleChoices) -> anyhow::Result<LoadedData> {
    load_from(&options.data_dir(), &experiment.dataset, choices)
}

fn load_from(directory: &Path, spec: &DatasetSpec, choices: &RoleChoices) -> anyhow::Result<LoadedData> {
    let named = |name| DatasetSpec { name, ..spec.clone() };
    match &spec.name.row().origin {
        DatasetOrigin::Published(publication) => Ok(published(directory, spec, publication)?),
        DatasetOrigin::Drawn(set, _) => Ok(Dataset::Images(whole(*set)?).into()),
        DatasetOrigin::Numbers => {
            let languages = spec.direction.languages().unwrap_or(LanguagePair::DEFAULT);
            Ok(Dataset::from(numbers::dataset(languages)).into())
        }
        DatasetOrigin::Upload | DatasetOrigin::Text => Ok(match own_files::read(directory, spec, choices)? {
            Upload::Images(images) => Dataset::from(images).into(),
            Upload::Sentences(corpus) => encoded(&corpus, spec)?.into(),
        }),
        DatasetOrigin::Either { preferred, otherwise } => match load_from(directory, &named(*preferred), choices) {
            Err(error) if is_missing(&error) => {
                let [wanted, used] = [preferred, otherwise].map(|dataset| dataset.row().label);
                tell(format!("note: {wanted} not found in {}; using the built-in {used} instead", directory.display()));
                load_from(directory, &named(*otherwise), choices)
            }
            loaded => loaded,
        },
    }
}

/// Whether the files of a data set are not there.
fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::Dataset(DatasetError::DataFileMissing { .. })))
}

fn published(directory: &Path, spec: &DatasetSpec, publication: &Publication) -> Result<LoadedData> {
    let (files, altered) = files::load_verified(directory, spec.name, publication)?;
    for file in &altered {
        tell(format!("note: {}: not the published data: {}; used all the same", spec.name.row().label, file.error));
    }
    let dataset = match files {
        LoadedFiles::Images(images) => images.into(),
        LoadedFiles::Sentences(corpus) => encoded(&corpus, spec)?,
    };
    Ok(LoadedData { dataset, altered: altered.into_iter().map(|file| file.name.to_owned()).collect() })
}

/// The pairs of a corpus that are short enough; says on stderr how many are.
fn encoded(corpus: &ParallelCorpus, spec: &DatasetSpec) -> Result<Dataset> {
    let pairs = corpus.encoded(spec.name, spec)?;
    let used = corpus.train.len() + corpus.test.len();
    if corpus.found > used {
        tell(format!(
            "note: {} of {} pairs are not used: they lack a sentence, exceed the {PAIRS} that a part may have, or share a sentence with \
             the test part that was set aside",
            corpus.found - used,
            corpus.found
        ));
    }
    if let Some(Selection { length, vocabulary, train: [short, all], test: [test_short, test_all] }) = pairs.selection {
        tell(format!(
            "note: {short} of {all} pairs for training and {test_short} of {test_all} for testing have sentences of at most {length} symbols; longer \
             ones are left out (vocabulary: {vocabulary} symbols)"
        ));
    }
    Ok(pairs.into())
}
