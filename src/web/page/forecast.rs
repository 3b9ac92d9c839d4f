//! What the experiment of the form will take, and how long the one under way still does: the crate's estimate with what
//! this page has measured.

use crate::error::Result;
use crate::experiment::Named;
use crate::experiment::estimate::{Estimate, standard_speed};
use crate::experiment::limits::DatasetFacts;
use crate::experiment::{DevicePreference, Experiment, parse_query};
use crate::metrics::History;

/// Shorter than this, in seconds, a run says little about the speed.
const MEASURABLE: f64 = 0.5;

/// How fast the last run was.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredSpeed {
    /// Multiplications with weights per second.
    pub speed: f64,
    /// Where it was computed.
    pub backend: String,
    /// Whether there were convolutions in it: they take another time for a multiplication.
    pub convolutions: bool,
}

/// What an experiment will take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// What does not depend on the device.
    pub estimate: Estimate,
    /// Seconds.
    pub seconds: f64,
    /// Whether they come from a run on this page.
    pub measured: bool,
}

impl MeasuredSpeed {
    /// That of a run, if it took long enough to tell; `uploaded` are the facts of the visitor's own files.
    #[must_use]
    pub fn of(history: &History, uploaded: Option<DatasetFacts>) -> Option<Self> {
        let experiment = parse_query(&history.setup.query).experiment;
        let estimate = Estimate::new(&experiment, &experiment.dataset.name.facts().or(uploaded)?).ok()?;
        let seconds = history.timing.elapsed_secs;
        let speed = estimate.measured_speed(history.step, evaluations(history), seconds);
        (seconds >= MEASURABLE && history.step > 0).then(|| Self {
            speed,
            backend: history.setup.environment.backend.clone(),
            convolutions: experiment.model.has_convolutions(),
        })
    }

    fn tells_of(&self, experiment: &Experiment) -> bool {
        let same_device = experiment.device == DevicePreference::Auto || experiment.device.name() == self.backend;
        same_device && experiment.model.has_convolutions() == self.convolutions
    }
}

impl Forecast {
    /// For an experiment on a data set of which these facts are known.
    ///
    /// # Errors
    /// The key that has to change where the experiment does not go with the data set.
    pub fn new(experiment: &Experiment, facts: &DatasetFacts, measured: Option<&MeasuredSpeed>) -> Result<Self> {
        experiment.validate_for(facts)?;
        let estimate = Estimate::new(experiment, facts)?;
        let measured = measured.filter(|measured| measured.tells_of(experiment));
        let speed = measured.map_or_else(|| standard_speed(&experiment.model), |measured| measured.speed);
        Ok(Self { estimate, seconds: estimate.seconds(speed), measured: measured.is_some() })
    }
}

/// Seconds that are left of an experiment, from all that has passed: evaluations count as what they take. `None` before
/// anything was done.
#[must_use]
pub fn seconds_left(history: &History) -> Option<f64> {
    let (step, seconds) = (history.step, history.timing.elapsed_secs);
    let experiment = parse_query(&history.setup.query).experiment;
    match experiment.dataset.name.facts().and_then(|facts| Estimate::new(&experiment, &facts).ok()) {
        Some(estimate) => estimate.seconds_left(step, evaluations(history), seconds),
        // Nothing is known of the visitor's own files: then all steps are alike.
        None if step == 0 => None,
        None => Some(history.setup.steps.saturating_sub(step) as f64 * seconds / step as f64),
    }
}

/// Evaluations so far.
fn evaluations(history: &History) -> u64 {
    history.runs().map(|run| run.test_loss.len() as u64).max().unwrap_or(0)
}
