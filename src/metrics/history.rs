//! All measurements of an experiment: records are appended as they arrive, and each run has one curve per quantity.

use super::{
    Environment, EvaluationRecord, LateFacts, LayerReport, LayerScales, QuantityCurves, Record, Resolution,
    RunEvaluation, Setup, StepRecord, StepTimes, Timing, VariantStart,
};
use crate::catalog::{Occasion, Quantity};
use crate::experiment::architecture::{Architecture, MeasuredLayer};
use crate::experiment::{Experiment, Share, Variant};
use serde::{Deserialize, Serialize};

/// Most entries of [`History::elapsed`].
pub const KEPT_TIMES: usize = 2_000;

/// Everything measured so far, as far as it is kept: see [`Resolution`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// What was fixed before the first step.
    pub setup: Setup,
    /// The layers of the network, named in the language of the page; not part of the stored form, see [`Self::name_layers`].
    #[serde(skip)]
    pub layers: NetworkLayers,
    /// The curves, per variant and run.
    pub variants: Vec<VariantCurves>,
    /// The last recorded step.
    pub step: u64,
    /// Elapsed time and speed so far.
    pub timing: Timing,
    /// Seconds since the start after some of the steps, at most [`KEPT_TIMES`] of them, in order of increasing step.
    pub elapsed: Vec<(u64, f64)>,
    /// What was measured for the choice between GPU and CPU, if there was one; not part of the stored form.
    #[serde(skip)]
    pub step_times: Option<StepTimes>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantCurves {
    /// What was trained.
    pub variant: Variant,
    /// Its place in the palette, which determines the color and the dash of its lines.
    pub palette_index: usize,
    /// One set of curves per seed.
    pub runs: Vec<RunCurves>,
}

/// The curves of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunCurves {
    /// The seed of the initial weights.
    pub seed: u64,
    /// The step at which the run diverged: the first training step whose mini-batch loss (before the update), or the first
    /// evaluation whose test loss, is not a finite number. The curves end there.
    pub diverged_at: Option<u64>,
    /// One curve per quantity.
    pub curves: QuantityCurves,
    /// Fraction of active units per measured layer, at every evaluation; at the last one of each bucket if several make a point
    /// ([`Resolution`]).
    pub active_fraction: Vec<(u64, Vec<f32>)>,
    /// Its layers with weights after some of the training steps.
    pub layers: Vec<(u64, Vec<LayerReport>)>,
    /// Its translations of the sample sentences, likewise; none if it translates none.
    pub translations: Vec<(u64, Vec<String>)>,
    /// Which test examples are right at the last planned evaluation, eight to a byte, the first one in the lowest bit; empty before.
    pub correct: Vec<u8>,
}

