//! The emergence measure of a network: the number of paths from its inactive to its active nodes.
//!
//! Two readings of "paths", called forms here, are computed side by side because the sources leave the choice open:
//!
//! - **A, through active nodes** (`e_a`): paths whose nodes after the first are all active. This is the general
//!   definition for a network `G` with observed active subsystem `H`, `E(G, H) = Σ over inactive x of the number of
//!   paths inside H that start at an out-neighbor of x` (Li, Pardo Guerra, Basu & Silva, arXiv 2311.17403, as a third
//!   party summarizes it), evaluated exactly.
//! - **B, through all nodes** (`e_b`): paths of `G` from an inactive node to an active one, with any nodes between
//!   ("number of paths from inactive nodes in lower layers to active nodes in higher layers", as a public review puts
//!   it). Only this form is largest if the first half of equally wide layers is inactive and the second half
//!   active, which is the rule of Li, George & Silva, arXiv 2407.19044.
//!
//! The papers define the measure; both recurrences, their extension to convolutions, pooling and skip connections, the
//! turning point and the three implemented definitions of "active" are derived by this project and
//! checked against an enumeration of all paths (`tests/it/emergence.rs` and the files in `tests/it/emergence`).
//!
//! Both forms are one recurrence. Walking the edges backwards, `Q[v]` counts the paths that leave `v` and end at an
//! active node:
//!
//! ```text
//! A:  Q[v] = Σ over active successors w of  1 + Q[w]
//! B:  Q[v] = Σ over all successors w of     [w active] + Q[w]          E = Σ over inactive x of Q[x]
//! ```
//!
//! There are two implementations: [`layers`] on the widths of layers that are dense between neighbors, exact, for the command
//! line; and [`measure`] on a [`NetworkGraph`] of layers with convolutions, pooling and skip connections, which processes a
//! whole window of edges at a time and is used during training. Tests compare both with a third one, on any list of edges.
//! [`measure_channels`] is an approximation on channels instead of units, [`random_activity`] the distribution for random
//! masks. [`paths`](mod@paths) is not a recurrence: it lists every path of a small network, for display.
//!
//! Counts grow like the product of the widths, so they are computed exactly as [`num_bigint::BigUint`] or with an exponent of
//! their own, never as a plain float. This module sees only numbers: no tensor, no experiment.

pub mod activity;
pub mod graph;
pub mod layers;
pub mod paths;
mod random;
mod scaled_number;
mod units;

pub use activity::{ActiveRule, LayerActivity, Measurement, channel_values, measure, measure_channels};
pub use graph::{EdgeKind, Edges, GraphWindow, NetworkGraph, NetworkLayer, Reach};
pub use layers::{e_a, e_b};
pub use paths::{NodeSet, Path, paths};
pub use random::{RandomInterval, random_activity, random_point};

use num_bigint::BigUint;

/// Why a network or its activity cannot be measured.
#[derive(Debug, Clone, PartialEq)]
pub enum EmergenceError {
    /// There is no layer to measure.
    NoLayers,
    /// A layer has no node, but the measure needs one.
    EmptyLayer {
        /// Index of the layer, counted from the input.
        layer: usize,
    },
    /// The activity is not given for every layer.
    LayerCount {
        /// Number of layers.
        widths: usize,
        /// Number of layers whose activity is given.
        active: usize,
    },
    /// A layer has more active nodes than nodes.
    ActiveCount {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Its width.
        width: u64,
        /// The active count.
        active: u64,
    },
    /// A network has too many nodes for its paths to be listed.
    TooManyNodes {
        /// Number of nodes.
        nodes: usize,
        /// The largest number allowed.
        capacity: usize,
    },
    /// The activity of a layer is not a `[samples, units]` array with at least one sample.
    ActivityShape {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Its units.
        units: usize,
        /// Number of values.
        values: usize,
    },
    /// The activity of a layer has a different number of units than the layer.
    UnitCount {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Its units.
        expected: usize,
        /// Units of the activity.
        got: usize,
    },
    /// Edges into a layer start in the layer itself, in a later one, or nowhere.
    EdgesBackwards {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Where the edges start.
        from: usize,
    },
    /// A window has kernel or stride zero, or is larger than its input.
    WindowMisfit {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Where the edges start.
        from: usize,
    },
    /// A layer does not have the size that the window over another layer yields.
    LayerSize {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Where the edges start.
        from: usize,
        /// `[height, width]` according to the window.
        expected: [usize; 2],
        /// `[height, width]` of the layer.
        got: [usize; 2],
    },
    /// A depthwise window leads to fewer channels than it reads.
    DepthwiseChannels {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Where the edges start.
        from: usize,
        /// Channels there.
        expected: usize,
        /// Channels of the layer.
        got: usize,
    },
    /// A pooled layer is not exactly one other layer pooled.
    PooledLayer {
        /// Index of the layer, counted from the input.
        layer: usize,
    },
    /// Two layers were observed on different numbers of samples.
    SampleCount {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Samples of the first layer.
        expected: usize,
        /// Samples of this layer.
        got: usize,
    },
}

/// `log10` of an exact count, `None` for zero. Any size; accurate to the last digits of an `f64`.
#[must_use]
pub fn log10(count: &BigUint) -> Option<f64> {
    // The top 64 bits exceed the precision of an f64; the rest only changes the exponent.
    let dropped = count.bits().saturating_sub(u64::from(u64::BITS));
    let top = (count >> dropped).iter_u64_digits().next()?;
    Some((top as f64).log10() + dropped as f64 * std::f64::consts::LOG10_2)
}

/// Which paths count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmergenceForm {
    /// Form A: after its inactive start, a path contains only active nodes.
    ThroughActive,
    /// Form B: between its inactive start and active end, a path contains any nodes.
    ThroughAll,
}
