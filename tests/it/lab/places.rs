//! Where `lab run` writes: full, closed and broken streams, links, pipes, and paths that cannot be written.

use super::{Folder, refuses};
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const TINY: &str = "data=digits&train=64&test=16&model=mlp:4&batch=16&seeds=1&init=kaiming_normal&steps=2&eval=2";

fn run(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["run", TINY]).args(options).env_remove("EMERGENCE_LAB_DATA");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_results(path: &str) -> bool {
    let read = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str::<Value>(&read).is_ok_and(|results| results["schema"] == "emergence-lab/1")
}

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").expect("a device without space").into()
}

#[test]
fn a_full_stdout_is_reported_and_files_are_written() {
    let folder = Folder::new("full");
    let out = folder.path("r.json");
    let output = run(&["--out", &out]).stdout(full()).output().expect("lab starts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let complaints = text(&output.stderr);
    let lines = complaints.lines().filter(|line| line.starts_with("lab: ")).collect::<Vec<_>>();
    assert!(matches!(lines[..], [line] if line.contains("standard output")), "{lines:?}");
    assert!(is_results(&out), "the file is written all the same");
    for arguments in [&["help"][..], &["words", "--number", "7"], &["data", "list"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        let status = command.args(arguments).stdout(full()).stderr(Stdio::null()).status().expect("lab starts");
        assert_eq!(status.code(), Some(1), "lab {arguments:?}");
    }
}

#[test]
fn a_full_disk_does_not_keep_the_other_results_from_being_written() {
    let folder = Folder::new("full-disk");
    let (csv, svg) = (folder.path("r.csv"), folder.path("r.svg"));
    let output = run(&["--out", "/dev/full", "--csv", &csv, "--svg", &svg]).output().expect("lab starts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("lab: /dev/full cannot be written"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with('{') && Path::new(&csv).exists() && Path::new(&svg).exists(), "the rest");
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_stdout_is_reported_and_an_ignored_one_is_not() {
    let folder = Folder::new("no-stdout");
    let out = folder.path("r.json");
    let with = |redirection: &str| {
        let script = format!("'{}' run '{TINY}' --out '{out}' {redirection}", env!("CARGO_BIN_EXE_lab"));
        let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
        assert!(is_results(&out), "the file is written: {redirection}");
        (output.status.code(), text(&output.stderr))
    };
    let (code, complaint) = with(">&-");
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("lab: standard output is closed"), "{complaint}");
    // The second one as Python's `subprocess.DEVNULL` opens it.
    for ignored in ["> /dev/null", "1<> /dev/null"] {
        assert_eq!(with(ignored).0, Some(0), "nobody wants it: {ignored}");
    }
}

/// As with `| head`.
#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let mut child = run(&[]).spawn().expect("lab starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("lab: "), "{}", text(&output.stderr));
}

#[test]
fn without_stderr_nothing_is_lost() {
    let folder = Folder::new("stderr");
    let out = folder.path("r.json");
    let whole = |output: &Output, what: &str| {
        assert_eq!(output.status.code(), Some(0), "{what}");
        assert!(is_results(&out) && text(&output.stdout).starts_with('{'), "{what}: the results");
        std::fs::remove_file(&out).expect("--out is written");
    };
    whole(&run(&["--out", &out]).stderr(full()).output().expect("lab starts"), "a full one");
    let mut child = run(&["--out", &out]).spawn().expect("lab starts");
    drop(child.stderr.take());
    whole(&child.wait_with_output().expect("it ends"), "a broken one");
    let script = format!("exec '{}' run '{TINY}' --out '{out}' 2>&-", env!("CARGO_BIN_EXE_lab"));
    whole(&Command::new("sh").args(["-c", &script]).output().expect("a shell"), "a closed one");
}

#[test]
#[cfg(unix)]
fn links_and_pipes_are_written_through() {
    let folder = Folder::new("links");
    let (real, link, new, dangling) =
        (folder.path("real"), folder.path("link"), folder.path("new"), folder.path("to-new"));
    std::fs::write(&real, "old").expect("a file");
    std::os::unix::fs::symlink("real", &link).expect("a link");
    std::os::unix::fs::symlink(&new, &dangling).expect("a link to nothing");
    let output = run(&["--out", &link, "--csv", &dangling, "--svg", "/dev/stdout"]).output().expect("lab starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let is_link = |path: &str| std::fs::symlink_metadata(path).expect("it is there").is_symlink();
    assert!(is_link(&link) && is_link(&dangling), "they are still links");
    assert!(is_results(&real), "to the results");
    assert!(std::fs::read_to_string(&new).expect("a new file").starts_with("variant,"), "and to the curves");
    let (json, svg) =
        text(&output.stdout).split_once('\n').map(|(json, svg)| (json.to_owned(), svg.to_owned())).expect("two");
    assert!(json.starts_with('{') && svg.starts_with("<svg"), "stdout has both, one after the other");
    assert!(!is_link("/dev/null") && !Path::new("/dev/stdout.partial").exists(), "nothing is replaced");

    // A file as stdout has both, too: opened again it would be written from its beginning.
    let both = folder.path("both");
    let file = File::create(&both).expect("a file");
    assert!(run(&["--csv", "/dev/stdout"]).stdout(file).status().expect("lab starts").success(), "a file");
    let both = std::fs::read_to_string(&both).expect("both");
    assert!(both.starts_with('{') && both.contains("\nvariant,seed"), "JSON, then CSV");

    let fifo = folder.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success(), "a fifo");
    let child = run(&["--out", &fifo]).spawn().expect("lab starts");
    assert!(is_results(&fifo), "what the fifo passes on");
    assert!(child.wait_with_output().expect("it ends").status.success(), "and that is a success");
}

#[test]
#[cfg(unix)]
fn equal_places_are_refused() {
    let folder = Folder::new("equal");
    let (one, link) = (folder.path("one"), folder.path("link"));
    std::os::unix::fs::symlink("one", &link).expect("a link");
    let around = folder.path("./../").clone() + folder.0.file_name().expect("a name").to_str().expect("UTF-8") + "/one";
    let refused = |options: &[&str], parts: &[&str]| refuses(&[&["run", TINY], options].concat(), parts);
    refused(&["--out", &one, "--csv", &one], &["--csv", "another file than that of --out", &one]);
    refused(&["--svg", &around, "--csv", &one], &["--svg", "--csv", &around]);
    refused(&["--out", &one, "--svg", &link], &["--svg", "--out", &link]);
    refused(&["--checkpoint", &link, "--out", &one], &["--out", "--checkpoint"]);
    refused(&["--out", &format!("{one}.partial"), "--csv", &one], &["--csv", "--out"]);
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 1, "nothing but the link");
}

#[test]
fn places_that_cannot_be_written_are_found_before_training() {
    let folder = Folder::new("unwritable");
    let long = folder.path(&"x".repeat(300));
    // Nobody can create a file there, not even root.
    for path in ["/proc/r.json", &long] {
        for option in ["--out", "--csv", "--svg", "--checkpoint"] {
            let endless = TINY.replace("steps=2", "steps=1000000");
            refuses(&["run", &endless, option, path], &[option, "can be written", path]);
        }
    }
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0, "and nothing is left of it");
}
