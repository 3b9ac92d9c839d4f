//! Uniform and normal numbers that are the same to the bit on every platform.
//!
//! Normal numbers do not come from `rand_distr::StandardNormal`: its ziggurat method uses `ln` and `exp` of `num_traits`,
//! which calls the platform's mathematics library if any crate of the build (here plotters and num-bigint) enables
//! `num-traits/std`. If a last digit differs between glibc and WebAssembly, a number may be accepted on one platform and
//! rejected on the other, which shifts all later draws. The polar method needs one logarithm, taken from the `libm` crate,
//! whose code is plain f64 arithmetic on all platforms, and accepts and rejects by such arithmetic alone. (Rust never fuses
//! a multiplication and an addition implicitly, and its `sqrt` is correctly rounded on every platform.)

use rand::{Rng, RngExt};

/// A uniform number in `[-1, 1)`, a multiple of `2^-52`.
pub(super) fn symmetric(rng: &mut impl Rng) -> f64 {
    // rand's f64 in [0, 1) is a 53-bit integer times 2^-53; doubling and shifting it is exact.
    2.0 * rng.random::<f64>() - 1.0
}

/// An endless sequence of independent `N(0, 1)` numbers: Marsaglia's polar method.
///
/// Draws `(u, v)` uniformly from the square `[-1, 1)²` until `s = u² + v²` lies in `(0, 1)`; then `u r` and `v r` with
/// `r = sqrt(-2 ln s / s)` are independent and normal (Marsaglia & Bray 1964).
#[derive(Debug)]
pub struct StandardNormals<R> {
    rng: R,
    /// The second number of the last pair, until it is used.
    spare: Option<f64>,
}

impl<R: Rng> StandardNormals<R> {
    /// The sequence generated from `rng`.
    #[must_use]
    pub fn new(rng: R) -> Self {
        Self { rng, spare: None }
    }
}

impl<R: Rng> Iterator for StandardNormals<R> {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        if let Some(spare) = self.spare.take() {
            return Some(spare);
        }
        loop {
            let (u, v) = (symmetric(&mut self.rng), symmetric(&mut self.rng));
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let radius = (-2.0 * libm::log(s) / s).sqrt();
                self.spare = Some(v * radius);
                return Some(u * radius);
            }
        }
    }
}
