//! The emergence of random activity: of masks with a given number of active units, anywhere in the network.
//!
//! `E` depends on how many units are active and on which ones. Its distribution over all masks with the same number
//! of active units, all equally likely, shows what the number alone implies. The distribution is this project's idea, as is
//! its summary by the interval between the 2.5th and the 97.5th percentile.
//!
//! The mean of that distribution has a closed form, which the tests use. A path of `m` edges has `m + 1` different
//! units, and with `k` active units of `K` these have the required states with the same probability for every path. So with
//! `P_m` paths of `m` edges and `x^(m) = x (x - 1) ... (x - m + 1)`:
//!
//! ```text
//! mean E_A = Σ_m P_m (K - k) k^(m) / K^(m+1)          mean E_B = k (K - k) / (K (K - 1)) Σ_m P_m
//! ```
//!
//! Randomness is passed in as a closure, one stream per mask, so that no mask depends on any other.

use super::EmergenceForm;
use super::graph::{NetworkGraph, NetworkLayer};
use super::units::Recurrence;

/// The active units at the points of a table, in percent of all units. The points are closer where `log E` is curved.
const GRID: [usize; 19] = [0, 1, 2, 3, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 97, 98, 99, 100];
/// Approximate number of units to process for each point of a table.
const BUDGET: usize = 2_000_000;
/// Masks for each point of a table of a large network: with fewer than 39, no two of them enclose 95 % of all masks.
const LEAST_DRAWS: usize = 40;
/// Masks for each point of a table of a small network.
const MOST_DRAWS: usize = 200;
/// The ends of an interval as parts of 40: 2.5 % and 97.5 %.
const ENDS: [usize; 2] = [1, 39];

/// The interval of the emergence of random masks with one number of active units: `log10` of the 2.5th and of the 97.5th
/// percentile, `None` if the lower one is zero, whose logarithm does not exist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomInterval {
    /// Active units over all units.
    pub fraction: f64,
    /// Of `E_A`.
    pub log10_e_a: Option<(f64, f64)>,
    /// Of `E_B`.
    pub log10_e_b: Option<(f64, f64)>,
}

/// Measures `draws` random masks with `active` of all units active (all, if there are fewer). `stream(d)` is the generator of
/// mask `d`: a function that draws uniformly below a bound.
///
/// The percentile `p` of `n` values is the one of rank `(n + 1) p`, interpolated linearly in `log10 E`, so that a
/// further mask falls between the two ends with a probability of about 95 %, for any `n` from 39 up; with fewer it is the
/// first or last value. Costs `O(units)` per mask and form, like [`measure`](super::measure).
pub fn random_activity<B: FnMut(u32) -> u32>(
    network: &NetworkGraph,
    active: usize,
    draws: usize,
    mut stream: impl FnMut(u64) -> B,
) -> RandomInterval {
    let units = units(network);
    let active = active.min(units);
    let mut recurrence = Recurrence::new(network);
    let mut mask = vec![false; units];
    let mut logs = [const { Vec::new() }; 2];
    for draw in 0..draws {
        choose(&mut mask, active, stream(draw as u64));
        recurrence.activate(&by_layer(network, &mask));
        for (logs, form) in logs.iter_mut().zip([EmergenceForm::ThroughActive, EmergenceForm::ThroughAll]) {
            logs.push(recurrence.emergence(form).log10().unwrap_or(f64::NEG_INFINITY));
        }
    }
    let [log10_e_a, log10_e_b] = logs.map(interval);
    RandomInterval { fraction: active as f64 / units as f64, log10_e_a, log10_e_b }
}

/// Point `index` of a table over the fractions of active units from 0 to 1, `None` after the last one. Points are computed one
/// at a time, to allow other work in between; `stream(m)` is the generator of mask `m`, and no two points share a mask.
///
/// The points are at 0, 1, 2, 3, 5, 10, 20, ..., 90, 95, 97, 98, 99 and 100 % of the units, rounded to whole units and without
/// repetition. Each has 200 masks; for networks of more than 10,000 units, as many as have 2 million units together, but at
/// least 40.
pub fn random_point<B: FnMut(u32) -> u32>(
    network: &NetworkGraph,
    index: usize,
    mut stream: impl FnMut(u64) -> B,
) -> Option<RandomInterval> {
    let units = units(network);
    let mut counts: Vec<usize> =
        GRID.iter().map(|percent| units / 100 * percent + (units % 100 * percent + 50) / 100).collect();
    counts.dedup();
    let active = *counts.get(index)?;
    let draws = match active {
        // Without an inactive start or an active end there is no path.
        _ if active == 0 || active == units => 1,
        _ => (BUDGET / units).clamp(LEAST_DRAWS, MOST_DRAWS),
    };
    let first = (index * MOST_DRAWS) as u64;
    Some(random_activity(network, active, draws, |draw| stream(first + draw)))
}

fn units(network: &NetworkGraph) -> usize {
    network.layers().iter().map(NetworkLayer::units).sum()
}

/// Splits a mask over all units by layers.
fn by_layer<'mask>(network: &NetworkGraph, mut mask: &'mask [bool]) -> Vec<&'mask [bool]> {
    let layers = network.layers().iter();
    let split = layers.map(|layer| {
        let (own, rest) = mask.split_at(layer.units());
        mask = rest;
        own
    });
    split.collect()
}

/// Makes `active` entries of a mask true and the others false, every choice with the same probability. Robert Floyd's algorithm
/// (Bentley & Floyd 1987, "A sample of brilliance"), which needs as many random numbers as there are entries to choose and no
/// additional memory; it chooses the rarer of true and false.
fn choose(mask: &mut [bool], active: usize, mut below: impl FnMut(u32) -> u32) {
    let rare = active <= mask.len() / 2;
    let count = if rare { active } else { mask.len() - active };
    mask.fill(!rare);
    for last in mask.len() - count..mask.len() {
        let drawn = below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize;
        let free = drawn < last && mask[drawn] != rare;
        mask[if free { drawn } else { last }] = rare;
    }
}

/// The two percentiles of the logarithms; that of zero ranks lowest.
fn interval(mut logs: Vec<f64>) -> Option<(f64, f64)> {
    logs.sort_by(f64::total_cmp);
    let [low, high] = ENDS.map(|part| percentile(&logs, part));
    Some((low?, high?))
}

/// The value of rank `(n + 1) · part / 40`, counted from 1; none if that is zero or lies between zero and another value.
fn percentile(sorted: &[f64], part: usize) -> Option<f64> {
    let parts = ENDS.iter().sum::<usize>();
    let place = ((sorted.len() + 1) * part).clamp(parts, parts * sorted.len().max(1)) - parts;
    let low = *sorted.get(place / parts).filter(|low| low.is_finite())?;
    let high = sorted.get(place / parts + 1).unwrap_or(&low);
    Some(low + (high - low) * (place % parts) as f64 / parts as f64)
}
