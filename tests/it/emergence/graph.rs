//! The measure on convolutions, pooling and skip connections, against the graph of all units, constructed edge by edge, and
//! against the layered formulas where every unit is connected to every unit.

use super::dag::{Dag, unit_graph};
use emergence_lab::emergence::{
    ActiveRule, EdgeKind, Edges, EmergenceError, GraphWindow, LayerActivity, NetworkGraph, NetworkLayer,
    channel_values, e_a, e_b, log10, measure, measure_channels,
};
use num_bigint::BigUint;
use proptest::prelude::*;

const TAU: f32 = 0.05;

/// Values of all layers on `samples` samples; about one in two exceeds the threshold. No mean of up to three
/// of them equals it.
pub(super) fn random_values(network: &NetworkGraph, samples: usize, mut seed: u64) -> Vec<Vec<f32>> {
    let mut value = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        [0.0, 0.04, -0.2, 0.3][usize::try_from(seed >> 62).unwrap()]
    };
    network.layers().iter().map(|layer| (0..samples * layer.units()).map(|_| value()).collect()).collect()
}

pub(super) fn activity<'values>(network: &NetworkGraph, values: &'values [Vec<f32>]) -> Vec<LayerActivity<'values>> {
    let layers = network.layers().iter().zip(values);
    layers.map(|(layer, values)| LayerActivity { values, units: layer.units() }).collect()
}

/// The masks over all nodes that follow from the definition of a rule.
fn masks(layers: &[LayerActivity<'_>], samples: usize, rule: ActiveRule) -> Vec<Vec<bool>> {
    let unit = |layer: &LayerActivity<'_>, unit: usize| {
        (0..samples).map(|sample| f64::from(layer.values[sample * layer.units + unit].abs())).collect::<Vec<_>>()
    };
    let units = layers.iter().flat_map(|layer| (0..layer.units).map(move |at| unit(layer, at)));
    let tau = f64::from(TAU);
    let units: Vec<Vec<bool>> = units
        .map(|values| match rule {
            ActiveRule::Sample => values.iter().map(|&value| value > tau).collect(),
            ActiveRule::Mean => vec![values.iter().sum::<f64>() / samples as f64 > tau],
            // Of up to 20 samples, one is 5 %.
            ActiveRule::Rate => vec![values.iter().any(|&value| value > tau)],
        })
        .collect();
    (0..units[0].len()).map(|mask| units.iter().map(|unit| unit[mask]).collect()).collect()
}

