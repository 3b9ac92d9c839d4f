//! The network of the path explorer, its active nodes, and the effect of the last change on the counts.

use crate::emergence::{EmergenceForm, NodeSet, Path, paths};
use std::ops::RangeInclusive;

/// An interaction of the visitor with the section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Explored {
    /// Another size was chosen.
    Resized,
    /// A node was pressed.
    Node(usize),
    /// A pattern was chosen.
    Pattern(Pattern),
    /// The pointer or the focus is on a path, or has left the paths.
    Path(Option<usize>),
    /// A path was selected, so that it remains highlighted.
    Pinned(usize),
}

/// The permitted numbers of layers.
pub const LAYERS: RangeInclusive<usize> = 2..=6;
/// The permitted numbers of nodes per layer. With at most 30 nodes, [`paths`] lists all paths: 24,375 in the largest network.
pub const NODES: RangeInclusive<usize> = 1..=5;
/// Maximum number of listed paths of each form.
pub const LISTED: usize = 30;

/// A set of active nodes that can be chosen with one click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// The first half of the layers inactive, the second half active. For `L` equal layers, `E_B` is largest if the first `⌊L/2⌋`
    /// are inactive (docs/method.md, section 1); for odd `L` it is the same with the middle layer inactive.
    LargestB,
    /// The first layer inactive, all others active (derived here): an inactive layer loses all paths through it, and only the
    /// first layer has none.
    LargestA,
    /// All nodes active.
    Active,
    /// All nodes inactive.
    Inactive,
    /// The next pattern of a fixed sequence that looks random.
    Next,
}

impl Pattern {
    /// All patterns, with their names in the HTML.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::LargestB, "largest-b"),
        (Self::LargestA, "largest-a"),
        (Self::Active, "active"),
        (Self::Inactive, "inactive"),
        (Self::Next, "next"),
    ];

    /// The pattern with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(pattern, _)| *pattern)
    }
}

/// The counts of one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathCounts {
    /// Number of paths, the emergence.
    pub count: u64,
    /// The maximum over all choices of active nodes in a network of this size.
    pub most: u64,
    /// Number of paths that are counted since the last change but were not before.
    pub gained: u64,
    /// Number of paths that were counted before the last change but no longer are.
    pub lost: u64,
}

/// The listed paths of one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// At most [`LISTED`] paths, each as an index into [`Explorer::paths`] and whether the path is new; new ones first.
    pub paths: Vec<(usize, bool)>,
    /// Number of paths that are not listed.
    pub more: u64,
}

/// An edge and its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node where it starts.
    pub from: usize,
    /// The node where it ends.
    pub to: usize,
    /// Whether a path counted by either form contains it.
    pub counted: bool,
    /// Whether a path that is counted since the last change contains it.
    pub new: bool,
}

/// A layered network of equal layers, dense between neighbors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explorer {
    layers: usize,
    nodes: usize,
    paths: Vec<Path>,
    active: NodeSet,
    /// The active nodes before the last change; the current ones if there was no change.
    before: NodeSet,
    /// How often [`Pattern::Next`] was requested.
    draws: u32,
}

impl Default for Explorer {
    /// Four layers of three nodes.
    fn default() -> Self {
        Self::new(4, 3)
    }
}

impl Explorer {
    /// A network of `layers` layers with `nodes` nodes each, of which more are active from layer to layer. Sizes are clamped to
    /// [`LAYERS`] and [`NODES`].
    #[must_use]
    pub fn new(layers: usize, nodes: usize) -> Self {
        let layers = layers.clamp(*LAYERS.start(), *LAYERS.end());
        let nodes = nodes.clamp(*NODES.start(), *NODES.end());
        let active = (0..layers * nodes).filter(|node| node % nodes * (layers - 1) < node / nodes * nodes).collect();
        // Within these limits there are never too many nodes.
        let paths = paths(&vec![nodes; layers]).unwrap_or_default();
        Self { layers, nodes, paths, active, before: active, draws: 0 }
    }

    /// Number of layers.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// Nodes per layer.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// All paths of the network.
    #[must_use]
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// The active nodes.
    #[must_use]
    pub fn active(&self) -> NodeSet {
        self.active
    }

