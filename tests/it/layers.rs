//! Which module may import which: the table below against the sources. A forbidden import, a file that does not state its
//! purpose, or a tensor in a layer without tensors fails here.

use crate::fixtures::{all_sources, code};

/// A module with the modules of this crate and the outside crates that its files may name.
struct Rule {
    module: &'static str,
    own: &'static [&'static str],
    outside: &'static [&'static str],
}

const ALL: &[&str] = &[
    "catalog",
    "checkpoint",
    "dataset",
    "device",
    "digest",
    "emergence",
    "error",
    "experiment",
    "export",
    "graphics_adapter",
    "init",
    "metrics",
    "model",
    "plot",
    "prose",
    "replay",
    "protocol",
    "reference",
    "rng",
    "score",
    "texts",
    "train",
    "tune",
    "version",
    "web",
];

/// The layers; more specific paths come first.
const RULES: &[Rule] = &[
    Rule { module: "catalog", own: &["prose"], outside: &["serde"] },
    Rule { module: "digest", own: &[], outside: &["sha2"] },
    Rule {
        module: "error",
        own: &["catalog", "digest", "emergence", "prose", "score", "texts"],
        outside: &["thiserror"],
    },
    Rule {
        module: "experiment",
        own: &["catalog", "emergence", "error", "prose", "texts"],
        outside: &["serde", "percent_encoding", "nanoexpr"],
    },
    Rule { module: "prose", own: &[], outside: &[] },
    Rule { module: "texts", own: &[], outside: &[] },
    Rule { module: "version", own: &[], outside: &[] },
    Rule { module: "score", own: &[], outside: &[] },
    Rule { module: "rng", own: &[], outside: &["rand_chacha"] },
    Rule {
        module: "dataset",
        own: &["catalog", "digest", "error", "experiment", "rng"],
        outside: &["rand_chacha", "flate2", "png", "serde", "tar", "zip", "zune_jpeg"],
    },
    Rule { module: "emergence", own: &[], outside: &["num_bigint"] },
    Rule { module: "init", own: &["digest", "error", "experiment", "rng"], outside: &["rand", "libm"] },
    Rule { module: "metrics", own: &["catalog", "experiment"], outside: &["serde", "statrs"] },
    Rule {
        module: "checkpoint",
        own: &["digest", "error", "experiment", "metrics", "version"],
        outside: &["postcard", "serde"],
    },
    Rule { module: "model/kernels", own: &["model"], outside: &["js_sys", "libm", "pulp", "rayon", "wasm_bindgen"] },
    Rule { module: "model/gpu", own: &["experiment", "model"], outside: &["burn", "burn_wgpu", "cubecl"] },
    Rule { module: "model", own: &["experiment", "init"], outside: &["burn", "libm"] },
    Rule { module: "graphics_adapter", own: &["error"], outside: &["js_sys", "wasm_bindgen", "wasm_bindgen_futures"] },
    Rule { module: "device", own: &["error", "graphics_adapter", "model"], outside: &["burn", "wasm_bindgen"] },
    Rule { module: "tune", own: &["device", "error", "experiment", "init", "model"], outside: &["burn"] },
    Rule {
        module: "train",
        own: &[
            "catalog",
            "checkpoint",
            "dataset",
            "device",
            "emergence",
            "error",
            "experiment",
            "init",
            "metrics",
            "model",
            "rng",
            "score",
            "tune",
            "version",
        ],
        outside: &["burn", "libm"],
    },
    Rule {
        module: "protocol",
        own: &["error", "experiment", "metrics", "texts", "version"],
        outside: &["postcard", "serde"],
    },
    Rule { module: "replay", own: &["catalog", "experiment", "metrics"], outside: &["postcard", "serde"] },
    Rule { module: "plot", own: &["catalog", "experiment", "metrics", "texts"], outside: &["plotters"] },
    Rule {
        module: "export",
        own: &["catalog", "digest", "error", "experiment", "metrics", "plot"],
        outside: &["csv", "serde", "serde_json"],
    },
    Rule {
        module: "reference",
        own: &["catalog", "dataset", "error", "experiment", "metrics", "plot", "replay", "web"],
        outside: &["serde_json"],
    },
    Rule {
        module: "web/worker",
        own: &[
            "catalog",
            "checkpoint",
            "dataset",
            "device",
            "digest",
            "error",
            "experiment",
            "metrics",
            "model",
            "protocol",
            "texts",
            "train",
            "web",
        ],
        outside: &[
            "futures_lite",
            "js_sys",
            "log",
            "postcard",
            "serde",
            "wasm_bindgen",
            "wasm_bindgen_futures",
            "web_sys",
        ],
    },
    Rule {
        module: "web/page/model",
        own: &[
            "catalog",
            "checkpoint",
            "emergence",
            "error",
            "experiment",
            "export",
            "metrics",
            "plot",
            "protocol",
            "replay",
            "texts",
            "version",
            "web",
        ],
        outside: &["serde"],
    },
    Rule {
        module: "web/page/words",
        own: &["catalog", "error", "experiment", "metrics", "replay", "texts", "web"],
        outside: &[],
    },
    Rule {
        module: "web",
        own: &[
            "catalog",
            "checkpoint",
            "emergence",
            "error",
            "experiment",
            "export",
            "graphics_adapter",
            "metrics",
            "plot",
            "protocol",
            "replay",
            "texts",
            "web",
        ],
        outside: &[
            "js_sys",
            "plotters",
            "thiserror",
            "plotters_canvas",
            "wasm_bindgen",
            "wasm_bindgen_futures",
            "web_sys",
        ],
    },
];

