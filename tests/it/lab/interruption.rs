//! Ctrl-C, termination and sudden death of `lab run`, in real processes: what was measured is written, and training goes on to the same
//! results.

use super::{Folder, json, lab, refuses};
use emergence_lab::checkpoint::Checkpoint;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// It takes far longer than a test.
const LONG: &str =
    "data=digits&train=64&test=16&model=mlp:4&batch=16&seeds=2&init=kaiming_normal,lsuv&eval=50&steps=200000";
const SHORT: &str =
    "data=digits&train=64&test=16&model=mlp:4&batch=16&seeds=1&init=kaiming_normal,lsuv&eval=10&steps=20";

/// `lab` in the background.
fn started(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    let command = command.args(arguments).env_remove("EMERGENCE_LAB_DATA");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("lab starts")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success(), "{name} is sent");
}

/// Reads lines on stderr until an evaluation of this step or a later one.
fn await_step(stderr: &mut impl BufRead, least: u64) {
    let mut line = String::new();
    let step = |line: &str| line.strip_prefix("step ")?.split_whitespace().next()?.parse::<u64>().ok();
    while step(&line).is_none_or(|step| step < least) {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).expect("UTF-8"), 0, "it evaluates step {least}");
    }
}

/// The output of a process that receives a signal after this step.
fn interrupted(arguments: &[&str], name: &str, step: u64) -> Output {
    let mut child = started(arguments);
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    await_step(&mut stderr, step);
    signal(&child, name);
    let mut rest = Vec::new();
    stderr.read_to_end(&mut rest).expect("the rest");
    let output = child.wait_with_output().expect("it ends");
    Output { stderr: rest, ..output }
}

/// Results without what took time.
fn measured(mut results: Value) -> Value {
    results["timing"] = Value::Null;
    for variant in results["variants"].as_array_mut().expect("variants") {
        variant["init"]["seconds"] = Value::Null;
    }
    results
}

/// What is measured up to this step.
fn measured_until(results: Value, limit: u64) -> Value {
    let mut results = measured(results);
    results["unfinished_at"] = Value::Null;
    for variant in results["variants"].as_array_mut().expect("variants") {
        variant["summary"] = Value::Null;
        let runs = variant["runs"].as_array_mut().expect("runs").iter_mut();
        for points in
            runs.filter_map(Value::as_object_mut).flat_map(|run| run.values_mut()).filter_map(Value::as_array_mut)
        {
            points.retain(|point| point[0].as_u64().is_none_or(|step| step <= limit));
        }
    }
    results
}

/// The results on stdout of an interrupted run, and its last step.
fn results_of(output: &Output) -> (Value, u64) {
    let results: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    let step = results["unfinished_at"].as_u64().expect("the last step");
    (results, step)
}

#[test]
fn an_interrupted_run_goes_on_as_if_it_had_not_been() {
    let folder = Folder::new("interrupted");
    let (out, csv, checkpoint) = (folder.path("r.json"), folder.path("r.csv"), folder.path("r.checkpoint"));
    let arguments = ["run", LONG, "--threads", "2", "--checkpoint", &checkpoint, "--out", &out, "--csv", &csv];
    let output = interrupted(&arguments, "INT", 0);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "the exit code of Ctrl-C: {complaint}");
    assert!(complaint.contains(&format!("lab run --resume {checkpoint}")), "it says how to go on: {complaint}");
    let (results, step) = results_of(&output);
    let file = std::fs::read_to_string(&out).expect("--out is written");
    assert_eq!(serde_json::from_str::<Value>(&file).expect("JSON"), results, "the file holds what stdout shows");
    assert!(std::fs::read_to_string(&csv).expect("--csv is written").contains("train_loss"), "and so does this one");

    // Of so many steps, a point is the mean over several.
    let width = results["steps_per_point"].as_u64().expect("a long experiment");
    let limit = (step + 60).next_multiple_of(width);
    let straight = results_of(&interrupted(&["run", LONG, "--threads", "1"], "INT", limit)).0;
    let straight = measured_until(straight, limit);
    let points = straight["variants"][1]["runs"][1]["train_loss"].as_array().map(Vec::len);
    assert_eq!(points.map(|points| points as u64), Some(limit / width), "every step is compared");
    // The checkpoint is kept up to date elsewhere, so that it can be read again.
    let other = folder.path("later.checkpoint");
    for threads in ["1", "2", "3"] {
        let arguments = ["run", "--resume", &checkpoint, "--checkpoint", &other, "--threads", threads];
        let resumed = results_of(&interrupted(&arguments, "TERM", limit)).0;
        assert!(measured_until(resumed, limit) == straight, "on {threads} threads from step {step} to {limit}");
    }
    let common = step - step % width;
    assert!(measured_until(results, common) == measured_until(straight, common), "and before the interruption");
}

#[test]
fn the_last_checkpoint_has_the_whole_result() {
    let folder = Folder::new("finished");
    let path = folder.path("c");
    let results = measured(json(&["run", SHORT, "--threads", "2", "--checkpoint", &path]));
    assert!(results.get("unfinished_at").is_none(), "it is finished");
    assert_eq!(measured(json(&["run", "--resume", &path])), results, "without a step");
}