impl History {
    /// Empty curves for the runs of `setup`.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self::of_share(setup, Share::WHOLE)
    }

    /// Empty curves for those runs of `setup` that belong to a share.
    #[must_use]
    pub fn of_share(setup: Setup, share: Share) -> Self {
        let experiment = &setup.experiment;
        let mut runs = experiment.variants.iter().flat_map(|_| experiment.run_seeds()).enumerate();
        let variants = experiment.variants.iter().enumerate().map(|(index, variant)| VariantCurves {
            variant: variant.clone(),
            palette_index: index,
            runs: (runs.by_ref().take(experiment.seeds as usize).filter(|(run, _)| share.contains(*run)))
                .map(|(_, seed)| RunCurves { seed, ..RunCurves::default() })
                .collect(),
        });
        let timing = Timing { runs: share.run_count(experiment), ..Timing::default() };
        Self {
            variants: variants.collect(),
            layers: NetworkLayers::of(&setup),
            step: 0,
            timing,
            elapsed: Vec::new(),
            step_times: None,
            setup,
        }
    }

    /// Empty curves for an experiment that has not started. Charts, legend and tables already have their final shape, so that
    /// nothing moves when the first measurements arrive.
    #[must_use]
    pub fn preview(experiment: &Experiment) -> Self {
        Self::new(Setup { experiment: experiment.clone(), start: None })
    }

    /// Names the layers of a history that was stored.
    pub fn name_layers(&mut self) {
        self.layers = NetworkLayers::of(&self.setup);
    }

    /// Appends the measurements of a record. Entries for runs that do not exist are ignored.
    pub fn apply(&mut self, record: &Record) {
        let resolution = self.resolution();
        self.apply_start(&record.start);
        for step in &record.steps {
            self.apply_step(resolution, step);
        }
        for evaluation in &record.evaluations {
            self.apply_evaluation(resolution, evaluation);
        }
    }

    /// Sets the timing at the last recorded step.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
        while self.elapsed.pop_if(|(step, _)| *step >= self.step).is_some() {}
        if self.elapsed.len() >= KEPT_TIMES {
            // Every second one, with the first.
            let mut is_kept = false;
            self.elapsed.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
        }
        self.elapsed.push((self.step, timing.elapsed_secs));
    }

    /// How many measurements the points of its curves stand for.
    #[must_use]
    pub fn resolution(&self) -> Resolution {
        Resolution::of(&self.setup.experiment)
    }

    /// Number of evaluations so far, of which fewer may be kept.
    #[must_use]
    pub fn evaluation_count(&self) -> u64 {
        let experiment = &self.setup.experiment;
        let longest = self.runs().map(|run| &run.curves[Quantity::TestLoss]).max_by_key(|points| points.len());
        match longest.and_then(|points| points.last().map(|(step, _)| (points.len(), *step))) {
            Some((count, _)) if self.resolution().evaluations_per_point == 1 => count as u64,
            Some((_, step)) => experiment.evaluation.count_until(step, experiment.steps),
            None => 0,
        }
    }

    /// Training goes on after an interruption, perhaps on another device, which the environment then says.
    pub fn resume(&mut self, setup: Setup) {
        let step = self.step;
        let Some((own, new)) = self.setup.start.as_mut().zip(setup.start) else { return };
        let (before, now) = (own.environment.clone(), new.environment);
        let is_same = (&before.backend, &before.adapter) == (&now.backend, &now.adapter);
        let name = |environment: &Environment| format!("{} {}", environment.backend, environment.adapter);
        let adapter =
            if is_same { before.adapter } else { format!("{}until step {step}, then {}", name(&before), name(&now)) };
        own.environment = Environment { adapter, ..now };
    }

    /// Appends the runs of `more`, the same experiment with the seeds that follow; leaves it unchanged and returns `false` if it is
    /// anything else.
    pub fn extend_seeds(&mut self, more: Self) -> bool {
        if !self.is_continued_by(&more) {
            return false;
        }
        let added = more.setup.experiment.seeds;
        for (own, other) in self.variants.iter_mut().zip(more.variants) {
            own.runs.extend(other.runs);
        }
        let starts = more.setup.start.into_iter().flat_map(|start| start.variants);
        let own = self.setup.start.iter_mut().flat_map(|start| &mut start.variants);
        own.zip(starts).for_each(|(own, other)| own.runs.extend(other.runs));
        self.setup.experiment.seeds += added;
        self.timing.runs += more.timing.runs;
        self.timing.elapsed_secs += more.timing.elapsed_secs;
        true
    }

    /// Exchanges two variants. Runs do not depend on each other, so this is what the experiment with the other order would have measured.
    pub fn swap_variants(&mut self, one: usize, other: usize) {
        let count = self.variants.len();
        if one >= count || other >= count {
            return;
        }
        self.variants.swap(one, other);
        self.setup.experiment.variants.swap(one, other);
        if let Some(start) = self.setup.start.as_mut().filter(|start| start.variants.len() == count) {
            start.variants.swap(one, other);
        }
    }

    fn is_continued_by(&self, more: &Self) -> bool {
        let (own, other) = (&self.setup.experiment, &more.setup.experiment);
        let expected = Experiment {
            first_seed: own.first_seed.wrapping_add(own.seeds),
            seeds: other.seeds,
            order: Some(own.order_seed()),
            device: other.device,
            ..own.clone()
        };
        let receipts = [self, more].map(|history| history.setup.start.as_ref().map(|start| &start.receipt));
        expected == *other && receipts[0] == receipts[1]
    }

    /// Whether all steps are taken, and every run that has not diverged is evaluated after the last one.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let Experiment { steps, .. } = self.setup.experiment;
        let evaluated = |run: &RunCurves| run.curves[Quantity::TestLoss].last().is_some_and(|(step, _)| *step >= steps);
        self.step >= steps && self.runs().all(|run| run.diverged_at.is_some() || evaluated(run))
    }

    /// The last step, if the training is not finished.
    #[must_use]
    pub fn unfinished_at(&self) -> Option<u64> {
        (!self.is_finished()).then_some(self.step)
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

    /// The layers of a run at the last measurement after at most `at` steps (the last one if absent), with the step; `None` before
    /// they are measured for the first time.
    #[must_use]
    pub fn layers_at(&self, variant: usize, run: usize, at: Option<u64>) -> Option<(u64, &[LayerReport])> {
        let start = Some(&self.start_of(variant)?.runs.get(run)?.layers).filter(|layers| !layers.is_empty())?;
        let later = &self.variants.get(variant)?.runs.get(run)?.layers;
        let last = later.iter().rev().find(|(step, _)| *step <= at.unwrap_or(u64::MAX));
        Some(last.map_or((0, start.as_slice()), |(step, layers)| (*step, layers.as_slice())))
    }

    /// The steps after which layers were measured, from 0 on; empty before they are.
    #[must_use]
    pub fn layer_steps(&self) -> Vec<u64> {
        let later = self.runs().map(|run| &run.layers).max_by_key(|layers| layers.len());
        let start = self.layers_at(0, 0, Some(0)).map(|_| 0);
        start.into_iter().chain(later.into_iter().flatten().map(|(step, _)| *step)).collect()
    }

    /// The steps after which the runs were evaluated, from 0 on; empty before the first evaluation.
    #[must_use]
    pub fn evaluation_steps(&self) -> Vec<u64> {
        let longest = self.runs().map(|run| &run.active_fraction).max_by_key(|points| points.len());
        longest.into_iter().flatten().map(|(step, _)| *step).collect()
    }

    /// The factors of the schemes, by run and layer.
    fn scales(&self) -> Vec<Vec<LayerScales>> {
        let runs = self.setup.start.iter().flat_map(|start| &start.variants).flat_map(|variant| &variant.runs);
        runs.map(|run| run.layers.iter().map(|layer| layer.scales).collect()).collect()
    }

    fn runs_mut(&mut self) -> impl Iterator<Item = &mut RunCurves> {
        self.variants.iter_mut().flat_map(|variant| &mut variant.runs)
    }

    /// A share that is computed again sends its facts again.
    fn apply_start(&mut self, facts: &LateFacts) {
        let Some(start) = &mut self.setup.start else { return };
        let runs = start.variants.iter_mut().flat_map(|variant| &mut variant.runs);
        for (run, layers) in runs.zip(&facts.layers).filter(|(run, _)| run.layers.is_empty()) {
            run.layers.extend_from_slice(layers);
        }
        if start.random_activity.is_empty() {
            start.random_activity.points.extend_from_slice(&facts.random_activity.points);
        }
        if start.receipt.data_sha256.is_empty() {
            start.receipt.data_sha256.push_str(&facts.data_sha256);
        }
    }

    fn apply_step(&mut self, resolution: Resolution, record: &StepRecord) {
        self.step = self.step.max(record.step);
        for (run, loss) in self.runs_mut().zip(&record.losses) {
            match loss {
                _ if run.diverged_by(record.step) => {}
                Some(loss) => {
                    run.curves.add(resolution, Quantity::TrainLoss, (record.step, Some(f64::from(*loss))));
                }
                None => run.diverged_at = Some(record.step),
            }
        }
    }

    fn apply_evaluation(&mut self, resolution: Resolution, record: &EvaluationRecord) {
        self.step = self.step.max(record.step);
        for (run, evaluation) in self.runs_mut().zip(&record.runs) {
            match evaluation {
                _ if run.diverged_by(record.step) => {}
                Some(evaluation) => run.add(resolution, record.step, evaluation),
                None => run.diverge_at(resolution, record.step),
            }
        }
        for (run, translations) in self.runs_mut().zip(&record.translations) {
            // A diverged run translates nothing.
            if translations.is_empty() || run.diverged_by(record.step) {
                continue;
            }
            keep_latest(resolution, &mut run.translations, (record.step, translations.clone()));
        }
        if record.layers.is_empty() {
            return;
        }
        let scales = self.scales();
        for ((run, layers), scales) in self.runs_mut().zip(&record.layers).zip(scales) {
            if !run.diverged_by(record.step) {
                let layers = layers.iter().zip(scales).map(|(layer, scales)| LayerReport { scales, ..layer.clone() });
                run.layers.push((record.step, layers.collect()));
            }
        }
    }
}

impl NetworkLayers {
    fn of(Setup { experiment, start }: &Setup) -> Self {
        let started = start.as_ref().map(|start| start.probe);
        let examples = started.or_else(|| experiment.dataset.facts().map(|facts| facts.examples));
        let architecture = examples.and_then(|examples| experiment.model.architecture(&examples, experiment.norm).ok());
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
    fn diverge_at(&mut self, resolution: Resolution, step: u64) {
        self.diverged_at = Some(step);
        self.curves.end_steps_at(resolution, step);
    }

    fn add(&mut self, resolution: Resolution, step: u64, evaluation: &RunEvaluation) {
        for &(quantity, value) in &evaluation.values {
            self.curves.add(resolution, quantity, (step, value));
        }
        keep_latest(resolution, &mut self.active_fraction, (step, evaluation.active_fraction.clone()));
        self.correct.clone_from(&evaluation.correct);
    }
}

/// Adds what an evaluation has found, in place of that of an earlier one in the same bucket.
fn keep_latest<T>(resolution: Resolution, found: &mut Vec<(u64, T)>, latest: (u64, T)) {
    found.pop_if(|(step, _)| resolution.is_same(Occasion::Evaluation, *step, latest.0));
    found.push(latest);
}
