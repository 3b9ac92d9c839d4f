//! The networks of all runs, where they are stacked in several groups.

use super::Mlp;
use burn::tensor::Tensor;

/// The networks of all runs, group by group, in the order of the runs.
#[derive(Debug, Clone)]
pub struct Networks {
    groups: Vec<Mlp>,
}

impl Networks {
    /// The networks of these groups.
    #[must_use]
    pub fn new(groups: Vec<Mlp>) -> Self {
        Self { groups }
    }

    /// The logits `[runs, batch, classes]` of `images` `[1, batch, inputs]`.
    #[must_use]
    pub fn forward(&self, images: &Tensor<3>) -> Tensor<3> {
        join(self.groups.iter().map(|group| group.forward(images.clone())).collect())
    }

    /// The values of every measured layer, `[runs, batch, units]`: each hidden layer after its activation, then the logits.
    #[must_use]
    pub fn activations(&self, images: &Tensor<3>) -> Vec<Tensor<3>> {
        join_each(self.groups.iter().map(|group| group.activations(images.clone())))
    }

    /// Weight `[runs, fan_in, fan_out]` and bias `[runs, 1, fan_out]` of each layer in turn.
    #[must_use]
    pub fn into_parameters(self) -> Vec<Tensor<3>> {
        join_each(self.groups.into_iter().map(Mlp::into_parameters))
    }
}

/// One tensor of all runs from those of the groups, which lie along the first axis; there is at least one.
#[must_use]
pub fn join<const D: usize>(mut groups: Vec<Tensor<D>>) -> Tensor<D> {
    if groups.len() == 1 { groups.remove(0) } else { Tensor::cat(groups, 0) }
}

/// Joins the first tensors of all groups, the second ones, and so on.
fn join_each(groups: impl Iterator<Item = Vec<Tensor<3>>>) -> Vec<Tensor<3>> {
    let mut groups = groups.map(Vec::into_iter).collect::<Vec<_>>();
    let count = groups.first().map_or(0, ExactSizeIterator::len);
    (0..count).map(|_| join(groups.iter_mut().filter_map(Iterator::next).collect())).collect()
}