#[test]
fn a_run_without_checkpoint_leaves_its_results() {
    let folder = Folder::new("terminated");
    let [out, csv, svg] = ["r.json", "r.csv", "r.svg"].map(|name| folder.path(name));
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let output =
            interrupted(&["run", LONG, "--threads", "2", "--out", &out, "--csv", &csv, "--svg", &svg], name, 0);
        assert_eq!(output.status.code(), Some(code), "after {name}");
        let results: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
        let step = results["unfinished_at"].as_u64().expect("the last step");
        assert!(step < 200_000, "of all steps");
        let [csv, svg] = [&csv, &svg].map(|path| std::fs::read_to_string(path).expect("it is written"));
        assert!(
            csv.lines().skip(1).all(|line| line.ends_with(&format!(",{step},200000"))),
            "CSV says so in every line"
        );
        assert!(
            svg.contains(&format!("Unfinished: step {step} of 200000.</desc>")),
            "and the drawing in its description"
        );
        assert_eq!(results["variants"][1]["runs"][1]["test_loss"][0][0], 0, "with the evaluation of step 0");
        std::fs::remove_file(&out).expect("--out is written");
    }
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let folder = Folder::new("twice");
    let fifo = folder.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success(), "a fifo that nobody reads");
    let mut child = started(&["run", LONG, "--csv", &fifo]);
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    await_step(&mut stderr, 0);
    // After the first one it waits for a reader of the fifo. Signals that arrive at the same time count as one.
    for _ in 0..600 {
        if child.try_wait().expect("a process").is_some() {
            break;
        }
        signal(&child, "INT");
        sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "the exit code of Ctrl-C");
}

#[test]
fn a_killed_run_leaves_its_last_checkpoint() {
    let folder = Folder::new("killed");
    let path = folder.path("r.checkpoint");
    let child = started(&["run", LONG, "--checkpoint", &path, "--every", "1"]);
    let place = std::path::Path::new(&path);
    // A busy machine takes longer than the second.
    for _ in 0..600 {
        if place.exists() {
            break;
        }
        sleep(Duration::from_millis(100));
    }
    signal(&child, "KILL");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), None, "killed");
    let checkpoint = Checkpoint::from_bytes(&std::fs::read(&path).expect("a checkpoint")).expect("a whole one");
    assert!(checkpoint.head.step > 0 && checkpoint.head.history.step == checkpoint.head.step, "of the same step");
}

#[test]
fn what_cannot_go_on_is_refused_in_one_line() {
    let folder = Folder::new("refused");
    let (path, other, tail) = (folder.path("c"), folder.path("other"), folder.path("tail"));
    let tiny = "data=digits&train=64&test=16&model=mlp:4&batch=16&seeds=1&init=kaiming_normal&steps=2";
    assert!(lab(&["run", tiny, "--checkpoint", &path]).status.success(), "a finished run has a checkpoint, too");
    let bytes = std::fs::read(&path).expect("a checkpoint");
    std::fs::write(&other, b"no checkpoint").expect("a file");
    std::fs::write(&tail, &bytes[..bytes.len() - 1]).expect("a file");
    refuses(&["run", "--resume", &other], &["--resume", "checkpoint", "13 bytes"]);
    refuses(&["run", "--resume", &tail], &["--resume", "incomplete", &bytes.len().to_string()]);
    refuses(&["run", "--resume", &folder.path("none")], &["--resume", "checkpoint", "none"]);
    let refused = |query: &str, part: &str| {
        let output = lab(&["run", query, "--resume", &path]);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{query}: {complaint}");
        let line = complaint.lines().last().unwrap_or_default();
        assert!(line.starts_with("lab: --resume: ") && line.contains(part), "{complaint}");
    };
    refused(&tiny.replace("steps=2", "steps=3"), "steps=3");
    refused(&tiny.replace("mlp:4", "mlp:5"), "mlp:5");
    assert_eq!(std::fs::read(&path).expect("the checkpoint"), bytes, "it is untouched");
    let equal = format!("{tiny}&device=cpu&order=0&show=loss");
    assert!(lab(&["run", &equal, "--resume", &path]).status.success(), "what changes no number may differ");
    refuses(&["run", tiny, "--every", "5"], &["--every", "--checkpoint"]);
    refuses(&["run", tiny, "--checkpoint", &other, "--every", "0"], &["--every", "1 to 86400", "`0`"]);
    refuses(&["run", tiny, "--checkpoint", "/dev/null"], &["--checkpoint", "regular file"]);
}

#[test]
fn other_files_than_those_of_the_checkpoint_are_refused() {
    let folder = Folder::new("other-files");
    let query = "data=text&vocab=100&length=12&model=transformer:8h2x1&init=xavier_normal&train=20&test=4&batch=4&steps=2&eval=2&seeds=1";
    let (place, path) = (folder.path(""), folder.path("c"));
    std::fs::create_dir(folder.path("text")).expect("a folder");
    let table = |name: &str| (0..30).map(|index| format!("{name} {index}\tb {index}\n")).collect::<Vec<_>>().concat();
    std::fs::write(folder.path("text/pairs.tsv"), table("a")).expect("a file");
    let run = |more: &[&str]| lab(&[&["run"], more, &["--data-dir", &place]].concat());
    assert!(run(&[query, "--checkpoint", &path]).status.success(), "a checkpoint");
    assert!(run(&["--resume", &path]).status.success(), "the same files");
    std::fs::write(folder.path("text/pairs.tsv"), table("c")).expect("a file");
    let output = run(&["--resume", &path]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("--resume: these are not the data on which the run was trained"), "{complaint}");
}
