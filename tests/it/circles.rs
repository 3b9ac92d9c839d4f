//! No import cycles: files do not import each other in a cycle, and page and worker do not import each other at all. Imports
//! between a `mod.rs` and the files of its folder do not count: they may use each other.

use crate::fixtures::{all_sources, code};
use std::collections::{BTreeMap, BTreeSet};

/// The path of a module: `["experiment", "scheme"]`.
type ModulePath = Vec<String>;

/// The files of the crate with what they import.
struct Imports {
    files: BTreeMap<ModulePath, String>,
    texts: BTreeMap<ModulePath, String>,
    /// Names that a module imports with `use`, with their paths.
    names: BTreeMap<ModulePath, Vec<(String, ModulePath)>>,
}

impl Imports {
    fn new(sources: &[(String, String)]) -> Self {
        let in_library = |path: &str| path != "lib.rs" && !path.starts_with("bin/");
        let mut imports = Self { files: BTreeMap::new(), texts: BTreeMap::new(), names: BTreeMap::new() };
        for (path, text) in sources.iter().filter(|(path, _)| in_library(path)) {
            imports.files.insert(module_of(path), path.clone());
            imports.texts.insert(module_of(path), code(text));
        }
        for (module, text) in &imports.texts {
            let uses = statements(text).into_iter().flat_map(|statement| expanded(&statement));
            let named = uses.filter_map(|path| {
                let (path, name) =
                    path.split_once(" as ").map_or((path.as_str(), None), |(path, name)| (path, Some(name)));
                let absolute = imports.absolute(module, path)?;
                let name = name.map_or_else(|| absolute.last().cloned(), |name| Some(name.trim().to_owned()))?;
                Some((name, absolute))
            });
            imports.names.insert(module.clone(), named.collect());
        }
        imports
    }

    /// The path from the root of the crate; `None` for another crate's.
    fn absolute(&self, module: &[String], path: &str) -> Option<ModulePath> {
        let mut segments = path.split("::").map(|segment| segment.trim().to_owned()).peekable();
        let mut absolute = module.to_vec();
        match segments.peek()?.as_str() {
            "crate" => {
                absolute.clear();
                segments.next();
            }
            "self" => drop(segments.next()),
            "super" => {
                while segments.next_if(|segment| segment == "super").is_some() {
                    absolute.pop();
                }
            }
            child => {
                let child = [module, &[child.to_owned()]].concat();
                self.files.get(&child)?;
            }
        }
        absolute.extend(segments);
        Some(absolute)
    }

    /// The module in which what `path` names is defined; re-exports are followed.
    fn home(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let module =
            (0..=path.len()).rev().map(|length| &path[..length]).find(|module| self.files.contains_key(*module))?;
        let Some(item) = path.get(module.len()) else { return Some(module.to_vec()) };
        let through = |(name, target): &(String, ModulePath)| {
            let glob = name == "*" && self.defines(&target[..target.len() - 1], item);
            let target = if glob { &target[..target.len() - 1] } else { target };
            (glob || (name == item && target != path)).then(|| target.to_vec())
        };
        let through = self.names.get(module)?.iter().find_map(through).filter(|_| depth > 0);
        through.and_then(|target| self.home(&target, depth - 1)).or_else(|| Some(module.to_vec()))
    }

    fn defines(&self, module: &[String], item: &str) -> bool {
        let kinds = ["struct", "enum", "trait", "fn", "const", "static", "type", "mod"];
        self.texts.get(module).is_some_and(|text| kinds.iter().any(|kind| text.contains(&format!("{kind} {item}"))))
    }

    /// The files from which each file imports, without those between a `mod.rs` and its folder.
    fn edges(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, text) in &self.texts {
            let inline = paths_in(text).into_iter().filter_map(|path| self.absolute(module, &path));
            let used = self.names[module].iter().map(|(_, path)| path.clone()).chain(inline);
            for target in used.filter_map(|path| self.home(&path, 8)) {
                if !module.starts_with(&target) && !target.starts_with(module) {
                    edges.entry(&self.files[module]).or_default().insert(&self.files[&target]);
                }
            }
        }
        edges
    }
}

