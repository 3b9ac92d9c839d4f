//! Data sets whose licenses have to be accepted: asked for, and not published.

use super::{Folder, lab, refuses};

#[test]
fn a_license_is_asked_for_before_anything_is_downloaded() {
    let folder = Folder::new("license");
    let output = lab(&["data", "fetch", "multi30k", "--data-dir", &folder.path("")]);
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), line.lines().count()), (Some(1), 1), "nobody can answer: {line}");
    for part in ["CC BY-NC-SA 4.0", "Elliott", "raw.githubusercontent.com", "--license 'CC BY-NC-SA 4.0'"] {
        assert!(line.contains(part), "it names {part}: {line}");
    }
    refuses(
        &["data", "fetch", "multi30k", "--data-dir", &folder.path(""), "--license", "MIT"],
        &["--license", "CC BY-NC-SA 4.0", "MIT"],
    );
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0, "nothing was written");
}

/// xtask does not depend on the crate, so it has a list of its own.
#[test]
fn only_data_sets_without_a_license_are_published() {
    let script = std::fs::read_to_string(crate::fixtures::root().join("xtask/src/data.rs")).expect("the script");
    let list = script
        .split_once("const PUBLIC")
        .and_then(|(_, rest)| rest.split_once(';')?.1.split_once(';'))
        .expect("a list")
        .0;
    let listed: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let free = emergence_lab::experiment::DatasetName::ALL.iter().map(|name| name.row());
    let free = free.filter(|row| row.publication().is_some_and(|publication| publication.license.is_none()));
    assert_eq!(listed, free.map(|row| row.name).collect::<Vec<_>>(), "the folders that a build copies");
}
