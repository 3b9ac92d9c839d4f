//! When a network is evaluated on the test examples: always before the first step and after the last, and in between at regular
//! intervals or, by default, densely at first, where learning curves change most.

use super::values::whole;
use crate::error::{Bounds, Error, Expected, Result};
use crate::experiment::limits;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The steps after which a network is evaluated, besides step 0 and the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluationSteps {
    /// [`EARLY_STEPS`], then every [`auto_interval`] steps.
    Auto,
    /// At a fixed interval, in steps.
    Every(u64),
}

/// The first steps of [`EvaluationSteps::Auto`], about evenly spaced on a logarithmic axis.
pub const EARLY_STEPS: [u64; 6] = [1, 2, 5, 10, 20, 50];
/// Interval of [`EvaluationSteps::Auto`] after them, unless the experiment is very long.
const INTERVAL: u64 = 50;
/// Maximum number of intervals of [`EvaluationSteps::Auto`].
const INTERVALS: u64 = 1000;
/// The name of [`EvaluationSteps::Auto`].
const AUTO: &str = "auto";
/// The allowed intervals.
pub(super) const INTERVAL_BOUNDS: Bounds = Bounds::whole(1, limits::STEPS);

/// The interval of [`EvaluationSteps::Auto`] in an experiment of `steps` steps: 50, or the smallest multiple of 50 that makes at
/// most 1000 intervals.
#[must_use]
pub const fn auto_interval(steps: u64) -> u64 {
    let multiple = steps.div_ceil(INTERVAL * INTERVALS);
    INTERVAL * if multiple == 0 { 1 } else { multiple }
}

impl EvaluationSteps {
    /// Whether a network is evaluated after `step` of `steps` training steps.
    #[must_use]
    pub fn include(self, step: u64, steps: u64) -> bool {
        if step == 0 || step == steps {
            return true;
        }
        match self {
            Self::Auto => EARLY_STEPS.contains(&step) || step.is_multiple_of(auto_interval(steps)),
            Self::Every(interval) => step.is_multiple_of(interval.max(1)),
        }
    }

    /// Whether the layers are measured, too, at the evaluation after `step` of `steps` training steps: after 1, 2, 5, 10, 20, 50, 100
    /// steps and so on, and after the last one. (Before the first step they always are.)
    #[must_use]
    pub fn include_layers(self, step: u64, steps: u64) -> bool {
        let mut digits = step;
        while digits > 0 && digits.is_multiple_of(10) {
            digits /= 10;
        }
        step > 0 && self.include(step, steps) && (step == steps || matches!(digits, 1 | 2 | 5))
    }

    /// Number of steps at which layers are measured, including step 0.
    #[must_use]
    pub fn layer_count(self, steps: u64) -> u64 {
        let powers =
            std::iter::successors(Some(1_u64), |power| power.checked_mul(10)).take_while(|power| *power < steps);
        let round = powers.flat_map(|power| [power, 2 * power, 5 * power]).filter(|step| *step < steps);
        2 + round.filter(|step| self.include_layers(*step, steps)).count() as u64
    }

    /// Number of evaluations of an experiment of `steps` training steps, including those before the first and after the last step.
    #[must_use]
    pub fn count(self, steps: u64) -> u64 {
        let interval = match self {
            Self::Auto => auto_interval(steps),
            Self::Every(interval) => interval.max(1),
        };
        let early = EARLY_STEPS.iter().filter(|step| **step < steps && !step.is_multiple_of(interval)).count() as u64;
        1 + steps.div_ceil(interval) + if self == Self::Auto { early } else { 0 }
    }
}

impl EvaluationSteps {
    /// Number of evaluations of an experiment of `steps` training steps up to the one after `step`, including those before the first step
    /// and after `step`.
    #[must_use]
    pub fn count_until(self, step: u64, steps: u64) -> u64 {
        let interval = match self {
            Self::Auto => auto_interval(steps),
            Self::Every(interval) => interval.max(1),
        };
        let early =
            EARLY_STEPS.iter().filter(|early| **early <= step && !early.is_multiple_of(interval)).count() as u64;
        let is_apart =
            step > 0 && !step.is_multiple_of(interval) && !(self == Self::Auto && EARLY_STEPS.contains(&step));
        1 + step / interval + u64::from(is_apart) + if self == Self::Auto { early } else { 0 }
    }
}

impl FromStr for EvaluationSteps {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == AUTO {
            return Ok(Self::Auto);
        }
        let every = whole("eval", text, INTERVAL_BOUNDS).map(Self::Every);
        every.map_err(|_| Error::value("eval", Expected::AutoOr(INTERVAL_BOUNDS), text))
    }
}

impl fmt::Display for EvaluationSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str(AUTO),
            Self::Every(interval) => write!(f, "{interval}"),
        }
    }
}
