//! The emergence measure against an enumeration of every path, its worked examples, its limits and its errors.
#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

mod dag;
mod graph;
pub(crate) mod largest;
mod paths;
mod random;
mod transformer;

use dag::Dag;
use emergence_lab::emergence::{
    ActiveRule, EmergenceError, LayerActivity, Measurement, NetworkGraph, e_a, e_b, log10, measure,
};
use num_bigint::BigUint;
use proptest::prelude::*;

/// Every path of at least one edge, as its list of nodes: the definition, without any recurrence.
/// Parallel edges result in parallel paths.
fn all_paths(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut paths: Vec<Vec<usize>> = (0..nodes).map(|node| vec![node]).collect();
    let mut done = 0;
    while done < paths.len() {
        let path = paths[done].clone();
        done += 1;
        for &(_, to) in edges.iter().filter(|(from, _)| path.last() == Some(from)) {
            paths.push([path.as_slice(), &[to]].concat());
        }
    }
    paths.retain(|path| path.len() > 1);
    paths
}

/// `(E_A, E_B)` by enumerating every path.
fn brute_force(nodes: usize, edges: &[(usize, usize)], active: &[bool]) -> (BigUint, BigUint) {
    let from_inactive = all_paths(nodes, edges).into_iter().filter(|path| !active[path[0]]);
    let (mut through_active, mut through_all) = (0_u64, 0_u64);
    for path in from_inactive {
        through_active += u64::from(path[1..].iter().all(|&node| active[node]));
        through_all += u64::from(active[path[path.len() - 1]]);
    }
    (through_active.into(), through_all.into())
}

/// A layered network as a graph: all edges between neighboring layers, the last `n_i` nodes of each layer active.
fn layered_graph(widths: &[u64], active: &[u64]) -> (usize, Vec<(usize, usize)>, Vec<bool>) {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut mask = Vec::new();
    for (&width, &active) in widths.iter().zip(active) {
        layers.push((mask.len()..mask.len() + usize::try_from(width).unwrap()).collect());
        mask.extend((0..width).map(|node| node >= width - active));
    }
    let edges = layers.windows(2).flat_map(|pair| {
        pair[0].iter().flat_map(|&from| pair[1].iter().map(move |&to| (from, to))).collect::<Vec<_>>()
    });
    (mask.len(), edges.collect(), mask)
}

/// Every way to switch whole layers off (0) or on (all nodes).
fn switches(widths: &[u64]) -> impl Iterator<Item = Vec<u64>> {
    (0..1_u32 << widths.len()).map(move |bits| {
        widths.iter().enumerate().map(|(layer, width)| if bits >> layer & 1 == 1 { *width } else { 0 }).collect()
    })
}

/// Up to 7 nodes in any order, edges along a hidden order (so acyclic), some of them double, and a mask.
fn random_dag() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, Vec<bool>)> {
    (1_usize..=7).prop_flat_map(|nodes| {
        let labels = Just((0..nodes).collect::<Vec<_>>()).prop_shuffle();
        let pairs: Vec<_> = (0..nodes).flat_map(|from| (from + 1..nodes).map(move |to| (from, to))).collect();
        let multiplicity =
            prop::collection::vec(prop_oneof![3 => Just(0_usize), 4 => Just(1), 1 => Just(2)], pairs.len());
        (labels, multiplicity, prop::collection::vec(any::<bool>(), nodes)).prop_map(move |(labels, times, mask)| {
            let edges = pairs
                .iter()
                .zip(&times)
                .flat_map(|(&(from, to), &times)| std::iter::repeat_n((labels[from], labels[to]), times));
            (nodes, edges.collect(), mask)
        })
    })
}

/// Layers of widths `0..=max_width` with a count of active nodes each.
fn random_layers(layers: usize, max_width: u64) -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
    let layer = (0..=max_width).prop_flat_map(|width| (Just(width), 0..=width));
    prop::collection::vec(layer, 1..=layers).prop_map(|layers| layers.into_iter().unzip())
}

