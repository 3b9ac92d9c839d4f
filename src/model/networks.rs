//! The networks of all runs, possibly stacked in several groups.

use super::{Inputs, Network};
use burn::tensor::Tensor;

/// The networks of all runs, group by group, in the order of the runs.
#[derive(Debug, Clone)]
pub struct Networks {
    groups: Vec<Network>,
}

impl Networks {
    /// The networks of these groups.
    #[must_use]
    pub fn new(groups: Vec<Network>) -> Self {
        Self { groups }
    }

    /// The network of the group that contains a run, counted through all groups, with the run's index in it.
    #[must_use]
    pub fn group_of_run(&self, run: usize) -> Option<(&Network, usize)> {
        let mut index = run;
        for group in &self.groups {
            match index.checked_sub(group.runs()) {
                Some(after) => index = after,
                None => return Some((group, index)),
            }
        }
        None
    }

    /// The logits `[runs, rows, classes]` of the examples, with running statistics: a row per image, or per position of a translation.
    #[must_use]
    pub fn forward(&self, inputs: &Inputs) -> Tensor<3> {
        join(self.groups.iter().map(|group| group.forward(inputs)).collect())
    }

    /// All parameters in the order of [`Architecture::parameters`](crate::experiment::architecture::Architecture::parameters),
    /// each stacked over all runs.
    #[must_use]
    pub fn into_parameters(self) -> Vec<Tensor<3>> {
        let mut groups = self.groups.into_iter().map(|group| group.parameters.into_iter()).collect::<Vec<_>>();
        let count = groups.first().map_or(0, ExactSizeIterator::len);
        (0..count).map(|_| join(groups.iter_mut().filter_map(Iterator::next).collect())).collect()
    }
}

/// One tensor of all runs from those of the groups, concatenated along the first axis; there is at least one.
#[must_use]
pub fn join<const D: usize>(mut groups: Vec<Tensor<D>>) -> Tensor<D> {
    if groups.len() == 1 { groups.remove(0) } else { Tensor::cat(groups, 0) }
}
