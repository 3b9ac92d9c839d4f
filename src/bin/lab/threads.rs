//! Trains an experiment on several threads, each with a share of the runs. The results do not depend on how many there are.

use crate::preparation::{now, tune};
use anyhow::Context;
use emergence_lab::dataset::Dataset;
use emergence_lab::experiment::{Experiment, Share};
use emergence_lab::metrics::{
    Assembly, History, Record, Setup, Stopwatch, Timing, Translation, assembled, interleaved,
};
use emergence_lab::train::Work;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// What a thread reports of its share.
enum News {
    /// It is ready to train.
    Setup(Box<Setup>),
    /// Measurements.
    Record(Record, Timing),
    /// The translations of its runs, at the end.
    Translations(Vec<Translation>),
    /// It cannot go on.
    Failed(anyhow::Error),
}

/// Number of threads if none is asked for: one per core.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// What a training leaves.
pub(crate) struct Trained {
    /// All measurements.
    pub(crate) history: History,
    /// The translation of the sentence by every run; none if there is no sentence.
    pub(crate) translations: Vec<Translation>,
}

/// Trains an experiment on this many threads, which share the runs, and if there are fewer runs their operations; `report` is called
/// with every new part of the history. At the end, all runs translate `sentence`.
pub(crate) fn train(
    experiment: &Experiment,
    dataset: Dataset,
    threads: usize,
    sentence: Option<&str>,
    report: impl FnMut(&History, &Record),
) -> anyhow::Result<Trained> {
    let shares = threads.clamp(1, experiment.run_count().max(1));
    let stop = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        let mut datasets = vec![dataset; shares];
        for first in 0..shares {
            let Some(dataset) = datasets.pop() else { break };
            let (sender, stop) = (sender.clone(), &stop);
            scope.spawn(move || {
                let share = Share { first, of: shares };
                if let Err(error) =
                    confined(threads / shares, || train_share(experiment, share, dataset, sentence, &sender, stop))
                {
                    // Nobody listens if another thread has failed before.
                    let _ = sender.send((first, News::Failed(error)));
                }
            });
        }
        drop(sender);
        let trained = assemble(shares, receiver, report);
        // After a failure the others would go on in vain.
        stop.store(true, Ordering::Relaxed);
        trained
    })
}

/// Runs `work` with this many threads for its operations, at least one.
fn confined<T: Send>(threads: usize, work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build()?.install(work)
}

fn train_share(
    experiment: &Experiment,
    share: Share,
    dataset: Dataset,
    sentence: Option<&str>,
    sender: &Sender<(usize, News)>,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    pollster::block_on(async {
        let start = now();
        let mut training = tune(experiment, share, dataset, stop).await?.into_training().await?;
        let mut stopwatch = Stopwatch::new(experiment.run_count(), start.elapsed().as_secs_f64());
        sender.send((share.first, News::Setup(Box::new(training.setup().clone()))))?;
        while !stop.load(Ordering::Relaxed) {
            let start = now();
            let work = training.advance(true).await?;
            let record = training.drain().await?;
            stopwatch.add(start.elapsed().as_secs_f64(), work == Work::Step);
            sender.send((share.first, News::Record(record, stopwatch.timing(training.step()))))?;
            if work == Work::Finished {
                break;
            }
        }
        if let Some(sentence) = sentence {
            let (translations, _) = training.translate(&training.typed_sentence(sentence), None, None).await?;
            sender.send((share.first, News::Translations(translations)))?;
        }
        Ok(())
    })
}

/// Puts together what the threads report.
fn assemble(
    shares: usize,
    receiver: Receiver<(usize, News)>,
    mut report: impl FnMut(&History, &Record),
) -> anyhow::Result<Trained> {
    let (mut setups, mut assembly) = (vec![None; shares], Assembly::new(shares));
    let mut translations = vec![Vec::new(); shares];
    let mut timings = vec![Timing::default(); shares];
    let mut history = None;
    for (share, news) in receiver {
        match news {
            News::Failed(error) => return Err(error),
            News::Setup(setup) => setups[share] = Some(*setup),
            News::Translations(of_share) => {
                translations[share] = of_share;
                continue;
            }
            News::Record(record, timing) => {
                assembly.add(share, record);
                timings[share] = timing;
            }
        }
        if history.is_none() && setups.iter().all(Option::is_some) {
            history = assembled(setups.drain(..).flatten().collect()).map(History::new);
        }
        let Some(history) = &mut history else { continue };
        let record = assembly.take();
        history.apply(&record);
        history.set_timing(timings.iter().copied().fold(timings[0], Timing::slower));
        report(history, &record);
    }
    let history = history.context("no thread has reported")?;
    Ok(Trained { history, translations: interleaved(translations) })
}
