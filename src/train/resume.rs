//! Interrupts a training and goes on later: the state between two steps, and the training that continues from it.
//!
//! Nothing that was tuned is tuned again and nothing that was measured is measured again; all later measurements equal, on the CPU to the
//! bit, those of a training that was never interrupted.

use super::cohort::{Cohort, Group};
use super::evaluate::{Judgment, prediction_count};
use super::preparation::Preparation;
use super::start::StartMeasurement;
use super::training::{Training, setup};
use crate::checkpoint::{RunState, ShareOfState, StateShape, TrainingState};
use crate::dataset::Dataset;
use crate::device::{OpenDevice, read};
use crate::error::Result;
use crate::experiment::{Experiment, Share};
use crate::init::{InitialParameters, Parameter};
use crate::model::batch_norm::BatchStatistics;
use crate::model::{Network, Plan};
use burn::tensor::{Device, Tensor, TensorData, Transaction};
use std::rc::Rc;

impl Training {
    /// The state from which [`Preparation::resume`] goes on. `None` while something is [measured](Self::is_measuring): those pieces of
    /// work come first, `advance(false)` until it waits. What was measured so far is not part of the state: it is in the records of
    /// [`drain`](Self::drain), up to the same step if these are taken before the next piece of work.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device) when the device cannot be read.
    pub async fn state(&self) -> Result<Option<TrainingState>> {
        let Some(judgment) = self.judgment_at(None).filter(|_| !self.is_measuring()) else { return Ok(None) };
        let start = self.setup().start.iter().flat_map(|start| &start.variants);
        let costs = start.clone().map(|variant| variant.cost).collect();
        let mut runs = self.cohort.run_states().await?;
        let sums = start.flat_map(|variant| &variant.runs).map(|run| &run.weights_sha256);
        for ((run, sum), predicted) in runs.iter_mut().zip(sums).zip(&judgment.classes) {
            run.weights_sha256.clone_from(sum);
            run.predicted.clone_from(predicted);
        }
        Ok(Some(TrainingState { step: self.step(), evaluated: judgment.step, costs, runs }))
    }
}

impl Preparation {
    /// Goes on with a share of an experiment, from the state of its runs. Nothing is drawn, tuned or evaluated; the next piece of work is a
    /// training step, if one is left.
    ///
    /// The [`Setup`](crate::metrics::Setup) of the training equals that of the interrupted one before anything was measured, its
    /// records go on where those ended, and there are no snapshots of earlier steps.
    ///
    /// # Errors
    /// As [`Preparation::new`]; [`CheckpointError::Misfit`](crate::error::CheckpointError::Misfit) for the state of another experiment.
    pub fn resume(
        experiment: &Experiment,
        share: Share,
        dataset: &Rc<Dataset>,
        open: &OpenDevice,
        state: &ShareOfState<'_>,
    ) -> Result<Training> {
        let mut preparation = Self::undrawn(experiment, share, dataset, open, Box::new(|| 0.0))?;
        state.check(&preparation.state_shape())?;
        preparation.costs = state.costs.to_vec();
        let weights =
            state.runs.iter().map(|run| current_parameters(run, &preparation.plan)).collect::<Vec<InitialParameters>>();
        let mut cohort = Cohort::new(&preparation.experiment, share, &preparation.plan, &weights, open);
        cohort.restore(state, &open.device);
        let sums = state.runs.iter().map(|run| run.weights_sha256.clone()).collect();
        let setup = setup(&preparation, sums);
        let classes = state.runs.iter().map(|run| run.predicted.clone()).collect();
        let judgment = Judgment { step: state.evaluated, classes };
        Training::built(preparation, setup, cohort, StartMeasurement::complete(), Some(judgment))
    }

    fn state_shape(&self) -> StateShape {
        let Self { experiment, share, plan, dataset, .. } = self;
        let architecture = &plan.architecture;
        let layers = architecture.weight_layers();
        let normalized = layers.iter().filter(|layer| layer.normalized);
        let parameters = architecture.parameters();
        StateShape {
            steps: experiment.steps,
            variants: experiment.variants.len(),
            runs: share.run_count(experiment),
            parameters: parameters.iter().map(|parameter| parameter.shape.iter().product()).collect(),
            moments: experiment.optimizer.moment_count(),
            normalized: normalized.map(|layer| layer.shape.outputs()).collect(),
            shortcuts: architecture.shortcut_count(),
            predictions: prediction_count(dataset),
        }
    }
}

