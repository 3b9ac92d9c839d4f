//! Prepares an experiment for training, in small pieces of work: initial weights are drawn and, for tuned initializations, tuned by
//! running the network.

use super::batches::TuningExamples;
use super::cohort::Cohort;
use super::memory::{check_fit, tuning_group_size};
use super::probe::Probe;
use crate::dataset::batcher::Batcher;
use crate::dataset::{Dataset, Part};
use crate::device::OpenDevice;
use crate::error::Result;
use crate::experiment::scheme::Tuning;
use crate::experiment::{DatasetSpec, Experiment, Share};
use crate::init::InitialParameters;
use crate::metrics::{InitCost, PreparationProgress};
use crate::model::Plan;
use crate::tune::{Iteration, Tuner, TuningContext};
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

/// Returns the seconds since a fixed time; the core has no clock of its own.
pub type Clock = Box<dyn Fn() -> f64>;

/// An experiment in preparation for its first step.
pub struct Preparation {
    pub(super) experiment: Experiment,
    pub(super) share: Share,
    pub(super) dataset: Rc<Dataset>,
    pub(super) plan: Rc<Plan>,
    pub(super) probe: Probe,
    pub(super) open: OpenDevice,
    pub(super) batcher: Batcher,
    clock: Clock,
    /// Initial parameters of each run, by variant, then by seed.
    pub(super) weights: Vec<InitialParameters>,
    /// Cost of the initialization, per variant.
    pub(super) costs: Vec<InitCost>,
    /// Groups of runs that remain to be tuned.
    jobs: VecDeque<Job>,
}

/// Runs of one variant that are stacked and tuned together.
struct Job {
    variant: usize,
    /// Indices over all variants.
    runs: Range<usize>,
    tuning: Tuning,
    examples: TuningExamples,
    tuner: Option<Tuner>,
}

impl fmt::Debug for Preparation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preparation").field("experiment", &self.experiment).finish_non_exhaustive()
    }
}

impl Preparation {
    /// Draws the weights of the runs of a share; the device is not used yet.
    ///
    /// # Errors
    /// As [`Experiment::validate`], [`Dataset::truncated`], [`Batcher::new`] and [`crate::init::sample`];
    /// [`crate::error::Error::key`] is the key of the experiment that has to be changed.
    pub fn new(
        experiment: &Experiment,
        share: Share,
        dataset: &Rc<Dataset>,
        open: &OpenDevice,
        clock: Clock,
    ) -> Result<Self> {
        let mut preparation = Self::undrawn(experiment, share, dataset, open, clock)?;
        let Self { experiment, dataset, plan, .. } = &preparation;
        let weights = Cohort::initial_weights(experiment, share, &plan.architecture)?;
        let jobs = jobs(experiment, share, dataset, plan, open);
        (preparation.weights, preparation.jobs) = (weights, jobs);
        Ok(preparation)
    }

    /// Everything but weights.
    pub(super) fn undrawn(
        experiment: &Experiment,
        share: Share,
        dataset: &Rc<Dataset>,
        open: &OpenDevice,
        clock: Clock,
    ) -> Result<Self> {
        let mut experiment = experiment.clone();
        experiment.dataset.name = dataset.name();
        experiment.validate_for(&dataset.facts())?;
        let dataset = selected(dataset, &experiment.dataset)?;
        let batcher = Batcher::new(dataset.len(Part::Train), experiment.batch_size, experiment.order_seed().into())?;
        let architecture = experiment.model.architecture(&dataset.facts().examples, experiment.norm)?;
        check_fit(&experiment, &architecture, open)?;
        let plan = Rc::new(Plan { architecture, activation: experiment.activation });
        let probe = Probe::new(&experiment, &dataset, &plan)?;
        Ok(Self {
            jobs: VecDeque::new(),
            costs: vec![InitCost::default(); experiment.variants.len()],
            open: open.clone(),
            experiment,
            share,
            dataset,
            plan,
            probe,
            batcher,
            clock,
            weights: Vec::new(),
        })
    }