/// The measure differs from the exact value by a few hundred rounding errors of 1e-16.
fn assert_close(got: Option<f64>, expected: Option<f64>, what: &str) {
    match (got, expected) {
        (Some(got), Some(expected)) => {
            assert!((got - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{what}: {got} against {expected}");
        }
        (got, expected) => assert_eq!(got, expected, "{what}: zero on one side only"),
    }
}

/// Compares the measure with the exact mean over the masks on the graph of all units.
fn check(network: &NetworkGraph, values: &[Vec<f32>], samples: usize, what: &str) {
    check_with(&unit_graph(network), network, values, samples, what);
}

/// The same on this graph of all units.
pub(super) fn check_with(dag: &Dag, network: &NetworkGraph, values: &[Vec<f32>], samples: usize, what: &str) {
    let layers = activity(network, values);
    for rule in [ActiveRule::Sample, ActiveRule::Mean, ActiveRule::Rate] {
        let masks = masks(&layers, samples, rule);
        let mean = |e: &dyn Fn(&[bool]) -> BigUint| {
            let sum: BigUint = masks.iter().map(|mask| e(mask)).sum();
            log10(&sum).map(|sum| sum - (masks.len() as f64).log10())
        };
        let measured = measure(network, &layers, rule, TAU).unwrap();
        assert_close(measured.log10_e_a, mean(&|mask| dag.e_a(mask)), &format!("{what}, {rule:?}, E_A"));
        assert_close(measured.log10_e_b, mean(&|mask| dag.e_b(mask)), &format!("{what}, {rule:?}, E_B"));
    }
}

pub(super) fn convolution(from: usize, window: GraphWindow) -> Edges {
    Edges { from, kind: EdgeKind::Convolution(window.into()) }
}

pub(super) fn depthwise(from: usize, window: GraphWindow) -> Edges {
    Edges { from, kind: EdgeKind::Depthwise(window.into()) }
}

pub(super) fn input(shape: [usize; 3]) -> NetworkLayer {
    NetworkLayer::new(shape, Vec::new())
}

pub(super) fn network(layers: impl Into<Vec<NetworkLayer>>) -> NetworkGraph {
    NetworkGraph::new(layers.into()).unwrap()
}

/// Two residual blocks as in a residual network for small images: an identity skip, then a shortcut of option A to
/// more channels on half the size, global average pooling and a dense layer.
pub(super) fn residual() -> NetworkGraph {
    let kernel = |stride| GraphWindow::square(3, stride, 1);
    network([
        input([2, 5, 4]),
        NetworkLayer::new([2, 5, 4], vec![convolution(0, kernel(1))]),
        NetworkLayer::new([2, 5, 4], vec![convolution(1, kernel(1)), depthwise(0, GraphWindow::pointwise(1))]),
        NetworkLayer::new([4, 3, 2], vec![convolution(2, kernel(2))]),
        NetworkLayer::new([4, 3, 2], vec![convolution(3, kernel(1)), depthwise(2, GraphWindow::pointwise(2))]),
        NetworkLayer::pooled([4, 1, 1], 4, GraphWindow::whole([3, 2])),
        NetworkLayer::new([3, 1, 1], vec![convolution(5, GraphWindow::pointwise(1))]),
    ])
}

/// Convolution, pooling, convolution, pooling, dense, on an odd size.
fn convolutional() -> NetworkGraph {
    network([
        input([2, 7, 6]),
        NetworkLayer::pooled([2, 3, 3], 0, GraphWindow::square(2, 2, 0)),
        NetworkLayer::new([3, 3, 3], vec![convolution(1, GraphWindow::square(3, 1, 1))]),
        NetworkLayer::pooled([3, 1, 1], 2, GraphWindow::square(2, 2, 0)),
        NetworkLayer::new([4, 1, 1], vec![convolution(3, GraphWindow::whole([1, 1]))]),
        NetworkLayer::new([3, 1, 1], vec![convolution(4, GraphWindow::pointwise(1))]),
    ])
}

#[test]
fn convolutions_and_pooling_equal_the_graph_of_all_units() {
    let pair = |from: [usize; 3], to: [usize; 3], window| {
        let output = NetworkLayer::new([2, 1, 1], vec![convolution(1, GraphWindow::whole([to[1], to[2]]))]);
        network([input(from), NetworkLayer::new(to, vec![convolution(0, window)]), output])
    };
    let rectangular = GraphWindow { kernel: [1, 3], stride: [2, 1], padding: [0, 2] };
    let cases = [
        ("3x3 with padding", pair([2, 4, 4], [3, 4, 4], GraphWindow::square(3, 1, 1))),
        ("3x3 with stride 2", pair([2, 5, 6], [3, 3, 3], GraphWindow::square(3, 2, 1))),
        ("5x5 without padding", pair([1, 7, 6], [2, 3, 2], GraphWindow::square(5, 1, 0))),
        ("5x5 with padding", pair([1, 5, 3], [2, 5, 3], GraphWindow::square(5, 1, 2))),
        ("a stride larger than the kernel", pair([1, 7, 7], [2, 3, 3], GraphWindow::square(1, 3, 0))),
        ("axes that differ", pair([2, 3, 3], [2, 2, 5], rectangular)),
        ("padding wider than the kernel", pair([2, 2, 2], [2, 6, 6], GraphWindow::square(1, 1, 2))),
        ("pooling that drops the border", convolutional()),
        ("skips", residual()),
    ];
    for (what, network) in cases {
        for seed in 0..4 {
            check(&network, &random_values(&network, 3, seed), 3, what);
        }
        for value in [0.0, 1.0] {
            let values: Vec<Vec<f32>> = network.layers().iter().map(|layer| vec![value; layer.units()]).collect();
            let measured = measure(&network, &activity(&network, &values), ActiveRule::Sample, TAU).unwrap();
            assert_eq!((measured.log10_e_a, measured.log10_e_b), (None, None), "{what}: all units equal");
        }
    }
}

/// One layer on top of a random network: kernel, stride, padding as far as they fit.
#[derive(Debug, Clone)]
struct Step {
    channels: usize,
    window: GraphWindow,
    pooled: bool,
    skip: bool,
}

fn random_step() -> impl Strategy<Value = Step> {
    let window = ([1_usize..=5, 1..=5], [1_usize..=3, 1..=3], [0_usize..=2, 0..=2]);
    let window = window.prop_map(|(kernel, stride, padding)| GraphWindow { kernel, stride, padding });
    let step = (1_usize..=3, window, prop::bool::weighted(0.3), any::<bool>());
    step.prop_map(|(channels, window, pooled, skip)| Step { channels, window, pooled, skip })
}

/// A chain of convolutions and pooling, with skip connections from all layers whose sizes allow it.
fn random_network() -> impl Strategy<Value = NetworkGraph> {
    let first = [1_usize..=3, 1..=5, 1..=5];
    (first, prop::collection::vec(random_step(), 1..=5)).prop_map(|(first, steps)| {
        let mut layers = vec![input(first)];
        for mut step in steps {
            let last = layers.len() - 1;
            let size = [layers[last].height, layers[last].width];
            for (axis, &size) in size.iter().enumerate() {
                step.window.kernel[axis] = step.window.kernel[axis].min(size);
                // So that sizes do not grow.
                step.window.padding[axis] = step.window.padding[axis].min((step.window.kernel[axis] - 1) / 2);
            }
            let [height, width] = step.window.output(size).unwrap();
            layers.push(if step.pooled {
                NetworkLayer::pooled([layers[last].channels, height, width], last, step.window)
            } else {
                let mut inputs = vec![convolution(last, step.window)];
                if step.skip {
                    inputs.extend(skips(&layers, [step.channels, height, width]));
                }
                NetworkLayer::new([step.channels, height, width], inputs)
            });
        }
        network(layers)
    })
}

/// Skip connections from all layers that fit, with stride 1 or 2.
fn skips(layers: &[NetworkLayer], [channels, height, width]: [usize; 3]) -> Vec<Edges> {
    let fits = |layer: &NetworkLayer, stride| {
        let size = GraphWindow::pointwise(stride).output([layer.height, layer.width]);
        layer.channels <= channels && size == Some([height, width])
    };
    let candidates = layers.iter().enumerate().flat_map(|(from, layer)| [(from, layer, 1), (from, layer, 2)]);
    let fitting = candidates.filter(|(_, layer, stride)| fits(layer, *stride));
    fitting.map(|(from, _, stride)| depthwise(from, GraphWindow::pointwise(stride))).collect()
}

proptest! {
    #[test]
    fn random_networks_equal_the_graph_of_all_units(
        network in random_network(), samples in 1_usize..=3, seed in any::<u64>(),
    ) {
        check(&network, &random_values(&network, samples, seed), samples, "a random network");
    }

    #[test]
    fn dense_layers_equal_the_layered_formulas(
        (widths, active) in super::random_layers(12, 60).prop_filter("no empty layer", |(widths, _)| !widths.contains(&0)),
    ) {
        let shapes: Vec<[usize; 3]> = widths.iter().map(|&width| [usize::try_from(width).unwrap(), 1, 1]).collect();
        let dense = NetworkGraph::dense(&shapes.iter().map(|shape| shape[0]).collect::<Vec<_>>()).unwrap();
        assert_layered(&dense, &active, "dense");
    }
}

/// Measures with the last `active` units of each layer active, against the formulas for layers in which every unit is
/// connected to every unit of the next.
fn assert_layered(network: &NetworkGraph, active: &[u64], what: &str) {
    let widths: Vec<u64> = network.layers().iter().map(|layer| layer.units() as u64).collect();
    let masks = widths.iter().zip(active);
    let values: Vec<Vec<f32>> = masks
        .map(|(&width, &active)| (0..width).map(|unit| if unit < width - active { 0.0 } else { -1.0 }).collect())
        .collect();
    let measured = measure(network, &activity(network, &values), ActiveRule::Sample, TAU).unwrap();
    assert_close(measured.log10_e_a, log10(&e_a(&widths, active).unwrap()), &format!("{what}, E_A"));
    assert_close(measured.log10_e_b, log10(&e_b(&widths, active).unwrap()), &format!("{what}, E_B"));
}

#[test]
fn huge_networks_do_not_overflow() {
    let active = |layers: u64, units: u64| (0..layers).map(|layer| (layer * 7919 + 1) % units + 1).collect::<Vec<_>>();
    let dense = NetworkGraph::dense(&[8192; 64]).unwrap();
    assert_layered(&dense, &active(64, 8192), "64 layers of 8192");
    // A 3x3 kernel with padding connects every unit of a 2x2 plane to every unit of the next. Counts reach 10^1324.
    let window = GraphWindow::square(3, 1, 1);
    let layers = (0..400).map(|index: usize| {
        NetworkLayer::new([512, 2, 2], index.checked_sub(1).map(|from| convolution(from, window)).into_iter().collect())
    });
    let deep = network(layers.collect::<Vec<_>>());
    assert_layered(&deep, &active(400, 2048), "400 convolutions");
    // No path passes through the inactive layers; the counts between them are small compared with those after them.
    let mut silent = active(400, 2048);
    (silent[3], silent[7]) = (0, 0);
    assert_layered(&deep, &silent, "inactive layers");
    silent[8..].fill(2048);
    assert_layered(&deep, &silent, "an inactive layer before all active ones");
    silent[8..].fill(0);
    assert_layered(&deep, &silent, "only the first layers active");
}

#[test]
fn layers_of_different_magnitudes_add_up() {
    // Skip connections over up to 500 layers of width 8: counts of 2^1500 and of 1 are added at the same unit, in both orders.
    let layers = (0..500_usize).map(|index| {
        let chain = index.checked_sub(1).map(|from| convolution(from, GraphWindow::pointwise(1)));
        let far = (index == 499).then(|| depthwise(0, GraphWindow::pointwise(1)));
        let skip = (index % 50 == 49).then(|| depthwise(index - 49, GraphWindow::pointwise(1)));
        NetworkLayer::new([8, 1, 1], chain.into_iter().chain(far).chain(skip).collect())
    });
    let network = network(layers.collect::<Vec<_>>());
    let dag = unit_graph(&network);
    for silent in [None, Some(1), Some(20), Some(480)] {
        let mut values = random_values(&network, 1, 3);
        if let Some(layer) = silent {
            values[layer].fill(0.0);
        }
        let measured = measure(&network, &activity(&network, &values), ActiveRule::Sample, TAU).unwrap();
        let mask: Vec<bool> = values.concat().iter().map(|value| value.abs() > TAU).collect();
        assert_close(measured.log10_e_a, log10(&dag.e_a(&mask)), &format!("E_A, silent {silent:?}"));
        assert_close(measured.log10_e_b, log10(&dag.e_b(&mask)), &format!("E_B, silent {silent:?}"));
    }
}

#[test]
fn channels_of_a_residual_network() {
    let pointwise = GraphWindow::pointwise(1);
    let network = residual();
    let channels = network.channel_level();
    let expected = [
        input([2, 1, 1]),
        NetworkLayer::new([2, 1, 1], vec![convolution(0, pointwise)]),
        NetworkLayer::new([2, 1, 1], vec![convolution(1, pointwise), depthwise(0, pointwise)]),
        NetworkLayer::new([4, 1, 1], vec![convolution(2, pointwise)]),
        NetworkLayer::new([4, 1, 1], vec![convolution(3, pointwise), depthwise(2, pointwise)]),
        NetworkLayer::new([3, 1, 1], vec![convolution(4, pointwise)]),
    ];
    assert_eq!(channels.layers(), expected, "channels of a residual network");
    // Channels by hand: nodes 0 1 | 2 3 | 4 5 | 6..10 | 10..14 | 14 15 16.
    let all = |from: std::ops::Range<usize>, to: std::ops::Range<usize>| {
        from.flat_map(move |from| to.clone().map(move |to| (from, to)))
    };
    let edges = all(0..2, 2..4).chain(all(2..4, 4..6)).chain(all(4..6, 6..10)).chain(all(6..10, 10..14));
    let edges = edges.chain(all(10..14, 14..17)).chain([(0, 4), (1, 5), (4, 10), (5, 11)]);
    let dag = Dag::new(17, &edges.collect::<Vec<_>>());
    for seed in 0..8 {
        let values = random_values(&network, 1, seed);
        let layers = activity(&network, &values);
        let unpooled = [0, 1, 2, 3, 4, 6].map(|layer| (&values[layer], &network.layers()[layer]));
        let mean = |values: &[f32]| values.iter().map(|value| value.abs()).sum::<f32>() / values.len() as f32;
        // A threshold that about half of the channels exceed, and that no mean equals.
        let mask =
            unpooled.iter().flat_map(|(values, layer)| values.chunks(layer.positions()).map(|c| mean(c) > 0.1234));
        let mask: Vec<bool> = mask.collect();
        let measured = measure_channels(&network, &layers, ActiveRule::Sample, 0.1234).unwrap();
        assert_close(measured.log10_e_a, log10(&dag.e_a(&mask)), "E_A of channels");
        assert_close(measured.log10_e_b, log10(&dag.e_b(&mask)), "E_B of channels");
        assert_eq!(measured.active_fraction.len(), 6, "one fraction per layer that is not pooled");
    }
}

#[test]
fn channel_values_are_means_of_sizes_before_pooling() {
    let network = network([
        input([2, 1, 2]),
        NetworkLayer::pooled([2, 1, 1], 0, GraphWindow::whole([1, 2])),
        NetworkLayer::new([1, 1, 1], vec![convolution(1, GraphWindow::pointwise(1))]),
    ]);
    let values = [vec![1.0, -3.0, 0.0, 0.5, 0.0, 0.0, f32::NAN, 0.0], vec![9.0; 4], vec![-4.0, 0.0]];
    let channels = channel_values(&network, &activity(&network, &values)).unwrap();
    assert_eq!(channels.len(), 2, "the pooled layer merges: {channels:?}");
    assert_eq!(
        (&channels[0][..3], channels[0][3].is_nan()),
        (&[2.0, 0.25, 0.0][..], true),
        "two samples, two channels"
    );
    assert_eq!(channels[1], [4.0, 0.0], "a single position");
}

#[test]
fn network_errors() {
    let error = |layers: &[NetworkLayer]| NetworkGraph::new(layers.to_vec()).unwrap_err();
    let behind = |from: [usize; 3], to: [usize; 3], edges| error(&[input(from), NetworkLayer::new(to, vec![edges])]);
    assert_eq!(error(&[]), EmergenceError::NoLayers, "no layer");
    assert_eq!(NetworkGraph::dense(&[]), Err(EmergenceError::NoLayers), "no width");
    assert_eq!(NetworkGraph::dense(&[2, 0]), Err(EmergenceError::EmptyLayer { layer: 1 }), "no unit");
    assert_eq!(error(&[input([2, 0, 3])]), EmergenceError::EmptyLayer { layer: 0 }, "no row");
    for from in [1, 2] {
        let backwards = behind([1; 3], [1; 3], convolution(from, GraphWindow::pointwise(1)));
        assert_eq!(backwards, EmergenceError::EdgesBackwards { layer: 1, from }, "from {from}");
    }
    let misfit = EmergenceError::WindowMisfit { layer: 1, from: 0 };
    for window in [
        GraphWindow::square(4, 1, 0),
        GraphWindow::square(0, 1, 0),
        GraphWindow::square(1, 0, 0),
        GraphWindow::square(6, 1, 1),
    ] {
        assert_eq!(behind([1, 3, 3], [1, 3, 3], convolution(0, window)), misfit, "{window:?}");
    }
    let size = behind([1, 5, 4], [1, 3, 3], depthwise(0, GraphWindow::square(2, 2, 0)));
    assert_eq!(size, EmergenceError::LayerSize { layer: 1, from: 0, expected: [2, 2], got: [3, 3] }, "floor");
    let fewer = behind([3, 1, 1], [2, 1, 1], depthwise(0, GraphWindow::pointwise(1)));
    assert_eq!(fewer, EmergenceError::DepthwiseChannels { layer: 1, from: 0, expected: 3, got: 2 }, "fewer channels");
    let whole = GraphWindow::whole([2, 2]);
    for (channels, inputs) in [
        (3, vec![convolution(0, whole)]),
        (4, vec![depthwise(0, whole)]),
        (3, vec![depthwise(0, whole); 2]),
        (3, vec![]),
    ] {
        let pooled = NetworkLayer { pooled: true, ..NetworkLayer::new([channels, 1, 1], inputs) };
        let message = error(&[input([3, 2, 2]), pooled.clone()]);
        assert_eq!(message, EmergenceError::PooledLayer { layer: 1 }, "{pooled:?}");
    }
}
