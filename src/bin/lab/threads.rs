//! Trains an experiment on several threads, each with a share of the runs. The results do not depend on how many there are.

use crate::checkpoints::{Keeper, Resumption};
use crate::conductor::{Conductor, News};
use crate::gate::{Admission, Gate};
use crate::preparation::{now, tune};
use crate::signals::{EndSignal, Signals};
use anyhow::{Context, anyhow};
use emergence_lab::dataset::Dataset;
use emergence_lab::device::{Backend, OpenDevice, open_cpu};
use emergence_lab::experiment::{Experiment, Share};
use emergence_lab::metrics::{History, Record, Stopwatch, Translation};
use emergence_lab::train::{Preparation, Training, Work};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

/// Longest time between two readings of the losses from a GPU, which waits for nothing else.
const READING_INTERVAL: Duration = Duration::from_millis(200);

/// Number of threads if none is asked for: one per core.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Who computes what of an experiment.
pub(crate) struct Workforce {
    /// The runs.
    pub(crate) share: Share,
    /// The device.
    pub(crate) open: OpenDevice,
    /// On the CPU, the number of threads, which share the runs, and if there are fewer runs their operations.
    pub(crate) threads: usize,
}

impl Workforce {
    /// All runs on all cores.
    pub(crate) fn all_cores() -> Self {
        Self { share: Share::WHOLE, open: open_cpu(), threads: cores() }
    }

    /// The number of threads that share the runs. A GPU computes all runs at once.
    fn shares(&self, experiment: &Experiment) -> usize {
        let most = if self.open.backend == Backend::Cpu { self.threads } else { 1 };
        most.clamp(1, self.share.run_count(experiment).max(1))
    }
}

/// What watches over a training.
#[derive(Default)]
pub(crate) struct Supervision<'watch> {
    /// The sentence that all runs translate at the end.
    pub(crate) sentence: Option<&'watch str>,
    /// The training that goes on.
    pub(crate) resumption: Option<&'watch Resumption>,
    /// Keeps checkpoints.
    pub(crate) keeper: Option<Keeper>,
    /// Signals that end the training.
    pub(crate) signals: Option<&'watch Signals>,
}

/// What a training leaves.
pub(crate) struct Trained {
    /// All measurements; none if it was ended before the first step.
    pub(crate) history: Option<History>,
    /// The translation of the sentence by every run; none if there is no sentence.
    pub(crate) translations: Vec<Translation>,
    /// The signal that ended it early.
    pub(crate) ended_by: Option<EndSignal>,
    /// The step of the last checkpoint that was written.
    pub(crate) saved_at: Option<u64>,
    /// Why it could not go on, or why the last checkpoint could not be written.
    pub(crate) failure: Option<anyhow::Error>,
}

/// What the thread of a share knows.
struct ShareTask<'task> {
    experiment: &'task Experiment,
    /// The index of this thread, and their number.
    place: (usize, usize),
    /// Number of runs of all threads.
    runs: usize,
    share: Share,
    open: OpenDevice,
    sentence: Option<&'task str>,
    resumption: Option<&'task Resumption>,
    /// Whether states are wanted for checkpoints.
    is_kept: bool,
    gate: &'task Gate,
    sender: Sender<(usize, News)>,
}

/// Trains runs of an experiment; `report` is called with every new part of the history.
pub(crate) fn train(
    experiment: &Experiment,
    dataset: Dataset,
    workforce: &Workforce,
    supervision: Supervision<'_>,
    report: impl FnMut(&History, &Record),
) -> Trained {
    let of = workforce.shares(experiment);
    let gate = Gate::new(of, supervision.resumption.map_or(0, |resumption| resumption.state.step));
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        let mut datasets = vec![dataset; of];
        for first in 0..of {
            let Some(dataset) = datasets.pop() else { break };
            let task = ShareTask {
                experiment,
                place: (first, of),
                runs: workforce.share.run_count(experiment),
                share: workforce.share.part(first, of),
                open: workforce.open.clone(),
                sentence: supervision.sentence,
                resumption: supervision.resumption,
                is_kept: supervision.keeper.is_some(),
                gate: &gate,
                sender: sender.clone(),
            };
            scope.spawn(move || {
                let sender = task.sender.clone();
                let work = AssertUnwindSafe(|| confined(workforce.threads / of, || task.train(dataset)));
                // After a panic, which has said where it was, the others would wait for ever.
                let ended = catch_unwind(work).unwrap_or_else(|_| Err(anyhow!("a thread has panicked")));
                if let Err(error) = ended {
                    // The other end listens until all threads have ended.
                    let _ = sender.send((first, News::Failed(error)));
                }
            });
        }
        drop(sender);
        Conductor::new(workforce.share, of, supervision, &gate).conduct(&receiver, report)
    })
}

