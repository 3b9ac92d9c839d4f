//! NIO: Yang, Wang, Yuan & Lin 2022, "Towards Theoretically Inspired Neural Initialization Optimization" (arXiv 2210.05956).
//!
//! Learns a scale for each parameter tensor so that the gradients `g₁ ... g_D` of `D` parts of a batch point in the same
//! direction (`GradCosine`) while their mean norm stays within a bound:
//!
//! ```text
//! maximize  Σ_{i≠j} cos(g_i, g_j) / (D² - D)      subject to  Σ ‖g_i‖₂ / D <= γ
//! ```
//!
//! As in the authors' code, parts do not overlap, the scales are updated by `GradInit`'s optimizer, and if the mean norm exceeds
//! `γ`, a step reduces it. Both gradients are sums over parts of Hessian-vector products, `Σ H_i d_i`, with
//!
//! ```text
//! constraint:  d_i = g_i / (D ‖g_i‖)
//! objective:   d_i = - 2 / (D² - D) Σ_{j≠i} ( g_j / (‖g_i‖ ‖g_j‖) - cos(g_i, g_j) g_i / ‖g_i‖² )
//! ```

use super::scales::{ScaleOptimizer, Scales, StepPurpose};
use super::vectors::{inner_all, of_runs, plus, read_runs, times};
use super::{Effort, Examples, Iteration, IterationFuture, Method, TuningContext, finite_mean};
use crate::error::Result;
use crate::experiment::Tuning;
use crate::experiment::scheme::tuning::methods::nio::{GAMMA, LEARNING_RATE, PARTS, STEPS};
use crate::init::InitialParameters;
use crate::model::{Batch, Mode, Network};
use burn::tensor::{Device, Tensor};

/// The state of NIO.
#[derive(Debug)]
struct Nio {
    scales: Scales,
    optimizer: ScaleOptimizer,
    gamma: f64,
    steps: u64,
    parts: usize,
    batch_size: usize,
    device: Device,
}

/// Scalar products of the parts' gradients of one run, `[parts][parts]`.
struct Products(Vec<Vec<f64>>);

impl Products {
    fn norm(&self, part: usize) -> f64 {
        self.0[part][part].sqrt()
    }

    fn cosine(&self, left: usize, right: usize) -> f64 {
        self.0[left][right] / (self.norm(left) * self.norm(right))
    }

    fn parts(&self) -> usize {
        self.0.len()
    }

    fn mean_norm(&self) -> f64 {
        (0..self.parts()).map(|part| self.norm(part)).sum::<f64>() / self.parts() as f64
    }

    /// `GradCosine`.
    fn mean_cosine(&self) -> f64 {
        let others = |part: usize| (0..self.parts()).filter(move |other| *other != part);
        let pairs = (0..self.parts()).flat_map(|part| others(part).map(move |other| (part, other)));
        pairs.map(|(left, right)| self.cosine(left, right)).sum::<f64>() / self.pairs()
    }

    /// `D² - D`.
    fn pairs(&self) -> f64 {
        (self.parts() * (self.parts() - 1)) as f64
    }

    /// The coefficient of the gradient of part `other` in `d_part`.
    fn coefficient(&self, purpose: StepPurpose, part: usize, other: usize) -> f64 {
        match purpose {
            StepPurpose::Constraint if part == other => 1.0 / (self.parts() as f64 * self.norm(part)),
            StepPurpose::Constraint => 0.0,
            StepPurpose::Objective if part != other => -2.0 / self.pairs() / (self.norm(part) * self.norm(other)),
            StepPurpose::Objective => {
                let others = (0..self.parts()).filter(|other| *other != part);
                let cosines: f64 = others.map(|other| self.cosine(part, other)).sum();
                2.0 / self.pairs() * cosines / self.0[part][part]
            }
        }
    }
}

