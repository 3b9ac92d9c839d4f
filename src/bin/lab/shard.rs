//! `--shard I/N`: the part of an experiment that one of several machines computes.

use crate::arguments::{Options, Usage};
use emergence_lab::experiment::{Experiment, Share};

/// The share of the option, or all runs.
///
/// # Errors
/// If it is not `I/N` with `I` below `N`, both whole numbers, or `N` is more than the number of runs.
pub(crate) fn share(options: &Options, experiment: &Experiment) -> Result<Share, Usage> {
    let Some(text) = options.get("shard") else { return Ok(Share::WHOLE) };
    let runs = experiment.run_count();
    let numbers = text.split_once('/').and_then(|(first, of)| Some((first.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((first, of)) if first < of && of <= runs => Ok(Share::new(first, of)),
        _ => {
            let expected =
                format!("I/N, the I-th of N shards, from 0/N, where N is at most the number of runs, {runs}");
            Err(Usage::new("--shard", &expected, text))
        }
    }
}
