//! The limit on the length of files that CONTRIBUTING.md states. That of functions is a lint, configured in clippy.toml.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders whose files count.
const FOLDERS: [&str; 4] = ["src", "tests", "xtask", "e2e"];
/// Extensions of files that people write.
const WRITTEN: [&str; 6] = ["rs", "mjs", "js", "html", "py", "sh"];
/// Folders of files that others have written.
const INSTALLED: [&str; 1] = ["node_modules"];
/// The longest that a file may be, in lines.
const LIMIT: usize = 400;

/// Files that may be longer, up to their present length, and why. One that grows is split where a second noun lives.
const LONGER: &[(&str, usize, &str)] = &[
    ("src/model/convolution/cpu.rs", 435, "the loops of one operation and of its gradients, which share their tiles"),
    ("src/web/page/controller/mod.rs", 413, "an arm for each action; the page's redesign splits it"),
    ("tests/data/layers_reference.py", 442, "one script for one file of reference numbers"),
    (
        "tests/data/tuning_reference.py",
        874,
        "one script for one file of reference numbers, every derivative by its formula",
    ),
    ("tests/it/emergence/graph.rs", 409, "a graph of units written down edge by edge, the oracle of all its tests"),
    ("tests/it/experiment.rs", 418, "a case for each key of the query"),
    ("e2e/bench.mjs", 401, "one measurement run in one browser"),
];

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let named =
            |part: Option<&std::ffi::OsStr>, names: &[&str]| names.iter().any(|name| part == Some(name.as_ref()));
        if path.is_dir() && !named(path.file_name(), &INSTALLED) {
            below(&path, found);
        } else if named(path.extension(), &WRITTEN) {
            found.push(path);
        }
    }
}

/// Every file with its path relative to the repository's root and its number of lines.
fn lengths() -> Vec<(String, usize)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in FOLDERS {
        below(&root.join(folder), &mut found);
    }
    let relative = |path: &Path| path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    let lines = |path: &Path| fs::read_to_string(path).expect("readable").lines().count();
    found.iter().map(|path| (relative(path), lines(path))).collect()
}

#[test]
fn files_stay_short() {
    for (path, lines) in lengths() {
        let exception = LONGER.iter().find(|(longer, ..)| *longer == path);
        let limit = exception.map_or(LIMIT, |(_, limit, _)| *limit);
        assert!(lines <= limit, "{path}: {lines} lines, at most {limit}; split it where a second noun lives");
    }
}

#[test]
fn every_longer_file_is_there_and_longer() {
    let lengths = lengths();
    for (longer, ..) in LONGER {
        let file = lengths.iter().find(|(path, _)| path == longer);
        let needed = file.is_some_and(|(_, lines)| *lines > LIMIT);
        assert!(needed, "{longer} has become short, or another file: take it out of the table");
    }
}
