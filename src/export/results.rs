//! The results file: one JSON object with all measurements, the experiment and its environment, and the results table.

use super::json::{to_json, write_json};
use super::run::RunResults;
use crate::catalog::Quantity;
use crate::error::{Result, ResultsError};
use crate::experiment::Share;
use crate::experiment::dataset::Selection;
use crate::metrics::{
    Chance, Environment, History, InitCost, RandomActivity, RandomPoint, Receipt, SampleSentence, StepTimes, Timing,
    VariantCurves, VariantStart, VariantSummary,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Name and version of the format, the value of the key `schema`.
pub const SCHEMA: &str = "emergence-lab/1";

/// A results file. Unknown keys are ignored when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: String,
    /// The experiment in canonical form, with the data set resolved.
    pub query: String,
    /// The backend, the device and the program that computed it.
    pub environment: Environment,
    /// Which runs these are, if they are not all of the experiment; absent if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardFacts>,
    /// The last step, if the training was not finished when this was written; absent if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished_at: Option<u64>,
    /// Checksums of the data and the order of examples, which all runs share.
    pub receipt: ReceiptResults,
    /// The emergence of random activity, for any fraction of active units; absent if it was not measured.
    #[serde(default, skip_serializing_if = "RandomActivity::is_empty")]
    pub random_activity: RandomActivity,
    /// Of texts, which pairs are short enough; absent for other data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// The name of the quantity of which [`VariantSummary`] compares the variants: `test_accuracy`, or of numbers `exact_match`.
    #[serde(default = "test_accuracy")]
    pub verdict_of: String,
    /// What predictions that know nothing attain; absent in old files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<Chance>,
    /// Number of test examples; 0 in old files.
    #[serde(default)]
    pub test_examples: u64,
    /// Training steps per point of `train_loss`: of a long experiment, a point is the mean over the steps that end at its step, but the
    /// last one, which is the last loss. Absent if it is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_per_point: Option<u64>,
    /// Evaluations per point of all other curves, likewise, but the first one, of step 0, which is alone; fractions of active units and
    /// translations are those of the last one. Absent if it is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluations_per_point: Option<u64>,
    /// Translations of a few test sentences during training; absent for images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<SampleResults>,
    /// The variants, the baseline first.
    pub variants: Vec<VariantResults>,
    /// Elapsed time and speed.
    pub timing: Timing,
    /// The times of a step on GPU and CPU that decided between them; absent if the experiment says where to compute, or there is no GPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_times: Option<StepTimes>,
}

/// The shard of an experiment whose runs a results file has, for [`merged`](super::merged). It is not part of a [`History`]; the writer of
/// the file adds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardFacts {
    /// The index of the first run, by variant, then by seed.
    pub index: usize,
    /// Every this many-th run follows.
    pub of: usize,
    /// Training steps per epoch, on which the summary depends.
    pub steps_per_epoch: u64,
}

impl ShardFacts {
    /// Those of a share, unless it has all runs.
    #[must_use]
    pub fn of(history: &History, share: Share) -> Option<Self> {
        let start = history.setup.start.as_ref().filter(|_| share != Share::WHOLE)?;
        Some(Self { index: share.first, of: share.of, steps_per_epoch: start.steps_per_epoch })
    }
}

/// Checksums of a results file. Unlike [`Receipt`], which messages carry, it omits what is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReceiptResults {
    /// SHA-256 of the pixels and labels, or of the symbols, in use.
    pub data_sha256: String,
    /// SHA-256 of the order of examples in the first epoch.
    pub order_sha256: String,
    /// SHA-256 of the texts of all symbols of a text; absent for other data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary_sha256: Option<String>,
    /// The names of published files whose contents are not the published ones; absent if there are none, or none are known. The reader of
    /// the files adds them: they are not part of a [`History`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub altered_files: Vec<String>,
}

impl ReceiptResults {
    fn of(Receipt { data_sha256, order_sha256, vocabulary_sha256 }: &Receipt) -> Self {
        let vocabulary_sha256 = vocabulary_sha256.clone();
        let (data_sha256, order_sha256) = (data_sha256.clone(), order_sha256.clone());
        Self { data_sha256, order_sha256, vocabulary_sha256, altered_files: Vec::new() }
    }
}

/// A test sentence with its translations at one evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleResults {
    /// The step of the evaluation.
    pub step: u64,
    /// The sentence.
    pub source: String,
    /// Its translation in the data set.
    pub reference: String,
    /// The greedy translation by the first run of each variant, by the text of its scheme.
    pub output: BTreeMap<String, String>,
}

/// One variant of a results file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantResults {
    /// The scheme in its text form.
    pub name: String,
    /// The cost of its initialization.
    #[serde(default)]
    pub init: InitCost,
    /// Its runs with their curves.
    pub runs: Vec<RunResults>,
    /// Its row of the results table.
    pub summary: VariantSummary,
}

