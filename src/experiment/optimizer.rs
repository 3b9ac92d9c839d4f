//! Optimizers and learning rate schedules: THE table of optimizers, and the types of schedules. The updates themselves are
//! computed in `train::optimizer`.
//!
//! To add an optimizer, add a variant and a row here, and its update there.

use super::limits;
use super::values::{Named, whole};
use crate::error::{Bounds, Error, Expected, Result};
use crate::prose::Prose;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};
use std::str::FromStr;

/// The optimizer and its schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptimizerSpec {
    /// The optimizer.
    pub kind: OptimizerKind,
    /// Learning rate before the schedule is applied.
    pub learning_rate: f64,
    /// Momentum of SGD, in `[0, 1)`; Adam and `AdamW` ignore it.
    pub momentum: f64,
    /// Weight decay of all parameters: L2 in the gradient for SGD and Adam, decoupled for `AdamW`.
    pub weight_decay: f64,
    /// How the learning rate changes during a run.
    pub schedule: Schedule,
}

/// An optimizer, with `PyTorch`'s semantics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam (Kingma & Ba 2014), with L2 in the gradient.
    Adam,
    /// `AdamW` (Loshchilov & Hutter 2017), with decoupled weight decay.
    AdamW,
}

/// The direction of an optimizer's first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateRule {
    /// Along the gradient.
    Sgd,
    /// Along the signs of the gradient.
    Adam,
}

impl Named for UpdateRule {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [("sgd", "SGD", Self::Sgd), ("adam", "Adam", Self::Adam)].into_iter()
    }
}

/// The facts about an optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptimizerFacts {
    /// Which one.
    pub kind: OptimizerKind,
    /// Its name in the query string.
    pub name: &'static str,
    /// Its name as displayed.
    pub label: &'static str,
    /// Its update of a parameter `w` with gradient `g`, as a formula.
    pub update: Prose,
    /// The direction of its first step.
    pub first_step: UpdateRule,
    /// The power `p` such that scaling a parameter by `c` is equivalent to scaling its learning rate by `c⁻ᵖ`.
    pub rate_power: u32,
    /// The power `q` such that the equivalent weight decay coefficient is scaled by `c^q`.
    pub decay_power: u32,
    /// The limits of this equivalence, as the end of the sentence "exact up to ...".
    pub exactness: &'static str,
}

/// THE table of optimizers.
pub const OPTIMIZERS: [OptimizerFacts; 3] = [
    OptimizerFacts {
        kind: OptimizerKind::Sgd,
        name: "sgd",
        label: "SGD",
        update: Prose::new("v ← μ v + g + λ w; w ← w − η v"),
        first_step: UpdateRule::Sgd,
        rate_power: 2,
        decay_power: 2,
        exactness: "rounding, which the kinks of ReLU can amplify after about a hundred steps",
    },
    OptimizerFacts {
        kind: OptimizerKind::Adam,
        name: "adam",
        label: "Adam",
        update: Prose::new("g ← g + λ w; w ← w − η m̂ / (√v̂ + ε)"),
        first_step: UpdateRule::Adam,
        rate_power: 1,
        decay_power: 2,
        exactness: "rounding and the ε of Adam",
    },
    OptimizerFacts {
        kind: OptimizerKind::AdamW,
        name: "adamw",
        label: "AdamW",
        update: Prose::new("w ← w − η λ w; w ← w − η m̂ / (√v̂ + ε)"),
        first_step: UpdateRule::Adam,
        rate_power: 1,
        decay_power: 1,
        exactness: "rounding and the ε of Adam",
    },
];

impl OptimizerSpec {
    /// Number of tensors that are kept for each parameter after the first step.
    #[must_use]
    pub fn moment_count(&self) -> usize {
        match self.kind {
            OptimizerKind::Sgd if self.momentum == 0.0 => 0,
            OptimizerKind::Sgd => 1,
            OptimizerKind::Adam | OptimizerKind::AdamW => 2,
        }
    }
}

impl OptimizerKind {
    /// Its row of the table.
    #[must_use]
    pub fn facts(self) -> &'static OptimizerFacts {
        // Every kind has a row, as a test checks.
        OPTIMIZERS.iter().find(|row| row.kind == self).unwrap_or(&OPTIMIZERS[0])
    }
}

impl Named for OptimizerKind {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        OPTIMIZERS.iter().map(|row| (row.name, row.label, row.kind))
    }
}

/// How the learning rate changes during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// The same at every step.
    Constant,
    /// Half a cosine period, from the full rate at the first step to zero after the last.
    Cosine,
    /// Increases linearly from `1/steps` of the rate to the full rate over this number of steps, then stays constant.
    Warmup {
        /// Length of the ramp.
        steps: u64,
    },
    /// The same ramp, then in proportion to `1 / √step` (Vaswani et al. 2017, section 5.3).
    InverseSqrt {
        /// Length of the ramp.
        steps: u64,
    },
}

const CONSTANT: &str = "constant";
const COSINE: &str = "cosine";
const WARMUP: &str = "warmup";
const INVERSE_SQRT: &str = "inverse_sqrt";

impl Schedule {
    /// The kinds by name, with labels to display.
    #[must_use]
    pub fn labels() -> Vec<(&'static str, &'static str)> {
        vec![
            (CONSTANT, "constant"),
            (COSINE, "cosine"),
            (WARMUP, "linear warm-up"),
            (INVERSE_SQRT, "inverse square root"),
        ]
    }
}

impl FromStr for Schedule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            None if text == CONSTANT => Ok(Self::Constant),
            None if text == COSINE => Ok(Self::Cosine),
            Some((WARMUP, steps)) => {
                let steps = whole("sched", steps, Bounds::whole(1, limits::STEPS))?;
                Ok(Self::Warmup { steps })
            }
            Some((INVERSE_SQRT, steps)) => {
                let steps = whole("sched", steps, Bounds::whole(1, limits::STEPS))?;
                Ok(Self::InverseSqrt { steps })
            }
            _ => Err(Error::value(
                "sched",
                Expected::OneOf(vec![CONSTANT, COSINE, "warmup:STEPS", "inverse_sqrt:STEPS"]),
                text,
            )),
        }
    }
}

impl Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str(CONSTANT),
            Self::Cosine => f.write_str(COSINE),
            Self::Warmup { steps } => write!(f, "{WARMUP}:{steps}"),
            Self::InverseSqrt { steps } => write!(f, "{INVERSE_SQRT}:{steps}"),
        }
    }
}
