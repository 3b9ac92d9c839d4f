//! The path explorer: numbers against the exact formulas, optima against all patterns, effects of changes, and texts.

use crate::emergence::largest::largest_e_b;
use crate::fixtures::document;
use emergence_lab::emergence::{EmergenceForm, NodeSet, e_a, e_b};
use emergence_lab::web::page::model::path_explorer::{Explorer, FORMS, LAYERS, LISTED, NODES, Pattern};
use emergence_lab::web::page::words::paths::{change_text, count_text, more_text, node_label, node_name};

const A: EmergenceForm = EmergenceForm::ThroughActive;
const B: EmergenceForm = EmergenceForm::ThroughAll;

fn sizes() -> impl Iterator<Item = (usize, usize)> {
    LAYERS.flat_map(|layers| NODES.map(move |nodes| (layers, nodes)))
}

fn total(explorer: &Explorer) -> usize {
    explorer.layers() * explorer.nodes()
}

fn count(explorer: &Explorer, form: EmergenceForm) -> u64 {
    explorer.counts(form).count
}

/// Active nodes per layer.
fn active(explorer: &Explorer) -> Vec<u64> {
    let mut active = vec![0; explorer.layers()];
    for node in (0..total(explorer)).filter(|&node| explorer.active().contains(node)) {
        active[explorer.place(node).0] += 1;
    }
    active
}

/// `(E_A, E_B)` by the exact formulas, with `active` active nodes in layers of equal size.
fn exact(nodes: usize, active: &[u64]) -> (u64, u64) {
    let widths = vec![nodes as u64; active.len()];
    let small = |count: num_bigint::BigUint| u64::try_from(count).expect("a small number");
    (small(e_a(&widths, active).expect("layers")), small(e_b(&widths, active).expect("layers")))
}

fn assert_exact(explorer: &Explorer) {
    let counted = (count(explorer, A), count(explorer, B));
    assert_eq!(counted, exact(explorer.nodes(), &active(explorer)), "{:?}", active(explorer));
}

/// Presses nodes until these are active.
fn press(explorer: &mut Explorer, wanted: NodeSet) {
    for node in 0..total(explorer) {
        if explorer.active().contains(node) != wanted.contains(node) {
            explorer.toggle(node);
        }
    }
    assert_eq!(explorer.active(), wanted, "the requested nodes are active");
}

#[test]
fn every_press_agrees_with_the_formulas_and_the_change_adds_up() {
    for (layers, nodes) in [(2, 1), (2, 4), (3, 3), (4, 2), (6, 1)] {
        let mut explorer = Explorer::new(layers, nodes);
        // A Gray code visits all patterns, with one press between two of them.
        for step in 1..=1_usize << (layers * nodes) {
            let before = FORMS.map(|form| count(&explorer, form));
            explorer.toggle((step.trailing_zeros() as usize).min(layers * nodes - 1));
            assert_exact(&explorer);
            for (form, before) in FORMS.into_iter().zip(before) {
                let counts = explorer.counts(form);
                assert_eq!(before + counts.gained - counts.lost, counts.count, "{form:?}: {counts:?} after {before}");
            }
        }
    }
}

#[test]
fn the_optimum_is_the_largest_of_all_patterns() {
    for (layers, nodes) in [(2, 1), (2, 5), (3, 3), (4, 3), (5, 2), (6, 2)] {
        let mut explorer = Explorer::new(layers, nodes);
        let widths = vec![nodes as u64; layers];
        let mut most = [0, 0];
        for bits in 0..1_u32 << (layers * nodes) {
            let active =
                (0..layers).map(|layer| u64::from((bits >> (layer * nodes) & ((1 << nodes) - 1)).count_ones()));
            let (a, b) = exact(nodes, &active.collect::<Vec<_>>());
            most = [most[0].max(a), most[1].max(b)];
        }
        for (form, pattern, most) in [(A, Pattern::LargestA, most[0]), (B, Pattern::LargestB, most[1])] {
            explorer.set(pattern);
            let counts = explorer.counts(form);
            assert_eq!((counts.count, counts.most), (most, most), "{form:?} of {widths:?}");
        }
    }
}

