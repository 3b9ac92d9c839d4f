//! The texts of the path explorer.

use super::grouped;
use crate::texts::text;
use crate::web::page::model::path_explorer::{Explorer, Listed, PathCounts};

/// `2.1`: the first node of the second layer.
#[must_use]
pub fn node_label(explorer: &Explorer, node: usize) -> String {
    let (layer, place) = explorer.place(node);
    format!("{}.{}", layer + 1, place + 1)
}

/// `layer 2, node 1, active`.
#[must_use]
pub fn node_name(explorer: &Explorer, node: usize) -> String {
    let (layer, place) = explorer.place(node);
    if explorer.active().contains(node) {
        text!("{layer}.{node}: layer {layer}, node {node}, active", layer = layer + 1, node = place + 1)
    } else {
        text!("{layer}.{node}: layer {layer}, node {node}, inactive", layer = layer + 1, node = place + 1)
    }
}

/// `144`, and `of at most 144`.
#[must_use]
pub fn count_text(counts: &PathCounts) -> (String, String) {
    (grouped(counts.count), text!("of at most {most}", most = grouped(counts.most)))
}

/// The paths gained and lost by the last change: `+18 new`, `−4 removed`; empty for none.
#[must_use]
pub fn change_text(counts: &PathCounts) -> (String, String) {
    let (gained, lost) = (grouped(counts.gained), grouped(counts.lost));
    (
        if counts.gained == 0 { String::new() } else { text!("+{count} new", count = gained) },
        if counts.lost == 0 { String::new() } else { text!("−{count} removed", count = lost) },
    )
}

/// The text below a list of paths.
#[must_use]
pub fn more_text(listed: &Listed) -> String {
    match listed.more {
        0 if listed.paths.is_empty() => text!("There are no such paths."),
        0 => text!("All paths are listed."),
        more => text!("and {count} more", count = grouped(more)),
    }
}
