//! Test loss, test accuracy, exact match and emergence of all runs, in chunks small enough for handling commands in between.

use super::batches::{BatchForm, batch, positions};
use super::emergence::{EmergenceMeasure, Observation};
use super::layer_probe::{LayerProbe, StackedRuns};
use super::probe::Probe;
use super::samples::Translator;
use crate::catalog::Quantity;
use crate::dataset::symbols::PADDING;
use crate::dataset::{Dataset, Part};
use crate::device::{Backend, OpenDevice, read};
use crate::error::Result;
use crate::experiment::Experiment;
use crate::experiment::architecture::Architecture;
use crate::experiment::limits::evaluation_chunk;
use crate::metrics::{EvaluationRecord, LayerReport, RunEvaluation};
use crate::model::{Batch, Inputs, Networks, Plan, cross_entropy, predicted_classes};
use burn::tensor::{Device, Tensor, Transaction};
use std::collections::VecDeque;
use std::rc::Rc;

/// Test examples stay on a GPU up to this size; larger sets are uploaded again at every evaluation. The CPU keeps the bytes, a quarter of the
/// memory, and normalizes a chunk each time.
const RESIDENT_BYTES: usize = 64 << 20;

/// The examples on which runs are evaluated, and the measurement of emergence.
#[derive(Debug)]
pub(super) struct Evaluator {
    dataset: Rc<Dataset>,
    /// Indices of the test examples of each chunk.
    chunks: Vec<Vec<u32>>,
    /// The chunks that are on the device so far; those that may not stay there are computed again at every evaluation.
    resident: Vec<Batch>,
    /// Whether they stay.
    stays: bool,
    /// What the networks should predict.
    answers: TestAnswers,
    probe: Inputs,
    /// The network for examples of the probe batch.
    probe_plan: Rc<Plan>,
    emergence: EmergenceMeasure,
    translator: Option<Translator>,
    /// The step whose evaluation says which examples are right.
    last_step: u64,
    device: Device,
}

/// The evaluation of one step in progress. It has its own copy of the weights, so training may continue meanwhile.
#[derive(Debug)]
pub(super) struct PendingEvaluation {
    step: u64,
    networks: Networks,
    /// `[runs]` of each chunk.
    losses: Vec<Tensor<1>>,
    /// `[runs, rows]` of each chunk.
    predicted: Vec<Tensor<2>>,
    /// The measurements on the probe batch, for the runs measured so far.
    measured: Vec<Observation>,
    /// Stacked runs whose layers remain to be measured.
    unmeasured: VecDeque<StackedRuns>,
    /// The layers of each run measured so far.
    layers: Vec<Vec<LayerReport>>,
    /// The translations of test sentences, for the runs so far; those of the last run may be incomplete.
    translations: Vec<Vec<String>>,
    /// Pieces of the test sentences that the last run has translated.
    translated_chunks: usize,
}

/// The predictions of all runs for the test examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgment {
    /// Number of training steps taken.
    pub step: u64,
    /// Per run, the predicted class of every test image, or for every position of each test translation the symbol that is predicted
    /// after those before it.
    pub classes: Vec<Vec<u16>>,
}

/// What the networks should predict for the test examples.
#[derive(Debug)]
enum TestAnswers {
    /// The classes of the images.
    Classes(Vec<u16>),
    /// The symbols of the translations, with padding, each of this many positions.
    Symbols(Vec<u16>, usize),
}

impl TestAnswers {
    fn of(dataset: &Dataset) -> Self {
        match dataset {
            Dataset::Images(images) => Self::Classes(images.test.iter().map(|(_, label)| label.into()).collect()),
            Dataset::Pairs(pairs) => {
                Self::Symbols(pairs.test.iter().flat_map(|(_, target)| target).copied().collect(), positions(pairs)[1])
            }
        }
    }