/// The parameters of a run in the form in which networks are stacked. The factors of its scheme are in the report of its start.
fn current_parameters(run: &RunState, plan: &Plan) -> InitialParameters {
    let roles = plan.architecture.parameter_roles().into_iter().zip(&run.parameters);
    InitialParameters {
        parameters: roles.map(|(role, values)| Parameter { role, values: values.clone(), factor: 1.0 }).collect(),
        shortcuts: run.shortcuts.iter().copied().map(f64::from).collect(),
    }
}

impl Cohort {
    /// The state of every run, without what only the training knows: checksum and predictions.
    async fn run_states(&self) -> Result<Vec<RunState>> {
        let mut runs = Vec::new();
        for group in &self.groups {
            runs.extend(group.run_states().await?);
        }
        Ok(runs)
    }

    /// Takes running statistics, moments and step from a state whose sizes are right. The parameters are those of the cohort.
    fn restore(&mut self, state: &ShareOfState<'_>, device: &Device) {
        self.step = state.step;
        let mut runs = state.runs.as_slice();
        for group in &mut self.groups {
            let (own, later) = runs.split_at(group.network.runs().min(runs.len()));
            runs = later;
            group.restore(own, state.step, device);
        }
    }
}

impl Group {
    async fn run_states(&self) -> Result<Vec<RunState>> {
        let Network { parameters, statistics, shortcuts, .. } = &self.network;
        let statistics = statistics.iter().flat_map(|BatchStatistics { mean, variance }| [mean, variance]);
        let kinds = [
            shortcuts.iter().collect::<Vec<_>>(),
            parameters.iter().collect(),
            statistics.collect(),
            self.optimizer.moments().iter().flatten().collect(),
        ];
        let tensors = kinds.iter().flatten().map(|tensor| (*tensor).clone());
        let mut values = read(tensors.fold(Transaction::default(), Transaction::register)).await?.into_iter();
        let mut runs = vec![RunState::default(); self.network.runs()];
        let count = runs.len();
        let places: [fn(&mut RunState, &[f32]); 4] = [
            |run, values| run.shortcuts.extend_from_slice(values),
            |run, values| run.parameters.push(values.to_vec()),
            |run, values| run.statistics.push(values.to_vec()),
            |run, values| run.moments.push(values.to_vec()),
        ];
        for (kind, place) in kinds.iter().zip(places) {
            // Each tensor is let go as soon as every run has its part of it.
            for values in values.by_ref().take(kind.len()) {
                runs.iter_mut().enumerate().for_each(|(run, state)| place(state, part(&values, run, count)));
            }
        }
        // Other runs of the group may have shortcuts that weigh something else.
        let is_one = |weight: &f32| weight.to_bits() == 1.0_f32.to_bits();
        runs.iter_mut().filter(|run| run.shortcuts.iter().all(is_one)).for_each(|run| run.shortcuts.clear());
        Ok(runs)
    }

    fn restore(&mut self, runs: &[&RunState], step: u64, device: &Device) {
        for (layer, statistics) in self.network.statistics.iter_mut().enumerate() {
            let [_, rows, channels] = statistics.mean.dims();
            let of = |index| runs.iter().filter_map(move |run| run.statistics.get(2 * layer + index));
            let number = |index: usize| stacked(of(index), [rows, channels], device);
            *statistics = BatchStatistics { mean: number(0), variance: number(1) };
        }
        let count = runs.first().map_or(0, |run| run.moments.len()) / self.network.parameters.len().max(1);
        let moments = self.network.parameters.iter().enumerate().map(|(parameter, tensor)| {
            let [_, rows, columns] = tensor.dims();
            let of = |index| runs.iter().filter_map(move |run| run.moments.get(parameter * count + index));
            let moment = |index: usize| stacked(of(index), [rows, columns], device);
            (0..count).map(moment).collect()
        });
        self.optimizer.restore(moments.collect(), step);
    }
}

/// The values of a tensor of all runs, `[runs, rows, columns]`.
fn stacked<'run>(
    runs: impl Iterator<Item = &'run Vec<f32>> + Clone,
    [rows, columns]: [usize; 2],
    device: &Device,
) -> Tensor<3> {
    let shape = [runs.clone().count(), rows, columns];
    Tensor::from_data(TensorData::new(runs.flatten().copied().collect::<Vec<f32>>(), shape), device)
}

/// The values of one of `count` runs.
fn part(values: &[f32], run: usize, count: usize) -> &[f32] {
    let size = values.len() / count.max(1);
    values.get(run * size..(run + 1) * size).unwrap_or_default()
}
