//! The state of a training between two steps, run by run, so that any number of workers can go on with it.

use super::decoded;
use crate::error::{CheckpointError, CheckpointPart, StatePart};
use crate::experiment::Share;
use crate::metrics::{InitCost, interleaved};
use postcard::ser_flavors::Size;
use serde::{Deserialize, Serialize};

/// Everything on which the numbers of later steps depend and that cannot be drawn again. Batches, augmentation and learning rates follow
/// from the experiment and the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingState {
    /// Number of training steps taken.
    pub step: u64,
    /// The step of the last evaluation.
    pub evaluated: u64,
    /// The cost of each variant's initialization.
    pub costs: Vec<InitCost>,
    /// The runs of a share, in their order.
    pub runs: Vec<RunState>,
}

/// The state of some of the runs of a [`TrainingState`], which has the numbers: a state may take hundreds of megabytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShareOfState<'state> {
    /// Number of training steps taken.
    pub step: u64,
    /// The step of the last evaluation.
    pub evaluated: u64,
    /// The cost of each variant's initialization.
    pub costs: &'state [InitCost],
    /// The runs of the share, in their order.
    pub runs: Vec<&'state RunState>,
}

/// The state of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunState {
    /// SHA-256 of its initial weights, which are not kept: nothing that is measured later refers to them.
    pub weights_sha256: String,
    /// The weight of each shortcut, which is not trained; empty if all are 1.
    pub shortcuts: Vec<f32>,
    /// The parameters, in the order of [`Architecture::parameters`](crate::experiment::architecture::Architecture::parameters).
    pub parameters: Vec<Vec<f32>>,
    /// Running mean and variance of each batch normalization: the mean of the first one, its variance, and so on.
    pub statistics: Vec<Vec<f32>>,
    /// The optimizer's moments of each parameter, those of the first one first; none before the first step.
    pub moments: Vec<Vec<f32>>,
    /// What it predicted for each test example at the last evaluation.
    pub predicted: Vec<u16>,
}

/// The sizes that the state of an experiment must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateShape {
    /// Training steps of the experiment.
    pub steps: u64,
    /// Variants of the experiment.
    pub variants: usize,
    /// Runs of the share.
    pub runs: usize,
    /// Numbers of each parameter.
    pub parameters: Vec<usize>,
    /// Moments that the optimizer keeps of each parameter.
    pub moments: usize,
    /// Channels of each batch normalization.
    pub normalized: Vec<usize>,
    /// Number of shortcuts.
    pub shortcuts: usize,
    /// Number of predictions at an evaluation.
    pub predictions: usize,
}

impl TrainingState {
    /// The bytes from which [`Self::from_bytes`] makes the same state. They have no checksum: the file of a
    /// [`Checkpoint`](super::Checkpoint) has one.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        counted_and_encoded(self)
    }

    /// Reads a state. Whether it is one of an experiment is [checked](Self::check) apart.
    ///
    /// # Errors
    /// [`CheckpointError::Contents`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        decoded(bytes, CheckpointPart::State)
    }

    /// The state of a share of these runs, which are all runs of an experiment.
    #[must_use]
    pub fn share(&self, share: Share) -> ShareOfState<'_> {
        let runs = self.runs.iter().enumerate().filter(|(run, _)| share.contains(*run));
        let Self { step, evaluated, costs, .. } = self;
        ShareOfState { step: *step, evaluated: *evaluated, costs, runs: runs.map(|(_, run)| run).collect() }
    }

    /// The state of all runs from those of all shares, in their order. `None` if they are not at the same step, or not shares of the same
    /// runs.
    #[must_use]
    pub fn joined(shares: Vec<Self>) -> Option<Self> {
        let (step, evaluated) = shares.first().map(|share| (share.step, share.evaluated))?;
        let (count, of) = (shares.iter().map(|share| share.runs.len()).sum::<usize>(), shares.len());
        let mut costs = shares.first()?.costs.clone();
        for (first, share) in shares.iter().enumerate() {
            let runs = (0..count).filter(|run| Share::new(first, of).contains(*run)).count();
            let agrees = (share.step, share.evaluated, share.costs.len()) == (step, evaluated, costs.len());
            if !agrees || share.runs.len() != runs {
                return None;
            }
            costs.iter_mut().zip(&share.costs).for_each(|(cost, other)| *cost = cost.most(*other));
        }
        Some(Self { step, evaluated, costs, runs: interleaved(shares.into_iter().map(|share| share.runs)) })
    }
}

impl ShareOfState<'_> {
    /// The bytes from which [`TrainingState::from_bytes`] makes the state of these runs alone.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        counted_and_encoded(self)
    }

    /// Checks that the state is one of an experiment with these sizes.
    ///
    /// # Errors
    /// [`CheckpointError::Misfit`], which names the first size that differs.
    pub fn check(&self, shape: &StateShape) -> Result<(), CheckpointError> {
        let most = |part, most: u64, got: u64| {
            if got <= most { Ok(()) } else { Err(CheckpointError::Misfit { part, expected: most, got }) }
        };
        most(StatePart::Step, shape.steps, self.step)?;
        most(StatePart::Evaluated, self.step, self.evaluated)?;
        equal(StatePart::Variants, shape.variants, self.costs.len())?;
        equal(StatePart::Runs, shape.runs, self.runs.len())?;
        self.runs.iter().try_for_each(|run| run.check(shape, self.step > 0))
    }
}

impl RunState {
    fn check(&self, shape: &StateShape, has_moments: bool) -> Result<(), CheckpointError> {
        let moments = if has_moments { shape.moments } else { 0 };
        let moments = shape.parameters.iter().flat_map(|size| std::iter::repeat_n(*size, moments));
        let statistics = shape.normalized.iter().flat_map(|size| [*size; 2]);
        sizes(StatePart::Parameters, shape.parameters.iter().copied(), &self.parameters)?;
        sizes(StatePart::Statistics, statistics, &self.statistics)?;
        sizes(StatePart::Moments, moments, &self.moments)?;
        if !self.shortcuts.is_empty() {
            equal(StatePart::Shortcuts, shape.shortcuts, self.shortcuts.len())?;
        }
        equal(StatePart::Predictions, shape.predictions, self.predicted.len())
    }
}

/// Checks the number of tensors, then the size of each.
fn sizes(
    part: StatePart,
    expected: impl Iterator<Item = usize> + Clone,
    got: &[Vec<f32>],
) -> Result<(), CheckpointError> {
    equal(part, expected.clone().count(), got.len())?;
    expected.zip(got).try_for_each(|(expected, got)| equal(part, expected, got.len()))
}

fn equal(part: StatePart, expected: usize, got: usize) -> Result<(), CheckpointError> {
    let (expected, got) = (expected as u64, got as u64);
    if expected == got { Ok(()) } else { Err(CheckpointError::Misfit { part, expected, got }) }
}

/// The bytes of a state, which may be large: they are counted first, since bytes that grow by doubling would take three times the memory.
fn counted_and_encoded(state: &impl Serialize) -> Vec<u8> {
    // Writing to memory cannot fail.
    let size = postcard::serialize_with_flavor(state, Size::default()).unwrap_or_default();
    postcard::to_extend(state, Vec::with_capacity(size)).unwrap_or_default()
}
