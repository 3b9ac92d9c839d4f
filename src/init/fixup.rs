//! Fixup: Zhang, Dauphin & Ma 2019, "Fixup Initialization: Residual Learning Without Normalization" (arXiv 1901.09321).
//!
//! With `B` residual branches of `m` weight layers each (two in a basic block):
//!
//! 1. the output layer and the last layer of every branch start at zero;
//! 2. all other layers are drawn as by He et al.; those inside branches are then scaled by `B^(-1/(2m-2))`;
//! 3. biases start at zero, scalar multipliers of branches at 1.
//!
//! The biases of rule 3 are scalars in the paper; here every feature map has its own bias, as in all our networks, and there
//! are none before a convolution. The multipliers are omitted, because all runs of an experiment share one architecture. The
//! standard deviation of He et al. is `gain / √fan_in`, as everywhere here; the paper's code uses the fan-out.

use super::Fan;
use super::variance::{Distribution, kaiming_normal};
use crate::experiment::architecture::{LayerPlace, WeightLayer};

/// Number of weight layers in the branch of a basic block, `m`.
const BRANCH_LAYERS: f64 = 2.0;

/// The distribution of the layer with this index.
pub(super) fn distribution(layers: &[WeightLayer], index: usize, gain: f64) -> Distribution {
    let he = kaiming_normal(Fan::of(layers[index].shape), gain).std();
    let branches = layers.iter().filter(|layer| layer.place == LayerPlace::BranchEnd).count().max(1) as f64;
    let std = match layers[index].place {
        LayerPlace::Output | LayerPlace::BranchEnd => 0.0,
        LayerPlace::Trunk => he,
        LayerPlace::Branch => he * libm::pow(branches, -1.0 / (2.0 * BRANCH_LAYERS - 2.0)),
    };
    Distribution::Normal { std }
}
