//! Emergence-promoting rescaling: after any base scheme, weights of early layers shrink and those of late ones grow by
//! powers of `alpha`, so that emergence (paths from inactive early to active late units) rises without any training.
//!
//! Li, George & Silva, "Advancing Neural Network Performance through Emergence-Promoting Initialization Scheme",
//! arXiv 2407.19044, published no code. What is whose:
//!
//! - The authors': magnitudes are reduced in the first half of the layers and increased in the second, with no
//!   optimization. As a third party summarizes it, `W̃₋ₙ = W₋ₙ / αⁿ` in the first half and `W̃ₙ = Wₙ · αⁿ` in the second.
//! - [`RescalingRule::Outer`], the default, is that formula with `n` read as the distance from the middle; that reading,
//!   and that the middle layer stays as it is where their number is odd, is ours. The product of its factors is 1.
//! - [`RescalingRule::Pivot`] is how a third party's C library does it.
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
//! Weights only: biases are not touched. What the rescaling amounts to for training stands in `train::rate_control`.

use crate::experiment::{Rescaling, RescalingRule, Turn};

/// The exponent of `alpha` of each of so many weight layers, input side first.
///
/// With [`Turn::Auto`] the first `⌊layers/2⌋` layers are reduced, as many at the end increased, and a middle one left
/// alone (`pivot` counts from `⌊layers/2⌋` and so has an exponent more on the reduced side where the number is even).
/// With [`Turn::At`] the first `t` are reduced and all others increased; a turn beyond the last layer reduces all.
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

/// What each of so many weight layers is multiplied by: `alpha^e` with the [`exponents`] of the rescaling.
#[must_use]
pub fn factors(rescaling: &Rescaling, layers: usize) -> Vec<f64> {
    let exponents = exponents(rescaling.rule, rescaling.turn, layers);
    exponents.into_iter().map(|exponent| power(rescaling.alpha, exponent)).collect()
}

/// `alpha^exponent` by repeated multiplication: the same bits everywhere, and `power(a, -n) = 1 / power(a, n)`.
pub(crate) fn power(alpha: f64, exponent: isize) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * alpha);
    if exponent < 0 { 1.0 / power } else { power }
}
