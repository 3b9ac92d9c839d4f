//! How long a training step takes, measured: by this, `device=auto` chooses between GPU and CPU.

use super::memory::worker_count;
use super::preparation::Preparation;
use crate::dataset::Dataset;
use crate::device::{Backend, OpenDevice, open_cpu};
use crate::error::Result;
use crate::experiment::{BaseInit, EvaluationSteps, Experiment, Share};
use crate::metrics::StepTimes;
use std::rc::Rc;

/// The time that is spent on the steps of one device.
const SECONDS: f64 = 0.25;
/// More steps than are taken, and fewer than the losses of all runs have room for.
const STEPS: u64 = 10_000;
/// A device on which the first step takes this long, in seconds, is not measured any longer.
const TOO_LONG: f64 = 1.0;
/// Most steps after which the losses are read, as in a training.
const MOST_UNREAD: u32 = 10;

/// Measures the steps of an experiment on this GPU, and on the CPU with `cores` workers, by the largest of their shares, for about half a second
/// in all. The networks are only drawn, not tuned, and nothing else is measured.
///
/// # Errors
/// [`crate::error::Error::Device`] when a device fails, and the errors of [`Preparation::new`].
pub async fn step_times(
    experiment: &Experiment,
    dataset: &Rc<Dataset>,
    webgpu: &OpenDevice,
    cores: usize,
    now_secs: fn() -> f64,
) -> Result<StepTimes> {
    let webgpu = step_seconds(experiment, Share::WHOLE, dataset, webgpu, SECONDS, now_secs).await?;
    // The largest share of the runs; those of the other cores take no longer.
    let share = Share::new(0, worker_count(experiment, dataset, cores));
    let cpu = step_seconds(experiment, share, dataset, &open_cpu(), SECONDS, now_secs).await?;
    let [webgpu_microseconds, cpu_microseconds] = [webgpu, cpu].map(|seconds| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time, not negative")]
        let microseconds = (1e6 * seconds).round() as u64;
        microseconds
    });
    Ok(StepTimes { webgpu_microseconds, cpu_microseconds })
}

/// The mean time of a training step of all runs of a share, in seconds, over about `limit` seconds by the clock `now_secs`.
///
/// # Errors
/// [`crate::error::Error::Device`] when the device fails, and the errors of [`Preparation::new`].
pub async fn step_seconds(
    experiment: &Experiment,
    share: Share,
    dataset: &Rc<Dataset>,
    open: &OpenDevice,
    limit: f64,
    now_secs: fn() -> f64,
) -> Result<f64> {
    let experiment = untuned(experiment);
    let preparation = Preparation::new(&experiment, share, dataset, open, Box::new(now_secs))?;
    let mut training = preparation.into_training().await?;
    let begin = now_secs();
    training.train()?;
    training.drain().await?;
    let first = now_secs() - begin;
    if first >= TOO_LONG && open.backend == Backend::Cpu {
        return Ok(first);
    }
    // The first two steps compile shaders, that of the first update and that of all others.
    training.train()?;
    training.drain().await?;
    let (start, mut steps, mut unread) = (now_secs(), 0, 1);
    loop {
        for _ in 0..unread {
            training.train()?;
        }
        training.drain().await?;
        steps += unread;
        let elapsed = now_secs() - start;
        if elapsed >= limit {
            return Ok(elapsed / f64::from(steps));
        }
        unread = (2 * unread).min(MOST_UNREAD);
    }
}

/// As many runs of the same networks, of a scheme without tuning and without evaluations.
fn untuned(experiment: &Experiment) -> Experiment {
    Experiment {
        variants: vec![BaseInit::KaimingNormal.into()],
        #[expect(clippy::cast_possible_truncation, reason = "there are at most a few hundred runs")]
        seeds: experiment.run_count() as u32,
        steps: STEPS,
        evaluation: EvaluationSteps::Every(STEPS),
        ..experiment.clone()
    }
}
