//! Trains one experiment, from the first evaluation to the last, in small pieces of work.

use super::batches::batch;
use super::cohort::Cohort;
use super::evaluate::{Evaluator, Judgment, PendingEvaluation};
use super::preparation::Preparation;
use super::snapshots::{Snapshot, Snapshots};
use crate::dataset::batcher::Batcher;
use crate::dataset::{Dataset, Part};
use crate::device::{Backend, OpenDevice, read};
use crate::error::Result;
use crate::experiment::{Experiment, Share};
use crate::init::weights_sha256;
use crate::metrics::{
    Environment, EvaluationRecord, Receipt, Record, RunStart, Setup, StartFacts, StepRecord, VariantStart,
};
use crate::model::Networks;
use crate::model::kernels::arithmetic;
use burn::tensor::{Device, Tensor, Transaction};
use std::rc::Rc;

/// The last piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// One training step.
    Step,
    /// Part of an evaluation.
    Evaluation,
    /// Nothing: the next piece would be a training step, which is not allowed now.
    Waiting,
    /// Nothing: all steps and evaluations are done.
    Finished,
}

/// A running experiment.
#[derive(Debug)]
pub struct Training {
    experiment: Experiment,
    setup: Setup,
    pub(super) dataset: Rc<Dataset>,
    batcher: Batcher,
    pub(super) cohort: Cohort,
    evaluator: Evaluator,
    pub(super) device: Device,
    /// The evaluation in progress.
    pending: Option<PendingEvaluation>,
    /// Whether the next piece of the evaluation in progress comes before the next step.
    evaluation_is_next: bool,
    /// Losses that are still on the device, with their steps.
    losses: Vec<(u64, Tensor<1>)>,
    /// Evaluations not reported yet.
    evaluations: Vec<EvaluationRecord>,
    /// The networks at some of the evaluations.
    snapshots: Snapshots,
    /// The predictions of the last evaluation.
    latest: Option<Judgment>,
}

impl Preparation {
    /// Completes the preparation and returns the training, ready to evaluate step 0.
    ///
    /// # Errors
    /// As [`Preparation::advance`].
    pub async fn into_training(mut self) -> Result<Training> {
        while self.advance().await?.is_some() {}
        Training::prepared(self).await
    }
}

impl Training {
    /// Prepares all runs of an experiment, ready to evaluate step 0. [`Preparation`] does the same step by step.
    ///
    /// # Errors
    /// As [`Preparation::new`] and [`Preparation::advance`].
    pub async fn new(experiment: &Experiment, dataset: &Rc<Dataset>, open: &OpenDevice) -> Result<Self> {
        Preparation::new(experiment, Share::WHOLE, dataset, open, Box::new(|| 0.0))?.into_training().await
    }

    /// Uploads the examples for evaluations.
    async fn prepared(mut preparation: Preparation) -> Result<Self> {
        let (cohort, layers) = preparation.take_start().await?;
        let setup = setup(&preparation);
        let Preparation { experiment, dataset, plan, graph, open, batcher, .. } = preparation;
        Ok(Self {
            pending: Some(PendingEvaluation::new(0, cohort.networks())),
            evaluation_is_next: false,
            cohort,
            latest: None,
            evaluator: Evaluator::new(
                &dataset,
                &plan.architecture,
                &graph,
                &experiment.activity,
                layers,
                &open.device,
            )?,
            snapshots: Snapshots::new(4 * plan.architecture.parameter_count() * experiment.run_count() as u64),
            device: open.device,
            losses: Vec::new(),
            evaluations: Vec::new(),
            experiment,
            setup,
            dataset,
            batcher,
        })
    }

