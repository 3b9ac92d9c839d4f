//! What the experiment of the form will take, and how much longer the one under way will: the crate's estimate with what
//! this page has measured.

use crate::error::Result;
use crate::experiment::Named;
use crate::experiment::estimate::{Estimate, standard_speed};
use crate::experiment::limits::DatasetFacts;
use crate::experiment::{DevicePreference, Experiment};
use crate::metrics::{History, Quantity, Setup, Timing};

/// Shorter than this, in seconds, a run says little about the speed.
const MEASURABLE: f64 = 0.5;
/// Fewer steps than these say little about the time that is left: the first ones are slow.
pub const TELLING_STEPS: u64 = 3;
/// Seconds of training after which the time that is left can be told.
pub const TELLING_SECONDS: f64 = 2.0;
/// The part of the whole work after which it can be told however quickly it was done.
pub const TELLING_SHARE: f64 = 0.01;

/// How fast the last run was.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredSpeed {
    /// Multiplications with weights per second.
    pub speed: f64,
    /// Where it was computed.
    pub backend: String,
    /// Whether the network had convolutions, whose multiplications take another time.
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
    /// That of a run, if it took long enough to tell.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let Setup { experiment, start } = &history.setup;
        let start = start.as_ref()?;
        let estimate = Estimate::new(experiment, &start.data).ok()?;
        let seconds = history.timing.elapsed_secs;
        let speed = estimate.measured_speed(history.step, evaluations(history), seconds);
        (seconds >= MEASURABLE && history.step > 0).then(|| Self {
            speed,
            backend: start.environment.backend.clone(),
            convolutions: experiment.model.has_convolutions(),
        })
    }

    fn tells_of(&self, experiment: &Experiment) -> bool {
        let same_device = experiment.device == DevicePreference::Auto || experiment.device.name() == self.backend;
        same_device && experiment.model.has_convolutions() == self.convolutions
    }
}

impl Forecast {
    /// For an experiment on a data set with these facts.
    ///
    /// # Errors
    /// The key that has to change if the experiment does not fit the data set.
    pub fn new(experiment: &Experiment, facts: &DatasetFacts, measured: Option<&MeasuredSpeed>) -> Result<Self> {
        experiment.validate_for(facts)?;
        let estimate = Estimate::new(experiment, facts)?;
        let measured = measured.filter(|measured| measured.tells_of(experiment));
        let speed = measured.map_or_else(|| standard_speed(&experiment.model), |measured| measured.speed);
        Ok(Self { estimate, seconds: estimate.seconds(speed), measured: measured.is_some() })
    }
}

/// Seconds that are left of an experiment, from all that has passed: evaluations count as what they take. `None` while too
/// little has been done to tell: before [`TELLING_STEPS`] steps, and until training has taken [`TELLING_SECONDS`] or
/// [`TELLING_SHARE`] of the work is done.
#[must_use]
pub fn seconds_left(history: &History) -> Option<f64> {
    let (step, Timing { elapsed_secs, steps_per_sec, .. }) = (history.step, history.timing);
    let estimate = Estimate::new(&history.setup.experiment, &history.setup.start.as_ref()?.data).ok()?;
    let left = estimate.seconds_left(step, evaluations(history), elapsed_secs)?;
    let trained_long = step as f64 >= TELLING_SECONDS * steps_per_sec && steps_per_sec > 0.0;
    let done_enough = elapsed_secs >= TELLING_SHARE * (elapsed_secs + left);
    (step >= TELLING_STEPS && (trained_long || done_enough)).then_some(left)
}

/// Evaluations so far.
fn evaluations(history: &History) -> u64 {
    history.runs().map(|run| run.curves[Quantity::TestLoss].len() as u64).max().unwrap_or(0)
}
