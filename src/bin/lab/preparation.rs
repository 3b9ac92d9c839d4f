//! The first part of `lab run` and `lab init`: loading the data set, and drawing and tuning initial weights.

use crate::arguments::Options;
use anyhow::bail;
use emergence_lab::catalog::{DatasetName, DatasetOrigin};
use emergence_lab::dataset::drawn::whole;
use emergence_lab::dataset::{Dataset, files, numbers};
use emergence_lab::device::open_cpu;
use emergence_lab::error::{DatasetError, Error, Requirement, Result};
use emergence_lab::experiment::{Experiment, LanguagePair, Share};
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
    load_from(&options.data_dir(), experiment.dataset.name, experiment.dataset.pair)
}

fn load_from(directory: &Path, dataset: DatasetName, pair: LanguagePair) -> Result<Dataset> {
    match &dataset.row().origin {
        DatasetOrigin::Published(publication) => files::load(directory, dataset, publication).map(Dataset::Images),
        DatasetOrigin::Drawn(set, _) => whole(*set).map(Dataset::Images),
        DatasetOrigin::Numbers => Ok(numbers::dataset(pair).into()),
        DatasetOrigin::Upload => Err(Error::value("data", Requirement::NamedDataset.into(), dataset.row().name)),
        DatasetOrigin::Either { preferred, otherwise } => match load_from(directory, *preferred, pair) {
            Err(Error::Dataset(DatasetError::DataFileMissing { .. })) => {
                let [wanted, used] = [preferred, otherwise].map(|dataset| dataset.row().label);
                eprintln!("note: {wanted} not found in {}; using the built-in {used} instead", directory.display());
                load_from(directory, *otherwise, pair)
            }
            loaded => loaded,
        },
    }
}
