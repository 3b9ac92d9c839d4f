//! Checkpoints of `lab run`: written now and then while it trains, and read when it goes on.

use crate::arguments::{Options, Usage};
use crate::output::tell;
use crate::output_place::OutputPlace;
use crate::preparation::now;
use emergence_lab::catalog::{DatasetName, DatasetOrigin};
use emergence_lab::checkpoint::{Checkpoint, CheckpointHeader, LARGEST_HEADER, TrainingState};
use emergence_lab::dataset::Dataset;
use emergence_lab::error::{CheckpointError, Error};
use emergence_lab::experiment::{DatasetSpec, Experiment, Share};
use emergence_lab::metrics::History;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

/// Seconds between checkpoints, if none are stated.
const EVERY: u64 = 60;
/// Most seconds between checkpoints: a day.
const MOST_EVERY: u64 = 86_400;

/// Writes checkpoints.
pub(crate) struct Keeper {
    place: OutputPlace,
    every: Duration,
    /// When it last wrote one, or tried to.
    last: Instant,
}

impl Keeper {
    /// That of `--checkpoint`; who goes on with a checkpoint keeps it up to date, unless there is another place. `None` without either.
    pub(crate) fn new(options: &Options) -> Result<Option<Self>, Usage> {
        let is_stated = |name: &&str| options.get(name).is_some_and(|path| !path.is_empty());
        let Some(name) = ["checkpoint", "resume"].into_iter().find(is_stated) else {
            return match options.get("every") {
                Some(every) => Err(Usage::new("--every", "no such option without --checkpoint or --resume", every)),
                None => Ok(None),
            };
        };
        let path = options.get(name).unwrap_or_default();
        let place = OutputPlace::new(name, path)?;
        if !place.is_file() {
            return Err(Usage::new(&format!("--{name}"), "a regular file", path));
        }
        let every = match options.get("every") {
            None => EVERY,
            Some(text) => {
                let seconds = text.parse().ok().filter(|seconds| (1..=MOST_EVERY).contains(seconds));
                let expected = format!("a whole number of seconds from 1 to {MOST_EVERY}");
                seconds.ok_or_else(|| Usage::new("--every", &expected, text))?
            }
        };
        Ok(Some(Self { place, every: Duration::from_secs(every), last: now() }))
    }

    pub(crate) fn place(&self) -> &OutputPlace {
        &self.place
    }

    /// Whether it is time for the next checkpoint.
    pub(crate) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// Writes a checkpoint over the one before.
    ///
    /// # Errors
    /// If the file cannot be written; then that before is still there.
    pub(crate) fn save(&mut self, history: &History, state: &TrainingState) -> anyhow::Result<()> {
        let written = self.place.write(&Checkpoint::new(history.clone(), state).to_bytes());
        self.last = now();
        written
    }
}

/// An interrupted training that goes on.
pub(crate) struct Resumption {
    /// What was measured before.
    pub(crate) history: History,
    /// The state of all runs.
    pub(crate) state: TrainingState,
}

impl Resumption {
    /// Reads the file of `--resume`, if there is one. Without a file it is that of
    /// `--checkpoint`, if that exists.
    pub(crate) fn new(options: &Options) -> Result<Option<Self>, Usage> {
        let kept = || options.get("checkpoint").filter(|path| Path::new(path).is_file());
        let path = options.get("resume").and_then(|path| if path.is_empty() { kept() } else { Some(path) });
        let Some(path) = path else { return Ok(None) };
        let expected = "a checkpoint of Emergence Lab";
        let bytes = read(path)
            .map_err(|error| Usage::because("--resume", format!("expected {expected}, got `{path}`: {error}")))?;
        let parts = bytes.and_then(|bytes| {
            let checkpoint = Checkpoint::from_bytes(&bytes)?;
            let state = checkpoint.training_state()?;
            Ok(Self { history: checkpoint.head.history, state })
        });
        parts.map(Some).map_err(refused)
    }

