//! The shuffled control: the factors of a rescaling in a random order.
//!
//! If the shuffled network trains as well as the rescaled one, the order of the factors, from small to large, does not matter.
//! This control is ours.

use crate::rng::{Purpose, below, stream};

/// Attempts to draw a different list; each fails with a probability of at most one half.
const ATTEMPTS: u64 = 64;

/// The index of the factor of each layer: a random permutation (Fisher & Yates), drawn repeatedly until the list of factors
/// differs from the given one. If all factors are equal, so that no other list exists, the order is unchanged.
#[must_use]
pub fn order(factors: &[f64], seed: u64) -> Vec<usize> {
    let given = || (0..factors.len()).collect::<Vec<_>>();
    let differs = |order: &Vec<usize>| {
        // Factors are powers of one number, so equal factors have equal bits.
        order.iter().zip(factors).any(|(index, factor)| factors[*index].to_bits() != factor.to_bits())
    };
    (0..ATTEMPTS).map(|attempt| shuffled(given(), seed, attempt)).find(differs).unwrap_or_else(given)
}

fn shuffled(mut order: Vec<usize>, seed: u64, attempt: u64) -> Vec<usize> {
    let mut draws = stream(seed, Purpose::Shuffle, attempt);
    // There are few layers; the conversion cannot fail.
    for last in (1..u32::try_from(order.len()).unwrap_or(u32::MAX)).rev() {
        order.swap(last as usize, below(&mut draws, last + 1) as usize);
    }
    order
}
