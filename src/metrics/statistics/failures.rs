//! Whether runs of one variant fail more often than those of another.

use statrs::distribution::{Discrete, Hypergeometric};

/// Probabilities that differ by less than this factor are equal: they differ by rounding.
const ROUNDING: f64 = 1.0 + 1e-7;

/// The two-sided p value of Fisher's exact test: `[failed, all]` of two groups of runs. With as many failures in both groups together, it is
/// the probability of all divisions among them that are at most as likely as the one found. 1 for a group without runs.
#[must_use]
pub fn fisher_exact([failed, all]: [u64; 2], [other_failed, other_all]: [u64; 2]) -> f64 {
    let Ok(divisions) = Hypergeometric::new(all + other_all, failed + other_failed, all) else { return 1.0 };
    let found = divisions.pmf(failed) * ROUNDING;
    let possible = 0..=all.min(failed + other_failed);
    possible.map(|failed| divisions.pmf(failed)).filter(|probability| *probability <= found).sum::<f64>().min(1.0)
}
