//! Random activity, against all masks of small networks, against the mean in closed form, and against additional masks.

use super::dag::unit_graph;
use super::graph::{convolution, depthwise, input, network, residual};
use super::{all_paths, layered_graph};
use crate::fixtures::mask_draws;
use emergence_lab::emergence::{
    GraphWindow, NetworkGraph, NetworkLayer, RandomInterval, log10, random_activity, random_point,
};
use std::cell::Cell;

fn units(network: &NetworkGraph) -> usize {
    network.layers().iter().map(NetworkLayer::units).sum()
}

/// Every mask over `nodes` nodes with `active` active ones.
fn all_masks(nodes: usize, active: usize) -> Vec<Vec<bool>> {
    let masks = (0..1_u32 << nodes).filter(|bits| bits.count_ones() as usize == active);
    masks.map(|bits| (0..nodes).map(|node| bits >> node & 1 == 1).collect()).collect()
}

/// The percentile of rank `(n + 1) p`; `None` is zero, the lowest value, and so is a percentile between zero and another value.
fn percentile(values: &[Option<f64>], p: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().map(|value| value.unwrap_or(f64::NEG_INFINITY)).collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    let rank = (p * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, last as f64);
    let below = (0..=last).rev().find(|&index| index as f64 <= rank).unwrap();
    let value = sorted[below] + (sorted[(below + 1).min(last)] - sorted[below]) * (rank - below as f64);
    value.is_finite().then_some(value)
}

fn assert_interval(got: Option<(f64, f64)>, values: &[Option<f64>], what: &str) {
    let expected = percentile(values, 0.025).map(|low| (low, percentile(values, 0.975).unwrap()));
    match (got, expected) {
        // A few dozen roundings of 1e-16 on values below 10.
        (Some(got), Some(expected)) => {
            let near = (got.0 - expected.0).abs() < 1e-12 && (got.1 - expected.1).abs() < 1e-12;
            assert!(near, "{what}: {got:?} against {expected:?}");
        }
        (got, expected) => assert_eq!(got, expected, "{what}: zero on one side only"),
    }
}

/// The sequence with this number among all equally likely sequences of random numbers; records how many there are.
fn sequence(mut number: u64, of: &Cell<u64>) -> impl FnMut(u32) -> u32 {
    of.set(1);
    move |bound| {
        of.set(of.get() * u64::from(bound));
        let next = number % u64::from(bound);
        number /= u64::from(bound);
        u32::try_from(next).unwrap()
    }
}

/// Uses every sequence of random numbers once, so that every mask must occur equally often.
fn check_all_masks(network: &NetworkGraph, what: &str) {
    let (dag, units) = (unit_graph(network), units(network));
    for active in 0..=units {
        let sequences = Cell::new(0);
        random_activity(network, active, 1, |number| sequence(number, &sequences));
        let draws = usize::try_from(sequences.get()).unwrap();
        let interval = random_activity(network, active, draws, |number| sequence(number, &sequences));
        assert!((interval.fraction - active as f64 / units as f64).abs() < 1e-15, "{what}: {interval:?}");
        let masks = all_masks(units, active);
        let repeated = |e: &dyn Fn(&[bool]) -> Option<f64>| {
            let values = masks.iter().flat_map(|mask| std::iter::repeat_n(e(mask), draws / masks.len()));
            values.collect::<Vec<_>>()
        };
        let e_a = repeated(&|mask| log10(&dag.e_a(mask)));
        let e_b = repeated(&|mask| log10(&dag.e_b(mask)));
        assert_eq!(e_b.len(), draws, "{what}, {active} active: {} masks occur equally often", masks.len());
        assert_interval(interval.log10_e_a, &e_a, &format!("{what}, {active} active, E_A"));
        assert_interval(interval.log10_e_b, &e_b, &format!("{what}, {active} active, E_B"));
    }
}

/// A convolution with a shortcut, a pool and two logits: 11 units.
fn small_convolutional() -> NetworkGraph {
    network([
        input([1, 2, 2]),
        NetworkLayer::new(
            [1, 2, 2],
            vec![convolution(0, GraphWindow::square(3, 1, 1)), depthwise(0, GraphWindow::pointwise(1))],
        ),
        NetworkLayer::pooled([1, 1, 1], 1, GraphWindow::square(2, 2, 0)),
        NetworkLayer::new([1, 1, 1], vec![convolution(2, GraphWindow::pointwise(1))]),
    ])
}

