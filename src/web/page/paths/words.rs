//! The texts of the path explorer.

use super::model::{Explorer, Listed, PathCounts};
use crate::web::page::words::grouped;

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
    let state = if explorer.active().contains(node) { "active" } else { "inactive" };
    format!("layer {}, node {}, {state}", layer + 1, place + 1)
}

/// `144`, and `of at most 144`.
#[must_use]
pub fn count_text(counts: &PathCounts) -> (String, String) {
    (grouped(counts.count), format!("of at most {}", grouped(counts.most)))
}

/// The paths gained and lost by the last change: `+18 new`, `−4 removed`; empty for none.
#[must_use]
pub fn change_text(counts: &PathCounts) -> (String, String) {
    let gained = if counts.gained == 0 { String::new() } else { format!("+{} new", grouped(counts.gained)) };
    let lost = if counts.lost == 0 { String::new() } else { format!("−{} removed", grouped(counts.lost)) };
    (gained, lost)
}

/// The text below a list of paths.
#[must_use]
pub fn more_text(listed: &Listed) -> String {
    match listed.more {
        0 if listed.paths.is_empty() => "There are no such paths.".to_owned(),
        0 => "All paths are listed.".to_owned(),
        more => format!("and {} more", grouped(more)),
    }
}
