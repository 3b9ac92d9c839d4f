//! The curves of an experiment as they grow: records go in, one set of curves per run comes out.

use super::{EvaluationRecord, InitCost, LayerReport, Record, RunEvaluation, RunSetup, Setup, StepRecord, Timing};
use serde::{Deserialize, Serialize};

/// Everything measured so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// What was fixed before the first step.
    pub setup: Setup,
    /// The curves, per variant and run.
    pub variants: Vec<VariantCurves>,
    /// The last step recorded.
    pub step: u64,
    /// How long it took so far.
    pub timing: Timing,
}

/// The curves of one variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantCurves {
    /// The scheme in its text form.
    pub name: String,
    /// What its initialization took.
    pub init: InitCost,
    /// One set of curves per seed.
    pub runs: Vec<RunCurves>,
}

/// The curves of one run; every point is `(step, value)`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunCurves {
    /// The seed of weights.
    pub seed: u64,
    /// SHA-256 of the initial weights.
    pub weights_sha256: String,
    /// What it was like before the first step, layer by layer.
    #[serde(default)]
    pub layers: Vec<LayerReport>,
    /// Where its loss stopped being a finite number: the first training step whose loss (before the step), or the first
    /// evaluation whose loss (after it), is none. The curves end there.
    pub diverged_at: Option<u64>,
    /// Mini-batch cross-entropy in nats, at every step.
    pub train_loss: Vec<(u64, f32)>,
    /// Test cross-entropy in nats, at every evaluation.
    pub test_loss: Vec<(u64, f32)>,
    /// Test accuracy in `[0, 1]`, at every evaluation.
    pub test_accuracy: Vec<(u64, f32)>,
    /// `log10 E_A`, at every evaluation; `None` when the measure is zero.
    pub emergence_a: Vec<(u64, Option<f64>)>,
    /// `log10 E_B`, at every evaluation; `None` when the measure is zero.
    pub emergence_b: Vec<(u64, Option<f64>)>,
    /// `log10 E_A` of feature maps, at every evaluation; empty without convolutions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channel_emergence_a: Vec<(u64, Option<f64>)>,
    /// `log10 E_B` of feature maps, at every evaluation; empty without convolutions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channel_emergence_b: Vec<(u64, Option<f64>)>,
    /// Fraction of active units per measured layer, at every evaluation.
    pub active_fraction: Vec<(u64, Vec<f32>)>,
}

impl History {
    /// Empty curves for the runs of `setup`.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let runs = setup.variants.iter().map(|variant| variant.runs.len()).sum();
        let variants = setup.variants.iter().map(|variant| VariantCurves {
            name: variant.name.clone(),
            init: variant.cost,
            runs: variant.runs.iter().map(RunCurves::new).collect(),
        });
        let timing = Timing { runs, ..Timing::default() };
        Self { variants: variants.collect(), step: 0, timing, setup }
    }

    /// Appends what happened since the last record. Entries for runs that do not exist are ignored.
    pub fn apply(&mut self, record: &Record) {
        for step in &record.steps {
            self.apply_step(step);
        }
        for evaluation in &record.evaluations {
            self.apply_evaluation(evaluation);
        }
    }

    /// All runs, variants outermost: the order of the records.
    pub fn runs(&self) -> impl Iterator<Item = &RunCurves> {
        self.variants.iter().flat_map(|variant| &variant.runs)
    }

    fn runs_mut(&mut self) -> impl Iterator<Item = &mut RunCurves> {
        self.variants.iter_mut().flat_map(|variant| &mut variant.runs)
    }

    fn apply_step(&mut self, record: &StepRecord) {
        self.step = self.step.max(record.step);
        for (run, loss) in self.runs_mut().zip(&record.losses) {
            match loss {
                _ if run.diverged_by(record.step) => {}
                Some(loss) => run.train_loss.push((record.step, *loss)),
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

impl RunCurves {
    fn new(setup: &RunSetup) -> Self {
        let RunSetup { seed, weights_sha256, layers } = setup.clone();
        Self { seed, weights_sha256, layers, ..Self::default() }
    }

    fn diverged_by(&self, step: u64) -> bool {
        self.diverged_at.is_some_and(|at| at <= step)
    }

    /// An evaluation may come later than the training steps after it: their losses are of weights that were broken already.
    fn diverge_at(&mut self, step: u64) {
        self.diverged_at = Some(step);
        self.train_loss.retain(|(at, _)| *at <= step);
    }

    fn push(&mut self, step: u64, evaluation: &RunEvaluation) {
        self.test_loss.push((step, evaluation.test_loss));
        self.test_accuracy.push((step, evaluation.test_accuracy));
        self.emergence_a.push((step, evaluation.emergence_a));
        self.emergence_b.push((step, evaluation.emergence_b));
        if let Some(channels) = evaluation.channel_emergence {
            self.channel_emergence_a.push((step, channels.a));
            self.channel_emergence_b.push((step, channels.b));
        }
        self.active_fraction.push((step, evaluation.active_fraction.clone()));
    }
}
