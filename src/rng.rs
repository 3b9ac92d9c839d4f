//! Keyed random streams: (seed, purpose, index) identifies a generator, independent of earlier draws and of the platform.
//!
//! Initial weights, batch order and generated data are drawn from these streams and never from a tensor library's global
//! generator, so a link reproduces the same numbers natively, in WebAssembly and on every GPU. The generator is ChaCha with 8
//! rounds (counter-based, portable, documented to be value-stable).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream is for; streams of different purposes are independent even if seed and index are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights; the index is the weight layer.
    Weights = 1,
    /// Initial biases, for schemes that draw them; the index is the weight layer.
    Biases = 2,
    /// The order of the training examples; the index is the epoch.
    BatchOrder = 3,
    /// A generated data set; the index is the example.
    Synthetic = 4,
    /// Random crops and flips of a mini-batch; the index is the training step.
    Augmentation = 5,
    /// The order in which tuning methods use the training examples; the index is the epoch.
    TuningOrder = 6,
    /// Random inputs that a tuning method generates; the index is its iteration.
    TuningInputs = 7,
    /// Random labels that a tuning method generates; the index is its iteration.
    TuningLabels = 8,
    /// The random order of a rescaling's factors; the index is the attempt.
    Shuffle = 9,
    /// Random masks of active units; the index is the mask.
    RandomActivity = 10,
    /// Initial embedding tables; the index is the table.
    Embeddings = 11,
    /// The numbers of the translation task; there is one stream.
    Numbers = 12,
    /// Which sentences of a corpus without a test part are for testing; there is one stream.
    HeldOut = 13,
    /// Which examples of a part are used if not all are; the index is the part.
    Subset = 14,
}

/// The generator identified by `(seed, purpose, index)`.
///
/// The three numbers fill the 256-bit key without hashing, so two different triples never share a stream.
#[must_use]
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    key[16..24].copy_from_slice(&index.to_le_bytes());
    key[24..].copy_from_slice(b"emrg-lab");
    ChaCha8Rng::from_seed(key)
}

/// Uniform in `0..bound`, without bias (Lemire 2019, "Fast random integer generation in an interval"); implemented here
/// because the draws must not change with a library's version. `bound` must be positive.
#[expect(clippy::cast_possible_truncation, reason = "the algorithm uses the low half of the product")]
pub fn below(draws: &mut impl Rng, bound: u32) -> u32 {
    let rejected = bound.wrapping_neg() % bound;
    loop {
        let product = u64::from(draws.next_u32()) * u64::from(bound);
        if product as u32 >= rejected {
            return (product >> 32) as u32;
        }
    }
}