proptest! {
    #[test]
    fn dag_equals_path_enumeration((nodes, edges, mask) in random_dag()) {
        let dag = Dag::new(nodes, &edges);
        let (through_active, through_all) = brute_force(nodes, &edges, &mask);
        prop_assert_eq!(dag.e_a(&mask), through_active);
        prop_assert_eq!(dag.e_b(&mask), through_all);
    }

    #[test]
    fn layers_equal_path_enumeration((widths, active) in random_layers(5, 3)) {
        let (nodes, edges, mask) = layered_graph(&widths, &active);
        let (through_active, through_all) = brute_force(nodes, &edges, &mask);
        prop_assert_eq!(e_a(&widths, &active).unwrap(), through_active);
        prop_assert_eq!(e_b(&widths, &active).unwrap(), through_all);
    }

    #[test]
    fn layers_equal_the_graph_rule((widths, active) in random_layers(8, 12)) {
        let (nodes, edges, mask) = layered_graph(&widths, &active);
        let dag = Dag::new(nodes, &edges);
        prop_assert_eq!(e_a(&widths, &active).unwrap(), dag.e_a(&mask));
        prop_assert_eq!(e_b(&widths, &active).unwrap(), dag.e_b(&mask));
    }
}

#[test]
fn worked_examples() {
    let widths = [3, 3, 3, 3];
    // Every node has 3 outgoing edges, so 3^k paths of k edges start from it.
    assert_eq!(
        e_b(&widths, &[0, 0, 3, 3]).unwrap(),
        144_u8.into(),
        "E_B: 3·(9 + 27) from layer 1, 3·(3 + 9) from layer 2"
    );
    assert_eq!(e_a(&widths, &[0, 3, 3, 3]).unwrap(), 117_u8.into(), "E_A: 3·(3 + 9 + 27) from layer 1");
    assert_eq!(e_a(&widths, &[0, 0, 3, 3]).unwrap(), 36_u8.into(), "E_A: 3·(3 + 9) from layer 2 only");
}

#[test]
fn wide_layers_approach_their_limits() {
    // N = 10^6: the terms that the limits neglect are smaller by a factor of N.
    let widths = [1_000_000; 4];
    let active = [300_000, 500_000, 200_000, 900_000];
    let relative = |count: BigUint| 10_f64.powf(log10(&count).unwrap() - 24.0);
    let through_all = relative(e_b(&widths, &active).unwrap());
    let through_active = relative(e_a(&widths, &active).unwrap());
    assert!((through_all - 0.7 * 0.9).abs() < 1e-5, "E_B / ΠN = {through_all}");
    assert!((through_active - 0.7 * 0.5 * 0.2 * 0.9).abs() < 1e-5, "E_A / ΠN = {through_active}");
}

#[test]
fn huge_networks_do_not_overflow() {
    let widths = vec![u64::MAX; 400];
    let active = vec![u64::MAX / 2; 400];
    for exact in [e_a(&widths, &active).unwrap(), e_b(&widths, &active).unwrap()] {
        assert!(log10(&exact).unwrap() > 7_500.0, "exact: {exact}");
    }
}

#[test]
fn without_a_path_there_is_no_logarithm() {
    assert_eq!(e_a(&[4, 4], &[4, 4]), Ok(BigUint::ZERO), "no inactive node");
    assert_eq!(e_b(&[4, 4], &[0, 0]), Ok(BigUint::ZERO), "no active node");
    assert_eq!(e_b(&[4], &[1]), Ok(BigUint::ZERO), "one layer has no path");
    assert_eq!(log10(&BigUint::ZERO), None, "log10 of zero");
    assert_eq!(log10(&BigUint::from(10_u8).pow(500)), Some(500.0), "log10 of a power of ten");
}

#[test]
fn layered_errors() {
    assert_eq!(e_a(&[], &[]), Err(EmergenceError::NoLayers), "no layer");
    assert_eq!(e_b(&[3, 3], &[1]), Err(EmergenceError::LayerCount { widths: 2, active: 1 }), "lengths");
    let error = e_b(&[3, 3], &[1, 4]).unwrap_err().to_string();
    assert_eq!(error, "layer 1: expected between 0 and 3 active nodes, got 4", "more active than there are");
}

