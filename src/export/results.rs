//! The results file: one JSON object with everything that was measured, what it was measured on, and what follows.

use super::run::RunResults;
use crate::error::{Result, ResultsError};
use crate::metrics::{
    Environment, History, InitCost, RandomActivity, RandomPoint, Receipt, Timing, VariantStart, VariantSummary,
};
use serde::{Deserialize, Serialize};

/// Name and version of the format, the value of the key `schema`.
pub const SCHEMA: &str = "emergence-lab/1";

/// A results file. Keys that it does not know are ignored when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: String,
    /// The experiment in canonical form, with the data set resolved.
    pub query: String,
    /// Where it was computed.
    pub environment: Environment,
    /// Fingerprints of what all runs shared.
    pub receipt: Receipt,
    /// What emergence random activity would have, for any fraction of active units; absent where it was not measured.
    #[serde(default, skip_serializing_if = "RandomActivity::is_empty")]
    pub random_activity: RandomActivity,
    /// The variants, the baseline first.
    pub variants: Vec<VariantResults>,
    /// How long it took.
    pub timing: Timing,
}

/// One variant of a results file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantResults {
    /// The scheme in its text form.
    pub name: String,
    /// What its initialization took, all its runs together.
    #[serde(default)]
    pub init: InitCost,
    /// Its runs, curves included.
    pub runs: Vec<RunResults>,
    /// Its line of the results table.
    pub summary: VariantSummary,
}

impl Results {
    /// What has been measured so far; `None` before the start. Values that are not finite are left out: JSON has no word for
    /// them.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let start = history.setup.start.as_ref()?;
        let variants = history.variants.iter().zip(history.summaries()).zip(&start.variants);
        let variants = variants.map(|((variant, summary), VariantStart { cost, runs })| VariantResults {
            name: variant.scheme.to_string(),
            init: *cost,
            runs: variant.runs.iter().zip(runs).map(|(curves, start)| RunResults::of(curves, start)).collect(),
            summary,
        });
        Some(Self {
            schema: SCHEMA.to_owned(),
            query: history.setup.experiment.to_query(),
            environment: start.environment.clone(),
            receipt: start.receipt.clone(),
            random_activity: finite_random(&start.random_activity),
            variants: variants.collect(),
            timing: finite_timing(history.timing),
        })
    }
}

/// The results file of what has been measured so far, as one line of JSON; `None` before the start.
#[must_use]
pub fn results_json(history: &History) -> Option<String> {
    // These are plain structs with text keys, for which writing to memory cannot fail.
    Results::of(history).map(|results| serde_json::to_string(&results).unwrap_or_default())
}

/// Reads a results file. Numbers measured in f32 come back to the bit, those in f64 to within a unit in the last place.
///
/// # Errors
/// [`ResultsError::Schema`] for JSON of another schema, [`ResultsError::Malformed`] for anything else that is wrong.
pub fn parse_results(text: &str) -> Result<Results> {
    let malformed = |error: serde_json::Error| ResultsError::Malformed { reason: error.to_string() }.into();
    let header: Header = serde_json::from_str(text).map_err(malformed)?;
    if header.schema != SCHEMA {
        return Err(ResultsError::Schema { expected: SCHEMA.to_owned(), got: header.schema }.into());
    }
    serde_json::from_str(text).map_err(malformed)
}

/// What every version of the format begins with.
#[derive(Deserialize)]
struct Header {
    schema: String,
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
