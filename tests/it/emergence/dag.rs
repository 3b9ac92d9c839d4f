//! The measure on any directed acyclic graph, edge by edge and in exact integers: the oracle of the formulas for layers and of
//! the measure on networks, itself compared with an enumeration of all paths.

use emergence_lab::emergence::{EdgeKind, Edges, EmergenceForm, NetworkGraph, NetworkLayer, Reach};
use num_bigint::BigUint;

/// A directed acyclic graph whose edges point from input to output.
///
/// Two equal edges are two connections: paths along one or the other count separately, as in a quiver.
pub(super) struct Dag {
    /// The end nodes of the edges of each node.
    successors: Vec<Vec<usize>>,
    /// All nodes, each before its successors.
    topological: Vec<usize>,
}

impl Dag {
    /// A graph of the nodes `0..nodes` with `edges` given as `(from, to)`, which must not form a cycle.
    pub(super) fn new(nodes: usize, edges: &[(usize, usize)]) -> Self {
        let mut successors = vec![Vec::new(); nodes];
        for &(from, to) in edges {
            successors[from].push(to);
        }
        let topological = topological_order(&successors);
        assert_eq!(topological.len(), nodes, "a graph without cycles");
        Self { successors, topological }
    }

    /// `E_A`: paths that start at an inactive node and continue through active nodes only.
    pub(super) fn e_a(&self, active: &[bool]) -> BigUint {
        self.emergence(EmergenceForm::ThroughActive, active)
    }

    /// `E_B`: paths from an inactive node to an active one, through any nodes.
    pub(super) fn e_b(&self, active: &[bool]) -> BigUint {
        self.emergence(EmergenceForm::ThroughAll, active)
    }

    /// The recurrence of the module `emergence`, one visit per edge.
    fn emergence(&self, form: EmergenceForm, active: &[bool]) -> BigUint {
        assert_eq!(active.len(), self.successors.len(), "an activity for every node");
        let mut total = BigUint::ZERO;
        let mut paths = vec![BigUint::ZERO; active.len()];
        for &node in self.topological.iter().rev() {
            let mut leaving = BigUint::ZERO;
            for &next in &self.successors[node] {
                leaving += u8::from(active[next]);
                if active[next] || form == EmergenceForm::ThroughAll {
                    leaving += &paths[next];
                }
            }
            if !active[node] {
                total += &leaving;
            }
            paths[node] = leaving;
        }
        total
    }
}

/// Kahn's algorithm: a node is ready when all edges into it have been followed; nodes on a cycle never are.
fn topological_order(successors: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting_for = vec![0_usize; successors.len()];
    for &next in successors.iter().flatten() {
        waiting_for[next] += 1;
    }
    let mut order: Vec<usize> = (0..successors.len()).filter(|&node| waiting_for[node] == 0).collect();
    let mut done = 0;
    while let Some(&node) = order.get(done) {
        done += 1;
        for &next in &successors[node] {
            waiting_for[next] -= 1;
            if waiting_for[next] == 0 {
                order.push(next);
            }
        }
    }
    order
}

/// All units and all edges.
pub(super) fn unit_graph(network: &NetworkGraph) -> Dag {
    Dag::new(network.layers().iter().map(NetworkLayer::units).sum(), &unit_edges(network))
}

/// All edges between units, from the definition of a convolution: output `(y, x)` reads
/// `(y·stride + ky - padding, x·stride + kx - padding)`.
pub(super) fn unit_edges(network: &NetworkGraph) -> Vec<(usize, usize)> {
    let layers = network.layers();
    let starts: Vec<usize> = layers
        .iter()
        .scan(0, |next, layer| {
            let start = *next;
            *next += layer.channels * layer.height * layer.width;
            Some(start)
        })
        .collect();
    let node = |layer: usize, c: usize, y: usize, x: usize| {
        starts[layer] + (c * layers[layer].height + y) * layers[layer].width + x
    };
    let mut edges = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        for Edges { from, kind } in &layer.inputs {
            let (source, reach) = (&layers[*from], *kind.reach());
            let read = |axis: usize, position: usize, size: usize| -> Vec<usize> {
                match reach {
                    Reach::Window(window) => (0..window.kernel[axis])
                        .filter_map(|k| (position * window.stride[axis] + k).checked_sub(window.padding[axis]))
                        .filter(|&read| read < size)
                        .collect(),
                    Reach::All => (0..size).collect(),
                    Reach::Before => (0..size).filter(|&read| read <= position).collect(),
                }
            };
            for (c, y, x) in positions(layer) {
                for (from_c, from_y) in
                    (0..source.channels).flat_map(|c| read(0, y, source.height).into_iter().map(move |y| (c, y)))
                {
                    if from_c == c || matches!(kind, EdgeKind::Convolution(_)) {
                        let from_x = read(1, x, source.width).into_iter();
                        edges.extend(from_x.map(|from_x| (node(*from, from_c, from_y, from_x), node(index, c, y, x))));
                    }
                }
            }
        }
    }
    edges
}

/// Every `(channel, y, x)` of a layer.
fn positions(layer: &NetworkLayer) -> impl Iterator<Item = (usize, usize, usize)> {
    let (height, width) = (layer.height, layer.width);
    (0..layer.channels).flat_map(move |c| (0..height).flat_map(move |y| (0..width).map(move |x| (c, y, x))))
}