    /// Number of predictions of a run.
    fn len(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Symbols(symbols, _) => symbols.len(),
        }
    }

    /// Number of predictions that count.
    fn count(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Symbols(symbols, _) => symbols.iter().filter(|symbol| **symbol != PADDING).count(),
        }
    }

    /// Which predictions are correct: one entry for each that counts, by test example.
    fn right<'all>(&'all self, predicted: &'all [u16]) -> impl Iterator<Item = Vec<bool>> + 'all {
        let (answers, positions) = match self {
            Self::Classes(classes) => (classes, 1),
            Self::Symbols(symbols, positions) => (symbols, *positions),
        };
        // Of images, every prediction counts: PADDING is a class like others.
        let counts = move |answer: &u16| matches!(self, Self::Classes(_)) || *answer != PADDING;
        predicted.chunks(positions).zip(answers.chunks(positions)).map(move |(predicted, answers)| {
            let pairs = predicted.iter().zip(answers).filter(|(_, answer)| counts(answer));
            pairs.map(|(predicted, answer)| predicted == answer).collect()
        })
    }

    /// Fraction of correct predictions; of translations also the fraction of those all of whose symbols are predicted, which are the ones
    /// that greedy decoding reproduces.
    fn judge(&self, predicted: &[u16]) -> Vec<(Quantity, Option<f64>)> {
        let fraction = |part: usize, all: usize| Some(in_single_precision(part as f64 / all.max(1) as f64));
        let (mut correct, mut exact, mut examples) = (0, 0, 0);
        for right in self.right(predicted) {
            correct += right.iter().filter(|right| **right).count();
            exact += usize::from(right.iter().all(|right| *right));
            examples += 1;
        }
        let accuracy = (Quantity::TestAccuracy, fraction(correct, self.count()));
        match self {
            Self::Classes(_) => vec![accuracy],
            Self::Symbols(..) => vec![accuracy, (Quantity::ExactMatch, fraction(exact, examples))],
        }
    }

    /// Which test examples are right, as [`RunEvaluation::correct`].
    fn correct(&self, predicted: &[u16]) -> Vec<u8> {
        let examples: Vec<bool> = self.right(predicted).map(|right| right.iter().all(|right| *right)).collect();
        let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        examples.chunks(8).map(byte).collect()
    }
}

/// Number of predictions of a run at an evaluation: one for each test image, or for each position of the test translations.
pub(super) fn prediction_count(dataset: &Dataset) -> usize {
    TestAnswers::of(dataset).len()
}

impl PendingEvaluation {
    /// The evaluation of `networks` after `step` steps, not begun yet. Tensors share memory until they change: nothing is copied.
    #[must_use]
    pub(super) fn new(step: u64, networks: Networks) -> Self {
        Self {
            step,
            networks,
            losses: Vec::new(),
            predicted: Vec::new(),
            measured: Vec::new(),
            unmeasured: VecDeque::new(),
            layers: Vec::new(),
            translations: Vec::new(),
            translated_chunks: 0,
        }
    }

    /// Measures the layers of these runs as well.
    #[must_use]
    pub(super) fn with_layers(self, runs: Vec<StackedRuns>) -> Self {
        Self { unmeasured: runs.into(), ..self }
    }

    /// The networks that are evaluated.
    pub(super) fn networks(&self) -> &Networks {
        &self.networks
    }
}

impl Evaluator {
    /// Uploads the probe batch. The runs with the indices `sampled_runs` translate the sample sentences, if there are sentences.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] does not occur: every index is below the number of examples.
    pub(super) fn new(
        dataset: &Rc<Dataset>,
        architecture: &Architecture,
        probe: &Probe,
        experiment: &Experiment,
        sampled_runs: Vec<usize>,
        open: &OpenDevice,
    ) -> Result<Self> {
        let indices = (0_u32..).take(dataset.len(Part::Test)).collect::<Vec<_>>();
        let chunks = indices.chunks(evaluation_chunk(architecture)).map(<[u32]>::to_vec).collect::<Vec<_>>();
        let bytes = size_of::<f32>() * dataset.facts().examples.values() * dataset.len(Part::Test);
        Ok(Self {
            resident: Vec::new(),
            stays: open.backend != Backend::Cpu && bytes <= RESIDENT_BYTES,
            chunks,
            answers: TestAnswers::of(dataset),
            probe: probe.inputs(dataset, &open.device)?,
            probe_plan: Rc::clone(&probe.plan),
            emergence: EmergenceMeasure::new(&probe.graph, &experiment.activity),
            translator: Translator::new(dataset, sampled_runs, open),
            last_step: experiment.steps,
            dataset: Rc::clone(dataset),
            device: open.device.clone(),
        })
    }

    /// Evaluates the next chunk or measures the next group of runs; returns `false` when there is nothing left to do.
    ///
    /// # Errors
    /// [`Error::Device`] when the device cannot be read.
    pub(super) async fn advance(&mut self, pending: &mut PendingEvaluation, layers: &LayerProbe) -> Result<bool> {
        let done = pending.losses.len();
        if let Some(indices) = self.chunks.get(done) {
            let chunk = match self.resident.get(done) {
                Some(chunk) => chunk.clone(),
                None => batch(&self.dataset, Part::Test, indices, BatchForm::default(), &self.device)?,
            };
            if self.stays && self.resident.len() == done {
                self.resident.push(chunk.clone());
            }
            let logits = pending.networks.forward(&chunk.inputs);
            pending.losses.push(cross_entropy(logits.clone(), chunk.targets.distribution));
            pending.predicted.push(predicted_classes(logits));
            return Ok(true);
        }
        if let Some((group, _)) = pending.networks.group_of_run(pending.measured.len()) {
            let activations = group.planned(&self.probe_plan).activations(&self.probe);
            pending.measured.extend(self.emergence.observe(activations).await?);
        } else if let Some(runs) = pending.unmeasured.pop_front() {
            pending.layers.extend(layers.measure(runs).await?);
        } else {
            return self.translate(pending).await;
        }
        Ok(true)
    }

