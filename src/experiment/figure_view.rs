//! How the figure shows the results: quantities, axes, zoom, smoothing and bands. **None of this changes a number.**

use super::ModelSpec;
use super::limits;
use super::values::{Named, real, whole};
use crate::catalog::{FIGURES, FigureQuantity, Task};
use crate::error::{Bounds, Error, Expected, Result};
use std::fmt;
use std::str::FromStr;

/// How the figure shows the results.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureView {
    /// The quantities shown, the first one large.
    pub show: Vec<FigureQuantity>,
    /// The horizontal axis.
    pub x: XAxis,
    /// The scale of the vertical axis.
    pub y: YAxis,
    /// The part of the training that is shown.
    pub zoom: Zoom,
    /// The step under the scrubber; the last one if absent.
    pub at: Option<u64>,
    /// Weight of earlier values in the exponential moving average; 0 for no smoothing.
    pub smoothing: f64,
    /// What is drawn beside the mean.
    pub band: Band,
    /// The number of the baseline in the list of variants, from 1.
    pub baseline: u32,
    /// The number of the result on the visitor's shelf that is drawn behind, from 1.
    pub pin: Option<u32>,
}

/// The horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct XAxis {
    /// Its unit.
    pub unit: XUnit,
    /// Whether it is logarithmic, with step 0 at the left edge.
    pub log: bool,
}

/// The unit of the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum XUnit {
    /// Training steps.
    #[default]
    Step,
    /// Passes over the training examples.
    Epoch,
    /// Seconds of computation.
    Seconds,
}

/// The scale of the vertical axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum YAxis {
    /// Linear.
    #[default]
    Linear,
    /// Logarithmic.
    Log,
    /// For an accuracy, the error rate on a logarithmic scale; linear for any other quantity.
    Error,
}

/// The part of the training that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Zoom {
    /// All of it.
    #[default]
    All,
    /// The first steps.
    Early,
    /// The second half.
    Plateau,
    /// From one step to another.
    Steps(f64, f64),
}

/// What is drawn beside the mean over the seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Band {
    /// One standard deviation on either side.
    #[default]
    Deviation,
    /// The 95 % confidence interval of the mean.
    Interval,
    /// Every seed as a thin line.
    Seeds,
    /// For emergence, the interval of random masks with the same number of active units instead of the spread of the seeds.
    Random,
}

/// Allowed smoothing.
pub(super) const SMOOTHING: Bounds = Bounds::real(0.0, 0.99);
/// Number of the first steps that [`Zoom::Early`] shows, at least.
const EARLY: f64 = 50.0;

impl Default for FigureView {
    fn default() -> Self {
        Self {
            show: shown(Task::Images),
            x: XAxis::default(),
            y: YAxis::default(),
            zoom: Zoom::default(),
            at: None,
            smoothing: 0.0,
            band: Band::default(),
            baseline: 1,
            pin: None,
        }
    }
}

impl FigureView {
    /// The default for this task.
    #[must_use]
    pub fn standard(task: Task) -> Self {
        Self { show: shown(task), ..Self::default() }
    }

    /// Replaces quantities that a network does not have by those of its units, and those that do not exist for the task by others. After a
    /// change of the task, the default becomes the default, and the quantity by which variants are compared the one of the task.
    pub fn fit(&mut self, model: &ModelSpec, before: Task, task: Task) {
        if !model.has_convolutions() {
            for quantity in &mut self.show {
                *quantity = quantity.of_units();
            }
        }
        if task != before && self.show == shown(before) {
            self.show = shown(task);
            return;
        }
        let former = (task != before).then(|| FigureQuantity::primary(before));
        let (value, difference) = FigureQuantity::primary(task);
        for quantity in &mut self.show {
            let is_missing = !quantity.facts().serves(task);
            if is_missing && quantity.facts().is_relative() || former.is_some_and(|former| former.1 == *quantity) {
                *quantity = difference;
            } else if is_missing || former.is_some_and(|former| former.0 == *quantity) {
                *quantity = value;
            }
        }
        let mut seen = Vec::new();
        self.show.retain(|quantity| {
            !seen.contains(quantity) && {
                seen.push(*quantity);
                true
            }
        });
    }
}