/// `E_A` depends only on the number of active nodes per layer and is linear in each, so its maximum is reached with layers that
/// are entirely active or inactive; the maximum of `E_B` is known for any widths.
#[test]
fn the_optimum_of_every_size() {
    for (layers, nodes) in sizes() {
        let mut explorer = Explorer::new(layers, nodes);
        let switched = (0..1_u32 << layers).map(|bits| {
            let active: Vec<u64> = (0..layers).map(|layer| u64::from(bits >> layer & 1) * nodes as u64).collect();
            exact(nodes, &active).0
        });
        let most_a = switched.max().expect("some pattern");
        let (turn, most_b) = largest_e_b(&vec![nodes as u64; layers]);
        explorer.set(Pattern::LargestB);
        assert_exact(&explorer);
        assert_eq!(explorer.counts(B).most.to_string(), most_b.to_string(), "{layers} layers of {nodes}");
        assert_eq!(count(&explorer, B), explorer.counts(B).most, "{layers} layers of {nodes}");
        assert_eq!(active(&explorer).iter().position(|&active| active > 0), Some(turn), "where the largest E_B turns");
        let halves = count(&explorer, A);
        assert_eq!(
            halves < most_a,
            layers >= 4,
            "for four or more layers, the halves are not the optimum of E_A: {layers}, {nodes}"
        );
        explorer.set(Pattern::LargestA);
        assert_eq!((count(&explorer, A), explorer.counts(A).most), (most_a, most_a), "{layers} layers of {nodes}");
        for pattern in [Pattern::Active, Pattern::Inactive] {
            explorer.set(pattern);
            assert_eq!((count(&explorer, A), count(&explorer, B)), (0, 0), "nothing to start from, or to end at");
        }
    }
}

#[test]
fn the_worked_example_of_the_method() {
    let mut explorer = Explorer::default();
    assert_eq!((explorer.layers(), explorer.nodes()), (4, 3), "the initial network");
    assert_eq!(active(&explorer), [0, 1, 2, 3], "more active nodes from layer to layer");
    explorer.set(Pattern::LargestB);
    assert_eq!((count(&explorer, A), count(&explorer, B)), (36, 144), "docs/method.md, section 1");
    explorer.set(Pattern::LargestA);
    assert_eq!(count(&explorer, A), 117, "docs/method.md, section 1");
}

#[test]
fn the_largest_network_has_all_its_paths() {
    let explorer = Explorer::new(6, 5);
    // A path of one edge starts in one of five layers, with two choices of a node; one of two edges in one of four, and so on.
    let expected: usize =
        [(5, 2), (4, 3), (3, 4), (2, 5), (1, 6)].map(|(starts, picks)| starts * 5_usize.pow(picks)).iter().sum();
    assert_eq!((explorer.paths().len(), expected), (24_375, 24_375), "listed, and counted by hand");
    assert_eq!((Explorer::new(0, 0), Explorer::new(99, 99)), (Explorer::new(2, 1), explorer), "sizes have limits");
}

#[test]
fn new_paths_are_listed_first() {
    let mut explorer = Explorer::default();
    explorer.set(Pattern::Inactive);
    // The first node of the last layer: all paths that end there count, 3 of one edge, 9 of two, 27 of three.
    explorer.toggle(9);
    let (a, b) = (explorer.counts(A), explorer.counts(B));
    assert_eq!((a.count, a.gained, a.lost), (3, 3, 0), "only single edges have no inactive node in between");
    assert_eq!((b.count, b.gained, b.lost), (39, 39, 0), "all paths to it");
    // A node of the previous layer: a path from it no longer starts at an inactive node; 3 + 9 paths now end there.
    explorer.toggle(6);
    let b = explorer.counts(B);
    assert_eq!((b.count, b.gained, b.lost), (39 - 1 + 12, 12, 1), "3 + 9 paths to it, one path from it");
    let listed = explorer.listed(B);
    assert_eq!((listed.paths.len(), listed.more), (LISTED, 50 - LISTED as u64), "some of them");
    assert!(
        listed.paths.iter().all(|&(index, new)| explorer.paths()[index].counts(B, explorer.active())
            && (new == explorer.paths()[index].nodes().last().is_some_and(|end| end == 6))),
        "{listed:?}"
    );
    assert!(listed.paths.is_sorted_by_key(|&(_, new)| !new), "new ones first: {listed:?}");
    let new: Vec<usize> = explorer.edges().iter().filter(|edge| edge.new).map(|edge| edge.to).collect();
    // In form A, the paths through it to the last layer are new as well: they contained an inactive node before.
    assert_eq!(new.len(), 9 + 3 + 1, "edges to layer 2, to the node, and on to the active node: {new:?}");
    let idle = explorer.edges().iter().filter(|edge| !edge.counted).count();
    assert_eq!(idle, 6, "those to the inactive nodes of the last layer");
}

