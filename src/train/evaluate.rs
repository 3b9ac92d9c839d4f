//! Test accuracy, test loss and emergence of all runs, in chunks small enough for handling commands in between.

use super::batches::{batch, images};
use super::emergence::{EmergenceMeasure, Observation};
use super::layer_probe::{LayerProbe, StackedRuns};
use crate::catalog::Quantity;
use crate::dataset::{Dataset, Part};
use crate::device::{Backend, OpenDevice, read};
use crate::emergence::graph::NetworkGraph;
use crate::error::Result;
use crate::experiment::ActivitySpec;
use crate::experiment::architecture::Architecture;
use crate::experiment::limits::evaluation_chunk;
use crate::metrics::{EvaluationRecord, LayerReport, RunEvaluation};
use crate::model::{Batch, Networks, cross_entropy, predicted_classes};
use burn::tensor::{Device, Tensor, Transaction};
use std::collections::VecDeque;
use std::rc::Rc;

/// Maximum size of the probe batch, the first training examples.
pub const PROBE_EXAMPLES: usize = 256;
/// Minimum size of the probe batch, for networks with many units.
const LEAST_PROBE_EXAMPLES: usize = 16;
/// Maximum number of measured values (units times examples) per run in a probe batch of more than the minimum size.
const PROBE_VALUES: usize = 1_500_000;
/// Test images stay on a GPU up to this size; larger sets are uploaded again at every evaluation. The CPU keeps the bytes, a quarter of the
/// memory, and normalizes a chunk each time.
const RESIDENT_BYTES: usize = 64 << 20;

/// Size of the probe batch: [`PROBE_EXAMPLES`], or fewer for networks with many units. The same for all runs, steps and
/// devices.
#[must_use]
pub fn probe_examples(architecture: &Architecture) -> usize {
    let units = architecture.measured().iter().map(|layer| layer.shape.units()).sum::<usize>();
    (PROBE_VALUES / units.max(1)).clamp(LEAST_PROBE_EXAMPLES, PROBE_EXAMPLES)
}

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
    probe: Tensor<3>,
    emergence: EmergenceMeasure,
    device: Device,
}

/// The evaluation of one step in progress. It has its own copy of the weights, so training may continue meanwhile.
#[derive(Debug)]
pub(super) struct PendingEvaluation {
    step: u64,
    networks: Networks,
    /// `[runs]` of each chunk.
    losses: Vec<Tensor<1>>,
    /// `[runs, examples]` of each chunk.
    predicted: Vec<Tensor<2>>,
    /// The measurements on the probe batch, for the runs measured so far.
    measured: Vec<Observation>,
    /// Stacked runs whose layers remain to be measured.
    unmeasured: VecDeque<StackedRuns>,
    /// The layers of each run measured so far.
    layers: Vec<Vec<LayerReport>>,
}

/// The predictions of all runs for the test examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgment {
    /// Number of training steps taken.
    pub step: u64,
    /// The predicted class of every test example, per run.
    pub classes: Vec<Vec<u8>>,
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
    /// Uploads the probe batch.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchExample`] does not occur: every index is below the number of examples.
    pub(super) fn new(
        dataset: &Rc<Dataset>,
        architecture: &Architecture,
        graph: &Rc<NetworkGraph>,
        activity: &ActivitySpec,
        open: &OpenDevice,
    ) -> Result<Self> {
        let indices = first_indices(dataset.test.len());
        let chunks = indices.chunks(evaluation_chunk(architecture)).map(<[u32]>::to_vec).collect::<Vec<_>>();
        let bytes = size_of::<f32>() * dataset.pixels() * dataset.test.len();
        let probe = first_indices(dataset.train.len().min(probe_examples(architecture)));
        Ok(Self {
            resident: Vec::new(),
            stays: open.backend != Backend::Cpu && bytes <= RESIDENT_BYTES,
            chunks,
            probe: images(dataset, Part::Train, &probe, &open.device)?,
            emergence: EmergenceMeasure::new(graph, activity),
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
                None => batch(&self.dataset, Part::Test, indices, None, &self.device)?,
            };
            if self.stays && self.resident.len() == done {
                self.resident.push(chunk.clone());
            }
            let logits = pending.networks.forward(&chunk.images);
            pending.losses.push(cross_entropy(logits.clone(), chunk.one_hot));
            pending.predicted.push(predicted_classes(logits));
            return Ok(true);
        }
        if let Some((group, _)) = pending.networks.group_of_run(pending.measured.len()) {
            let activations = group.activations(self.probe.clone());
            pending.measured.extend(self.emergence.observe(activations).await?);
        } else {
            let Some(runs) = pending.unmeasured.pop_front() else { return Ok(false) };
            pending.layers.extend(layers.measure(runs).await?);
        }
        Ok(true)
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
        let judgment = Judgment { step: pending.step, classes: by_run(predicted, losses.len()) };
        let labels = self.dataset.test.iter().map(|(_, label)| label).collect::<Vec<_>>();
        let runs = losses.iter().zip(&judgment.classes).zip(pending.measured);
        let runs = runs
            .map(|((loss, classes), observed)| loss.is_finite().then(|| evaluation(*loss, classes, &labels, observed)));
        let record = EvaluationRecord { step: pending.step, runs: runs.collect(), layers: pending.layers };
        Ok((record, judgment))
    }
}

/// All measurements of a run at an evaluation. `loss` is the sum over the test examples, `classes` are the predicted classes.
fn evaluation(loss: f64, classes: &[u8], labels: &[u8], observed: Observation) -> RunEvaluation {
    let correct = classes.iter().zip(labels).filter(|(class, label)| class == label).count();
    let examples = labels.len().max(1) as f64;
    let test = [
        (Quantity::TestLoss, Some(in_single_precision(loss / examples))),
        (Quantity::TestAccuracy, Some(in_single_precision(correct as f64 / examples))),
    ];
    RunEvaluation {
        values: test.into_iter().chain(observed.values()).collect(),
        active_fraction: observed.into_active_fraction(),
    }
}

/// The nearest f32: values are summed in f64 and reported in f32.
#[expect(clippy::cast_possible_truncation, reason = "that is the purpose")]
fn in_single_precision(value: f64) -> f64 {
    f64::from(value as f32)
}

/// `0..count`; data sets have far fewer than 2^32 examples.
fn first_indices(count: usize) -> Vec<u32> {
    (0_u32..).take(count).collect()
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

/// The classes of all examples for every run, from the `[runs, examples]` of every chunk.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "classes are whole numbers below 256")]
fn by_run(chunks: &[Vec<f32>], runs: usize) -> Vec<Vec<u8>> {
    let of_run = |run: usize| {
        let rows = chunks.iter().filter_map(move |chunk| chunk.chunks(chunk.len() / runs).nth(run));
        rows.flatten().map(|class| *class as u8).collect()
    };
    (0..runs).map(of_run).collect()
}
