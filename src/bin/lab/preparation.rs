//! The first part of `lab run` and `lab init`: loading the data set, and drawing and tuning initial weights.

use crate::arguments::Options;
use anyhow::bail;
use emergence_lab::catalog::{DatasetName, DatasetOrigin, Task};
use emergence_lab::dataset::drawn::whole;
use emergence_lab::dataset::readers::LoadedFiles;
use emergence_lab::dataset::text::ParallelCorpus;
use emergence_lab::dataset::upload::{self, Upload};
use emergence_lab::dataset::{Dataset, files, numbers};
use emergence_lab::device::open_cpu;
use emergence_lab::error::{DatasetError, Error, Requirement, Result};
use emergence_lab::experiment::dataset::Selection;
use emergence_lab::experiment::limits::PAIRS;
use emergence_lab::experiment::{DatasetSpec, Experiment, LanguagePair, Named, Share};
use emergence_lab::metrics::PreparationProgress;
use emergence_lab::train::Preparation;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Interval between progress lines.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// The current time.
#[expect(clippy::disallowed_methods, reason = "only the native command line reads a clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Draws and tunes the initial weights of a share of an experiment on the CPU, with progress lines on stderr, until `stop` is set.
pub(crate) async fn tune(
    experiment: &Experiment,
    share: Share,
    dataset: Dataset,
    stop: &AtomicBool,
) -> anyhow::Result<Preparation> {
    let start = now();
    let clock = Box::new(move || start.elapsed().as_secs_f64());
    let mut preparation = Preparation::new(experiment, share, &Rc::new(dataset), &open_cpu(), clock)?;
    let mut reported = now();
    while !preparation.is_tuned() {
        if stop.load(Ordering::Relaxed) {
            bail!("another part of the experiment has failed");
        }
        let progress = preparation.advance().await?;
        if let Some(progress) = progress.filter(|_| share.first == 0 && reported.elapsed() >= REPORT_EVERY) {
            reported = now();
            report(&progress);
        }
    }
    Ok(preparation)
}

fn report(PreparationProgress { variant, done, total, objective }: &PreparationProgress) {
    let objective = objective.map(|objective| format!("  objective {objective:.4}")).unwrap_or_default();
    eprintln!("tuning {variant}: {done} of {total}{objective}");
}

/// Loads the data set of an experiment.
pub(crate) fn load(experiment: &Experiment, options: &Options) -> Result<Dataset> {
    load_from(&options.data_dir(), &experiment.dataset)
}

fn load_from(directory: &Path, spec: &DatasetSpec) -> Result<Dataset> {
    let named = |name| DatasetSpec { name, ..spec.clone() };
    match &spec.name.row().origin {
        DatasetOrigin::Published(publication) => match files::load(directory, spec.name, publication)? {
            LoadedFiles::Images(images) => Ok(images.into()),
            LoadedFiles::Sentences(corpus) => encoded(&corpus, spec),
        },
        DatasetOrigin::Drawn(set, _) => whole(*set).map(Dataset::Images),
        DatasetOrigin::Numbers => {
            Ok(numbers::dataset(spec.direction.languages().unwrap_or(LanguagePair::DEFAULT)).into())
        }
        DatasetOrigin::Upload | DatasetOrigin::Text => own(directory, spec),
        DatasetOrigin::Either { preferred, otherwise } => match load_from(directory, &named(*preferred)) {
            Err(Error::Dataset(DatasetError::DataFileMissing { .. })) => {
                let [wanted, used] = [preferred, otherwise].map(|dataset| dataset.row().label);
                eprintln!("note: {wanted} not found in {}; using the built-in {used} instead", directory.display());
                load_from(directory, &named(*otherwise))
            }
            loaded => loaded,
        },
    }
}

/// The files in the folder `upload` or `text`.
fn own(directory: &Path, spec: &DatasetSpec) -> Result<Dataset> {
    let files = files::own(directory, spec.name)?;
    match (upload::assemble(files)?, spec.name) {
        (Upload::Images(images), DatasetName::Upload) => Ok(images.into()),
        (Upload::Sentences(corpus), DatasetName::Text) => encoded(&corpus, spec),
        (Upload::Images(_), _) => {
            Err(Error::value("data", Requirement::OwnFiles(Task::Images).into(), spec.name.name()))
        }
        (Upload::Sentences(_), _) => {
            Err(Error::value("data", Requirement::OwnFiles(Task::Texts).into(), spec.name.name()))
        }
    }
}

/// The pairs of a corpus that are short enough; says on stderr how many are.
fn encoded(corpus: &ParallelCorpus, spec: &DatasetSpec) -> Result<Dataset> {
    let pairs = corpus.encoded(spec.name, spec)?;
    let used = corpus.train.len() + corpus.test.len();
    if corpus.found > used {
        eprintln!(
            "note: {} of {} pairs are not used: they lack a sentence, exceed the {PAIRS} that a part may have, or share a sentence with \
             the test part that was set aside",
            corpus.found - used,
            corpus.found
        );
    }
    for name in &corpus.left_aside {
        eprintln!("note: {name} is left aside");
    }
    if let Some(Selection { length, vocabulary, train: [short, all], test: [test_short, test_all] }) = pairs.selection {
        eprintln!(
            "note: {short} of {all} pairs for training and {test_short} of {test_all} for testing have sentences of at most {length} symbols; longer \
             ones are left out (vocabulary: {vocabulary} symbols)"
        );
    }
    Ok(pairs.into())
}
