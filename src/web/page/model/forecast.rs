//! The estimated cost of the experiment in the form, and the remaining time of the current one, from the estimate of the crate
//! and the speed measured on this page.

use crate::error::Result;
use crate::experiment::dataset::DatasetFacts;
use crate::experiment::estimate::{Estimate, standard_speed};
use crate::experiment::{DevicePreference, Experiment, Named};
use crate::metrics::{History, Setup, Timing};

/// Minimum duration of an experiment, in seconds, for measuring the speed.
const MEASURABLE: f64 = 0.5;
/// Minimum number of steps for estimating the remaining time: the first steps are slow.
pub const TELLING_STEPS: u64 = 3;
/// Seconds of training after which the remaining time is estimated.
pub const TELLING_SECONDS: f64 = 2.0;
/// Fraction of the total work after which it is estimated, even if fewer seconds have passed.
pub const TELLING_SHARE: f64 = 0.01;

/// One part in this many of a device's memory is what a page may have of it; the rest is for the browser and other programs.
const SHARE_OF_MEMORY: f64 = 2.0;

/// The speed of the last experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredSpeed {
    /// Multiplications with weights per second.
    pub speed: f64,
    /// The backend.
    pub backend: String,
    /// The assumed speed of such networks, which depends on their kind.
    pub standard: f64,
}

/// The estimated cost of an experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The part that does not depend on the device.
    pub estimate: Estimate,
    /// Estimated duration in seconds.
    pub seconds: f64,
    /// Whether the duration is based on a speed measured on this page.
    pub measured: bool,
    /// Whether the experiment may need more memory than the device can give.
    pub scarce: bool,
}

impl MeasuredSpeed {
    /// The speed of an experiment, if it took long enough to be measured.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let Setup { experiment, start } = &history.setup;
        let start = start.as_ref()?;
        let estimate = Estimate::new(experiment, &start.data).ok()?;
        let seconds = history.timing.elapsed_secs;
        let speed = estimate.measured_speed(history.step, history.evaluation_count(), seconds);
        (seconds >= MEASURABLE && history.step > 0).then(|| Self {
            speed,
            backend: start.environment.backend.clone(),
            standard: standard_speed(&experiment.model),
        })
    }

    fn tells_of(&self, experiment: &Experiment) -> bool {
        let same_device = experiment.device == DevicePreference::Auto || experiment.device.name() == self.backend;
        // Exactly: it is one of a few constants.
        same_device && standard_speed(&experiment.model).to_bits() == self.standard.to_bits()
    }
}

impl Forecast {
    /// The estimate for an experiment on a data set with these facts, on a device with this memory in gigabytes, as far as the browser tells.
    ///
    /// # Errors
    /// The key that has to be changed if the experiment does not fit the data set.
    pub fn new(
        experiment: &Experiment,
        facts: &DatasetFacts,
        measured: Option<&MeasuredSpeed>,
        device_memory: Option<f64>,
    ) -> Result<Self> {
        experiment.validate_for(facts)?;
        let estimate = Estimate::new(experiment, facts)?;
        let measured = measured.filter(|measured| measured.tells_of(experiment));
        let speed = measured.map_or_else(|| standard_speed(&experiment.model), |measured| measured.speed);
        let most = device_memory.map(|gigabytes| gigabytes * f64::from(1 << 30) / SHARE_OF_MEMORY);
        let scarce = most.is_some_and(|most| estimate.memory_bytes as f64 > most);
        Ok(Self { estimate, seconds: estimate.seconds(speed), measured: measured.is_some(), scarce })
    }
}

/// Remaining time of an experiment in seconds, extrapolated from the work done so far, with evaluations counted according to
/// their cost. `None` while too little has been done for an estimate: before [`TELLING_STEPS`] steps, and until training has
/// taken [`TELLING_SECONDS`] or [`TELLING_SHARE`] of the work is done.
#[must_use]
pub fn seconds_left(history: &History) -> Option<f64> {
    let (step, Timing { elapsed_secs, steps_per_sec, .. }) = (history.step, history.timing);
    let estimate = Estimate::new(&history.setup.experiment, &history.setup.start.as_ref()?.data).ok()?;
    let left = estimate.seconds_left(step, history.evaluation_count(), elapsed_secs)?;
    let trained_long = step as f64 >= TELLING_SECONDS * steps_per_sec && steps_per_sec > 0.0;
    let done_enough = elapsed_secs >= TELLING_SHARE * (elapsed_secs + left);
    (step >= TELLING_STEPS && (trained_long || done_enough)).then_some(left)
}