impl Results {
    /// All measurements so far; `None` before the start. Values that are not finite are omitted, since JSON cannot represent
    /// them.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let start = history.setup.start.as_ref()?;
        let variants = history.variants.iter().zip(history.summaries()).zip(&start.variants);
        let variants = variants.map(|((variant, summary), VariantStart { cost, runs })| VariantResults {
            name: variant.variant.to_string(),
            init: *cost,
            runs: variant.runs.iter().zip(runs).map(|(curves, start)| RunResults::of(curves, start)).collect(),
            summary,
        });
        Some(Self {
            schema: SCHEMA.to_owned(),
            query: history.setup.experiment.to_query(),
            environment: start.environment.clone(),
            shard: None,
            unfinished_at: history.unfinished_at(),
            receipt: ReceiptResults::of(&start.receipt),
            random_activity: finite_random(&start.random_activity),
            selection: start.selection,
            chance: Some(start.chance),
            test_examples: start.data.test as u64,
            steps_per_point: several(history.resolution().steps_per_point),
            evaluations_per_point: several(history.resolution().evaluations_per_point),
            verdict_of: history.setup.experiment.primary_quantity().facts().name.to_owned(),
            samples: samples(history, &start.samples),
            variants: variants.collect(),
            timing: finite_timing(history.timing),
            step_times: history.step_times,
        })
    }
}

/// The results file of all measurements so far, as one line of JSON; `None` before the start.
#[must_use]
pub fn results_json(history: &History) -> Option<String> {
    Results::of(history).as_ref().map(to_json)
}

/// Hands the text of [`results_json`] to `out` in parts of at most [`PART_BYTES`](super::PART_BYTES) bytes; none before the start.
pub fn write_results(history: &History, out: &mut dyn FnMut(&[u8])) {
    if let Some(results) = Results::of(history) {
        write_json(&results, out);
    }
}

/// Reads a results file. Values measured in f32 are restored exactly, those in f64 to within one unit in the last place.
///
/// # Errors
/// [`ResultsError::Schema`] for JSON of another schema, [`ResultsError::Malformed`] for any other error.
pub fn parse_results(text: &str) -> Result<Results> {
    let malformed = |error: serde_json::Error| ResultsError::Malformed { reason: error.to_string() }.into();
    let header: Header = serde_json::from_str(text).map_err(malformed)?;
    if header.schema != SCHEMA {
        return Err(ResultsError::Schema { expected: SCHEMA.to_owned(), got: header.schema }.into());
    }
    serde_json::from_str(text).map_err(malformed)
}

/// The key that every version of the format has.
#[derive(Deserialize)]
struct Header {
    schema: String,
}

/// A number of measurements, if it is more than one.
fn several(count: u64) -> Option<u64> {
    Some(count).filter(|count| *count > 1)
}

/// The quantity of files that do not state it.
fn test_accuracy() -> String {
    Quantity::TestAccuracy.facts().name.to_owned()
}

/// The translations of the sample sentences at every evaluation, sentence by sentence.
fn samples(history: &History, sentences: &[SampleSentence]) -> Vec<SampleResults> {
    let steps: BTreeSet<u64> = history.variants.iter().flat_map(first_translations).map(|(step, _)| *step).collect();
    let of_step = |step: u64| {
        sentences.iter().enumerate().map(move |(index, sentence)| {
            let output = history.variants.iter().filter_map(|variant| {
                let (_, texts) = first_translations(variant).iter().find(|(own, _)| *own == step)?;
                Some((variant.variant.to_string(), texts.get(index)?.clone()))
            });
            let SampleSentence { source, reference } = sentence.clone();
            SampleResults { step, source, reference, output: output.collect() }
        })
    };
    steps.into_iter().flat_map(of_step).collect()
}

/// The translations by the first run of a variant.
fn first_translations(variant: &VariantCurves) -> &[(u64, Vec<String>)] {
    variant.runs.first().map_or(&[], |run| &run.translations)
}

fn finite_random(random: &RandomActivity) -> RandomActivity {
    let interval = |ends: Option<(f64, f64)>| ends.filter(|(low, high)| low.is_finite() && high.is_finite());
    let points = random.points.iter().filter(|point| point.fraction.is_finite()).map(|point| RandomPoint {
        fraction: point.fraction,
        emergence_a: interval(point.emergence_a),
        emergence_b: interval(point.emergence_b),
    });
    RandomActivity { points: points.collect() }
}

fn finite_timing(timing: Timing) -> Timing {
    let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
    Timing {
        steps_per_sec: finite(timing.steps_per_sec),
        ms_per_step: finite(timing.ms_per_step),
        elapsed_secs: finite(timing.elapsed_secs),
        ..timing
    }
}
