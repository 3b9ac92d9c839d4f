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

use super::{Amount, EmergenceError, EmergenceForm, ScaledNumber};
use num_bigint::BigUint;

/// One layer: `N - n` and `n`.
#[derive(Debug, Clone)]
struct LayerCounts<T> {
    inactive: T,
    active: T,
}

/// `E_A` exactly. `widths` are `N_i` and `active` are `n_i`, from input to output.
///
/// # Errors
/// [`EmergenceError`] if there is no layer, the lengths differ or an `n_i` exceeds its `N_i`.
pub fn e_a(widths: &[u64], active: &[u64]) -> Result<BigUint, EmergenceError> {
    Ok(emergence(EmergenceForm::ThroughActive, exact_layers(widths, active)?.into_iter().rev()))
}

/// `E_B` exactly. Arguments and errors as for [`e_a`].
pub fn e_b(widths: &[u64], active: &[u64]) -> Result<BigUint, EmergenceError> {
    Ok(emergence(EmergenceForm::ThroughAll, exact_layers(widths, active)?.into_iter().rev()))
}

/// `log10 E_A`, `None` if `E_A` is zero. Counts may be any finite numbers with `0 <= n_i <= N_i`, also fractions
/// such as an expected count; the result never overflows.
///
/// # Errors
/// As for [`e_a`]; also if a number is negative, NaN or infinite.
pub fn log10_e_a(widths: &[f64], active: &[f64]) -> Result<Option<f64>, EmergenceError> {
    Ok(emergence(EmergenceForm::ThroughActive, real_layers(widths, active)?.into_iter().rev()).log10())
}

/// `log10 E_B`, `None` if `E_B` is zero. Arguments and errors as for [`log10_e_a`].
pub fn log10_e_b(widths: &[f64], active: &[f64]) -> Result<Option<f64>, EmergenceError> {
    Ok(emergence(EmergenceForm::ThroughAll, real_layers(widths, active)?.into_iter().rev()).log10())
}

/// The largest `E_B` that layers of these widths can have, and where it is reached: the first `turn` layers entirely
/// inactive, all later ones entirely active. Dividing by it gives a relative measure in `[0, 1]`.
///
/// Why a single turning point (derived here): `E_B` is linear in each `n_i`, so a maximum has every layer entirely active
/// or inactive; and the gain of activating a layer, `N_i (Σ paths arriving from inactive nodes - Σ paths leaving to active
/// ones)`, increases from input to output. For a given turning point the sum is a product,
/// `E_B = (Σ_{i≤t} Π_{i..t} N) (Σ_{j>t} Π_{t+1..j} N)`. For `L` equal widths the best turning point is `L/2`; of equal maxima
/// the earliest is returned.
///
/// # Errors
/// [`EmergenceError::NoLayers`]; [`EmergenceError::EmptyLayer`], because a layer without nodes cuts the network into
/// parts with separate turning points.
pub fn max_e_b(widths: &[u64]) -> Result<(usize, BigUint), EmergenceError> {
    if widths.is_empty() {
        return Err(EmergenceError::NoLayers);
    }
    if let Some(layer) = widths.iter().position(|&width| width == 0) {
        return Err(EmergenceError::EmptyLayer { layer });
    }
    // Paths that arrive at the boundary after t layers, from any earlier node; and the mirror image after the boundary.
    let arriving = paths_to_boundary(widths.iter());
    let mut leaving = paths_to_boundary(widths.iter().rev());
    leaving.reverse();
    let products = arriving.iter().zip(&leaving).map(|(arriving, leaving)| arriving * leaving).enumerate();
    let first = (0, BigUint::ZERO);
    Ok(products.fold(first, |best, candidate| if candidate.1 > best.1 { candidate } else { best }))
}

/// For every `t`: `Σ_{i≤t} Π_{i..t} N`, the paths from any of the first `t` layers to the end of layer `t`.
fn paths_to_boundary<'widths>(widths: impl Iterator<Item = &'widths u64>) -> Vec<BigUint> {
    let arriving = widths.scan(BigUint::ZERO, |paths, width| {
        *paths = (&*paths + 1_u8) * *width;
        Some(paths.clone())
    });
    std::iter::once(BigUint::ZERO).chain(arriving).collect()
}

/// The recurrence of the module, over layers from the output backwards.
fn emergence<T: Amount>(form: EmergenceForm, from_output: impl Iterator<Item = LayerCounts<T>>) -> T {
    let mut total = T::zero();
    let mut paths = T::zero();
    for layer in from_output {
        total = total.plus(&layer.inactive.times(&paths));
        let through = match form {
            EmergenceForm::ThroughActive => layer.active.times(&paths),
            EmergenceForm::ThroughAll => layer.active.plus(&layer.inactive).times(&paths),
        };
        paths = layer.active.plus(&through);
    }
    total
}

fn exact_layers(widths: &[u64], active: &[u64]) -> Result<Vec<LayerCounts<BigUint>>, EmergenceError> {
    checked(widths, active, |width, active| {
        let inactive = width.checked_sub(active)?;
        Some(LayerCounts { inactive: BigUint::from(inactive), active: BigUint::from(active) })
    })
}

fn real_layers(widths: &[f64], active: &[f64]) -> Result<Vec<LayerCounts<ScaledNumber>>, EmergenceError> {
    checked(widths, active, |width, active| {
        let valid = width.is_finite() && active >= 0.0 && active <= width;
        valid.then(|| LayerCounts { inactive: ScaledNumber::new(width - active), active: ScaledNumber::new(active) })
    })
}

/// One [`Layer`] per pair, or an error for the first pair that `layer` refuses.
fn checked<N: Copy + ToString, T>(
    widths: &[N],
    active: &[N],
    layer: impl Fn(N, N) -> Option<LayerCounts<T>>,
) -> Result<Vec<LayerCounts<T>>, EmergenceError> {
    if widths.len() != active.len() {
        return Err(EmergenceError::LayerCount { widths: widths.len(), active: active.len() });
    }
    if widths.is_empty() {
        return Err(EmergenceError::NoLayers);
    }
    let pairs = widths.iter().zip(active).enumerate();
    pairs
        .map(|(index, (&width, &active))| {
            layer(width, active).ok_or_else(|| EmergenceError::ActiveCount {
                layer: index,
                width: width.to_string(),
                active: active.to_string(),
            })
        })
        .collect()
}
