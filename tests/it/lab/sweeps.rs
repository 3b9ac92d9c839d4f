//! `lab sweep`, and the examples of docs/clusters.md.

use super::{Folder, lab, refuses};
use crate::fixtures::skipped;
use std::path::Path;
use std::process::Command;

const BASE: &str = "data=digits&init=kaiming_normal,emergence(kaiming_normal;alpha=1.5)&steps=10";

fn queries(base: &str, over: &str) -> Vec<String> {
    let output = lab(&["sweep", base, "--over", over, "--list"]);
    assert!(output.status.success(), "{over}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn a_grid_is_listed_query_by_query() {
    let got = queries(BASE, "lr=0.01,0.1;alpha=1.1,2");
    let expected = [("", 1.1), ("", 2.0), ("&lr=0.1", 1.1), ("&lr=0.1", 2.0)].map(|(rate, alpha)| {
        format!("data=digits&init=kaiming_normal,emergence(kaiming_normal;alpha={alpha}){rate}&steps=10")
    });
    // The canonical order of keys is that of their table.
    let sorted = |query: &String| {
        let mut keys = query.split('&').map(str::to_owned).collect::<Vec<_>>();
        keys.sort();
        keys
    };
    assert_eq!(got.iter().map(sorted).collect::<Vec<_>>(), expected.iter().map(sorted).collect::<Vec<_>>(), "{got:?}");
    let schemes = queries(BASE, "init=xavier_normal,emergence(xavier_normal;alpha=1.1;turn=1)");
    assert_eq!(schemes.len(), 2, "commas and semicolons inside parentheses belong to a value: {schemes:?}");
}

#[test]
fn what_is_not_a_grid_is_refused() {
    for (over, expected) in [
        ("lr", "--over: expected KEY=VALUE"),
        ("rate=1,2", "--over: expected keys of the query string"),
        ("lr=0.1,x", "lr: expected"),
        ("lr=0.1;lr=0.2", "--over: expected every key once"),
        ("alpha=0", "alpha: expected"),
        ("steps=1,2;seeds=1,2;seed=1", "--list: expected"),
    ] {
        let list: &[&str] = if over.starts_with("steps") { &[] } else { &["--list"] };
        refuses(&[&["sweep", BASE, "--over", over], list].concat(), &[expected]);
    }
    refuses(
        &["sweep", "init=kaiming_normal", "--over", "alpha=1.1", "--list"],
        &["--over alpha: expected a rescaling"],
    );
}

/// The commands of docs/clusters.md for GNU parallel, as they are there.
#[test]
fn the_example_with_gnu_parallel_runs() {
    if Command::new("parallel").arg("--version").output().is_err() {
        skipped("GNU parallel is not installed");
        return;
    }
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/clusters.md")).expect("the document");
    let (_, section) = text.split_once("## GNU parallel").expect("the section");
    let (_, commands) = section.split_once("```sh\n").expect("its commands");
    let (commands, _) = commands.split_once("```").expect("their end");
    let folder = Folder::new("parallel");
    let program = Path::new(env!("CARGO_BIN_EXE_lab")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a search path"));
    let run = || {
        let output =
            Command::new("sh").args(["-ec", commands]).current_dir(folder.path("")).env("PATH", &path).output();
        let output = output.expect("a shell");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    run();
    for file in ["sweep-1.json", "sweep-2.json", "sweep-3.json", "sweep-4.json", "whole.json"] {
        assert!(Path::new(&folder.path(file)).is_file(), "{file} is there");
    }
    let again = run();
    assert_eq!(again.matches("has all results already").count(), 7, "four of the grid and three shards: {again}");
}
