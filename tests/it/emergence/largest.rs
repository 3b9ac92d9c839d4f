//! The largest `E_B` of layered networks, as docs/method.md states it, against all ways to switch whole layers on or off.

use super::{random_layers, switches};
use emergence_lab::emergence::e_b;
use num_bigint::BigUint;
use proptest::prelude::*;

/// The largest `E_B` that layers of these widths, none of them empty, can have, and where it is reached: the first `turn`
/// layers entirely inactive, all later ones entirely active.
///
/// Why there is a single turning point: `E_B` is linear in each `n_i`, so a maximum has every layer entirely active or
/// inactive; and the gain of activating a layer, `N_i (Σ paths arriving from inactive nodes - Σ paths leaving to active ones)`,
/// increases from input to output. For a given turning point the sum is a product,
/// `E_B = (Σ_{i≤t} Π_{i..t} N) (Σ_{j>t} Π_{t+1..j} N)`. For `L` equal widths the best turning point is `L/2`; of equal maxima
/// the earliest is returned.
pub(crate) fn largest_e_b(widths: &[u64]) -> (usize, BigUint) {
    // Paths that arrive at the boundary after t layers, from any earlier node; and the mirror image after the boundary.
    let arriving = paths_to_boundary(widths.iter());
    let mut leaving = paths_to_boundary(widths.iter().rev());
    leaving.reverse();
    let products = arriving.iter().zip(&leaving).map(|(arriving, leaving)| arriving * leaving).enumerate();
    let first = (0, BigUint::ZERO);
    products.fold(first, |best, candidate| if candidate.1 > best.1 { candidate } else { best })
}

/// For every `t`: `Σ_{i≤t} Π_{i..t} N`, the paths from any of the first `t` layers to the end of layer `t`.
fn paths_to_boundary<'widths>(widths: impl Iterator<Item = &'widths u64>) -> Vec<BigUint> {
    let arriving = widths.scan(BigUint::ZERO, |paths, width| {
        *paths = (&*paths + 1_u8) * *width;
        Some(paths.clone())
    });
    std::iter::once(BigUint::ZERO).chain(arriving).collect()
}

proptest! {
    #[test]
    fn no_active_count_exceeds_the_largest((widths, active) in random_layers(8, 50)) {
        let widths: Vec<u64> = widths.iter().map(|width| width + 1).collect();
        let (turn, largest) = largest_e_b(&widths);
        prop_assert!(e_b(&widths, &active).unwrap() <= largest);
        let best: Vec<u64> = widths.iter().enumerate().map(|(layer, &width)| if layer < turn { 0 } else { width }).collect();
        prop_assert_eq!(e_b(&widths, &best).unwrap(), largest);
    }
}

#[test]
fn equal_layers_turn_in_the_middle() {
    for layers in 2..=8_usize {
        for width in 1..=3_u64 {
            let widths = vec![width; layers];
            let best = switches(&widths).map(|active| e_b(&widths, &active).unwrap()).max().unwrap();
            let half: Vec<u64> = (0..layers).map(|layer| if layer < layers / 2 { 0 } else { width }).collect();
            assert_eq!(e_b(&widths, &half).unwrap(), best, "{layers} layers of {width}");
            assert_eq!(largest_e_b(&widths), (layers / 2, best), "{layers} layers of {width}");
        }
    }
}

#[test]
fn layers_of_any_widths_turn_once() {
    for widths in [&[7, 1, 1, 5, 2][..], &[1, 9, 1, 9], &[2, 2, 2, 9, 1, 1], &[9, 1, 1, 1, 1, 1, 1], &[1]] {
        let best = switches(widths).map(|active| e_b(widths, &active).unwrap()).max().unwrap();
        assert_eq!(largest_e_b(widths).1, best, "{widths:?}");
    }
}