#[test]
fn intervals_are_those_of_all_masks() {
    check_all_masks(&NetworkGraph::dense(&[2, 3, 2]).unwrap(), "2 3 2");
    check_all_masks(&NetworkGraph::dense(&[1, 1, 1, 1, 1]).unwrap(), "1 1 1 1 1");
    check_all_masks(&NetworkGraph::dense(&[4]).unwrap(), "no path");
    check_all_masks(&small_convolutional(), "a convolution");
}

#[test]
fn zero_has_no_logarithm() {
    // Of the masks of 2 3 2 with one active unit, two in seven have it in the first layer, and no path.
    let dense = NetworkGraph::dense(&[2, 3, 2]).unwrap();
    let one = random_activity(&dense, 1, 200, |mask| mask_draws(0, mask));
    assert_eq!((one.log10_e_a, one.log10_e_b), (None, None), "no lower end");
    let nothing = random_activity(&dense, 3, 0, |mask| mask_draws(0, mask));
    assert_eq!((nothing.log10_e_a, nothing.log10_e_b), (None, None), "no mask");
    let more = random_activity(&dense, 100, 3, |mask| mask_draws(0, mask));
    assert!((more.fraction - 1.0).abs() < 1e-15, "at most all units: {more:?}");
}

/// `x (x - 1) ... (x - m + 1)`.
fn falling(x: usize, m: usize) -> f64 {
    (0..m).map(|step| x as f64 - step as f64).product()
}

/// The mean of `E_A` and of `E_B` over all masks with `active` of `units` active, from the numbers of paths with 1, 2, ... edges.
fn closed_form(paths: &[f64], units: usize, active: usize) -> (f64, f64) {
    let inactive = (units - active) as f64;
    let through_active =
        paths.iter().zip(1..).map(|(paths, m)| paths * inactive * falling(active, m) / falling(units, m + 1));
    (through_active.sum(), paths.iter().sum::<f64>() * inactive * active as f64 / falling(units, 2))
}

/// Numbers of paths with 1, 2, ... edges of dense layers: one per choice of neighboring layers and a unit in each.
fn path_counts(widths: &[usize]) -> Vec<f64> {
    let of =
        |edges: usize| widths.windows(edges + 1).map(|layers| layers.iter().map(|&n| n as f64).product::<f64>()).sum();
    (1..widths.len()).map(of).collect()
}

#[test]
fn the_mean_over_all_masks_has_a_closed_form() {
    let widths = [2, 3, 1, 2];
    let (nodes, edges, _) = layered_graph(&[2, 3, 1, 2], &[0; 4]);
    let paths = path_counts(&widths);
    let mut by_length = vec![0.0; paths.len()];
    for path in all_paths(nodes, &edges) {
        by_length[path.len() - 2] += 1.0;
    }
    assert_eq!(paths, by_length, "paths by their length");
    let dag = unit_graph(&NetworkGraph::dense(&widths).unwrap());
    for active in 0..=nodes {
        let masks = all_masks(nodes, active);
        let mean = |e: &dyn Fn(&[bool]) -> Option<f64>| {
            masks.iter().filter_map(|mask| e(mask)).map(|log10| 10_f64.powf(log10)).sum::<f64>() / masks.len() as f64
        };
        let through_active = mean(&|mask| log10(&dag.e_a(mask)));
        let through_all = mean(&|mask| log10(&dag.e_b(mask)));
        let expected = closed_form(&paths, nodes, active);
        assert!((through_active - expected.0).abs() < 1e-11, "E_A, {active} active: {through_active}, {expected:?}");
        assert!((through_all - expected.1).abs() < 1e-11, "E_B, {active} active: {through_all}, {expected:?}");
    }
}

/// `E_A` and `E_B` of single random masks.
fn samples(network: &NetworkGraph, active: usize, masks: std::ops::Range<u64>) -> Vec<(f64, f64)> {
    let value = |interval: Option<(f64, f64)>| interval.map_or(0.0, |(low, _)| 10_f64.powf(low));
    let one = |mask| random_activity(network, active, 1, |_| mask_draws(7, mask));
    masks.map(one).map(|one: RandomInterval| (value(one.log10_e_a), value(one.log10_e_b))).collect()
}

