//! The memory that runs need, and the number of runs that are therefore stacked into a group.

use crate::dataset::Dataset;
use crate::device::{CPU_STEP_BYTES, OpenDevice};
use crate::error::{DeviceDemand, Error, Requirement, Result};
use crate::experiment::architecture::Architecture;
use crate::experiment::limits::{BYTES_PER_PARAMETER, BYTES_PER_VALUE, evaluation_chunk};
use crate::experiment::{Experiment, Named, TuningMethod};
use crate::model::Plan;

/// The memory that one run needs on a device, in bytes.
struct Demand {
    /// Memory for a training step.
    step: u64,
    /// The largest tensor: a weight, or the values of a layer for a batch or a chunk of test examples.
    tensor: u64,
    /// What a step reads again and again: all parameters, and the values of a batch.
    cached: u64,
}

impl Demand {
    fn of(experiment: &Experiment, architecture: &Architecture) -> Self {
        let batch = experiment.batch_size as u64;
        let parameters = architecture.parameter_count();
        let values = batch.max(evaluation_chunk(architecture) as u64) * architecture.largest_value_count();
        let weights = architecture.weight_layers().into_iter().map(|layer| layer.shape.count() as u64).max();
        Self {
            step: architecture.value_count() * batch * BYTES_PER_VALUE + parameters * BYTES_PER_PARAMETER,
            tensor: 4 * values.max(weights.unwrap_or_default()),
            cached: 4 * (parameters + architecture.value_count() * batch),
        }
    }
}

/// Memory that all workers but the first may need together, in bytes, and what each needs besides data and runs.
const FURTHER_WORKERS_BYTES: u64 = 512 << 20;
const WORKER_BYTES: u64 = 40 << 20;

/// Number of workers for the runs of an experiment on the CPU if there are this many cores: at most one per run, and as many as there is memory
/// for, of which each needs that of the data and of its share of the runs.
#[must_use]
pub fn worker_count(experiment: &Experiment, dataset: &Dataset, cores: usize) -> usize {
    let runs = experiment.run_count();
    let facts = dataset.facts();
    let architecture = experiment.model.architecture(&facts.examples, experiment.norm);
    let step = architecture.map_or(0, |architecture| Demand::of(experiment, &architecture).step);
    let fits = |workers: &usize| {
        let training = (step * runs.div_ceil(*workers) as u64).min(CPU_STEP_BYTES);
        let each = WORKER_BYTES + ((facts.train + facts.test) * facts.examples.bytes()) as u64 + training;
        (*workers as u64 - 1) * each <= FURTHER_WORKERS_BYTES
    };
    (2..=cores.min(runs)).rev().find(fits).unwrap_or(1)
}

/// Checks that at least one run of the network, and of the tuning of its initial weights, fits on the device.
///
/// # Errors
/// [`Error::Value`] of `model` or `init` otherwise.
pub(super) fn check_fit(experiment: &Experiment, architecture: &Architecture, open: &OpenDevice) -> Result<()> {
    let Demand { step, tensor, .. } = Demand::of(experiment, architecture);
    refuse_beyond("model", DeviceDemand::Step, open.step_bytes, step)?;
    refuse_beyond("model", DeviceDemand::Tensor, open.tensor_bytes, tensor)?;
    experiment.tunings().try_for_each(|tuning| {
        let needed = step * tuning.method.facts().memory_factor;
        refuse_beyond("init", DeviceDemand::Iteration { method: tuning.method.name() }, open.step_bytes, needed)
    })
}

fn refuse_beyond(key: &'static str, demand: DeviceDemand, most: u64, needed: u64) -> Result<()> {
    if needed <= most {
        return Ok(());
    }
    let megabytes = format!("{} MB", needed.div_ceil(1 << 20));
    Err(Error::value(key, Requirement::DeviceMemory { demand, most }.into(), megabytes))
}

/// Number of runs per group: as many as the limits of the device allow, but at least one, and groups of nearly equal size.
pub(super) fn group_size(experiment: &Experiment, plan: &Plan, runs: usize, open: &OpenDevice) -> usize {
    group_size_for(&Demand::of(experiment, &plan.architecture), runs, open)
}

/// Number of runs per group for a method that tunes initial weights, of `runs` in all.
pub(super) fn tuning_group_size(
    experiment: &Experiment,
    method: TuningMethod,
    runs: usize,
    plan: &Plan,
    open: &OpenDevice,
) -> usize {
    let demand = Demand::of(experiment, &plan.architecture);
    let step = demand.step * method.facts().memory_factor;
    group_size_for(&Demand { step, ..demand }, runs, open)
}

fn group_size_for(demand: &Demand, runs: usize, open: &OpenDevice) -> usize {
    let mut fitting = (open.step_bytes / demand.step.max(1)).min(open.tensor_bytes / demand.tensor.max(1));
    if let Some(group_bytes) = open.group_bytes {
        fitting = fitting.min(group_bytes / demand.cached.max(1));
    }
    let runs = runs.max(1);
    let fitting = usize::try_from(fitting).unwrap_or(runs).clamp(1, runs);
    runs.div_ceil(runs.div_ceil(fitting))
}
