//! Names: every type of the crate has a unique name, and the names of files are nouns.

use crate::fixtures::{all_sources, code};
use std::collections::BTreeMap;

/// File names that end like participles but are not: they are nouns (or, in the case of `embed`, a verb).
const NOUNS: &[&str] = &["drawing", "embed", "rescaling", "training", "tuning"];

/// The names of the types that a file defines outside of functions and `impl` blocks: there an item is not indented.
fn types(text: &str) -> impl Iterator<Item = String> {
    code(text).lines().filter_map(type_name).collect::<Vec<_>>().into_iter()
}

fn type_name(line: &str) -> Option<String> {
    let item = match line.strip_prefix("pub") {
        Some(rest) => {
            rest.strip_prefix('(').map_or(rest, |rest| rest.split_once(')').map_or("", |(_, rest)| rest)).trim_start()
        }
        None => line,
    };
    let kinds = ["struct ", "enum ", "trait ", "union ", "type "];
    let name = kinds.iter().find_map(|kind| item.strip_prefix(kind))?;
    Some(name.chars().take_while(|c| c.is_alphanumeric()).collect())
}

#[test]
fn items_are_recognized() {
    for line in
        ["struct Name {", "pub enum Name<T> {", "pub(super) type Name = f32;", "pub(in crate::web) trait Name: Copy {"]
    {
        assert_eq!(type_name(line).as_deref(), Some("Name"), "{line}");
    }
    for line in
        ["    struct Inner;", "impl Name {", "pub fn structure() {", "    type Err = Error;", "pub use a::Name;"]
    {
        assert_eq!(type_name(line), None, "{line}");
    }
}

#[test]
fn every_type_has_a_unique_name() {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in all_sources() {
        for name in types(&text) {
            files.entry(name).or_default().push(path.clone());
        }
    }
    assert!(files.len() > 200, "the types are found: {}", files.len());
    files.retain(|_, files| files.len() > 1);
    assert!(files.is_empty(), "types that share a name: {files:#?}");
}

#[test]
fn file_names_are_nouns() {
    let mut participles = Vec::new();
    for (path, _) in all_sources() {
        let words = path.trim_end_matches(".rs").split('/');
        participles.extend(words.map(str::to_owned).filter(|word| {
            let last = word.rsplit('_').next().unwrap_or_default();
            (last.ends_with("ing") || last.ends_with("ed")) && !NOUNS.contains(&last)
        }));
    }
    assert_eq!(participles, Vec::<String>::new(), "files that are named by a participle");
}
