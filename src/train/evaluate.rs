//! Test accuracy, test loss and emergence of all runs, in chunks small enough to listen in between.

use crate::dataset::{Dataset, Part};
use crate::emergence::{self, ActiveRule, LayerActivity, Network};
use crate::error::{Error, Result};
use crate::experiment::limits::EVALUATION_CHUNK;
use crate::experiment::{ActiveDefinition, ActivitySpec};
use crate::metrics::{EvaluationRecord, RunEvaluation};
use crate::model::{Networks, correct_predictions, cross_entropy};
use burn::tensor::{Device, Int, Tensor, TensorData, Transaction};

/// Training examples (the first ones) on which activity is measured; fixed for all runs and steps.
pub const PROBE_EXAMPLES: usize = 256;

/// The examples on which runs are judged, on the device.
#[derive(Debug)]
pub(super) struct Evaluator {
    chunks: Vec<Chunk>,
    probe: Tensor<3>,
    examples: usize,
    activity: ActivitySpec,
}

#[derive(Debug)]
struct Chunk {
    images: Tensor<3>,
    one_hot: Tensor<3>,
    classes: Tensor<3, Int>,
}

/// The evaluation of one step, chunk by chunk, on the weights as they were then: training may go on meanwhile.
#[derive(Debug)]
pub(super) struct Tally {
    step: u64,
    networks: Networks,
    losses: Vec<Tensor<1>>,
    correct: Vec<Tensor<1>>,
}

impl Tally {
    /// Nothing judged yet of `networks` after `step` steps. Tensors share memory until they change, so this copies nothing.
    #[must_use]
    pub(super) fn new(step: u64, networks: Networks) -> Self {
        Self { step, networks, losses: Vec::new(), correct: Vec::new() }
    }
}

impl Evaluator {
    /// Uploads the test examples and the probe batch.
    ///
    /// # Errors
    /// [`Error::NoSuchExample`] never comes up: every index is below the number of examples.
    pub(super) fn new(dataset: &Dataset, activity: ActivitySpec, device: &Device) -> Result<Self> {
        let examples = dataset.test.len();
        let indices = first_indices(examples);
        let chunks = indices.chunks(EVALUATION_CHUNK).map(|indices| Chunk::new(dataset, indices, device));
        let probe = first_indices(dataset.train.len().min(PROBE_EXAMPLES));
        Ok(Self {
            chunks: chunks.collect::<Result<_>>()?,
            probe: images(dataset, Part::Train, &probe, device)?,
            examples,
            activity,
        })
    }

    /// Judges one more chunk; `false` when all have been judged.
    pub(super) fn advance(&self, tally: &mut Tally) -> bool {
        let Some(chunk) = self.chunks.get(tally.losses.len()) else { return false };
        let logits = tally.networks.forward(&chunk.images);
        tally.losses.push(cross_entropy(logits.clone(), chunk.one_hot.clone()));
        tally.correct.push(correct_predictions(logits, chunk.classes.clone()));
        true
    }

    /// Reads the result back: one evaluation per run, `None` where the loss is not a finite number.
    ///
    /// # Errors
    /// [`Error::Device`] when the device cannot be read.
    pub(super) async fn finish(&self, tally: Tally) -> Result<EvaluationRecord> {
        let layers = tally.networks.activations(&self.probe);
        let shapes = layers.iter().map(Tensor::dims).collect::<Vec<_>>();
        let mut transaction = Transaction::default();
        for values in tally.losses.iter().chain(&tally.correct) {
            transaction = transaction.register(values.clone());
        }
        for values in layers {
            transaction = transaction.register(values);
        }
        let mut read = read(transaction).await?.into_iter();
        let losses = totals(&mut read, tally.losses.len());
        let correct = totals(&mut read, tally.correct.len());
        let activity = read.collect::<Vec<_>>();
        let runs = losses.iter().zip(&correct).enumerate();
        let runs = runs.map(|(run, (loss, correct))| self.judge(run, *loss, *correct, &activity, &shapes));
        Ok(EvaluationRecord { step: tally.step, runs: runs.collect::<Result<_>>()? })
    }