#[test]
fn the_sequence_of_patterns_is_fixed_and_never_repeats_a_pattern_at_once() {
    for (layers, nodes) in sizes() {
        let (mut one, mut other) = (Explorer::new(layers, nodes), Explorer::new(layers, nodes));
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let before = one.active();
            one.set(Pattern::Next);
            other.set(Pattern::Next);
            assert_eq!(one, other, "deterministic");
            assert_ne!(one.active(), before, "another one each time");
            assert_exact(&one);
            seen.insert(active(&one));
        }
        let possible: usize = std::iter::repeat_n(nodes + 1, layers).product();
        assert!(seen.len() >= possible.min(20) * 3 / 4, "variety with {layers} layers of {nodes}: {seen:?}");
    }
}

#[test]
fn texts_of_names_and_numbers() {
    let mut explorer = Explorer::default();
    press(&mut explorer, [3].into_iter().collect());
    assert_eq!(node_label(&explorer, 3), "2.1", "layer and position, from one");
    assert_eq!(node_name(&explorer, 3), "2.1: layer 2, node 1, active", "for screen readers");
    assert_eq!(node_name(&explorer, 11), "4.3: layer 4, node 3, inactive", "for screen readers");
    explorer.set(Pattern::LargestB);
    let counts = explorer.counts(B);
    assert_eq!(count_text(&counts), ("144".to_owned(), "of at most 144".to_owned()), "the optimum");
    // The three edges to 2.1, which were counted before, now end at an inactive node.
    assert_eq!(change_text(&counts), ("+144 new".to_owned(), "−3 removed".to_owned()), "gained and lost");
    assert_eq!(more_text(&explorer.listed(B)), "and 114 more", "144 less those that are listed");
    explorer.set(Pattern::Active);
    assert_eq!(change_text(&explorer.counts(B)), (String::new(), "−144 removed".to_owned()), "nothing gained");
    assert_eq!(more_text(&explorer.listed(A)), "There are no such paths.", "nothing to list");
    explorer.toggle(8);
    assert_eq!(more_text(&explorer.listed(A)), "All paths are listed.", "three edges to the last layer");
    explorer.toggle(99);
    assert_eq!(explorer.counts(A).count, 3, "a node that does not exist");
    let large = Explorer::new(6, 5).counts(B);
    assert_eq!(count_text(&large).1, "of at most 24,025", "(5 + 25 + 125)²");
    assert_eq!(change_text(&large), Default::default(), "another size is not a change");
}

/// The initial document shows the same as the page's code.
#[test]
fn the_document_begins_with_the_first_network() {
    let (html, explorer) = (document(), Explorer::default());
    for (form, name) in [(A, "a"), (B, "b")] {
        let (count, most) = count_text(&explorer.counts(form));
        for (part, text) in [("count", count), ("most", most), ("more", more_text(&explorer.listed(form)))] {
            assert!(html.contains(&format!("id=\"paths-{name}-{part}\">{text}<")), "{form:?}: {part} {text}");
        }
    }
}

#[test]
fn the_document_names_every_pattern() {
    let html = document();
    for (pattern, name) in Pattern::ALL {
        assert!(html.contains(&format!("data-pattern=\"{name}\"")), "a button for {pattern:?}");
        assert_eq!(Pattern::of_name(name), Some(pattern), "there and back");
    }
    assert_eq!(Pattern::of_name("none"), None, "no such pattern");
}
