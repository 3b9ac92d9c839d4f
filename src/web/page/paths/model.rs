//! The network of the path explorer, which of its nodes are active, and what the last change has done to the counts.

use crate::emergence::{EmergenceForm, NodeSet, Path, paths};
use std::ops::RangeInclusive;

/// What a visitor does in the section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Explored {
    /// Another size was chosen.
    Resized,
    /// A node was pressed.
    Node(usize),
    /// A pattern was chosen.
    Pattern(Pattern),
    /// The pointer or the focus is on a path, or on none any more.
    Path(Option<usize>),
    /// A path was chosen, to stay in sight.
    Pinned(usize),
}

/// How many layers there may be.
pub const LAYERS: RangeInclusive<usize> = 2..=6;
/// How many nodes each of them may have. At most 30 in all, so [`paths`] knows them all: 24,375 in the largest network.
pub const NODES: RangeInclusive<usize> = 1..=5;
/// How many paths of each form are listed at most.
pub const LISTED: usize = 30;

/// A choice of active nodes that one click makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// The first half of the layers inactive, the second half active. The largest `E_B` of `L` equal layers turns at `⌊L/2⌋`
    /// (docs/method.md, section 1); with odd `L` the middle layer may as well be inactive.
    LargestB,
    /// The first layer inactive, all others active (derived here): every layer that is switched off costs the paths
    /// through it, and only inactive nodes of the first layer have none.
    LargestA,
    /// All nodes active.
    Active,
    /// All nodes inactive.
    Inactive,
    /// The next one of a fixed sequence that looks random.
    Next,
}

impl Pattern {
    /// All of them, with the name that the document has for them.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::LargestB, "largest-b"),
        (Self::LargestA, "largest-a"),
        (Self::Active, "active"),
        (Self::Inactive, "inactive"),
        (Self::Next, "next"),
    ];

    /// The pattern of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(pattern, _)| *pattern)
    }
}

/// What one form counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathCounts {
    /// Number of paths, the emergence.
    pub count: u64,
    /// The most that any choice of active nodes gives in a network of this size.
    pub most: u64,
    /// Paths that count since the last change.
    pub gained: u64,
    /// Paths that have stopped counting with it.
    pub lost: u64,
}

/// The paths of one form that are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// At most [`LISTED`] paths, as index into [`Explorer::paths`] and whether the path is new; new ones first.
    pub paths: Vec<(usize, bool)>,
    /// How many more there are.
    pub more: u64,
}

/// What is known of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node where it starts.
    pub from: usize,
    /// The node where it ends.
    pub to: usize,
    /// A path that counts in either form takes it.
    pub counted: bool,
    /// So does one that has come with the last change.
    pub new: bool,
}

/// A layered network of equal layers, dense between neighbors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explorer {
    layers: usize,
    nodes: usize,
    paths: Vec<Path>,
    active: NodeSet,
    /// What was active before the last change, or what is active now where there was none.
    before: NodeSet,
    /// How often [`Pattern::Next`] was asked for.
    draws: u32,
}

impl Default for Explorer {
    /// Four layers of three nodes.
    fn default() -> Self {
        Self::new(4, 3)
    }
}

impl Explorer {
    /// A network of `layers` layers of `nodes` nodes each, more of them active from layer to layer. Sizes beyond
    /// [`LAYERS`] and [`NODES`] become the nearest within.
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

    /// `(layer, place in the layer)` of a node, both from zero.
    #[must_use]
    pub fn place(&self, node: usize) -> (usize, usize) {
        (node / self.nodes, node % self.nodes)
    }

    /// Switches a node; one that is not there changes nothing.
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

    /// What a form counts now.
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
            let behind = (from / self.nodes + 1) * self.nodes;
            (behind..behind + self.nodes).map(move |to| (from, to))
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

    /// The next pattern of the sequence that differs from what there is. Multiplying by the golden ratio and folding the
    /// upper bits down spreads the bits of a counter; nothing depends on how random they are.
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
