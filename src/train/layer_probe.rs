//! Statistics of each layer at a step: of its weights, its activations, its gradient, and the size of the next step.
//!
//! Activations and gradients are those of the first training batch, without augmentation and with batch normalization in training
//! mode: before training, exactly as in the first step.

use super::optimizer::Optimizer;
use crate::device::read;
use crate::error::Result;
use crate::experiment::architecture::{Architecture, Layer, ParameterRole};
use crate::init::{Factors, InitialParameters};
use crate::metrics::{LayerReport, LayerScales};
use crate::model::{Batch, Mode, Moments, Network, counted_mean, inner_product};
use burn::tensor::{Tensor, Transaction};
use std::rc::Rc;

/// Number of values read back for each layer: gradient norm, step size, standard deviation of the weights, and mean, standard
/// deviation and active fraction of the activations.
const NUMBERS: usize = 6;

/// Runs that are stacked, with their optimizer and the schedule's factor for the next step.
pub(super) type StackedRuns = (Network, Optimizer, f64);

/// The examples on which layers are measured.
#[derive(Debug)]
pub(super) struct LayerProbe {
    /// The first training batch, without augmentation.
    batch: Batch,
    /// Threshold of active units.
    tau: f64,
}

impl LayerProbe {
    /// Measures on this batch; a unit is active if its absolute value is above `tau`.
    pub(super) fn new(batch: Batch, tau: f64) -> Self {
        Self { batch, tau }
    }

    /// The statistics of each layer of stacked runs before training, per run and layer. The standard deviation of the weights, and the
    /// factors of the scheme, come from `weights`, given likewise.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device) when the device cannot be read.
    pub(super) async fn at_start(
        &self,
        runs: StackedRuns,
        weights: &[InitialParameters],
    ) -> Result<Vec<Vec<LayerReport>>> {
        let plan = Rc::clone(&runs.0.plan);
        let mut reports = self.measure(runs).await?;
        let layers = reports
            .iter_mut()
            .zip(weights)
            .flat_map(|(report, weights)| report.iter_mut().zip(weights.layers(&plan.architecture)));
        for (report, weights) in layers {
            let Factors { weight, bias, norm } = weights.factors;
            report.scales = LayerScales { weight: finite(weight), bias: finite(bias), norm: finite(norm) };
            report.weight_std = weights.statistics().and_then(|statistics| finite(statistics.std));
        }
        Ok(reports)
    }

    /// The statistics of each layer of stacked runs, per run and layer; the factors of the scheme are left at 1.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device) when the device cannot be read.
    pub(super) async fn measure(&self, (network, optimizer, factor): StackedRuns) -> Result<Vec<Vec<LayerReport>>> {
        let tensors = self.group_numbers(&network, optimizer, factor);
        let numbers = read(tensors.into_iter().fold(Transaction::default(), Transaction::register)).await?;
        let of_run = |run: usize| numbers.chunks(NUMBERS).map(|numbers| report(numbers, run)).collect();
        Ok((0..network.runs()).map(of_run).collect())
    }

    /// The [`NUMBERS`] values of one layer after the other, `[runs]` each.
    fn group_numbers(&self, network: &Network, mut optimizer: Optimizer, factor: f64) -> Vec<Tensor<1>> {
        let gradient = network.gradient(&self.batch, Mode::Training).gradient;
        let stepped = optimizer.update(network.parameters.clone(), gradient.clone(), factor);
        let values = layer_values(network, &self.batch);
        let roles = network.plan.architecture.parameter_roles();
        let weights = roles.iter().enumerate().filter(|(_, role)| matches!(role, ParameterRole::Weight(_)));
        let layers = weights.zip(values).flat_map(|((index, _), values)| {
            let weight = network.parameters[index].clone();
            let moved = norm(&(stepped[index].clone() - weight.clone())) / norm(&weight);
            let [runs, rows, columns] = weight.dims();
            let spread = Moments::of_rows(weight.reshape([runs, rows * columns])).std;
            let [mean, std, active] = moments(values, self.tau);
            [norm(&gradient[index]), moved, spread, mean, std, active]
        });
        layers.collect()
    }
}

/// The values of a layer, `[runs, examples, units]`, and which of them count.
type LayerValues = (Tensor<3>, Option<Tensor<3>>);

/// The values of each layer with weights after its activation function, if one follows before the next such layer.
fn layer_values(network: &Network, batch: &Batch) -> Vec<LayerValues> {
    let steps = value_steps(&network.plan.architecture);
    let mut kept = Vec::with_capacity(steps.len());
    network.observe(&batch.inputs, Mode::Training, |step, values| {
        if steps.contains(&step) {
            kept.push((values.units(), values.counted()));
        }
    });
    kept
}

/// The step of the activation function after each layer with weights, or of the layer itself if another layer with weights comes first.
fn value_steps(architecture: &Architecture) -> Vec<usize> {
    let activation_after = |index: usize| {
        let mut rest = architecture.steps.iter().enumerate().skip(index + 1);
        let next = rest.find(|(_, step)| step.layer == Layer::Activation || step.layer.with_weights().is_some());
        next.filter(|(_, step)| step.layer == Layer::Activation).map_or(index, |(index, _)| index)
    };
    architecture.weight_steps().into_iter().map(activation_after).collect()
}

/// Mean, standard deviation, and fraction with an absolute value above `tau`, for every run, `[runs]` each.
fn moments((values, counted): LayerValues, tau: f64) -> [Tensor<1>; 3] {
    let [runs, examples, units] = values.dims();
    let rows = values.reshape([runs, examples * units]);
    let counted = counted.map(|counted| counted.reshape([1, examples * units]));
    let active = rows.clone().abs().greater_elem(tau).float();
    let active = match &counted {
        Some(counted) => counted_mean(active, counted),
        None => active.mean_dim(1),
    };
    let Moments { mean, std } = Moments::of_counted_rows(rows, counted);
    [mean, std, active.squeeze_dim(1)]
}

/// The 2-norm for every run, `[runs]`.
fn norm(tensor: &Tensor<3>) -> Tensor<1> {
    inner_product(tensor, tensor).sqrt()
}

/// The report of a run from the [`NUMBERS`] values of a layer.
fn report(numbers: &[Vec<f32>], run: usize) -> LayerReport {
    let number = |index: usize| finite(f64::from(numbers[index][run]));
    LayerReport {
        scales: LayerScales::ONE,
        gradient_norm: number(0),
        step_size: number(1),
        weight_std: number(2),
        activation_mean: number(3),
        activation_std: number(4),
        active_fraction: number(5),
    }
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}