    /// Translates the next piece of the test sentences with a run; returns `false` when there is nothing left to do.
    async fn translate(&self, pending: &mut PendingEvaluation) -> Result<bool> {
        let Some(translator) = &self.translator else { return Ok(false) };
        let current = pending.translations.len().checked_sub(1);
        let is_done = |run: &usize| pending.translated_chunks >= translator.chunk_count(*run);
        let run = current.filter(|run| !is_done(run)).unwrap_or(pending.translations.len());
        let Some((group, index)) = pending.networks.group_of_run(run) else { return Ok(false) };
        if run == pending.translations.len() {
            pending.translations.push(Vec::new());
            pending.translated_chunks = 0;
        }
        if translator.chunk_count(run) > 0 {
            let texts = translator.translate(&group.of_run(index), pending.translated_chunks).await?;
            pending.translations[run].extend(texts);
            pending.translated_chunks += 1;
        }
        Ok(true)
    }

    /// The scores of a run's translations, and those translations that are kept.
    fn scored(&self, run: usize, translations: Vec<String>) -> (Vec<(Quantity, Option<f64>)>, Vec<String>) {
        match &self.translator {
            Some(translator) => (translator.scores(&translations), translator.kept(run, translations)),
            None => (Vec::new(), Vec::new()),
        }
    }

    /// Reads the results back: one evaluation per run, `None` if its loss is not a finite number, and the predicted classes of
    /// all test examples.
    ///
    /// # Errors
    /// [`Error::Device`] when the device cannot be read, [`Error::Emergence`] when a run with finite loss cannot be measured.
    pub(super) async fn finish(&self, pending: PendingEvaluation) -> Result<(EvaluationRecord, Judgment)> {
        let chunks = pending.losses.len();
        let transaction = pending.losses.into_iter().fold(Transaction::default(), Transaction::register);
        let transaction = pending.predicted.into_iter().fold(transaction, Transaction::register);
        let read = read(transaction).await?;
        let (losses, predicted) = read.split_at(chunks);
        let losses = totals(losses);
        let step = pending.step;
        let judgment = Judgment { step, classes: by_run(predicted, losses.len()) };
        let translations = pending.translations.into_iter().enumerate();
        let (scores, translations): (Vec<_>, Vec<_>) = translations.map(|(run, texts)| self.scored(run, texts)).unzip();
        let scores = scores.into_iter().chain(std::iter::repeat(Vec::new()));
        let runs = losses.iter().zip(&judgment.classes).zip(pending.measured).zip(scores);
        let runs = runs.map(|(((loss, classes), observed), scores)| {
            let correct = if step == self.last_step { self.answers.correct(classes) } else { Vec::new() };
            loss.is_finite()
                .then(|| RunEvaluation { correct, ..evaluation(*loss, classes, &self.answers, scores, observed) })
        });
        let record = EvaluationRecord { step, runs: runs.collect(), layers: pending.layers, translations };
        Ok((record, judgment))
    }
}

/// All measurements of a run at an evaluation. `loss` is the sum over the predictions that count.
fn evaluation(
    loss: f64,
    predicted: &[u16],
    answers: &TestAnswers,
    scores: Vec<(Quantity, Option<f64>)>,
    observed: Observation,
) -> RunEvaluation {
    let loss = in_single_precision(loss / answers.count().max(1) as f64);
    let test = std::iter::once((Quantity::TestLoss, Some(loss))).chain(answers.judge(predicted)).chain(scores);
    let values = test.chain(observed.values()).collect();
    RunEvaluation { values, active_fraction: observed.into_active_fraction(), correct: Vec::new() }
}

/// The nearest f32: values are summed in f64 and reported in f32.
#[expect(clippy::cast_possible_truncation, reason = "that is the purpose")]
fn in_single_precision(value: f64) -> f64 {
    f64::from(value as f32)
}

/// Elementwise sum of the vectors, in f64.
fn totals(read: &[Vec<f32>]) -> Vec<f64> {
    let mut sums = Vec::new();
    for values in read {
        sums.resize(values.len(), 0.0);
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += f64::from(*value);
        }
    }
    sums
}

/// The predictions for all examples for every run, from the `[runs, rows]` of every chunk.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^16")]
fn by_run(chunks: &[Vec<f32>], runs: usize) -> Vec<Vec<u16>> {
    let of_run = |run: usize| {
        let rows = chunks.iter().filter_map(move |chunk| chunk.chunks(chunk.len() / runs).nth(run));
        rows.flatten().map(|class| *class as u16).collect()
    };
    (0..runs).map(of_run).collect()
}
