//! The measure on transformers against the graph of their units, edge by edge from the definition of its nodes and edges alone:
//! an architecture has exactly these edges, and the recurrence counts the paths along them.

use super::brute_force;
use super::dag::{Dag, unit_edges};
use super::graph::{activity, check_with, random_values};
use emergence_lab::emergence::{
    ActiveRule, EdgeKind, Edges, EmergenceError, Measurement, NetworkGraph, NetworkLayer, Reach, measure,
};
use emergence_lab::experiment::dataset::{ExampleFacts, SequenceFacts};
use emergence_lab::experiment::network_graph::network_graph;
use emergence_lab::experiment::{ModelSpec, NormLayer, TransformerSpec};
use proptest::prelude::*;
use proptest::sample::select;

/// The sizes on which the nodes and edges of a transformer depend.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    width: usize,
    feed_forward: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    /// Symbols of the target, one output each.
    symbols: usize,
    /// Positions of source and target.
    positions: [usize; 2],
}

/// The units of a layer, one per feature and position.
#[derive(Debug, Clone, Copy)]
struct Units {
    start: usize,
    features: usize,
    positions: usize,
}

impl Units {
    fn node(self, feature: usize, position: usize) -> usize {
        self.start + feature * self.positions + position
    }
}

/// Whether the position named first reads the one named second.
type Sight = fn(usize, usize) -> bool;

const ALL: Sight = |_, _| true;
const BEFORE: Sight = |reader, read| read <= reader;
const ITSELF: Sight = |reader, read| read == reader;

/// Nodes and edges by their definition: heads, the stream after each addition, hidden units and outputs, each at every position;
/// the embedded symbols are no nodes. The number of heads, the normalization and tied weights make no difference.
struct Definition {
    sizes: Sizes,
    nodes: usize,
    edges: Vec<(usize, usize)>,
}

impl Definition {
    fn new(sizes: Sizes) -> Self {
        let mut graph = Self { sizes, nodes: 0, edges: Vec::new() };
        let [source, target] = sizes.positions;
        let mut stream = None;
        for _ in 0..sizes.encoder_layers {
            let sum = graph.attention(stream, ALL, stream, source);
            stream = Some(graph.feed_forward(sum));
        }
        let encoder_end = stream.take();
        for _ in 0..sizes.decoder_layers {
            let sum = graph.attention(stream, BEFORE, stream, target);
            let sum = graph.attention(encoder_end, ALL, Some(sum), target);
            stream = Some(graph.feed_forward(sum));
        }
        let output = graph.units(sizes.symbols, target);
        if let Some(stream) = stream {
            graph.connect(stream, output, ITSELF);
        }
        graph
    }

    fn units(&mut self, features: usize, positions: usize) -> Units {
        let start = self.nodes;
        self.nodes += features * positions;
        Units { start, features, positions }
    }

    /// From every feature of the positions that are read to every feature of the one that reads them.
    fn connect(&mut self, from: Units, to: Units, sight: Sight) {
        for position in 0..to.positions {
            for read in (0..from.positions).filter(|read| sight(position, *read)) {
                for feature in 0..to.features {
                    let reader = to.node(feature, position);
                    self.edges.extend((0..from.features).map(|feature| (from.node(feature, read), reader)));
                }
            }
        }
    }

    /// Heads that read one stream, and the sum of what they give and another.
    fn attention(&mut self, read: Option<Units>, sight: Sight, stream: Option<Units>, positions: usize) -> Units {
        let heads = self.units(self.sizes.width, positions);
        if let Some(read) = read {
            self.connect(read, heads, sight);
        }
        self.sum(heads, stream)
    }

    /// Hidden units, and the sum of what they give and the stream that they read.
    fn feed_forward(&mut self, stream: Units) -> Units {
        let hidden = self.units(self.sizes.feed_forward, stream.positions);
        self.connect(stream, hidden, ITSELF);
        self.sum(hidden, Some(stream))
    }