#[test]
fn random_masks_have_the_theoretical_mean() {
    let widths = [20, 15, 10, 5];
    let dense = NetworkGraph::dense(&widths).unwrap();
    for active in [8, 25, 45] {
        let expected = closed_form(&path_counts(&widths), 50, active);
        let samples = samples(&dense, active, 0..3000);
        for (form, values, expected) in [
            ("E_A", samples.iter().map(|(a, _)| *a).collect::<Vec<f64>>(), expected.0),
            ("E_B", samples.iter().map(|(_, b)| *b).collect(), expected.1),
        ] {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            // Four standard errors; the seed is fixed.
            let error = (mean - expected) / (deviation / n.sqrt());
            assert!(error.abs() < 4.0, "{form}, {active} active: {mean}, not {expected}: {error} standard errors");
        }
    }
}

#[test]
fn an_additional_mask_is_inside_with_probability_95_percent() {
    // On average over 50 intervals. An interval from 40 masks contains 95 % of all masks with a standard deviation of 3.4 % (a
    // beta distribution), so 1.5 % are three standard deviations of the average. Percentiles of rank (n - 1) p + 1 would
    // contain 90 %.
    for (network, active) in [(NetworkGraph::dense(&[40, 30, 10]).unwrap(), 30), (residual(), 60)] {
        let further = samples(&network, active, 1_000_000..1_002_000);
        let (mut inside_a, mut inside_b) = (0, 0);
        for interval in 0..50 {
            let interval = random_activity(&network, active, 40, |mask| mask_draws(3, interval * 40 + mask));
            let holds = |(low, high): (f64, f64), value: f64| (low..=high).contains(&value.log10());
            let (a, b) = (interval.log10_e_a.unwrap(), interval.log10_e_b.unwrap());
            inside_a += further.iter().filter(|(value, _)| holds(a, *value)).count();
            inside_b += further.iter().filter(|(_, value)| holds(b, *value)).count();
        }
        for (form, inside) in [("E_A", inside_a), ("E_B", inside_b)] {
            let share = inside as f64 / (50.0 * 2000.0);
            assert!((share - 0.95).abs() < 0.02, "{form}, {active} of {}: {share}", units(&network));
        }
    }
}

/// A point of a table, and the indices of the masks that it used.
fn table_point(network: &NetworkGraph, index: usize) -> Option<(RandomInterval, Vec<u64>)> {
    let mut masks = Vec::new();
    let point = random_point(network, index, |mask| {
        masks.push(mask);
        mask_draws(0, mask)
    });
    point.map(|point| (point, masks))
}

fn table(network: &NetworkGraph) -> Vec<(RandomInterval, Vec<u64>)> {
    (0..).map_while(|index| table_point(network, index)).collect()
}

#[test]
fn a_table_spans_all_fractions() {
    let table = table(&NetworkGraph::dense(&[128, 128, 128, 10]).unwrap());
    assert_eq!(table.len(), 19, "0, 1, 2, 3, 5, 10, 20, ..., 90, 95, 97, 98, 99, 100 %");
    let counts = [0, 4, 8, 12, 20, 39, 79, 118, 158, 197, 236, 276, 315, 355, 374, 382, 386, 390, 394];
    let mut all: Vec<u64> = Vec::new();
    for ((point, masks), active) in table.iter().zip(counts) {
        assert!((point.fraction * 394.0 - f64::from(active)).abs() < 1e-9, "{point:?}, not {active} of 394");
        let ends = active == 0 || active == 394;
        assert_eq!(point.log10_e_a.is_none() && point.log10_e_b.is_none(), ends, "{point:?}: no path at the ends only");
        assert_eq!(masks.len(), if ends { 1 } else { 200 }, "masks of {active} active");
        all.extend(masks);
    }
    let asked = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), asked, "every mask has a separate stream");
}

#[test]
fn a_table_of_a_small_network_repeats_nothing() {
    let fractions = |widths: &[usize]| {
        let table = table(&NetworkGraph::dense(widths).unwrap());
        table.iter().map(|(point, _)| point.fraction).collect::<Vec<_>>()
    };
    assert_eq!(fractions(&[1]), [0.0, 1.0], "one unit");
    assert_eq!(fractions(&[1, 1]), [0.0, 0.5, 1.0], "two units");
    let ten = fractions(&[5, 5]);
    assert!(ten.len() == 11 && ten.windows(2).all(|pair| pair[0] < pair[1]), "ten units: {ten:?}");
}

#[test]
fn large_networks_have_fewer_masks() {
    for (width, masks) in [(20_000, 100), (30_000, 66), (60_000, 40)] {
        let (_, asked) = table_point(&NetworkGraph::dense(&[width]).unwrap(), 8).unwrap();
        assert_eq!(asked.len(), masks, "{width} units");
    }
}