    /// Everything that is fixed before the first step.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Number of training steps taken.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.cohort.step_count()
    }

    /// Whether an evaluation is due or in progress.
    #[must_use]
    pub fn is_evaluating(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether all steps and evaluations are done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.pending.is_none() && self.step() >= self.experiment.steps
    }

    /// Does the next piece of work. Training steps alternate with the chunks of an evaluation in progress, so that the curves of
    /// the training loss never pause; an evaluation is completed before the next one is due. Without `may_train`, only an
    /// evaluation continues.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device fails.
    pub async fn advance(&mut self, may_train: bool) -> Result<Work> {
        if self.is_finished() {
            return Ok(Work::Finished);
        }
        match self.pending.take() {
            Some(pending) if !may_train || self.evaluation_is_next || self.must_wait_for_evaluation() => {
                self.evaluation_is_next = false;
                self.evaluate(pending).await?;
                Ok(Work::Evaluation)
            }
            None if !may_train => Ok(Work::Waiting),
            pending => {
                self.evaluation_is_next = pending.is_some();
                self.pending = pending;
                self.train()?;
                Ok(Work::Step)
            }
        }
    }

    /// Whether the evaluation must be completed first: all steps are taken, or another evaluation is due after the next one.
    fn must_wait_for_evaluation(&self) -> bool {
        self.step() >= self.experiment.steps || self.evaluation_is_due_after(self.step() + 1)
    }

    fn evaluation_is_due_after(&self, step: u64) -> bool {
        self.experiment.evaluation.include(step, self.experiment.steps)
    }

    /// Returns the measurements since the last call. This is the only place where losses are read back.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device cannot be read.
    pub async fn drain(&mut self) -> Result<Record> {
        let losses = std::mem::take(&mut self.losses);
        let transaction =
            losses.iter().fold(Transaction::default(), |transaction, (_, loss)| transaction.register(loss.clone()));
        let values = if losses.is_empty() { Vec::new() } else { read(transaction).await? };
        let steps = losses.iter().zip(values).map(|((step, _), values)| StepRecord {
            step: *step,
            losses: values.into_iter().map(|loss| loss.is_finite().then_some(loss)).collect(),
        });
        Ok(Record { steps: steps.collect(), evaluations: std::mem::take(&mut self.evaluations) })
    }

    /// The networks after at most `at` steps, as far as snapshots were kept, with the number of their steps; the current ones if `at`
    /// is absent.
    pub(super) fn networks_at(&self, at: Option<u64>) -> (u64, Networks) {
        match at.and_then(|at| self.snapshots.at(at)) {
            Some(snapshot) => (snapshot.judgment.step, snapshot.networks.clone()),
            None => (self.step(), self.cohort.networks()),
        }
    }

    /// The predictions after at most `at` steps, as far as snapshots were kept; those of the last evaluation if `at` is absent.
    pub(super) fn judgment_at(&self, at: Option<u64>) -> Option<&Judgment> {
        at.and_then(|at| self.snapshots.at(at)).map(|snapshot| &snapshot.judgment).or(self.latest.as_ref())
    }

    async fn evaluate(&mut self, mut pending: PendingEvaluation) -> Result<()> {
        if self.evaluator.advance(&mut pending).await? {
            self.pending = Some(pending);
        } else {
            let networks = pending.networks().clone();
            let (record, judgment) = self.evaluator.finish(pending).await?;
            let (step, steps) = (record.step, self.experiment.steps);
            if step == 0 || self.experiment.evaluation.include_layers(step, steps) {
                self.snapshots.push(Snapshot { networks, judgment: judgment.clone() });
            }
            self.evaluations.push(record);
            self.latest = Some(judgment);
        }
        Ok(())
    }

    fn train(&mut self) -> Result<()> {
        let step = self.cohort.step_count();
        let indices = self.batcher.batch(step);
        let augmentation = self.experiment.dataset.augment.then_some((self.experiment.order_seed().into(), step));
        let batch = batch(&self.dataset, Part::Train, indices, augmentation, &self.device)?;
        let losses = self.cohort.step(&batch);
        let step = self.step();
        self.losses.push((step, losses));
        if self.evaluation_is_due_after(step) {
            let pending = PendingEvaluation::new(step, self.cohort.networks());
            let layers = self.experiment.evaluation.include_layers(step, self.experiment.steps);
            self.pending = Some(if layers { pending.with_layers(self.cohort.stacked_runs()) } else { pending });
        }
        Ok(())
    }
}

/// Everything that is fixed before the first step, with the checksums of data, order and weights; of each variant, the runs of the
/// share.
fn setup(preparation: &Preparation) -> Setup {
    let Preparation { experiment, share, plan, dataset, batcher, .. } = preparation;
    let mut runs = preparation
        .weights
        .iter()
        .zip(&preparation.reports)
        .map(|(weights, layers)| RunStart { weights_sha256: weights_sha256(weights), layers: layers.clone() });
    let variants = preparation
        .costs
        .iter()
        .zip(share.runs_per_variant(experiment))
        .map(|(cost, count)| VariantStart { cost: *cost, runs: runs.by_ref().take(count).collect() });
    let start = StartFacts {
        data: dataset.facts(),
        steps_per_epoch: batcher.steps_per_epoch(),
        parameters: plan.architecture.parameter_count(),
        environment: environment(&preparation.open),
        // The same for all shares, so that only the first one computes it.
        receipt: if share.first == 0 { receipt(dataset, batcher) } else { Receipt::default() },
        random_activity: preparation.random_activity.clone(),
        variants: variants.collect(),
    };
    Setup { experiment: experiment.clone(), start: Some(start) }
}

fn receipt(dataset: &Dataset, batcher: &Batcher) -> Receipt {
    Receipt { data_sha256: dataset.sha256(), order_sha256: batcher.order_sha256() }
}

/// The description of the device in a results file.
#[must_use]
pub fn environment(open: &OpenDevice) -> Environment {
    Environment {
        backend: open.backend.name().to_owned(),
        adapter: open.adapter.clone(),
        arithmetic: if open.backend == Backend::Cpu { arithmetic().to_owned() } else { String::new() },
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
