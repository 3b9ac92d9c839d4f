//! Trains one experiment, from the first evaluation to the last, in small pieces of work.

use super::batches::{BatchForm, batch};
use super::cohort::Cohort;
use super::evaluate::{Evaluator, Judgment, PendingEvaluation};
use super::layer_probe::LayerProbe;
use super::preparation::Preparation;
use super::samples::sample_sentences;
use super::snapshots::{Snapshot, Snapshots};
use super::start::StartMeasurement;
use crate::dataset::batcher::Batcher;
use crate::dataset::{Dataset, Part};
use crate::device::{Backend, OpenDevice, read};
use crate::error::Result;
use crate::experiment::{EvaluationSteps, Experiment, Share};
use crate::init::InitialParameters;
use crate::metrics::{
    Chance, Environment, EvaluationRecord, LateFacts, RandomActivity, Receipt, Record, RunStart, Setup, StartFacts,
    StepRecord, VariantStart,
};
use crate::model::Networks;
use crate::model::kernels::arithmetic;
use crate::version::VERSION;
use burn::tensor::{Device, Tensor, Transaction};
use std::collections::VecDeque;
use std::rc::Rc;

/// Memory for the parameters of networks that wait to be evaluated, in bytes.
const PENDING_BYTES: u64 = 64 << 20;
/// Most networks that wait to be evaluated.
const MOST_PENDING: u64 = 4;

/// The last piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// One training step.
    Step,
    /// Part of an evaluation, or of the measurements of the start.
    Measurement,
    /// The last part of an evaluation.
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
    /// The evaluations that are not complete, in order of increasing step.
    pending: VecDeque<PendingEvaluation>,
    /// Largest number of them: each keeps its own copy of the parameters.
    most_pending: usize,
    start: StartMeasurement,
    probe: LayerProbe,
    /// Whether the next measurement comes before the next step.
    measurement_is_next: bool,
    /// Whether the next measurement is one of an evaluation, if both are due.
    evaluation_is_next: bool,
    /// Losses that are still on the device, with their steps.
    losses: Vec<(u64, Tensor<1>)>,
    /// Evaluations not reported yet.
    evaluations: Vec<EvaluationRecord>,
    /// Facts about the start not reported yet.
    late_facts: LateFacts,
    /// The networks at some of the evaluations.
    snapshots: Snapshots,
    /// The predictions of the last evaluation.
    latest: Option<Judgment>,
}

impl Preparation {
    /// Completes the preparation and returns the training, ready for the first step.
    ///
    /// # Errors
    /// As [`Preparation::advance`].
    pub async fn into_training(mut self) -> Result<Training> {
        while self.advance().await?.is_some() {}
        Training::prepared(self)
    }
}

impl Training {
    /// Prepares all runs of an experiment, ready for the first step. [`Preparation`] does the same step by step.
    ///
    /// # Errors
    /// As [`Preparation::new`] and [`Preparation::advance`].
    pub async fn new(experiment: &Experiment, dataset: &Rc<Dataset>, open: &OpenDevice) -> Result<Self> {
        Preparation::new(experiment, Share::WHOLE, dataset, open, Box::new(|| 0.0))?.into_training().await
    }

    fn prepared(mut preparation: Preparation) -> Result<Self> {
        let sums = preparation.weights.iter().map(InitialParameters::sha256).collect();
        let setup = setup(&preparation, sums);
        let Preparation { experiment, share, plan, weights, open, .. } = &preparation;
        let cohort = Cohort::new(experiment, *share, plan, weights, open);
        let start = StartMeasurement::new(&mut preparation, &cohort);
        Self::built(preparation, setup, cohort, start, None)
    }

