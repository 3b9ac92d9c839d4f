//! Individual paths, for layered networks small enough to display: a list of what the recurrences count.
//!
//! A path of a layered network uses one node of each layer from its start to its end, so it is identified by the set of its
//! nodes. With at most 32 nodes such a set is one `u32`, and so is a pattern of activity; whether a path counts then depends
//! only on which of its nodes are inactive. It also bounds the counts: there are fewer paths than sets of 32 nodes, so
//! no count overflows 32 bits.
//!
//! For networks of realistic size use [`layered`](super::layered) or [`measure`](super::measure): the number of paths grows
//! like the product of the widths.

use super::{EmergenceError, EmergenceForm};

/// A set of nodes of a network that has at most [`NodeSet::CAPACITY`]. Nodes are numbered from the input, layer by
/// layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct NodeSet(u32);

impl NodeSet {
    /// The largest number of nodes that a network may have.
    pub const CAPACITY: usize = u32::BITS as usize;

    /// Whether the node is in the set.
    #[must_use]
    pub fn contains(self, node: usize) -> bool {
        node < Self::CAPACITY && self.0 >> node & 1 == 1
    }

    /// The set with the node removed if present, and added otherwise. Nodes beyond the capacity change nothing.
    #[must_use]
    pub fn toggled(self, node: usize) -> Self {
        if node < Self::CAPACITY { Self(self.0 ^ 1 << node) } else { self }
    }
}

impl FromIterator<usize> for NodeSet {
    /// The set of these nodes; nodes beyond the capacity are ignored.
    fn from_iter<I: IntoIterator<Item = usize>>(nodes: I) -> Self {
        nodes.into_iter().filter(|node| *node < Self::CAPACITY).fold(Self(0), |set, node| Self(set.0 | 1 << node))
    }
}

/// A path of at least one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path(u32);

impl Path {
    /// Its nodes, from start to end.
    pub fn nodes(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let node = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (node < u32::BITS).then_some(node as usize)
        })
    }

    /// Its edges as `(from, to)`, from start to end.
    pub fn edges(self) -> impl Iterator<Item = (usize, usize)> {
        self.nodes().zip(self.nodes().skip(1))
    }

    /// Whether it counts if these nodes are active: through active nodes, if its start is its only inactive node;
    /// through all nodes, if its start is inactive and its end active.
    #[must_use]
    pub fn counts(self, form: EmergenceForm, active: NodeSet) -> bool {
        let inactive = self.0 & !active.0;
        let start = self.0 & self.0.wrapping_neg();
        let end = 1_u32 << (u32::BITS - 1 - self.0.leading_zeros());
        match form {
            EmergenceForm::ThroughActive => inactive == start,
            EmergenceForm::ThroughAll => inactive & start != 0 && inactive & end == 0,
        }
    }
}

/// All paths of at least one edge in layers of these widths, dense between neighbors: sorted by length, then by the
/// order of their nodes.
///
/// # Errors
/// [`EmergenceError::TooManyNodes`] with more than [`NodeSet::CAPACITY`] nodes in total.
pub fn paths(widths: &[usize]) -> Result<Vec<Path>, EmergenceError> {
    let nodes = widths.iter().fold(0_usize, |sum, width| sum.saturating_add(*width));
    if nodes > NodeSet::CAPACITY {
        return Err(EmergenceError::TooManyNodes { nodes, capacity: NodeSet::CAPACITY });
    }
    // The layer after each node, as a range of nodes.
    let mut successors = Vec::with_capacity(nodes);
    let mut first = 0;
    for (layer, &width) in widths.iter().enumerate() {
        first += width;
        let next = widths.get(layer + 1).copied().unwrap_or(0);
        successors.extend(std::iter::repeat_n(first..first + next, width));
    }
    let mut found: Vec<(u32, usize)> = (0..nodes).map(|node| (1 << node, node)).collect();
    let mut done = 0;
    while let Some(&(path, end)) = found.get(done) {
        done += 1;
        found.extend(successors[end].clone().map(|next| (path | 1 << next, next)));
    }
    Ok(found.into_iter().skip(nodes).map(|(path, _)| Path(path)).collect())
}
