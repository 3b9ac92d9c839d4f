//! The control of which layer gets which factor: the factors of a rescaling in random order.
//!
//! If the shuffled network trains as well as the rescaled one, it is not the arrangement, small factors first, that matters. This
//! control is ours.

use crate::rng::{Purpose, below, stream};

/// Attempts at another list; each fails with a probability of at most one half.
const ATTEMPTS: u64 = 64;

/// Which factor each layer gets: an order of the factors drawn at random (Fisher & Yates), again and again until the list is not
/// the given one. Where no other list can be made, since all factors are equal, it is that.
#[must_use]
pub fn order(factors: &[f64], seed: u64) -> Vec<usize> {
    let given = || (0..factors.len()).collect::<Vec<_>>();
    let differs = |order: &Vec<usize>| {
        // Factors are powers of one number: equal ones have equal bits.
        order.iter().zip(factors).any(|(index, factor)| factors[*index].to_bits() != factor.to_bits())
    };
    (0..ATTEMPTS).map(|attempt| shuffled(given(), seed, attempt)).find(differs).unwrap_or_else(given)
}

fn shuffled(mut order: Vec<usize>, seed: u64, attempt: u64) -> Vec<usize> {
    let mut draws = stream(seed, Purpose::Shuffle, attempt);
    // Layers are few; the conversion cannot fail.
    for last in (1..u32::try_from(order.len()).unwrap_or(u32::MAX)).rev() {
        order.swap(last as usize, below(&mut draws, last + 1) as usize);
    }
    order
}
