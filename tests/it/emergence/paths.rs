//! The list of paths, against a different enumeration, against the formulas, and at its limits.

use super::dag::Dag;
use super::{all_paths, layered_graph};
use emergence_lab::emergence::{EmergenceError, EmergenceForm, NodeSet, e_a, e_b, paths};
use num_bigint::BigUint;
use std::collections::BTreeSet;

/// Networks small enough to try every mask, with equal and unequal layers, one of them empty.
const SMALL: [&[usize]; 10] = [
    &[],
    &[3],
    &[2, 2],
    &[3, 1],
    &[1, 3, 2],
    &[2, 0, 3],
    &[3, 3, 3],
    &[2, 2, 2, 2],
    &[1, 2, 3, 2],
    &[1, 1, 1, 1, 1, 1],
];

fn counts(widths: &[usize], form: EmergenceForm, active: NodeSet) -> BigUint {
    let counting = paths(widths).unwrap().into_iter().filter(|path| path.counts(form, active));
    BigUint::from(counting.count())
}

fn wide(counts: &[usize]) -> Vec<u64> {
    counts.iter().map(|&count| count as u64).collect()
}

#[test]
fn the_list_agrees_with_another_enumeration() {
    for widths in SMALL {
        let (nodes, edges, _) = layered_graph(&wide(widths), &vec![0; widths.len()]);
        let expected: BTreeSet<Vec<usize>> = all_paths(nodes, &edges).into_iter().collect();
        let got: Vec<Vec<usize>> = paths(widths).unwrap().into_iter().map(|path| path.nodes().collect()).collect();
        assert_eq!(got.iter().cloned().collect::<BTreeSet<_>>(), expected, "paths of {widths:?}");
        assert_eq!(got.len(), expected.len(), "no path of {widths:?} is listed twice");
        let keys: Vec<_> = got.iter().map(|path| (path.len(), path)).collect();
        assert!(keys.is_sorted(), "short ones first, then by their nodes: {got:?}");
        let edges: BTreeSet<(usize, usize)> = edges.into_iter().collect();
        let taken = paths(widths).unwrap().into_iter().flat_map(|path| path.edges().collect::<Vec<_>>());
        assert_eq!(taken.collect::<BTreeSet<_>>(), edges, "edges of {widths:?}");
    }
}

#[test]
fn for_every_mask_the_number_of_paths_agrees_with_the_formulas() {
    for widths in SMALL {
        let (nodes, edges, _) = layered_graph(&wide(widths), &vec![0; widths.len()]);
        let dag = Dag::new(nodes, &edges);
        for bits in 0..1_u32 << nodes {
            let mask: Vec<bool> = (0..nodes).map(|node| bits >> node & 1 == 1).collect();
            let set: NodeSet = (0..nodes).filter(|&node| mask[node]).collect();
            let (a, b) =
                (counts(widths, EmergenceForm::ThroughActive, set), counts(widths, EmergenceForm::ThroughAll, set));
            assert_eq!((&a, &b), (&dag.e_a(&mask), &dag.e_b(&mask)), "{widths:?} and {mask:?}");
            if widths.is_empty() {
                continue;
            }
            let mut left = mask.as_slice();
            let active: Vec<u64> = widths
                .iter()
                .map(|&width| {
                    let (layer, rest) = left.split_at(width);
                    left = rest;
                    layer.iter().map(|&active| u64::from(active)).sum()
                })
                .collect();
            let widths = wide(widths);
            assert_eq!((a, b), (e_a(&widths, &active).unwrap(), e_b(&widths, &active).unwrap()), "layers, {mask:?}");
        }
    }
}

#[test]
fn up_to_thirty_two_nodes_are_listed() {
    // The upper half of two layers of sixteen, so the last bit is in use.
    let active: NodeSet = (16..32).collect();
    assert_eq!(counts(&[16, 16], EmergenceForm::ThroughAll, active), BigUint::from(256_u32), "all edges");
    assert_eq!(counts(&[16, 16], EmergenceForm::ThroughActive, active), BigUint::from(256_u32), "all edges");
    assert_eq!(paths(&[1; 32]).unwrap().len(), 32 * 31 / 2, "a chain: a path between any two nodes");
    let many = |nodes| Err(EmergenceError::TooManyNodes { nodes, capacity: 32 });
    assert_eq!(paths(&[16, 17]), many(33), "one too many");
    assert_eq!(paths(&[usize::MAX, 2]), many(usize::MAX), "far too many");
}

#[test]
fn sets_of_nodes() {
    let set: NodeSet = [0, 31, 5, 32, usize::MAX].into_iter().collect();
    assert_eq!((0..40).filter(|&node| set.contains(node)).collect::<Vec<_>>(), [0, 5, 31], "the given nodes");
    assert!(
        set.toggled(5) == [0, 31].into_iter().collect() && set.toggled(5).toggled(5) == set,
        "removed and added again"
    );
    assert_eq!(set.toggled(32), set, "there is no such node");
}