    /// The stream after an addition: every feature reads all of the branch, and itself before.
    fn sum(&mut self, branch: Units, before: Option<Units>) -> Units {
        let stream = self.units(self.sizes.width, branch.positions);
        self.connect(branch, stream, ITSELF);
        if let Some(before) = before {
            for feature in 0..stream.features {
                let same = (0..stream.positions).map(|at| (before.node(feature, at), stream.node(feature, at)));
                self.edges.extend(same);
            }
        }
        stream
    }

    fn sorted_edges(&self) -> Vec<(usize, usize)> {
        sorted(self.edges.clone())
    }
}

fn sorted(mut edges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    edges.sort_unstable();
    edges
}

/// The graph on which a transformer of these sizes is measured.
fn measured_graph(sizes: &Sizes, norm: NormLayer, [heads, tied]: [bool; 2]) -> NetworkGraph {
    let model = ModelSpec::Transformer(TransformerSpec {
        width: sizes.width,
        // One head, or as many as there are features.
        heads: if heads { sizes.width } else { 1 },
        feed_forward: sizes.feed_forward,
        encoder_layers: sizes.encoder_layers,
        decoder_layers: sizes.decoder_layers,
        tied,
    });
    let [source, target] = sizes.positions;
    let facts = ExampleFacts::Pairs {
        joint: false,
        source: SequenceFacts { symbols: 7, positions: source },
        target: SequenceFacts { symbols: sizes.symbols, positions: target },
    };
    network_graph(&model.architecture(&facts, norm).unwrap()).unwrap()
}

/// The measure with exactly these units active.
fn measured(network: &NetworkGraph, mask: &[bool]) -> Measurement {
    let mut values = mask.iter().map(|&active| f32::from(u8::from(active)));
    let layers = network.layers().iter().map(|layer| values.by_ref().take(layer.units()).collect());
    let layers: Vec<Vec<f32>> = layers.collect();
    measure(network, &activity(network, &layers), ActiveRule::Sample, 0.5).unwrap()
}

const NORMS: [NormLayer; 3] = [NormLayer::Pre, NormLayer::Post, NormLayer::None];
/// Layers of encoder and decoder.
const LAYERS: [[usize; 2]; 4] = [[1, 1], [2, 1], [1, 2], [2, 2]];

fn random_sizes() -> impl Strategy<Value = Sizes> {
    let positions = [1_usize..=4, 1..=4];
    (1_usize..=4, 1_usize..=4, select(LAYERS.to_vec()), 1_usize..=3, positions).prop_map(
        |(width, feed_forward, [encoder_layers, decoder_layers], symbols, positions)| Sizes {
            width,
            feed_forward,
            encoder_layers,
            decoder_layers,
            symbols,
            positions,
        },
    )
}

/// Up to 40 nodes, so that every path can be listed.
fn smallest_sizes() -> impl Strategy<Value = Sizes> {
    let rest = select(vec![(1, 1), (2, 1), (1, 2)]);
    (select(LAYERS[..3].to_vec()), rest, [1_usize..=2, 1..=2]).prop_map(
        |(layers, (feed_forward, symbols), positions)| Sizes {
            width: 1,
            feed_forward,
            encoder_layers: layers[0],
            decoder_layers: layers[1],
            symbols,
            positions,
        },
    )
}

