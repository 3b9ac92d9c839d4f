//! The order of the training examples: every run of an experiment sees the same batches, natively and in
//! the browser.
//!
//! Each epoch has its own permutation, a function of (seed, epoch) alone, so any step can be looked up without processing
//! the steps before it. The last, partial batch of an epoch is dropped: shapes stay constant.

use crate::digest;
use crate::error::{DatasetError, Result};
use crate::rng::{Purpose, below, stream};

/// Looks up the batch of every step, caching the order of one epoch.
#[derive(Debug, Clone)]
pub struct Batcher {
    examples: u32,
    batch_size: usize,
    /// Identifies the order: a seed and the purpose of the examples.
    key: (u64, Purpose),
    /// The epoch whose order is cached.
    epoch: u64,
    order: Vec<u32>,
}

impl Batcher {
    /// Batches of `batch_size` out of `examples` training examples, in the order determined by `seed`.
    ///
    /// # Errors
    /// [`DatasetError::BatchSize`] if a batch would be empty or has more examples than there are (or there are 2^32 or more).
    pub fn new(examples: usize, batch_size: usize, seed: u64) -> Result<Self> {
        Self::keyed(examples, batch_size, (seed, Purpose::BatchOrder))
    }

    /// The same for tuning initial weights before training: a different order, so that the first training steps
    /// do not repeat the batches that the weights were tuned on.
    ///
    /// # Errors
    /// As [`Batcher::new`].
    pub fn for_tuning(examples: usize, batch_size: usize, seed: u64) -> Result<Self> {
        Self::keyed(examples, batch_size, (seed, Purpose::TuningOrder))
    }

    fn keyed(examples: usize, batch_size: usize, key: (u64, Purpose)) -> Result<Self> {
        let refuse = DatasetError::BatchSize { examples, batch_size }.into();
        if batch_size == 0 || batch_size > examples {
            return Err(refuse);
        }
        let examples = u32::try_from(examples).map_err(|_| refuse)?;
        Ok(Self { examples, batch_size, key, epoch: 0, order: order(examples, key, 0) })
    }

    /// Steps per epoch, without the partial last batch.
    #[must_use]
    pub fn steps_per_epoch(&self) -> u64 {
        (self.examples as usize / self.batch_size) as u64
    }

    /// Indices of the examples of a step, counted from 0: `[batch_size]`.
    pub fn batch(&mut self, step: u64) -> &[u32] {
        let epoch = step / self.steps_per_epoch();
        if epoch != self.epoch {
            self.order = order(self.examples, self.key, epoch);
            self.epoch = epoch;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below the number of batches, itself a usize")]
        let begin = (step % self.steps_per_epoch()) as usize * self.batch_size;
        &self.order[begin..begin + self.batch_size]
    }

    /// SHA-256, in hexadecimal, of the whole order of the first epoch as little-endian 32-bit indices.
    #[must_use]
    pub fn order_sha256(&self) -> String {
        digest::sha256(order(self.examples, self.key, 0).into_iter().map(u32::to_le_bytes))
    }
}

/// The permutation of `0..examples` for an epoch, all equally likely (Fisher & Yates; Durstenfeld 1964).
fn order(examples: u32, (seed, purpose): (u64, Purpose), epoch: u64) -> Vec<u32> {
    let mut draws = stream(seed, purpose, epoch);
    let mut order: Vec<u32> = (0..examples).collect();
    for last in (1..examples).rev() {
        order.swap(last as usize, below(&mut draws, last + 1) as usize);
    }
    order
}
