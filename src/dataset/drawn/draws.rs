//! Random draws for the generators, by plain arithmetic on the words of a stream, so that they are the same on every platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// A stream of draws.
pub(super) struct Draws(pub(super) ChaCha8Rng);

impl Draws {
    /// An integer in `0..bound`, up to a bias of `bound / 2^32`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.next_u32()) * bound as u64) >> 32) as usize
    }

    /// Uniform in `[0, 1)`, with 24 bits: exact in `f32`.
    pub(super) fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in `[low, high)`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Bell-shaped in `(-scale, scale)` (mean of three uniforms; standard deviation `scale / 3`).
    pub(super) fn bell(&mut self, scale: f32) -> f32 {
        let sum = self.unit() + self.unit() + self.unit();
        (sum * (2.0 / 3.0) - 1.0) * scale
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Fills `bytes` with random bytes.
    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// Cosine and sine of twice the angle whose tangent is `half`: a rotation without the platform's sine and cosine.
pub(super) fn rotation(half: f32) -> (f32, f32) {
    let divisor = 1.0 / (1.0 + half * half);
    ((1.0 - half * half) * divisor, 2.0 * half * divisor)
}
