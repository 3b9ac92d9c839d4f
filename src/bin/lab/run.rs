//! `lab run`: one experiment from start to end, with its results as JSON, CSV and SVG.

use crate::arguments::{Arguments, Options};
use anyhow::Context;
use emergence_lab::dataset::{Dataset, digits, files};
use emergence_lab::error::Error;
use emergence_lab::experiment::{DatasetName, Experiment, parse_query};
use emergence_lab::export;
use emergence_lab::metrics::{History, Record, Timing};
use emergence_lab::train::self_test::choose_device;
use emergence_lab::train::{Session, Work};
use std::path::Path;
use std::rc::Rc;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["data-dir", "out", "csv", "svg"])?;
    let [query] = options.positional("one query, like 'data=mnist&steps=469'")?;
    let parsed = parse_query(query);
    for key in &parsed.unknown {
        eprintln!("note: the key `{key}` is unknown and ignored");
    }
    let (experiment, _) = parsed.strict()?;
    let dataset = load(&experiment, &options)?;
    let history = pollster::block_on(train(&experiment, dataset))?;
    write_results(&history, &options)
}

fn load(experiment: &Experiment, options: &Options) -> anyhow::Result<Dataset> {
    let directory = options.data_dir();
    let draw = || digits::generate(digits::SEED, digits::TRAIN_EXAMPLES, digits::TEST_EXAMPLES, |_, _| ());
    match experiment.dataset.name {
        DatasetName::Digits => Ok(draw()?),
        DatasetName::Mnist => Ok(files::load_mnist(&directory)?),
        DatasetName::Auto => match files::load_mnist(&directory) {
            Ok(dataset) => Ok(dataset),
            Err(Error::DataFileMissing { .. }) => {
                eprintln!("note: no MNIST in {}; using the embedded digits", directory.display());
                Ok(draw()?)
            }
            Err(error) => Err(error.into()),
        },
    }
}

/// Training time with and without the evaluations.
#[derive(Default)]
struct Clock {
    training_secs: f64,
    elapsed_secs: f64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the native command line is the rim where a clock is read")]
    fn now() -> std::time::Instant {
        std::time::Instant::now()
    }

    fn timing(&self, steps: u64, runs: usize) -> Timing {
        let steps = steps as f64;
        let training = self.training_secs.max(f64::MIN_POSITIVE);
        Timing {
            steps_per_sec: steps / training,
            ms_per_step: if steps > 0.0 { 1000.0 * training / steps } else { 0.0 },
            runs,
            elapsed_secs: self.elapsed_secs,
        }
    }
}

async fn train(experiment: &Experiment, dataset: Dataset) -> anyhow::Result<History> {
    let chosen = choose_device(experiment.device).await;
    // In the browser `auto` may fall back; here the CPU is the only choice and needs no word.
    let chosen = chosen.map_err(|error| Error::value("device", "auto or cpu in the native build", error))?;
    let mut session = Session::new(experiment, &Rc::new(dataset), &chosen.device, chosen.environment)?;
    let mut history = History::new(session.setup().clone());
    let mut clock = Clock::default();
    loop {
        let start = Clock::now();
        let work = session.advance(true).await?;
        let record = session.drain().await?;
        let elapsed = start.elapsed().as_secs_f64();
        clock.elapsed_secs += elapsed;
        if work == Work::Step {
            clock.training_secs += elapsed;
        }
        history.apply(&record);
        report(&history, &record);
        if work == Work::Finished {
            history.timing = clock.timing(session.step(), experiment.run_count());
            return Ok(history);
        }
    }
}

/// One line on stderr per evaluation.
fn report(history: &History, record: &Record) {
    for evaluation in &record.evaluations {
        let mut runs = evaluation.runs.iter();
        let variants = history.variants.iter().map(|variant| {
            let accuracies = runs.by_ref().take(variant.runs.len()).flatten().map(|run| run.test_accuracy);
            let accuracies = accuracies.collect::<Vec<_>>();
            let mean = accuracies.iter().sum::<f32>() / accuracies.len() as f32;
            if accuracies.is_empty() {
                format!("{} diverged", variant.name)
            } else {
                format!("{} {mean:.4}", variant.name)
            }
        });
        let line = variants.collect::<Vec<_>>().join("  ");
        eprintln!("step {:>6}  test accuracy  {line}", evaluation.step);
    }
}

fn write_results(history: &History, options: &Options) -> anyhow::Result<()> {
    let json = export::results_json(history);
    if let Some(path) = options.get("out") {
        write_whole(Path::new(path), &json)?;
    }
    if let Some(path) = options.get("csv") {
        write_whole(Path::new(path), &export::csv(history))?;
    }
    if let Some(path) = options.get("svg") {
        write_whole(Path::new(path), &export::svg(history))?;
    }
    crate::print(&json);
    Ok(())
}

/// Writes a file under another name first, so that it is there whole or not at all.
fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, text).with_context(|| format!("{} cannot be written", path.display()))?;
    std::fs::rename(&partial, path).with_context(|| format!("{} cannot be written", path.display()))
}
