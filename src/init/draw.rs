//! Uniform and normal numbers that are the same to the bit on every platform.
//!
//! The normal numbers are not `rand_distr::StandardNormal`: its ziggurat takes `ln` and `exp` from `num_traits`, which
//! calls the platform's own mathematics library as soon as any crate of the build (here plotters and num-bigint)
//! switches on `num-traits/std`. A last digit that differs between glibc and WebAssembly could there accept a number on
//! one platform and reject it on the other, and shift everything drawn after it. The polar method needs one logarithm,
//! taken from the `libm` crate, whose code is plain f64 arithmetic on all platforms, and it accepts and rejects by
//! such arithmetic alone. (Rust never fuses a multiplication with an addition by itself, and its `sqrt` is correctly
//! rounded everywhere.)

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
    /// The second number of the last pair, until it is asked for.
    spare: Option<f64>,
}

impl<R: Rng> StandardNormals<R> {
    /// The sequence that `rng` gives.
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