proptest! {
    #[test]
    fn the_edges_of_an_architecture_are_those_of_the_definition(
        sizes in random_sizes(), norm in select(NORMS.to_vec()), options in any::<[bool; 2]>(),
    ) {
        let (network, definition) = (measured_graph(&sizes, norm, options), Definition::new(sizes));
        let units: usize = network.layers().iter().map(NetworkLayer::units).sum();
        prop_assert_eq!(units, definition.nodes);
        prop_assert_eq!(sorted(unit_edges(&network)), definition.sorted_edges());
    }

    #[test]
    fn random_masks_equal_the_graph_of_the_definition(
        sizes in random_sizes(), norm in select(NORMS.to_vec()), options in any::<[bool; 2]>(),
        samples in 1_usize..=3, seed in any::<u64>(),
    ) {
        let (network, definition) = (measured_graph(&sizes, norm, options), Definition::new(sizes));
        let dag = Dag::new(definition.nodes, &definition.edges);
        let values = random_values(&network, samples, seed);
        check_with(&dag, &network, &values, samples, &format!("{sizes:?}, {norm:?}"));
    }

    #[test]
    fn the_recurrence_equals_path_enumeration(
        sizes in smallest_sizes(), norm in select(NORMS.to_vec()), active in prop::collection::vec(any::<bool>(), 64),
    ) {
        let (network, definition) = (measured_graph(&sizes, norm, [false, true]), Definition::new(sizes));
        let mask = &active[..definition.nodes];
        let (through_active, through_all) = brute_force(definition.nodes, &definition.edges, mask);
        let dag = Dag::new(definition.nodes, &definition.edges);
        prop_assert_eq!((dag.e_a(mask), dag.e_b(mask)), (through_active.clone(), through_all.clone()));
        let measured = measured(&network, mask);
        for (log10, exact) in [(measured.log10_e_a, through_active), (measured.log10_e_b, through_all)] {
            // Below 2^53, so the count can be read off.
            let count = log10.map_or(0.0, |log10| 10_f64.powf(log10)).round();
            prop_assert_eq!(format!("{count}"), exact.to_string(), "{:?}", sizes);
        }
    }
}

#[test]
fn a_transformer_of_width_one_by_hand() {
    let sizes =
        Sizes { width: 1, feed_forward: 1, encoder_layers: 1, decoder_layers: 1, symbols: 1, positions: [2, 2] };
    // Heads, stream, hidden, stream | heads, stream, cross heads, stream, hidden, stream | output.
    let mask: Vec<bool> =
        "00 10 01 11 | 01 11 10 01 10 11 | 10".chars().filter(char::is_ascii_digit).map(|digit| digit == '1').collect();
    let definition = Definition::new(sizes);
    assert_eq!((definition.nodes, definition.edges.len()), (22, 26), "nodes and edges");
    let counts = brute_force(definition.nodes, &definition.edges, &mask);
    assert_eq!(counts, (19_u8.into(), 88_u8.into()), "E_A and E_B by listing all paths");
    for norm in NORMS {
        let network = measured_graph(&sizes, norm, [false, true]);
        assert_eq!(network.layers().len(), 11, "{norm:?}: measured layers");
        let Measurement { log10_e_a, log10_e_b, active_fraction } = measured(&network, &mask);
        for (log10, count) in [(log10_e_a, 19_f64), (log10_e_b, 88.0)] {
            // Rounding errors of an f64 logarithm.
            assert!((log10.unwrap() - count.log10()).abs() < 1e-12, "{norm:?}: {log10:?} for {count}");
        }
        assert_eq!(active_fraction[..4], [0.0, 0.5, 0.5, 1.0], "{norm:?}: the encoder's fractions");
    }
}

#[test]
fn attention_connects_sequences_only() {
    let sequence = |positions, inputs| NetworkLayer::new([2, 1, positions], inputs);
    let into = |reach, from, to: NetworkLayer| {
        let inputs = vec![Edges { from: 0, kind: EdgeKind::Convolution(reach) }];
        NetworkGraph::new(vec![from, NetworkLayer { inputs, ..to }]).map(|_| ())
    };
    let map = || NetworkLayer::new([2, 2, 3], Vec::new());
    for reach in [Reach::All, Reach::Before] {
        assert_eq!(into(reach, sequence(3, vec![]), sequence(3, vec![])), Ok(()), "{reach:?}: of equal lengths");
        let misfit = Err(EmergenceError::WindowMisfit { layer: 1, from: 0 });
        assert_eq!(into(reach, map(), map()), misfit, "{reach:?}: from a feature map");
    }
    assert_eq!(into(Reach::All, sequence(3, vec![]), sequence(5, vec![])), Ok(()), "from another sentence");
    let size = EmergenceError::LayerSize { layer: 1, from: 0, expected: [1, 3], got: [1, 5] };
    assert_eq!(into(Reach::Before, sequence(3, vec![]), sequence(5, vec![])), Err(size), "not of the same sentence");
}
