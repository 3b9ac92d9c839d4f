//! Admin, adaptive model initialization: Liu, Liu, Gao, Chen & Han 2020, "Understanding the Difficulty of Training Transformers"
//! (arXiv 2004.08249): the weights `ρ` of the shortcuts of a transformer whose additions are followed by layer normalization,
//! `LN(ρ x + f(x))`.
//!
//! In either stack `ρ` of the first sub-layer is 1. Then, one sub-layer after the other, `ρ_{i+1} = √(Var[ρ_i x] + Var[f_i(x)])`, with the
//! variances over features and positions (without padding) of the first batch of the tuning order: a shortcut is as strong as all branches
//! before it together, so no single branch dominates. The authors train `ρ` for every feature; here it is a number and is not trained.
//!
//! An iteration measures one sub-layer. The weights remain unchanged.

use super::outputs::moments_of_layers;
use super::vectors::read_runs;
use super::{Effort, Examples, Iteration, IterationFuture, Method, TuningContext, finite_mean};
use crate::error::Result;
use crate::experiment::Tuning;
use crate::experiment::architecture::{Architecture, Layer, SentenceSide};
use crate::init::InitialParameters;
use crate::model::Network;

/// The state of Admin.
#[derive(Debug)]
struct Admin {
    context: TuningContext,
    runs: Vec<InitialParameters>,
    sublayers: Vec<Sublayer>,
}

/// The steps of a sub-layer that are measured.
#[derive(Debug, Clone, Copy)]
struct Sublayer {
    /// Where its branch begins: the values `x`.
    input: usize,
    /// The last step of the branch: the values `f(x)`.
    branch: usize,
    /// Whether it is the last one of its stack.
    is_last: bool,
}

/// Admin before its first iteration: all shortcuts weigh 1.
pub(super) fn start(_: &Tuning, context: &TuningContext, mut runs: Vec<InitialParameters>) -> Box<dyn Method> {
    let sublayers = sublayers(&context.plan.architecture);
    for run in &mut runs {
        run.shortcuts = vec![1.0; sublayers.len()];
    }
    Box::new(Admin { context: context.clone(), runs, sublayers })
}

/// The sub-layers, in forward order.
fn sublayers(architecture: &Architecture) -> Vec<Sublayer> {
    let (mut input, mut sublayers) = (0, Vec::<Sublayer>::new());
    for (index, step) in architecture.steps.iter().enumerate() {
        match step.layer {
            Layer::Branch => input = index,
            Layer::AddShortcut { .. } => {
                sublayers.push(Sublayer { input, branch: index.saturating_sub(1), is_last: false });
            }
            // The decoder begins.
            Layer::Embedding { side: SentenceSide::Target, .. } => {
                sublayers.iter_mut().rev().take(1).for_each(|last| last.is_last = true);
            }
            _ => {}
        }
    }
    sublayers.iter_mut().rev().take(1).for_each(|last| last.is_last = true);
    sublayers
}

impl Method for Admin {
    fn total(&self) -> u64 {
        self.sublayers.len() as u64
    }

    fn advance<'a>(
        &'a mut self,
        index: u64,
        examples: &'a mut dyn Examples,
        effort: &'a mut Effort,
    ) -> IterationFuture<'a> {
        Box::pin(self.measure(index, examples, effort))
    }

    fn into_weights(self: Box<Self>) -> Vec<InitialParameters> {
        self.runs
    }
}

impl Admin {
    async fn measure(&mut self, index: u64, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(&Sublayer { input, branch, is_last }) = self.sublayers.get(index) else {
            return Ok(Iteration::Finished);
        };
        if !is_last {
            let inputs = examples.batch(self.context.batch_size, 0)?.inputs;
            let network = Network::stack(&self.context.plan, &self.runs, &self.context.device);
            let Some([of_input, of_branch]) = moments_of_layers(&network, &inputs, [input, branch]) else {
                return Ok(Iteration::Finished);
            };
            effort.forward_passes += 1;
            let stds = read_runs(vec![of_input.std, of_branch.std]).await?;
            for ((run, input), branch) in self.runs.iter_mut().zip(&stds[0]).zip(&stds[1]) {
                let next = (run.shortcuts[index] * input).hypot(*branch);
                // A run whose values overflow keeps its shortcuts, and diverges as it is.
                run.shortcuts[index + 1] = if next.is_finite() { next } else { 1.0 };
            }
        }
        Ok(Iteration::Done(finite_mean(self.runs.iter().map(|run| run.shortcuts[index]))))
    }
}