fn module_of(path: &str) -> ModulePath {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(ToOwned::to_owned).collect()
}

/// The text between `use` and the semicolon of every import.
fn statements(text: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let begins = rest[..at].chars().next_back().is_none_or(|before| before == '\n' || before == ' ');
        rest = &rest[at + 4..];
        if begins {
            let end = rest.find(';').unwrap_or(rest.len());
            statements.push(rest[..end].split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    statements
}

/// The paths of an import, with braces expanded.
fn expanded(statement: &str) -> Vec<String> {
    let Some((prefix, rest)) = statement.split_once('{') else { return vec![statement.trim().to_owned()] };
    let inside = rest.strip_suffix('}').unwrap_or(rest);
    let mut depth = 0;
    let parts = inside.split(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts
        .flat_map(|part| expanded(&format!("{}{part}", prefix.trim())))
        .map(|path| path.replace("::self", ""))
        .collect()
}

/// Full paths of this crate that are used without an import.
fn paths_in(text: &str) -> Vec<String> {
    let starts = ["crate::", "super::"].into_iter().flat_map(|start| text.match_indices(start));
    let path = |(at, _): (usize, &str)| {
        let end = text[at..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len() - at);
        text[at..at + end].trim_end_matches(':').to_owned()
    };
    starts.map(path).collect()
}

/// A cycle of imports through `file`, if there is one.
fn ring<'graph>(edges: &BTreeMap<&'graph str, BTreeSet<&'graph str>>, file: &'graph str) -> Option<Vec<&'graph str>> {
    let mut paths = vec![vec![file]];
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        for next in edges.get(path.last()?).into_iter().flatten() {
            if *next == file {
                return Some(path);
            }
            if seen.insert(*next) {
                paths.push([path.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

#[test]
fn no_files_import_each_other_in_a_cycle() {
    let sources = all_sources();
    let imports = Imports::new(&sources);
    let edges = imports.edges();
    assert!(edges["web/page/model/rate_control.rs"].contains("web/page/words/mod.rs"), "imports are read: {edges:?}");
    let rings: Vec<_> = edges.keys().filter_map(|file| ring(&edges, file)).collect();
    assert!(
        rings.is_empty(),
        "import cycles:\n{}",
        rings.iter().map(|ring| ring.join(" → ")).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn page_and_worker_do_not_import_each_other_and_no_model_its_view() {
    let sources = all_sources();
    let imports = Imports::new(&sources);
    for (file, targets) in imports.edges() {
        let sides = [
            ("web/page/", "web/worker/"),
            ("web/worker/", "web/page/"),
            ("web/page/model/", "web/page/view/"),
            ("web/page/words/", "web/page/view/"),
        ];
        for (own, other) in sides {
            let reached = targets.iter().find(|target| file.starts_with(own) && target.starts_with(other));
            assert_eq!(reached, None, "{file} imports from the other side");
        }
    }
}

#[test]
fn imports_are_read_as_the_compiler_reads_them() {
    let source = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let sources = [
        source("a/mod.rs", "mod b;\nmod c;\npub use b::{One, Two as Three};\n"),
        source("a/b.rs", "use super::c::{self, deep::{Four}};\nstruct One; struct Two;"),
        source("a/c.rs", "pub fn four() { crate::d::five() }"),
        source("d.rs", "use crate::a::Three;\n"),
    ];
    let imports = Imports::new(&sources);
    let edges = imports.edges();
    assert_eq!(edges["a/b.rs"], BTreeSet::from(["a/c.rs"]), "a group with a module itself");
    assert_eq!(edges["a/c.rs"], BTreeSet::from(["d.rs"]), "a path that is written out");
    assert_eq!(edges["d.rs"], BTreeSet::from(["a/b.rs"]), "a renamed re-export leads to its definition");
    assert_eq!(ring(&edges, "d.rs").map(|ring| ring.len()), Some(3), "d, b, c");
}