    /// Whether tuning is complete, so that the weights are those with which training starts.
    #[must_use]
    pub fn is_tuned(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Does the next piece of work and returns the progress; `None` when all weights are final.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device fails.
    pub async fn advance(&mut self) -> Result<Option<PreparationProgress>> {
        let start = (self.clock)();
        let progress = self.tune().await?;
        let elapsed = (self.clock)() - start;
        if let Some(cost) = progress.as_ref().and_then(|(variant, _)| self.costs.get_mut(*variant)) {
            cost.seconds += elapsed;
        }
        Ok(progress.map(|(_, progress)| progress))
    }

    /// One iteration of the first job; returns the index of the variant and the progress.
    async fn tune(&mut self) -> Result<Option<(usize, PreparationProgress)>> {
        let Some(mut job) = self.jobs.pop_front() else { return Ok(None) };
        let mut tuner = job.tuner.take().unwrap_or_else(|| self.tuner(&job));
        let iteration = tuner.advance(&mut job.examples).await?;
        let variant = job.variant;
        let progress = |objective| PreparationProgress {
            variant: self.experiment.variants[variant].clone(),
            done: tuner.done(),
            total: tuner.total(),
            objective,
        };
        match iteration {
            Iteration::Done(objective) => {
                let progress = progress(objective);
                job.tuner = Some(tuner);
                self.jobs.push_front(job);
                Ok(Some((variant, progress)))
            }
            Iteration::Finished => {
                let progress = progress(None);
                let (effort, cost) = (tuner.effort(), &mut self.costs[variant]);
                // Groups of runs may differ by one or two passes; the cost is that of the most expensive one.
                cost.forward_passes = cost.forward_passes.max(effort.forward_passes);
                cost.gradient_evaluations = cost.gradient_evaluations.max(effort.gradient_evaluations);
                for (place, tuned) in self.weights[job.runs].iter_mut().zip(tuner.into_weights()) {
                    *place = tuned;
                }
                Ok(Some((variant, progress)))
            }
        }
    }

    /// A tuner for a job, with the drawn weights of its runs.
    fn tuner(&mut self, job: &Job) -> Tuner {
        let context = TuningContext::new(&self.experiment, &self.plan, &self.open.device);
        let drawn = self.weights.get_mut(job.runs.clone()).unwrap_or_default();
        Tuner::new(&job.tuning, &context, drawn.iter_mut().map(std::mem::take).collect())
    }

    /// The initial parameters of each run, by variant, then by seed; empty for runs that are being tuned.
    #[must_use]
    pub fn weights(&self) -> &[InitialParameters] {
        &self.weights
    }

    /// The cost of initializing each variant so far.
    #[must_use]
    pub fn costs(&self) -> &[InitCost] {
        &self.costs
    }
}

/// The runs of tuned variants, in groups that fit on the device.
fn jobs(experiment: &Experiment, share: Share, dataset: &Rc<Dataset>, plan: &Plan, open: &OpenDevice) -> VecDeque<Job> {
    let mut end = 0;
    let runs = share.runs_per_variant(experiment).into_iter().map(|count| {
        end += count;
        end - count..end
    });
    let variants = experiment.variants.iter().zip(runs).enumerate();
    let tuned = variants.filter_map(|(index, (variant, runs))| Some((index, variant.scheme.tuning()?, runs)));
    let groups = tuned.flat_map(|(variant, tuning, runs)| {
        let size = tuning_group_size(experiment, tuning.method, runs.len(), plan, open);
        let starts = runs.clone().step_by(size);
        starts.map(move |start| (variant, tuning, start..(start + size).min(runs.end)))
    });
    let examples = || TuningExamples::new(dataset, experiment.order_seed().into(), experiment.smoothing, &open.device);
    groups
        .map(|(variant, tuning, runs)| Job { variant, runs, tuning: tuning.clone(), examples: examples(), tuner: None })
        .collect()
}

/// The examples that the experiment uses; shares the data set if it uses all.
fn selected(dataset: &Rc<Dataset>, spec: &DatasetSpec) -> Result<Rc<Dataset>> {
    if spec.is_whole() {
        return Ok(Rc::clone(dataset));
    }
    dataset.selected(spec).map(Rc::new)
}
