//! All measurements of an experiment: records are appended as they arrive, and each run has one curve per quantity.

use super::{EvaluationRecord, Record, RunEvaluation, Setup, StepRecord, Timing, VariantStart};
use crate::catalog::{Occasion, QUANTITIES, Quantity};
use crate::experiment::architecture::{Architecture, MeasuredLayer};
use crate::experiment::{Experiment, InitScheme};
use std::ops::{Index, IndexMut};

/// Everything measured so far.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What was fixed before the first step.
    pub setup: Setup,
    /// The layers of the network.
    pub layers: NetworkLayers,
    /// The curves, per variant and run.
    pub variants: Vec<VariantCurves>,
    /// The last recorded step.
    pub step: u64,
    /// Elapsed time and speed so far.
    pub timing: Timing,
}

/// The layers of a network. For an experiment on a visitor's own files none are known before the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkLayers {
    /// The layers whose activity is measured: hidden and pooled layers, then the output.
    pub measured: Vec<MeasuredLayer>,
    /// A description of every layer with weights, from input to output.
    pub weights: Vec<String>,
}

/// The curves of one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantCurves {
    /// The initialization.
    pub scheme: InitScheme,
    /// One set of curves per seed.
    pub runs: Vec<RunCurves>,
}

/// The curves of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunCurves {
    /// The seed of the initial weights.
    pub seed: u64,
    /// The step at which the run diverged: the first training step whose mini-batch loss (before the update), or the first
    /// evaluation whose test loss, is not a finite number. The curves end there.
    pub diverged_at: Option<u64>,
    /// One curve per quantity.
    pub curves: QuantityCurves,
    /// Fraction of active units per measured layer, at every evaluation.
    pub active_fraction: Vec<(u64, Vec<f32>)>,
}

/// A step and the value measured there; `None` for the logarithm of a measure that is zero.
pub type MeasuredPoint = (u64, Option<f64>);

/// The points of each quantity, in order of increasing step. A quantity that was not measured has no points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuantityCurves([Vec<MeasuredPoint>; Quantity::COUNT]);

impl Index<Quantity> for QuantityCurves {
    type Output = Vec<MeasuredPoint>;

    fn index(&self, quantity: Quantity) -> &Self::Output {
        &self.0[quantity as usize]
    }
}

impl IndexMut<Quantity> for QuantityCurves {
    fn index_mut(&mut self, quantity: Quantity) -> &mut Self::Output {
        &mut self.0[quantity as usize]
    }
}

impl History {
    /// Empty curves for the runs of `setup`.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let experiment = &setup.experiment;
        let run = |seed| RunCurves { seed, ..RunCurves::default() };
        let variants = experiment
            .variants
            .iter()
            .map(|scheme| VariantCurves { scheme: scheme.clone(), runs: experiment.run_seeds().map(run).collect() });
        let timing = Timing { runs: experiment.run_count(), ..Timing::default() };
        Self { variants: variants.collect(), layers: NetworkLayers::of(&setup), step: 0, timing, setup }
    }

    /// Empty curves for an experiment that has not started. Charts, legend and tables already have their final shape, so that
    /// nothing moves when the first measurements arrive.
    #[must_use]
    pub fn preview(experiment: &Experiment) -> Self {
        Self::new(Setup { experiment: experiment.clone(), start: None })
    }

    /// Appends the measurements of a record. Entries for runs that do not exist are ignored.
    pub fn apply(&mut self, record: &Record) {
        for step in &record.steps {
            self.apply_step(step);
        }
        for evaluation in &record.evaluations {
            self.apply_evaluation(evaluation);
        }
    }

    /// All runs in the order of the records: by variant, then by seed.
    pub fn runs(&self) -> impl Iterator<Item = &RunCurves> {
        self.variants.iter().flat_map(|variant| &variant.runs)
    }

    /// The start report of the variant with this index; `None` before the start.
    #[must_use]
    pub fn start_of(&self, variant: usize) -> Option<&VariantStart> {
        self.setup.start.as_ref()?.variants.get(variant)
    }

    fn runs_mut(&mut self) -> impl Iterator<Item = &mut RunCurves> {
        self.variants.iter_mut().flat_map(|variant| &mut variant.runs)
    }

    fn apply_step(&mut self, record: &StepRecord) {
        self.step = self.step.max(record.step);
        for (run, loss) in self.runs_mut().zip(&record.losses) {
            match loss {
                _ if run.diverged_by(record.step) => {}
                Some(loss) => run.curves[Quantity::TrainLoss].push((record.step, Some(f64::from(*loss)))),
                None => run.diverged_at = Some(record.step),
            }
        }
    }

    fn apply_evaluation(&mut self, record: &EvaluationRecord) {
        self.step = self.step.max(record.step);
        for (run, evaluation) in self.runs_mut().zip(&record.runs) {
            match evaluation {
                _ if run.diverged_by(record.step) => {}
                Some(evaluation) => run.push(record.step, evaluation),
                None => run.diverge_at(record.step),
            }
        }
    }
}

impl NetworkLayers {
    fn of(Setup { experiment, start }: &Setup) -> Self {
        let data = start.as_ref().map(|start| start.data).or_else(|| experiment.dataset.name.facts());
        let architecture =
            data.and_then(|data| experiment.model.architecture(data.shape, data.classes, experiment.norm).ok());
        architecture.as_ref().map(Self::of_architecture).unwrap_or_default()
    }

    fn of_architecture(architecture: &Architecture) -> Self {
        Self { measured: architecture.measured(), weights: architecture.weight_layer_names() }
    }
}

impl RunCurves {
    /// The points of a curve that have a value, as `(step, value)`.
    #[must_use]
    pub fn values(&self, quantity: Quantity) -> impl DoubleEndedIterator<Item = (u64, f64)> {
        self.curves[quantity].iter().filter_map(|&(step, value)| Some((step, value?)))
    }

    fn diverged_by(&self, step: u64) -> bool {
        self.diverged_at.is_some_and(|at| at <= step)
    }

    /// An evaluation may arrive after later training steps, whose losses belong to weights that were no longer finite.
    fn diverge_at(&mut self, step: u64) {
        self.diverged_at = Some(step);
        for row in QUANTITIES.iter().filter(|row| row.occasion == Occasion::Step) {
            self.curves[row.quantity].retain(|(at, _)| *at <= step);
        }
    }

    fn push(&mut self, step: u64, evaluation: &RunEvaluation) {
        for &(quantity, value) in &evaluation.values {
            self.curves[quantity].push((step, value));
        }
        self.active_fraction.push((step, evaluation.active_fraction.clone()));
    }
}
