//! Emergence-promoting rescaling: the weights of any base scheme are scaled down in early layers and up in late layers by
//! powers of `alpha`, so that emergence (paths from inactive early to active late units) rises without any training.
//!
//! Li, George & Silva, "Advancing Neural Network Performance through Emergence-Promoting Initialization Scheme",
//! arXiv 2407.19044, published no code. The origin of each part:
//!
//! - The authors state that magnitudes are reduced in the first half of the layers and increased in the second half, without
//!   optimization. As a third party summarizes it, `W̃₋ₙ = W₋ₙ / αⁿ` in the first half and `W̃ₙ = Wₙ · αⁿ` in the second.
//! - [`RescalingRule::Outer`], the default, is that formula with `n` interpreted as the distance from the middle. This
//!   interpretation is ours, and so is leaving the middle layer of an odd number unchanged. The product of its factors is 1.
//! - [`RescalingRule::Pivot`] is the rule of a third party's C library.
//! - [`RescalingRule::Inner`], [`RescalingRule::Flat`] and a free turning point are ours, for comparison.
//!
//! | layers | rule | exponents of `alpha` |
//! |---|---|---|
//! | 4 | outer | -2 -1 1 2 |
//! | 5 | outer | -2 -1 0 1 2 |
//! | 4 | pivot | -2 -1 0 1 |
//! | 4 | inner | -1 -2 2 1 |
//! | 5 | flat | -1 -1 0 1 1 |
//!
//! In a chain of layers the rank of a layer is its index. In a transformer, layers that work side by side share a rank
//! ([`LayerRank`](crate::experiment::architecture::LayerRank)); that is this project's choice, since the paper's order of tensors is not
//! known, and so is leaving out embedding tables.
//!
//! Only weights are rescaled, not biases. `train::rate_control` states which learning rates the rescaling is equivalent to.

use crate::experiment::architecture::WeightLayer;
use crate::experiment::{Rescaling, RescalingRule, Turn};

/// The exponents of `alpha` for this number of weight layers, in forward order.
///
/// With [`Turn::Auto`], the first `⌊layers/2⌋` layers are scaled down, as many layers at the end are scaled up, and a middle
/// layer is unchanged. (`pivot` counts from layer `⌊layers/2⌋`, so with an even number of layers the exponents reach one
/// further on the reduced side.) With [`Turn::At`], the first `t` layers are scaled down and all others up; a turning point
/// beyond the last layer scales all layers down.
#[must_use]
pub fn exponents(rule: RescalingRule, turn: Turn, layers: usize) -> Vec<isize> {
    let half = layers / 2;
    let (reduced_end, increased_start) = match turn {
        Turn::Auto => (half, layers - half),
        Turn::At(turn) => (turn.min(layers), turn.min(layers)),
    };
    let exponent = |layer: usize| {
        let (to_turn, from_turn) = (reduced_end.saturating_sub(layer), (layer + 1).saturating_sub(increased_start));
        let (from_input, to_output) = (layer + 1, layers - layer);
        let size = match rule {
            RescalingRule::Pivot => return layer.cast_signed() - reduced_end.cast_signed(),
            RescalingRule::Outer => (to_turn, from_turn),
            RescalingRule::Inner => (from_input, to_output),
            RescalingRule::Flat => (1, 1),
        };
        match (to_turn > 0, from_turn > 0) {
            (true, _) => -size.0.cast_signed(),
            (_, true) => size.1.cast_signed(),
            _ => 0,
        }
    };
    (0..layers).map(exponent).collect()
}

/// The exponents of `alpha` for each of these layers: those with the same rank have the same.
#[must_use]
pub fn layer_exponents(rescaling: &Rescaling, layers: &[WeightLayer]) -> Vec<isize> {
    let exponents = exponents(rescaling.rule, rescaling.turn, rank_count(rescaling, layers));
    layers.iter().map(|layer| exponents[rescaling.level.of(layer.rank)]).collect()
}

/// The factors of each of these layers, from those of the ranks after `arrange` has put them in order.
pub(super) fn layer_factors(
    rescaling: &Rescaling,
    layers: &[WeightLayer],
    arrange: impl FnOnce(Vec<f64>) -> Vec<f64>,
) -> Vec<f64> {
    let factors = arrange(factors(rescaling, rank_count(rescaling, layers)));
    layers.iter().map(|layer| factors[rescaling.level.of(layer.rank)]).collect()
}

fn rank_count(rescaling: &Rescaling, layers: &[WeightLayer]) -> usize {
    layers.iter().map(|layer| rescaling.level.of(layer.rank) + 1).max().unwrap_or_default()
}

/// The factors of this number of ranks: `alpha^e` with the [`exponents`] of the rescaling.
#[must_use]
pub fn factors(rescaling: &Rescaling, ranks: usize) -> Vec<f64> {
    let exponents = exponents(rescaling.rule, rescaling.turn, ranks);
    exponents.into_iter().map(|exponent| power(rescaling.alpha, exponent)).collect()
}

/// `alpha^exponent` by repeated multiplication: the same bits on every platform, and `power(a, -n) = 1 / power(a, n)`.
pub(crate) fn power(alpha: f64, exponent: isize) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * alpha);
    if exponent < 0 { 1.0 / power } else { power }
}
