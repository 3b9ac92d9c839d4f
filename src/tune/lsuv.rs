//! LSUV, layer-sequential unit variance: Mishkin & Matas 2015, "All you need is a good init" (arXiv 1511.06422).
//!
//! From orthonormal weights (or any base), layer by layer in forward order: `W ← W / std(output)` until the standard deviation of the
//! layer's output, over examples, places and units, is 1 to within the tolerance, at most so many times. The output is that
//! before normalization and nonlinearity, on the first batch of the tuning order.
//!
//! An iteration is one look at a layer. A layer whose output does not vary is left alone.

use super::outputs::{VARIES, moments_of_layer};
use super::scales::Scales;
use super::vectors::read_runs;
use super::{Effort, Examples, Iteration, TuningContext, finite_mean};
use crate::error::Result;
use crate::experiment::architecture::ParameterRole;
use crate::experiment::scheme::tuning::Lsuv as Constants;
use crate::init::LayerWeights;

/// LSUV at work.
#[derive(Debug)]
pub(super) struct Lsuv {
    constants: Constants,
    scales: Scales,
    batch_size: usize,
    /// The steps of the architecture that the layers are.
    steps: Vec<usize>,
    layer: usize,
    tries: u64,
}

impl Lsuv {
    pub(super) fn new(constants: &Constants, around: &TuningContext, runs: Vec<Vec<LayerWeights>>) -> Self {
        Self {
            constants: constants.clone(),
            scales: Scales::new(around, runs),
            batch_size: around.batch_size,
            steps: around.plan.architecture.weight_steps(),
            layer: 0,
            tries: 0,
        }
    }

    /// A look before and one after each rescaling of a layer.
    pub(super) fn total(&self) -> u64 {
        self.steps.len() as u64 * (self.constants.tries + 1)
    }

    pub(super) async fn advance(&mut self, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        let Some(&step) = self.steps.get(self.layer) else { return Ok(Iteration::Finished) };
        let images = examples.batch(self.batch_size, 0)?.images;
        let Some(moments) = moments_of_layer(&self.scales.network(), images, step) else {
            return Ok(Iteration::Finished);
        };
        effort.forward_passes += 1;
        let stds = read_runs(vec![moments.std]).await?.remove(0);
        if self.tries < self.constants.tries && self.rescale(&stds) {
            self.tries += 1;
        } else {
            self.layer += 1;
            self.tries = 0;
        }
        Ok(Iteration::Done(finite_mean(stds.into_iter())))
    }

    /// Divides the weights of the layer by the standard deviation of its output where that is not 1 yet; whether it did so in any
    /// run.
    fn rescale(&mut self, stds: &[f64]) -> bool {
        let role = ParameterRole::Weight(self.layer);
        let Some(parameter) = self.scales.roles().iter().position(|other| *other == role) else { return false };
        let mut changed = false;
        for (run, std) in stds.iter().enumerate() {
            let off = (std - 1.0).abs() > self.constants.tolerance && *std > VARIES && std.is_finite();
            if let Some(scale) = self.scales.scale_mut(parameter, run).filter(|_| off) {
                *scale /= std;
                changed = true;
            }
        }
        changed
    }

    pub(super) fn into_weights(self) -> Vec<Vec<LayerWeights>> {
        self.scales.into_weights()
    }
}