    fn judge(
        &self,
        run: usize,
        loss: f64,
        correct: f64,
        activity: &[Vec<f32>],
        shapes: &[[usize; 3]],
    ) -> Result<Option<RunEvaluation>> {
        let examples = self.examples.max(1) as f64;
        if !loss.is_finite() {
            return Ok(None);
        }
        let layers = activity.iter().zip(shapes).map(|(values, &[_, samples, units])| LayerActivity {
            values: &values[run * samples * units..(run + 1) * samples * units],
            units,
        });
        #[expect(clippy::cast_possible_truncation, reason = "a threshold on f32 values")]
        let tau = self.activity.tau as f32;
        let widths = shapes.iter().map(|&[.., units]| units).collect::<Vec<_>>();
        let measured = Network::dense(&widths)
            .and_then(|network| {
                emergence::measure(&network, &layers.collect::<Vec<_>>(), active_rule(&self.activity), tau)
            })
            .map_err(|error| Error::Emergence { reason: error.to_string() })?;
        #[expect(clippy::cast_possible_truncation, reason = "summed in f64, reported in f32")]
        Ok(Some(RunEvaluation {
            test_loss: (loss / examples) as f32,
            test_accuracy: (correct / examples) as f32,
            emergence_a: measured.log10_e_a,
            emergence_b: measured.log10_e_b,
            active_fraction: measured.active_fraction,
        }))
    }
}

impl Chunk {
    fn new(dataset: &Dataset, indices: &[u32], device: &Device) -> Result<Self> {
        let mut labels = Vec::new();
        dataset.write_labels(Part::Test, indices, &mut labels)?;
        let classes = labels.into_iter().map(i32::from).collect::<Vec<_>>();
        Ok(Self {
            images: images(dataset, Part::Test, indices, device)?,
            one_hot: one_hot(dataset, Part::Test, indices, device)?,
            classes: Tensor::from_data(TensorData::new(classes, [1, indices.len(), 1]), device),
        })
    }
}

/// Normalised images, `[1, examples, inputs]`.
pub(super) fn images(dataset: &Dataset, part: Part, indices: &[u32], device: &Device) -> Result<Tensor<3>> {
    let mut values = Vec::new();
    dataset.write_examples(part, indices, &mut values)?;
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), dataset.pixels()]), device))
}

/// One-hot targets, `[1, examples, classes]`. Made on the CPU: Burn's own `one_hot` reads back synchronously.
pub(super) fn one_hot(dataset: &Dataset, part: Part, indices: &[u32], device: &Device) -> Result<Tensor<3>> {
    let mut labels = Vec::new();
    dataset.write_labels(part, indices, &mut labels)?;
    let classes = dataset.classes;
    let mut values = vec![0.0_f32; indices.len() * classes];
    for (row, label) in values.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] = 1.0;
    }
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), classes]), device))
}

/// Reads several tensors in one go, as f32.
pub(super) async fn read(transaction: Transaction) -> Result<Vec<Vec<f32>>> {
    let data = transaction.execute_async().await.map_err(|error| Error::device(&error))?;
    data.into_iter().map(|data| data.try_into_vec::<f32>().map_err(|error| Error::device(&error))).collect()
}

/// `0..count`; data sets are far smaller than 2^32 examples.
fn first_indices(count: usize) -> Vec<u32> {
    (0_u32..).take(count).collect()
}

/// Sums the next `count` vectors element by element, in f64.
fn totals(read: &mut impl Iterator<Item = Vec<f32>>, count: usize) -> Vec<f64> {
    let mut sums = Vec::new();
    for values in read.take(count) {
        sums.resize(values.len(), 0.0);
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += f64::from(value);
        }
    }
    sums
}

fn active_rule(activity: &ActivitySpec) -> ActiveRule {
    match activity.definition {
        ActiveDefinition::Sample => ActiveRule::Sample,
        ActiveDefinition::Mean => ActiveRule::Mean,
        ActiveDefinition::Rate => ActiveRule::Rate,
    }
}
