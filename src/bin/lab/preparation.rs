//! What `lab run` and `lab init` begin with: the data set, and initial weights that may have to be tuned.

use crate::arguments::Options;
use emergence_lab::dataset::{Dataset, digits, files, patterns};
use emergence_lab::device::open_cpu;
use emergence_lab::error::{DatasetError, Error, Requirement};
use emergence_lab::experiment::{DatasetName, Experiment};
use emergence_lab::metrics::{PreparationProgress, PreparationTask};
use emergence_lab::train::Preparation;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How often a line tells how far it is.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "the native command line is the rim where a clock is read")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Draws and tunes the initial weights of an experiment on the CPU, with a line on stderr now and then.
pub(crate) async fn tune(experiment: &Experiment, dataset: Dataset) -> anyhow::Result<Preparation> {
    let start = now();
    let clock = Box::new(move || start.elapsed().as_secs_f64());
    let mut preparation = Preparation::new(experiment, &Rc::new(dataset), &open_cpu(), clock)?;
    let mut reported = now();
    while !preparation.is_tuned() {
        let progress = preparation.advance().await?;
        if let Some(progress) = progress.filter(|_| reported.elapsed() >= REPORT_EVERY) {
            reported = now();
            report(&progress);
        }
    }
    Ok(preparation)
}

fn report(PreparationProgress { task, done, total, objective }: &PreparationProgress) {
    let objective = objective.map(|objective| format!("  objective {objective:.4}")).unwrap_or_default();
    match task {
        PreparationTask::Tuning { variant } => eprintln!("tuning {variant}: {done} of {total}{objective}"),
        PreparationTask::RandomActivity => eprintln!("random activity: {done} of {total}"),
    }
}

/// The data set of an experiment.
pub(crate) fn load(experiment: &Experiment, options: &Options) -> anyhow::Result<Dataset> {
    let directory = options.data_dir();
    let draw = || digits::generate(digits::SEED, digits::TRAIN_EXAMPLES, digits::TEST_EXAMPLES, |_, _| ());
    match experiment.dataset.name {
        DatasetName::Digits => Ok(draw()?),
        DatasetName::Mnist => Ok(files::load_mnist(&directory)?),
        DatasetName::FashionMnist => Ok(files::load_fashion_mnist(&directory)?),
        DatasetName::Cifar10 => Ok(files::load_cifar10(&directory)?),
        DatasetName::Patterns => {
            let (train, test) = (patterns::TRAIN_EXAMPLES, patterns::TEST_EXAMPLES);
            Ok(patterns::generate(patterns::SEED, train, test, |_, _| ())?)
        }
        DatasetName::Upload => Err(Error::value("data", Requirement::NamedDataset.into(), "upload").into()),
        DatasetName::Auto => match files::load_mnist(&directory) {
            Ok(dataset) => Ok(dataset),
            Err(Error::Dataset(DatasetError::DataFileMissing { .. })) => {
                eprintln!("note: no MNIST in {}; using the embedded digits", directory.display());
                Ok(draw()?)
            }
            Err(error) => Err(error.into()),
        },
    }
}