    /// `(layer, position in the layer)` of a node, both counted from zero.
    #[must_use]
    pub fn place(&self, node: usize) -> (usize, usize) {
        (node / self.nodes, node % self.nodes)
    }

    /// Makes a node active or inactive; a node that does not exist changes nothing.
    pub fn toggle(&mut self, node: usize) {
        if node < self.layers * self.nodes {
            self.change(self.active.toggled(node));
        }
    }

    /// Sets all nodes at once.
    pub fn set(&mut self, pattern: Pattern) {
        let active = match pattern {
            Pattern::LargestB => self.active_from(self.layers / 2),
            Pattern::LargestA => self.active_from(1),
            Pattern::Active => self.active_from(0),
            Pattern::Inactive => self.active_from(self.layers),
            Pattern::Next => self.next(),
        };
        self.change(active);
    }

    /// The current counts of a form.
    #[must_use]
    pub fn counts(&self, form: EmergenceForm) -> PathCounts {
        let best = match form {
            EmergenceForm::ThroughActive => self.active_from(1),
            EmergenceForm::ThroughAll => self.active_from(self.layers / 2),
        };
        let mut counts = PathCounts { count: 0, most: 0, gained: 0, lost: 0 };
        for path in &self.paths {
            let (now, before) = (path.counts(form, self.active), path.counts(form, self.before));
            counts.count += u64::from(now);
            counts.most += u64::from(path.counts(form, best));
            counts.gained += u64::from(now && !before);
            counts.lost += u64::from(before && !now);
        }
        counts
    }

    /// The paths of a form, new ones first.
    #[must_use]
    pub fn listed(&self, form: EmergenceForm) -> Listed {
        let counting = self.paths.iter().enumerate().filter(|(_, path)| path.counts(form, self.active));
        let all = counting.map(|(index, path)| (index, !path.counts(form, self.before)));
        let (new, old): (Vec<_>, Vec<_>) = all.partition(|(_, new)| *new);
        let more = (new.len() + old.len()).saturating_sub(LISTED) as u64;
        Listed { paths: new.into_iter().chain(old).take(LISTED).collect(), more }
    }

    /// All edges, in the order of their nodes.
    #[must_use]
    pub fn edges(&self) -> Vec<Edge> {
        let starts = 0..(self.layers - 1) * self.nodes;
        let pairs = starts.flat_map(|from| {
            let next_layer = (from / self.nodes + 1) * self.nodes;
            (next_layer..next_layer + self.nodes).map(move |to| (from, to))
        });
        let mut edges: Vec<Edge> = pairs.map(|(from, to)| Edge { from, to, counted: false, new: false }).collect();
        for path in &self.paths {
            let counts = |active| FORMS.map(|form| path.counts(form, active));
            let (now, before) = (counts(self.active), counts(self.before));
            let new = now.iter().zip(before).any(|(now, before)| *now && !before);
            if now.contains(&true) {
                for (from, to) in path.edges() {
                    let edge = &mut edges[from * self.nodes + to % self.nodes];
                    edge.counted = true;
                    edge.new |= new;
                }
            }
        }
        edges
    }

    fn change(&mut self, active: NodeSet) {
        self.before = self.active;
        self.active = active;
    }

    /// The nodes of this layer and all later ones.
    fn active_from(&self, layer: usize) -> NodeSet {
        (layer * self.nodes..self.layers * self.nodes).collect()
    }

    /// The next pattern of the sequence that differs from the current one. Multiplying by the golden ratio and folding the upper
    /// bits down spreads the bits of a counter; the quality of the randomness does not matter.
    fn next(&mut self) -> NodeSet {
        loop {
            self.draws = self.draws.wrapping_add(1);
            let spread = self.draws.wrapping_mul(0x9E37_79B9);
            let bits = (spread ^ spread >> 15).wrapping_mul(0x85EB_CA6B);
            let bits = bits ^ bits >> 13;
            let active = (0..self.layers * self.nodes).filter(|node| bits >> node & 1 == 1).collect();
            if active != self.active {
                return active;
            }
        }
    }
}

/// Both forms, A first.
pub const FORMS: [EmergenceForm; 2] = [EmergenceForm::ThroughActive, EmergenceForm::ThroughAll];
