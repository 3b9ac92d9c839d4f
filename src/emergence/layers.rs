//! Layered networks, dense between neighboring layers: layer `i = 1..L` has `N_i` nodes, `n_i` of them active.
//!
//! ```text
//! E_A = Σ_{i<L} (N_i - n_i) Σ_{j>i} Π_{k=i+1..j} n_k           E_B = Σ_{i<j} (N_i - n_i) n_j Π_{i<k<j} N_k
//! ```
//!
//! Both are sums over `O(L²)` terms, evaluated in `O(L)` from the output backwards (see the [module](super)): with
//! `Q_L = 0`, `Q_i = n_{i+1} + n_{i+1} Q_{i+1}` (A) or `Q_i = n_{i+1} + N_{i+1} Q_{i+1}` (B), and
//! `E = Σ (N_i - n_i) Q_i`. For wide layers with active fractions `p_i`, `E_B / ΠN → (1 - p_1) p_L` and
//! `E_A / ΠN → (1 - p_1) Π_{k≥2} p_k`.

use super::{EmergenceError, EmergenceForm};
use num_bigint::BigUint;

/// One layer: `N - n` and `n`.
#[derive(Debug, Clone)]
struct LayerCounts {
    inactive: BigUint,
    active: BigUint,
}

/// `E_A` exactly. `widths` are `N_i` and `active` are `n_i`, from input to output.
///
/// # Errors
/// [`EmergenceError`] if there is no layer, the lengths differ or an `n_i` exceeds its `N_i`.
pub fn e_a(widths: &[u64], active: &[u64]) -> Result<BigUint, EmergenceError> {
    Ok(emergence(EmergenceForm::ThroughActive, &counts(widths, active)?))
}

/// `E_B` exactly. Arguments and errors as for [`e_a`].
pub fn e_b(widths: &[u64], active: &[u64]) -> Result<BigUint, EmergenceError> {
    Ok(emergence(EmergenceForm::ThroughAll, &counts(widths, active)?))
}

/// The recurrence of the module.
fn emergence(form: EmergenceForm, layers: &[LayerCounts]) -> BigUint {
    let mut total = BigUint::ZERO;
    let mut paths = BigUint::ZERO;
    for layer in layers.iter().rev() {
        total += &layer.inactive * &paths;
        let through = match form {
            EmergenceForm::ThroughActive => &layer.active * &paths,
            EmergenceForm::ThroughAll => (&layer.active + &layer.inactive) * &paths,
        };
        paths = &layer.active + through;
    }
    total
}

fn counts(widths: &[u64], active: &[u64]) -> Result<Vec<LayerCounts>, EmergenceError> {
    if widths.len() != active.len() {
        return Err(EmergenceError::LayerCount { widths: widths.len(), active: active.len() });
    }
    if widths.is_empty() {
        return Err(EmergenceError::NoLayers);
    }
    let pairs = widths.iter().zip(active).enumerate();
    pairs
        .map(|(layer, (&width, &active))| {
            let inactive = width.checked_sub(active).ok_or(EmergenceError::ActiveCount { layer, width, active })?;
            Ok(LayerCounts { inactive: inactive.into(), active: active.into() })
        })
        .collect()
}
