//! Generated parts of the page and of the documentation against the committed files. With
//! `EMERGENCE_LAB_WRITE_REFERENCE=1`, which `cargo xtask docs` sets, the files are written instead.

use emergence_lab::reference::generated_parts;
use std::fs;
use std::path::Path;

#[test]
fn generated_parts_are_those_of_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = std::env::var_os("EMERGENCE_LAB_WRITE_REFERENCE").is_some();
    let mut stale = Vec::new();
    for part in generated_parts() {
        let path = root.join(&part.file);
        let old = fs::read_to_string(&path).unwrap_or_default();
        let new = part.put_into(&old).unwrap_or_else(|| panic!("{}: no table is marked {:?}", part.file, part.mark));
        if old == new {
            continue;
        }
        if write {
            fs::write(&path, new).unwrap_or_else(|error| panic!("{}: {error}", part.file));
        } else {
            stale.push(part.file);
        }
    }
    assert!(stale.is_empty(), "out of date, `cargo xtask docs` writes them: {stale:?}");
}

#[test]
fn every_style_sheet_is_in_the_page() {
    let joined = crate::fixtures::files_below("www", &["css"]);
    let whole = &joined.iter().find(|(file, _)| file == "style.css").expect("the style sheet of the page").1;
    for (file, text) in joined.iter().filter(|(file, _)| file.starts_with("css/")) {
        assert!(whole.contains(text.trim_end()), "{file} is in style.css");
    }
}