    /// Says on stderr where the training goes on.
    pub(crate) fn announce(&self) {
        tell(format!("note: going on at step {} of {}", self.state.step, self.experiment().steps));
    }

    /// The experiment, with the data set that is in use.
    pub(crate) fn experiment(&self) -> &Experiment {
        &self.history.setup.experiment
    }

    /// Checks that this experiment, of a query beside the checkpoint, computes the same numbers.
    ///
    /// # Errors
    /// [`CheckpointError::Experiment`].
    pub(crate) fn check_experiment(&self, stated: &Experiment) -> Result<(), Usage> {
        let own = self.experiment();
        if computes_same(stated, own) {
            return Ok(());
        }
        Err(refused(CheckpointError::Experiment { expected: stated.to_query(), got: own.to_query() }))
    }

    /// Checks that the checkpoint is one of these runs of the experiment.
    ///
    /// # Errors
    /// Names `--shard` if it is one of others.
    pub(crate) fn check_share(&self, share: Share) -> Result<(), Usage> {
        let expected = History::of_share(self.history.setup.clone(), share);
        let seeds = |history: &History| {
            let runs = history.variants.iter().map(|variant| variant.runs.iter().map(|run| run.seed).collect());
            runs.collect::<Vec<Vec<u64>>>()
        };
        if seeds(&expected) == seeds(&self.history) {
            return Ok(());
        }
        let got = if share == Share::WHOLE { "all runs".to_owned() } else { format!("{}/{}", share.first, share.of) };
        Err(Usage::new("--shard", "the shard whose runs the checkpoint has", got))
    }

    /// Checks that these data are those on which the runs were trained. Generated data are always the same.
    ///
    /// # Errors
    /// [`CheckpointError::Data`].
    pub(crate) fn check_data(&self, dataset: &Dataset) -> anyhow::Result<()> {
        let expected = self.history.setup.start.iter().map(|start| start.receipt.data_sha256.as_str()).next();
        let spec = &self.experiment().dataset;
        let is_drawn = matches!(spec.name.row().origin, DatasetOrigin::Drawn(..) | DatasetOrigin::Numbers);
        let Some(expected) = expected.filter(|sum| !is_drawn && !sum.is_empty()) else { return Ok(()) };
        let got = dataset.selected(spec)?.sha256();
        if got == expected {
            return Ok(());
        }
        Err(refused(CheckpointError::Data { expected: expected.to_owned(), got }).into())
    }
}

/// Whether a query can have led to the numbers of an experiment, of which the data set is known.
pub(crate) fn computes_same(stated: &Experiment, own: &Experiment) -> bool {
    let name = if may_become(stated.dataset.name, own.dataset.name) { own.dataset.name } else { stated.dataset.name };
    let dataset = DatasetSpec { name, ..stated.dataset.clone() };
    let order = if stated.order_seed() == own.order_seed() { own.order } else { stated.order };
    *own == Experiment { dataset, order, device: own.device, ..stated.clone() }
}

/// Whether a query with `stated` can lead to an experiment with `used`.
fn may_become(stated: DatasetName, used: DatasetName) -> bool {
    match stated.row().origin {
        DatasetOrigin::Either { preferred, otherwise } => [preferred, otherwise].contains(&used),
        _ => false,
    }
}

fn refused(error: CheckpointError) -> Usage {
    Usage::because("--resume", Error::from(error))
}

/// The bytes of a file, no more than a checkpoint has by its header: the path may lead to something that never ends.
fn read(path: &str) -> io::Result<Result<Vec<u8>, CheckpointError>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(LARGEST_HEADER as u64).read_to_end(&mut bytes)?;
    let length = match CheckpointHeader::read(&bytes) {
        Ok((header, start)) => header.file_bytes(start).unwrap_or(u64::MAX),
        Err(error) => return Ok(Err(error)),
    };
    // One byte more, to detect that there are more.
    file.take(length.saturating_add(1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes)?;
    Ok(Ok(bytes))
}
