//! LSUV, layer-sequential unit variance: Mishkin & Matas 2015, "All you need is a good init" (arXiv 1511.06422).
//!
//! From orthonormal weights (or any base), layer by layer in forward order: `W ← W / std(output)` until the standard deviation
//! of the layer's output, over examples, positions and units, is 1 to within the tolerance, at most `tries` times. The output
//! is that before normalization and activation, on the first batch of the tuning order.
//!
//! An iteration measures one layer and may rescale it. A layer whose output does not vary remains unchanged.

use super::outputs::{VARIES, moments_of_layer};
use super::scales::Scales;
use super::vectors::read_runs;
use super::{Effort, Examples, Iteration, IterationFuture, Method, TuningContext, finite_mean};
use crate::error::Result;
use crate::experiment::Tuning;
use crate::experiment::architecture::ParameterRole;
use crate::experiment::scheme::tuning::methods::lsuv::{TOLERANCE, TRIES};
use crate::init::InitialParameters;

/// The state of LSUV.
#[derive(Debug)]
struct Lsuv {
    tolerance: f64,
    most_tries: u64,
    scales: Scales,
    batch_size: usize,
    /// The architecture's steps with weights.
    steps: Vec<usize>,
    layer: usize,
    tries: u64,
}

/// LSUV before its first iteration.
pub(super) fn start(tuning: &Tuning, context: &TuningContext, runs: Vec<InitialParameters>) -> Box<dyn Method> {
    Box::new(Lsuv {
        tolerance: tuning.value(&TOLERANCE),
        most_tries: tuning.value(&TRIES),
        scales: Scales::new(context, runs),
        batch_size: context.batch_size,
        steps: context.plan.architecture.weight_steps(),
        layer: 0,
        tries: 0,
    })
}

impl Method for Lsuv {
    /// Every layer is measured before its first rescaling and after each.
    fn total(&self) -> u64 {
        self.steps.len() as u64 * (self.most_tries + 1)
    }

    fn advance<'a>(
        &'a mut self,
        _index: u64,
        examples: &'a mut dyn Examples,
        effort: &'a mut Effort,
    ) -> IterationFuture<'a> {
        Box::pin(self.measure_layer(examples, effort))
    }

    fn into_weights(self: Box<Self>) -> Vec<InitialParameters> {
        self.scales.into_weights()
    }
}

impl Lsuv {
    async fn measure_layer(&mut self, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        let Some(&step) = self.steps.get(self.layer) else { return Ok(Iteration::Finished) };
        let inputs = examples.batch(self.batch_size, 0)?.inputs;
        let Some(moments) = moments_of_layer(&self.scales.network(), &inputs, step) else {
            return Ok(Iteration::Finished);
        };
        effort.forward_passes += 1;
        let stds = read_runs(vec![moments.std]).await?.remove(0);
        if self.tries < self.most_tries && self.rescale(&stds) {
            self.tries += 1;
        } else {
            self.layer += 1;
            self.tries = 0;
        }
        Ok(Iteration::Done(finite_mean(stds.into_iter())))
    }

    /// Divides the weights of the layer by the standard deviation of its output in every run in which that is not yet 1. Returns
    /// whether there was any.
    fn rescale(&mut self, stds: &[f64]) -> bool {
        let role = ParameterRole::Weight(self.layer);
        let Some(parameter) = self.scales.roles().iter().position(|other| *other == role) else { return false };
        let mut changed = false;
        for (run, std) in stds.iter().enumerate() {
            let off = (std - 1.0).abs() > self.tolerance && *std > VARIES && std.is_finite();
            if let Some(scale) = self.scales.scale_mut(parameter, run).filter(|_| off) {
                *scale /= std;
                changed = true;
            }
        }
        changed
    }
}