/// Dependencies that the sources never name: they are required for their features, or for tests.
const UNNAMED: &[&str] = &["burn_wgpu", "getrandom", "proptest"];

/// Every dependency of Cargo.toml as the sources would name it.
fn dependencies() -> Vec<String> {
    let manifest = include_str!("../../Cargo.toml");
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| inside) {
            names.push(name.trim().replace('-', "_"));
        }
    }
    // Continuation lines of a value contain no key.
    names.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    names
}

/// The identifiers `x` in `prefix` `x`.
fn named_after<'text>(text: &'text str, prefix: &str) -> Vec<&'text str> {
    let word = |rest: &'text str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    text.match_indices(prefix).map(|(at, _)| word(&text[at + prefix.len()..])).collect()
}

fn names_crate(text: &str, name: &str) -> bool {
    let path = format!("{name}::");
    text.match_indices(&path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        // `a::serde::` and `my_serde::` are other things.
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// The rule for a file; `None` for `lib.rs` and the programs.
fn rule_of(path: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| path == format!("{}.rs", rule.module) || path.starts_with(&format!("{}/", rule.module)))
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    let outside = dependencies();
    assert!(outside.iter().any(|name| name == "wasm_bindgen_futures"), "the dependencies are read: {outside:?}");
    for (path, text) in all_sources() {
        let Some(rule) = rule_of(&path) else {
            assert!(path == "lib.rs" || path.starts_with("bin/"), "{path}: expected a rule for this module");
            continue;
        };
        let text = code(&text);
        let module = rule.module.split('/').next().unwrap_or_default();
        for own in named_after(&text, "crate::").into_iter().filter(|own| ALL.contains(own) && *own != module) {
            if !rule.own.contains(&own) {
                wrong.push(format!("{path} uses {own}"));
            }
        }
        for outside in &outside {
            if names_crate(&text, outside) && !rule.outside.contains(&outside.as_str()) {
                wrong.push(format!("{path} names the crate {outside}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not allowed by the table of this file:\n{}", wrong.join("\n"));
}

#[test]
fn every_permission_of_the_table_is_used() {
    let sources: Vec<_> = all_sources().into_iter().map(|(path, text)| (path, code(&text))).collect();
    let mut unused = Vec::new();
    for rule in RULES {
        let files = || sources.iter().filter(|(path, _)| rule_of(path).is_some_and(|own| own.module == rule.module));
        let own = rule.own.iter().filter(|own| !files().any(|(_, text)| named_after(text, "crate::").contains(own)));
        unused.extend(own.map(|own| format!("{} does not use {own}", rule.module)));
        let outside = rule.outside.iter().filter(|name| !files().any(|(_, text)| names_crate(text, name)));
        unused.extend(outside.map(|name| format!("{} does not name the crate {name}", rule.module)));
    }
    assert!(unused.is_empty(), "allowed by the table of this file, and not needed:\n{}", unused.join("\n"));
}

#[test]
fn every_dependency_has_a_user() {
    let sources = all_sources().into_iter().map(|(_, text)| code(&text)).collect::<Vec<_>>();
    for name in dependencies().into_iter().filter(|name| !UNNAMED.contains(&name.as_str())) {
        assert!(sources.iter().any(|text| names_crate(text, &name)), "{name} is in Cargo.toml but is not used");
    }
}

/// `super::x` in a top-level module, or `super::super::x` below it, would import another module without the table's check.
#[test]
fn modules_are_reached_by_their_full_paths() {
    for (path, text) in all_sources() {
        let text = code(&text);
        assert!(!text.contains("super::super"), "{path}: expected `crate::module` instead of `super::super`");
        let top = path.matches('/').count() == usize::from(path.ends_with("/mod.rs"));
        let reached = named_after(&text, "super::").into_iter().find(|name| top && ALL.contains(name));
        assert_eq!(reached, None, "{path}: expected `crate::module` instead of `super::module`");
    }
}

#[test]
fn grouped_imports_of_this_crate_stay_readable_for_the_table() {
    for (path, text) in all_sources() {
        assert!(
            !code(&text).contains("use crate::{"),
            "{path}: one `use crate::module` per line, so that the table can be checked"
        );
    }
}

#[test]
fn every_file_opens_with_its_purpose() {
    for (path, text) in all_sources() {
        assert!(text.starts_with("//! "), "{path}: expected `//! ` and the purpose of the file");
    }
}

#[test]
fn the_core_knows_no_browser_and_no_clock() {
    for (path, text) in all_sources() {
        let text = code(&text);
        let rim =
            path.starts_with("web/") || path.starts_with("device/") || path.starts_with("bin/") || path == "lib.rs";
        assert!(
            rim || !text.contains("target_arch")
                || path == "dataset/mod.rs"
                || path == "prose.rs"
                || path == "model/flex.rs"
                || path.starts_with("model/kernels/"),
            "{path}: depends on the platform"
        );
        assert!(path.starts_with("bin/") || !text.contains("std::time"), "{path}: reads a clock");
    }
}
