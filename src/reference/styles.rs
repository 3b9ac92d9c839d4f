//! Joins the style sheets of `www/css`, one per topic, to the one that the page loads.

use std::path::Path;

/// The files in the order in which they apply.
const FILES: [&str; 17] = [
    "tokens",
    "base",
    "forms",
    "header",
    "scenarios",
    "variants",
    "figure",
    "results",
    "dialogs",
    "layers",
    "inside",
    "translation",
    "emergence",
    "learn",
    "embed",
    "present",
    "print",
];

/// The style sheet of the page; a file that cannot be read is left out, which the comparison with the written one shows.
pub(super) fn styles() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/css");
    let read = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.css"))).ok();
    let files: Vec<String> = FILES.into_iter().filter_map(read).collect();
    let head = "/* Generated from css/ by `cargo xtask docs`: one file is smaller and faster to load than many. */\n\n";
    format!("{head}{}", files.join("\n"))
}
