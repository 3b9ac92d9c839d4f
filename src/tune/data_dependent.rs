//! Data-dependent initialization: Krähenbühl, Doersch, Donahue & Darrell 2015, "Data-dependent Initializations of Convolutional
//! Neural Networks" (arXiv 1511.06856), algorithm 1, within-layer normalization.
//!
//! Layer by layer in forward order, every unit or feature map `c` gets the mean `β` and the standard deviation 1 before its
//! activation: with `μ_c` and `σ_c` measured over some batches, `W_c ← W_c / σ_c` and `b_c ← β - (μ_c - b_c) / σ_c` (the
//! paper's `β - μ_c / σ_c` for biases of zero). A normalized layer has no bias, so only its weights are divided. A unit that
//! does not vary remains unchanged.
//!
//! The paper's algorithm 2, which then balances how fast layers learn, is not implemented. An iteration is one batch.

use super::outputs::{VARIES, moments_of_channels};
use super::scales::norm;
use super::vectors::read_runs;
use super::{Effort, Examples, Iteration, IterationFuture, Method, TuningContext};
use crate::error::Result;
use crate::experiment::Tuning;
use crate::experiment::architecture::{ParameterRole, WeightShape};
use crate::experiment::scheme::tuning::methods::data_dependent::{BATCH, BATCHES, BETA};
use crate::init::InitialParameters;
use crate::model::Network;

/// The state of data-dependent initialization.
#[derive(Debug)]
struct DataDependent {
    beta: f64,
    batches: u64,
    batch_size: usize,
    context: TuningContext,
    runs: Vec<InitialParameters>,
    /// The architecture's steps with weights.
    steps: Vec<usize>,
    layer: usize,
    seen: Seen,
}

/// Data-dependent initialization before its first iteration.
pub(super) fn start(tuning: &Tuning, context: &TuningContext, runs: Vec<InitialParameters>) -> Box<dyn Method> {
    Box::new(DataDependent {
        beta: tuning.value(&BETA),
        batches: tuning.value(&BATCHES),
        batch_size: tuning.value(&BATCH),
        context: context.clone(),
        runs,
        steps: context.plan.architecture.weight_steps(),
        layer: 0,
        seen: Seen::default(),
    })
}

impl Method for DataDependent {
    fn total(&self) -> u64 {
        self.steps.len() as u64 * self.batches
    }

    fn advance<'a>(
        &'a mut self,
        _index: u64,
        examples: &'a mut dyn Examples,
        effort: &'a mut Effort,
    ) -> IterationFuture<'a> {
        Box::pin(self.measure_batch(examples, effort))
    }

    fn into_weights(self: Box<Self>) -> Vec<InitialParameters> {
        self.runs
    }
}

impl DataDependent {
    async fn measure_batch(&mut self, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        let Some(&step) = self.steps.get(self.layer) else { return Ok(Iteration::Finished) };
        let inputs = examples.batch(self.batch_size, self.seen.batches() as u64)?.inputs;
        let network = Network::stack(&self.context.plan, &self.runs, &self.context.device);
        let Some(moments) = moments_of_channels(&network, &inputs, step) else { return Ok(Iteration::Finished) };
        self.seen.add(read_runs(vec![moments.mean, moments.std]).await?);
        effort.forward_passes += 1;
        if self.seen.batches() as u64 >= self.batches {
            self.normalize_layer();
        }
        Ok(Iteration::Done(None))
    }

    /// Normalizes the layer in every run after all batches, and moves on to the next layer.
    fn normalize_layer(&mut self) {
        let channels = std::mem::take(&mut self.seen).channels();
        let count = channels.len() / self.runs.len().max(1);
        let shape = self.context.plan.architecture.weight_layers().get(self.layer).map(|layer| layer.shape);
        for (run, channels) in self.runs.iter_mut().zip(channels.chunks(count.max(1))) {
            if let Some(shape) = shape {
                normalize_weight(run, self.layer, shape, channels);
                normalize_bias(run, self.layer, channels, self.beta);
            }
        }
        self.layer += 1;
    }
}

/// Mean and standard deviation of every channel of every run on the batches so far.
#[derive(Debug, Default)]
struct Seen {
    means: Vec<Vec<f64>>,
    stds: Vec<Vec<f64>>,
}

impl Seen {
    fn batches(&self) -> usize {
        self.means.len()
    }

    fn add(&mut self, mean_and_std: Vec<Vec<f64>>) {
        let mut read = mean_and_std.into_iter();
        self.means.extend(read.next());
        self.stds.extend(read.next());
    }

    /// Mean and standard deviation over all batches, which have equal size: the variance is the mean of their variances plus the
    /// variance of their means.
    fn channels(&self) -> Vec<(f64, f64)> {
        let batches = self.batches().max(1) as f64;
        let channel = |index: usize| {
            let mean = self.means.iter().map(|batch| batch[index]).sum::<f64>() / batches;
            let within = self.stds.iter().map(|batch| batch[index].powi(2)).sum::<f64>() / batches;
            let between = self.means.iter().map(|batch| (batch[index] - mean).powi(2)).sum::<f64>() / batches;
            (mean, (within + between).sqrt())
        };
        (0..self.means.first().map_or(0, Vec::len)).map(channel).collect()
    }
}

/// Divides the weights of every unit or feature map of a layer by its standard deviation; `channels` contains the current means and
/// standard deviations.
#[expect(clippy::cast_possible_truncation, reason = "the precision of the parameters")]
fn normalize_weight(run: &mut InitialParameters, layer: usize, shape: WeightShape, channels: &[(f64, f64)]) {
    let Some(parameter) = run.get_mut(ParameterRole::Weight(layer)) else { return };
    let before = norm(&parameter.values);
    let per_channel = parameter.values.len() / channels.len().max(1);
    for (index, weight) in parameter.values.iter_mut().enumerate() {
        let channel = match shape {
            WeightShape::Dense { outputs, .. } => index % outputs,
            WeightShape::Convolution { .. } => index / per_channel,
        };
        let (_, std) = channels[channel];
        if std > VARIES {
            *weight /= std as f32;
        }
    }
    let after = norm(&parameter.values);
    if before > 0.0 && after.is_finite() {
        parameter.factor *= after / before;
    }
}

/// Sets the bias of every unit or feature map that has one so that its mean becomes `beta`.
#[expect(clippy::cast_possible_truncation, reason = "the precision of the parameters")]
fn normalize_bias(run: &mut InitialParameters, layer: usize, channels: &[(f64, f64)], beta: f64) {
    let Some(parameter) = run.get_mut(ParameterRole::Bias(layer)) else { return };
    for (bias, (mean, std)) in parameter.values.iter_mut().zip(channels) {
        if *std > VARIES {
            *bias = (beta - (mean - f64::from(*bias)) / std) as f32;
        }
    }
}