/// The quantities that are shown by default for a task.
fn shown(task: Task) -> Vec<FigureQuantity> {
    let (value, _) = FigureQuantity::primary(task);
    let second = if task == Task::Texts { FigureQuantity::Bleu } else { FigureQuantity::TrainLoss };
    vec![value, second, FigureQuantity::EmergenceB]
}

impl Named for FigureQuantity {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        FIGURES.iter().map(|row| (row.name, row.title, row.quantity))
    }
}

impl Named for XAxis {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        let axis = |unit, log| Self { unit, log };
        [
            ("step", "steps", axis(XUnit::Step, false)),
            ("step-log", "steps, logarithmic", axis(XUnit::Step, true)),
            ("epoch", "epochs", axis(XUnit::Epoch, false)),
            ("epoch-log", "epochs, logarithmic", axis(XUnit::Epoch, true)),
            ("seconds", "seconds", axis(XUnit::Seconds, false)),
            ("seconds-log", "seconds, logarithmic", axis(XUnit::Seconds, true)),
        ]
        .into_iter()
    }
}

impl Named for YAxis {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [("linear", "linear", Self::Linear), ("log", "logarithmic", Self::Log), ("error", "error rate", Self::Error)]
            .into_iter()
    }
}

impl Named for Band {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("std", "mean ± std", Self::Deviation),
            ("ci", "mean ± 95 % CI", Self::Interval),
            ("seeds", "single seeds", Self::Seeds),
            ("random", "random activity", Self::Random),
        ]
        .into_iter()
    }
}

impl Zoom {
    /// The steps shown of an experiment of `steps` steps.
    #[must_use]
    pub fn range(self, steps: u64) -> (f64, f64) {
        let steps = steps as f64;
        match self {
            Self::All => (0.0, steps),
            Self::Early => (0.0, (steps / 6.0).max(EARLY).min(steps)),
            Self::Plateau => (steps / 2.0, steps),
            Self::Steps(from, to) => (from.min(steps), to.min(steps)),
        }
    }
}

impl FromStr for Zoom {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bounds = Bounds::real(0.0, limits::STEPS as f64);
        let notation = || Error::value("zoom", Expected::OneOf(vec!["all", "early", "plateau", "FROM..TO"]), text);
        match text {
            "all" => Ok(Self::All),
            "early" => Ok(Self::Early),
            "plateau" => Ok(Self::Plateau),
            _ => {
                let (from, to) = text.split_once("..").ok_or_else(notation)?;
                let (from, to) = (real("zoom", from, bounds)?, real("zoom", to, bounds)?);
                if from < to { Ok(Self::Steps(from, to)) } else { Err(notation()) }
            }
        }
    }
}

impl fmt::Display for Zoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Early => f.write_str("early"),
            Self::Plateau => f.write_str("plateau"),
            Self::Steps(from, to) => write!(f, "{from}..{to}"),
        }
    }
}

/// The name of no result.
const NONE: &str = "none";
/// The numbers of results.
pub(super) const PINS: Bounds = Bounds::whole(1, limits::SHELF as u64);

/// Parses the number of a result on the shelf.
pub(super) fn parse_pin(name: &'static str, text: &str) -> Result<Option<u32>> {
    if text == NONE { Ok(None) } else { whole(name, text, PINS).map(Some) }
}

/// The text of the number of a result on the shelf.
pub(super) fn pin_text(pin: Option<u32>) -> String {
    pin.map_or_else(|| NONE.to_owned(), |number| number.to_string())
}

/// The name of the last step.
const LAST: &str = "last";

/// Parses the step under the scrubber.
pub(super) fn parse_at(name: &'static str, text: &str) -> Result<Option<u64>> {
    match text {
        LAST => Ok(None),
        step => whole(name, step, Bounds::whole(0, limits::STEPS)).map(Some),
    }
}

/// The text of the step under the scrubber.
pub(super) fn at_text(at: Option<u64>) -> String {
    at.map_or_else(|| LAST.to_owned(), |step| step.to_string())
}