/// NIO before its first iteration.
pub(super) fn start(tuning: &Tuning, context: &TuningContext, runs: Vec<InitialParameters>) -> Box<dyn Method> {
    let scales = Scales::new(context, runs);
    Box::new(Nio {
        optimizer: ScaleOptimizer::new(&scales, tuning.value(&LEARNING_RATE), tuning),
        scales,
        gamma: tuning.value(&GAMMA),
        steps: tuning.value(&STEPS),
        parts: tuning.value(&PARTS),
        batch_size: context.batch_size,
        device: context.device.clone(),
    })
}

impl Method for Nio {
    fn total(&self) -> u64 {
        self.steps
    }

    fn advance<'a>(
        &'a mut self,
        index: u64,
        examples: &'a mut dyn Examples,
        effort: &'a mut Effort,
    ) -> IterationFuture<'a> {
        Box::pin(self.iterate(index, examples, effort))
    }

    fn into_weights(self: Box<Self>) -> Vec<InitialParameters> {
        self.scales.into_weights()
    }
}

impl Nio {
    async fn iterate(&mut self, index: u64, examples: &mut dyn Examples, effort: &mut Effort) -> Result<Iteration> {
        if index >= self.steps {
            return Ok(Iteration::Finished);
        }
        let batch = examples.batch(self.batch_size, index)?;
        let size = self.batch_size / self.parts;
        let parts = (0..self.parts).map(|part| batch.part(part * size, size)).collect::<Vec<_>>();
        let network = self.scales.network();
        let gradients = parts.iter().map(|part| network.gradient(part, Mode::Training).gradient).collect::<Vec<_>>();
        let products = self.products(&gradients).await?;
        let purpose = |run: &Products| {
            if run.mean_norm() > self.gamma { StepPurpose::Constraint } else { StepPurpose::Objective }
        };
        let purposes: Vec<StepPurpose> = products.iter().map(purpose).collect();
        let gradient = self.pulled_back(&network, &parts, &gradients, &products, &purposes);
        self.optimizer.step(&mut self.scales, &purposes, &read_runs(gradient).await?);
        effort.gradient_evaluations += self.parts as u64 * (1 + Effort::HESSIAN_VECTOR_PRODUCT);
        Ok(Iteration::Done(finite_mean(products.iter().map(Products::mean_cosine))))
    }

    /// The scalar products of every run.
    async fn products(&self, gradients: &[Vec<Tensor<3>>]) -> Result<Vec<Products>> {
        let parts = self.parts;
        let pairs = (0..parts).flat_map(|left| (0..=left).map(move |right| (left, right)));
        let tensors = pairs.map(|(left, right)| inner_all(&gradients[left], &gradients[right])).collect();
        let read = read_runs(tensors).await?;
        // Row by row, the lower half of a symmetric matrix.
        let place = |left: usize, right: usize| left * (left + 1) / 2 + right;
        let of_run = |run: usize| {
            let product = |left: usize, right: usize| read[place(left.max(right), left.min(right))][run];
            let row = |left: usize| (0..parts).map(|right| product(left, right)).collect();
            Products((0..parts).map(row).collect())
        };
        Ok((0..self.scales.run_count()).map(of_run).collect())
    }

    /// The gradient with respect to each scale, `[runs]`, for the purpose of each run.
    fn pulled_back(
        &self,
        network: &Network,
        parts: &[Batch],
        gradients: &[Vec<Tensor<3>>],
        products: &[Products],
        purposes: &[StepPurpose],
    ) -> Vec<Tensor<1>> {
        let term = |part: usize, other: usize| {
            let runs = products.iter().zip(purposes);
            let coefficients = runs.map(|(run, purpose)| run.coefficient(*purpose, part, other)).collect::<Vec<_>>();
            times(&gradients[other], &of_runs(&coefficients, &self.device))
        };
        let curved = |part: usize| {
            let direction = (1..parts.len()).fold(term(part, 0), |sum, other| plus(sum, term(part, other)));
            let product = network.hessian_vector_product(&parts[part], Mode::Training, &direction);
            self.scales.pulled_back(&product)
        };
        let add = |sum: Vec<Tensor<1>>, more: Vec<Tensor<1>>| sum.into_iter().zip(more).map(|(a, b)| a + b).collect();
        (1..parts.len()).fold(curved(0), |sum, part| add(sum, curved(part)))
    }
}