/// Runs `work` with this many threads for its operations, at least one.
fn confined<T: Send>(threads: usize, work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build()?.install(work)
}

impl ShareTask<'_> {
    fn train(self, dataset: Dataset) -> anyhow::Result<()> {
        pollster::block_on(async {
            let start = now();
            let Some(mut training) = self.begin(dataset).await? else { return Ok(()) };
            let first = training.step();
            let before = self.resumption.map_or(0.0, |resumption| resumption.history.timing.elapsed_secs);
            let mut stopwatch = Stopwatch::new(self.runs, before + start.elapsed().as_secs_f64());
            self.send(News::Setup(Box::new(training.setup().clone())))?;
            let mut drained = now();
            loop {
                let (start, step) = (now(), training.step());
                let admission = self.gate.admission(self.place.0, step, self.experiment.steps);
                if admission == Admission::Stop {
                    return Ok(());
                }
                let work = training.advance(admission == Admission::Train).await?;
                let is_due = self.open.backend == Backend::Cpu || drained.elapsed() >= READING_INTERVAL;
                let record = if is_due || work != Work::Step { training.drain().await? } else { Record::default() };
                stopwatch.add(start.elapsed().as_secs_f64(), work == Work::Step);
                if record != Record::default() {
                    drained = now();
                    self.send(News::Record(record, stopwatch.timing(training.step() - first)))?;
                }
                match work {
                    Work::Finished => break,
                    Work::Waiting => self.wait(&training).await?,
                    Work::Step | Work::Measurement | Work::Evaluation => {}
                }
            }
            self.send_state(&training).await?;
            if let Some(sentence) = self.sentence {
                let (translations, _) = training.translate(&training.typed_sentence(sentence), None, None).await?;
                self.send(News::Translations(translations))?;
            }
            Ok(())
        })
    }

    /// The training of the share, before its next step; `None` if it was stopped before.
    async fn begin(&self, dataset: Dataset) -> anyhow::Result<Option<Training>> {
        let Self { experiment, share, .. } = *self;
        if let Some(Resumption { state, .. }) = self.resumption {
            // The state has the runs of this machine only.
            let (index, of) = self.place;
            let state = state.share(Share::new(index, of));
            return Ok(Some(Preparation::resume(experiment, share, &Rc::new(dataset), &self.open, &state)?));
        }
        let tuned = tune(experiment, share, dataset, &self.open, || self.gate.is_stopped()).await?;
        Ok(match tuned {
            Some(preparation) => Some(preparation.into_training().await?),
            None => None,
        })
    }

    /// Waits for the other shares, or until a checkpoint is written.
    async fn wait(&self, training: &Training) -> anyhow::Result<()> {
        // Counted before the state is sent: the gate may be released, and held again, before this thread waits.
        let releases = self.gate.releases();
        if self.gate.is_held_at(training.step()) {
            self.send_state(training).await?;
            self.gate.await_release(releases);
        } else {
            self.gate.await_turn(training.step());
        }
        Ok(())
    }

    /// Sends the state of the share, of which everything is measured.
    async fn send_state(&self, training: &Training) -> anyhow::Result<()> {
        if !self.is_kept {
            return Ok(());
        }
        let state = training.state().await?.context("a state was asked for in the middle of a measurement")?;
        self.send(News::State(state))
    }

    fn send(&self, news: News) -> anyhow::Result<()> {
        Ok(self.sender.send((self.place.0, news))?)
    }
}
