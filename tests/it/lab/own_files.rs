//! `lab run --use`: what a person's own files are for, also those in an archive, instead of what their names say.

use super::{Folder, lab, refuses};
use crate::dataset::cifar::{batch, tar};

/// Eight examples for training and five for testing, as they are in the files below.
const QUERY: &str = "data=upload&train=8&test=5&model=mlp:4&init=kaiming_normal&seeds=1&batch=4&steps=1&eval=1";
const FIRST: [u8; 8] = [0, 1, 0, 1, 0, 1, 0, 1];
const SECOND: [u8; 5] = [1, 0, 1, 0, 1];

/// A folder of data with these files of a person's own.
fn folder(name: &str, files: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::new(name);
    std::fs::create_dir(folder.path("upload")).expect("a folder");
    for (name, bytes) in files {
        std::fs::write(folder.path("upload") + "/" + name, bytes).expect("a file");
    }
    folder
}

/// The arguments of a run with these uses.
fn arguments<'a>(place: &'a str, uses: &[&'a str]) -> Vec<&'a str> {
    let uses = uses.iter().flat_map(|one| ["--use", one]);
    ["run", QUERY, "--data-dir", place].into_iter().chain(uses).collect()
}

/// The notes of a run that succeeds.
fn notes(place: &str, uses: &[&str]) -> String {
    let output = lab(&arguments(place, uses));
    let notes = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "with {uses:?}: {notes}");
    notes
}

#[test]
fn a_file_is_used_as_stated() {
    let folder = folder("use", &[("a.bin", &batch(&FIRST)), ("val.bin", &batch(&SECOND)), ("test.bin", &batch(&[0]))]);
    let place = folder.path("");
    refuses_to_test(&place, &[]);
    let told = notes(&place, &["val.bin=test", "test.bin=none"]);
    for line in ["note: a.bin: training\n", "note: val.bin: test\n", "note: test.bin: left out\n"] {
        assert!(told.contains(line), "`{line}` in {told}");
    }
    assert!(!told.contains("validation files"), "nothing is left out because of its name: {told}");
    refuses_to_test(&place, &["val.bin=train"]);
    notes(&place, &["a.bin=train", "val.bin=test", "test.bin=train"]);
}

/// There is only one example for testing.
fn refuses_to_test(place: &str, uses: &[&str]) {
    let output = lab(&arguments(place, uses));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "with {uses:?}: {complaint}");
    assert!(complaint.contains("test: expected a whole number from 1 to 1, got `5`"), "with {uses:?}: {complaint}");
}

#[test]
fn a_file_in_an_archive_has_its_name_there() {
    let archive = tar(&[("folder/a.bin", &batch(&FIRST)), ("folder/b.bin", &batch(&SECOND))]);
    let folder = folder("use-archive", &[("mine.tar", &archive)]);
    let place = folder.path("");
    let told = notes(&place, &["folder/b.bin=test"]);
    assert!(told.contains("note: folder/a.bin: training\nnote: folder/b.bin: test\n"), "{told}");
    refuses(&arguments(&place, &["mine.tar=test"]), &["--use", "folder/a.bin, folder/b.bin", "got `mine.tar`"]);
}

#[test]
fn wrong_uses_are_refused_in_one_line() {
    let folder = folder("use-wrong", &[("a.bin", &batch(&FIRST)), ("b=c.bin", &batch(&SECOND))]);
    let place = folder.path("");
    let wrong = |uses: &[&str], parts: &[&str]| refuses(&arguments(&place, uses), parts);
    wrong(&["a.bin"], &["--use", "expected FILE=USE", "got `a.bin`"]);
    wrong(&["a.bin=valid"], &["--use a.bin", "expected train, test or none", "got `valid`"]);
    wrong(&["d.bin=test"], &["--use", "one of these files or folders of pictures: a.bin, b=c.bin", "got `d.bin`"]);
    wrong(&["a.bin=test", "a.bin=train"], &["--use a.bin", "expected one use", "got `two`"]);
    refuses(&["run", "data=digits&steps=1", "--use", "a.bin=test"], &["--use", "data=upload", "got `data=digits`"]);
    notes(&place, &["b=c.bin=test"]);
}
