//! The limit on the length of files that CONTRIBUTING.md states. That of functions is a lint, configured in clippy.toml.

use crate::fixtures::files_below;

/// The folders whose files count.
const FOLDERS: [&str; 4] = ["src", "tests", "xtask", "e2e"];
/// Extensions of files written by hand.
const WRITTEN: [&str; 6] = ["rs", "mjs", "js", "html", "py", "sh"];
/// Maximum length of a file, in lines.
const LIMIT: usize = 400;

/// Files that may be longer, up to their present length, and why. If one grows, it is split where a second topic begins.
const LONGER: &[(&str, usize, &str)] = &[
    ("tests/data/layers_reference.py", 442, "one script for one file of reference numbers"),
    (
        "tests/data/tuning_reference.py",
        874,
        "one script for one file of reference numbers, every derivative by its formula",
    ),
];

/// Every file with its path relative to the repository's root and its number of lines.
fn lengths() -> Vec<(String, usize)> {
    let length = |folder: &str, (path, text): (String, String)| (format!("{folder}/{path}"), text.lines().count());
    let of = |folder| files_below(folder, &WRITTEN).into_iter().map(move |file| length(folder, file));
    FOLDERS.into_iter().flat_map(of).collect()
}

#[test]
fn files_stay_short() {
    for (path, lines) in lengths() {
        let exception = LONGER.iter().find(|(longer, ..)| *longer == path);
        let limit = exception.map_or(LIMIT, |(_, limit, _)| *limit);
        assert!(lines <= limit, "{path}: {lines} lines, at most {limit}; split it where a second topic begins");
    }
}

#[test]
fn every_listed_file_exists_and_is_longer() {
    let lengths = lengths();
    for (longer, ..) in LONGER {
        let file = lengths.iter().find(|(path, _)| path == longer);
        let needed = file.is_some_and(|(_, lines)| *lines > LIMIT);
        assert!(needed, "{longer} has become shorter or no longer exists: remove it from the table");
    }
}