/// Two layers of two and three units on four samples; threshold 0.5.
const FIRST: [f32; 8] = [0.6, 0.0, -0.9, 0.1, 0.0, 0.2, 0.7, 0.4];
const SECOND: [f32; 12] = [1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, f32::NAN];

fn example(rule: ActiveRule) -> Measurement {
    let layers = [LayerActivity { values: &FIRST, units: 2 }, LayerActivity { values: &SECOND, units: 3 }];
    measure(&NetworkGraph::dense(&[2, 3]).unwrap(), &layers, rule, 0.5).unwrap()
}

#[test]
fn active_per_sample() {
    // Counts per sample: first layer 1 1 0 1, second layer 1 2 0 2; E = (2 - n_1) n_2 = 1 2 0 2, mean 5/4.
    let measured = example(ActiveRule::Sample);
    for log10 in [measured.log10_e_a, measured.log10_e_b] {
        assert!((log10.unwrap() - 1.25_f64.log10()).abs() < 1e-12, "mean of E, then log10: {measured:?}");
    }
    assert_eq!(measured.active_fraction, [3.0 / 8.0, 5.0 / 12.0], "{measured:?}");
}

#[test]
fn active_on_average() {
    // Means of |h|: 0.55 and 0.175; 1.0, 0.75 and NaN. So counts 1 and 2, E = 1 · 2.
    let measured = example(ActiveRule::Mean);
    assert!((measured.log10_e_b.unwrap() - 2_f64.log10()).abs() < 1e-12, "{measured:?}");
    assert_eq!(measured.active_fraction, [1.0 / 2.0, 2.0 / 3.0], "{measured:?}");
}

#[test]
fn active_at_a_rate_of_five_percent() {
    let rate = |firing: usize, samples: usize| {
        let values: Vec<f32> = (0..samples).map(|sample| if sample < firing { 1.0 } else { 0.0 }).collect();
        let layers = [LayerActivity { values: &values, units: 1 }];
        measure(&NetworkGraph::dense(&[1]).unwrap(), &layers, ActiveRule::Rate, 0.5).unwrap().active_fraction[0]
    };
    for (firing, samples, expected) in
        [(1, 20, 1.0), (1, 21, 0.0), (2, 40, 1.0), (1, 40, 0.0), (0, 1, 0.0), (13, 256, 1.0)]
    {
        assert!((rate(firing, samples) - expected).abs() < f32::EPSILON, "{firing} of {samples}");
    }
    assert_eq!(example(ActiveRule::Rate).active_fraction, [0.5, 2.0 / 3.0], "NaN and 0.4 never fire");
}

#[test]
fn activity_errors() {
    let dense = |widths: &[usize]| NetworkGraph::dense(widths).unwrap();
    let of = |values: &[f32], units| {
        measure(&dense(&[2]), &[LayerActivity { values, units }], ActiveRule::Mean, 0.05).unwrap_err()
    };
    let shape = |values| EmergenceError::ActivityShape { layer: 0, units: 2, values };
    assert_eq!(of(&[1.0; 5], 2), shape(5), "half a sample");
    assert_eq!(of(&[], 2), shape(0), "no sample");
    assert_eq!(of(&[1.0; 6], 3), EmergenceError::UnitCount { layer: 0, expected: 2, got: 3 }, "another layer");
    let layers = [LayerActivity { values: &[1.0; 4], units: 2 }, LayerActivity { values: &[1.0; 3], units: 1 }];
    let differ = Err(EmergenceError::SampleCount { layer: 1, expected: 2, got: 3 });
    assert_eq!(measure(&dense(&[2, 1]), &layers, ActiveRule::Rate, 0.05), differ, "samples differ");
    let missing = Err(EmergenceError::LayerCount { widths: 3, active: 2 });
    assert_eq!(measure(&dense(&[2, 1, 1]), &layers, ActiveRule::Rate, 0.05), missing, "a layer is missing");
}