    /// A training of this cohort, with the measurements of the start that are not complete, and the predictions of the last evaluation;
    /// without them, the cohort is evaluated first.
    pub(super) fn built(
        preparation: Preparation,
        setup: Setup,
        cohort: Cohort,
        start: StartMeasurement,
        latest: Option<Judgment>,
    ) -> Result<Self> {
        let Preparation { experiment, share, dataset, plan, probe, open, mut batcher, .. } = preparation;
        let bytes = 4 * plan.architecture.parameter_count() * share.run_count(&experiment) as u64;
        // At a regular interval, more than one would soon always wait, and a pause would have to complete them all.
        let most_pending = match experiment.evaluation {
            EvaluationSteps::Auto => (PENDING_BYTES / bytes.max(1)).clamp(1, MOST_PENDING),
            EvaluationSteps::Every(_) => 1,
        };
        let form = BatchForm { augmentation: None, smoothing: experiment.smoothing };
        let first = batch(&dataset, Part::Train, batcher.batch(0), form, &open.device)?;
        Ok(Self {
            pending: latest.is_none().then(|| PendingEvaluation::new(0, cohort.networks())).into_iter().collect(),
            most_pending: usize::try_from(most_pending).unwrap_or(1),
            start,
            probe: LayerProbe::new(first, experiment.activity.tau),
            measurement_is_next: false,
            evaluation_is_next: false,
            late_facts: LateFacts::default(),
            cohort,
            latest,
            evaluator: Evaluator::new(
                &dataset,
                &plan.architecture,
                &probe,
                &experiment,
                first_runs(&experiment, share),
                &open,
            )?,
            snapshots: Snapshots::new(bytes),
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

    /// Whether a pause is complete: what belongs to the steps so far is measured. The rest of the start is part of it only at the end.
    #[must_use]
    pub fn may_rest(&self) -> bool {
        let is_evaluated = self.pending.is_empty() && !self.start.has_layers();
        is_evaluated && (self.step() < self.experiment.steps || !self.start.is_pending())
    }

    /// Whether an evaluation, or a measurement of the start, is due or in progress.
    #[must_use]
    pub fn is_measuring(&self) -> bool {
        !self.pending.is_empty() || self.start.is_pending()
    }

    /// Whether all steps and measurements are done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        !self.is_measuring() && self.step() >= self.experiment.steps
    }

    /// Whether there are measurements, other than losses, to be reported.
    #[must_use]
    pub fn has_measured(&self) -> bool {
        !self.evaluations.is_empty() || self.late_facts != LateFacts::default()
    }

    /// Does the next piece of work. Training steps alternate with the pieces of evaluations and of the measurements of the start, so that
    /// the curves of the training loss never pause. As many evaluations may wait as there is memory for their parameters. Without
    /// `may_train`, only measurements continue.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device fails.
    pub async fn advance(&mut self, may_train: bool) -> Result<Work> {
        if self.is_finished() {
            return Ok(Work::Finished);
        }
        let is_measuring = self.is_measuring();
        if is_measuring && (!may_train || self.measurement_is_next || self.must_measure()) {
            self.measurement_is_next = false;
            self.measure().await
        } else if may_train {
            self.measurement_is_next = is_measuring;
            self.train()?;
            Ok(Work::Step)
        } else {
            Ok(Work::Waiting)
        }
    }

    /// Whether a measurement comes first: all steps are taken, or another evaluation is due after the next one and too many wait.
    fn must_measure(&self) -> bool {
        let is_due = self.evaluation_is_due_after(self.step() + 1);
        self.step() >= self.experiment.steps || is_due && self.pending.len() >= self.most_pending
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
        let steps = steps.collect();
        let (evaluations, start) = (std::mem::take(&mut self.evaluations), std::mem::take(&mut self.late_facts));
        Ok(Record { steps, evaluations, start })
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

    /// Does the next piece of the evaluation of step 0, then of the layers before training, which those of later steps refer to, then in
    /// turn of the other evaluations and the rest of the start.
    async fn measure(&mut self) -> Result<Work> {
        let is_first = self.latest.is_none();
        self.evaluation_is_next = !self.evaluation_is_next || !self.start.is_pending();
        let is_evaluation = is_first || !self.start.has_layers() && self.evaluation_is_next;
        if let Some(pending) = self.pending.pop_front_if(|_| is_evaluation) {
            return self.evaluate(pending).await;
        }
        let facts = self.start.advance(&self.probe, &self.dataset).await?;
        self.late_facts.extend(facts);
        Ok(Work::Measurement)
    }

    async fn evaluate(&mut self, mut pending: PendingEvaluation) -> Result<Work> {
        if self.evaluator.advance(&mut pending, &self.probe).await? {
            self.pending.push_front(pending);
            return Ok(Work::Measurement);
        }
        let networks = pending.networks().clone();
        let (record, judgment) = self.evaluator.finish(pending).await?;
        let (step, steps) = (record.step, self.experiment.steps);
        if step == 0 || self.experiment.evaluation.include_layers(step, steps) {
            self.snapshots.push(Snapshot { networks, judgment: judgment.clone() });
        }
        self.evaluations.push(record);
        self.latest = Some(judgment);
        Ok(Work::Evaluation)
    }

    /// Takes a training step.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] when the device fails.
    pub(super) fn train(&mut self) -> Result<()> {
        let step = self.cohort.step_count();
        let indices = self.batcher.batch(step);
        let augmentation = self.experiment.dataset.augment.then_some((self.experiment.order_seed().into(), step));
        let form = BatchForm { augmentation, smoothing: self.experiment.smoothing };
        let batch = batch(&self.dataset, Part::Train, indices, form, &self.device)?;
        let losses = self.cohort.step(&batch);
        let step = self.step();
        self.losses.push((step, losses));
        if self.evaluation_is_due_after(step) {
            let pending = PendingEvaluation::new(step, self.cohort.networks());
            let layers = self.experiment.evaluation.include_layers(step, self.experiment.steps);
            self.pending.push_back(if layers { pending.with_layers(self.cohort.stacked_runs()) } else { pending });
        }
        Ok(())
    }
}

/// The indices, in a share, of the first run of each variant.
fn first_runs(experiment: &Experiment, share: Share) -> Vec<usize> {
    let is_first = |run: &usize| share.run(*run).is_multiple_of(experiment.seeds as usize);
    (0..share.run_count(experiment)).filter(is_first).collect()
}

/// Everything that is fixed before the first step, with the checksums of the order and of the weights of each run; of each variant, the runs
/// of the share.
pub(super) fn setup(preparation: &Preparation, weights_sha256: Vec<String>) -> Setup {
    let Preparation { experiment, share, plan, probe, dataset, batcher, .. } = preparation;
    let mut runs = weights_sha256.into_iter().map(|weights_sha256| RunStart { weights_sha256, layers: Vec::new() });
    let variants = preparation
        .costs
        .iter()
        .zip(share.runs_per_variant(experiment))
        .map(|(cost, count)| VariantStart { cost: *cost, runs: runs.by_ref().take(count).collect() });
    // The same for all shares, so that only the first one computes it.
    let order_sha256 = if share.is_first() { batcher.order_sha256() } else { String::new() };
    let pairs = dataset.pairs();
    let start = StartFacts {
        data: dataset.facts(),
        probe: probe.examples,
        chance: chance(dataset),
        steps_per_epoch: batcher.steps_per_epoch(),
        parameters: plan.architecture.parameter_count(),
        environment: environment(&preparation.open),
        receipt: Receipt {
            data_sha256: String::new(),
            order_sha256,
            vocabulary_sha256: pairs.and_then(|pairs| pairs.target.sha256()),
        },
        random_activity: RandomActivity::default(),
        selection: pairs.and_then(|pairs| pairs.selection),
        samples: sample_sentences(dataset),
        variants: variants.collect(),
    };
    Setup { experiment: experiment.clone(), start: Some(start) }
}

/// What predictions that know nothing attain on the test examples.
fn chance(dataset: &Dataset) -> Chance {
    let facts = dataset.facts();
    let accuracy = dataset.images().map_or(0.0, |images| {
        let mut counts = vec![0_u32; images.classes];
        for (_, label) in images.test.iter() {
            counts[usize::from(label)] += 1;
        }
        f64::from(counts.into_iter().max().unwrap_or_default()) / facts.test.max(1) as f64
    });
    Chance { accuracy, loss: (facts.examples.classes() as f64).ln() }
}

/// The description of the device in a results file.
#[must_use]
pub fn environment(open: &OpenDevice) -> Environment {
    Environment {
        backend: open.backend.name().to_owned(),
        adapter: open.adapter.clone(),
        arithmetic: if open.backend == Backend::Cpu { arithmetic().to_owned() } else { String::new() },
        version: VERSION.to_owned(),
    }
}
