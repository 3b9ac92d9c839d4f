//! One experiment on several machines: `--shard`, `lab merge`, and `--resume` of what is there already.

use super::{Folder, lab, refuses};
use serde_json::Value;

/// Two variants with three seeds, one run of which diverges, and of which three shards have runs of different numbers.
const QUERY: &str = "data=digits&train=256&test=64&model=mlp:8,8&init=kaiming_normal,xavier_normal@lr=1000000&seeds=3&batch=32&steps=6&eval=3";
/// Sentences, of which the first runs of each variant translate some.
const SENTENCES: &str = "data=numbers&train=64&test=32&model=transformer:8h2&init=kaiming_normal,xavier_normal&seeds=2&batch=16&steps=2&eval=1";

/// The results of a run that succeeds.
fn results(arguments: &[&str]) -> Value {
    let output = lab(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Without the times that a computation took.
fn without_times(mut results: Value) -> Value {
    results["timing"].take();
    for variant in results["variants"].as_array_mut().expect("variants") {
        variant["init"]["seconds"].take();
    }
    results
}

/// Trains all shards and returns their files.
fn shards(folder: &Folder, query: &str, of: usize) -> Vec<String> {
    let shard = |index: usize| {
        let file = folder.path(&format!("{index}.json"));
        results(&["run", query, "--shard", &format!("{index}/{of}"), "--out", &file, "--threads", "2"]);
        file
    };
    (0..of).map(shard).collect()
}

#[test]
fn merged_shards_are_the_whole_experiment() {
    for (name, query, of) in [("merged", QUERY, 4), ("merged-sentences", SENTENCES, 3)] {
        let folder = Folder::new(name);
        let files = shards(&folder, query, of);
        let merged = folder.path("whole.json");
        // In any order.
        let names = files.iter().rev().map(String::as_str);
        let arguments = ["merge"].into_iter().chain(names).chain(["--out", merged.as_str()]).collect::<Vec<_>>();
        let printed = results(&arguments);
        let written: Value = serde_json::from_slice(&std::fs::read(&merged).expect("a file")).expect("JSON");
        assert_eq!(printed, written, "{name}: on stdout and in the file");
        let whole = results(&["run", query, "--threads", "1"]);
        assert_eq!(printed["timing"]["runs"], whole["timing"]["runs"], "{name}: number of runs");
        assert_eq!(without_times(printed), without_times(whole), "{name}");
    }
}

#[test]
fn what_is_missing_or_does_not_belong_is_named() {
    let folder = Folder::new("unmerged");
    let files = shards(&folder, QUERY, 3);
    let [first, second, third] = [0, 1, 2].map(|index| files[index].as_str());
    let whole = folder.path("whole.json");
    results(&["run", QUERY, "--out", &whole]);
    let other = folder.path("other.json");
    results(&["run", &QUERY.replace("steps=6", "steps=5"), "--shard", "2/3", "--out", &other]);
    let ended = folder.path("ended.json");
    let early =
        std::fs::read_to_string(third).expect("a file").replacen("\"receipt\"", "\"unfinished_at\":3,\"receipt\"", 1);
    std::fs::write(&ended, early).expect("a file");
    let runs = |parts: &[&str]| parts.join(", ");
    for (files, expected) in [
        (vec![first, third], runs(&["kaiming_normal with seed 1", "xavier_normal@lr=1000000 with seed 1"])),
        (vec![first, second, second], "got kaiming_normal with seed 1 again".to_owned()),
        (vec![first, second, whole.as_str()], "expected the results of a shard, got those of all runs".to_owned()),
        (vec![first, second, other.as_str()], "expected a shard of the first file's experiment".to_owned()),
        (vec![first, second, ended.as_str()], "got some that end at step 3".to_owned()),
        (vec![], "expected results files, got none".to_owned()),
    ] {
        let arguments = ["merge"].into_iter().chain(files).collect::<Vec<_>>();
        refuses(&arguments, &[&expected]);
    }
    refuses(&["merge", &folder.path("nothing.json")], &["expected a results file"]);
}

#[test]
fn shards_are_numbered_from_zero_and_none_is_empty() {
    for shard in ["3/3", "0/7", "-1/2", "1", "a/2", "0/0"] {
        refuses(&["run", QUERY, "--shard", shard], &["--shard: expected I/N"]);
    }
}

#[test]
fn results_that_are_there_are_not_computed_again() {
    let folder = Folder::new("skipped");
    let file = folder.path("own.json");
    let arguments = ["run", QUERY, "--shard", "1/3", "--out", &file, "--resume"];
    let first = results(&arguments);
    let before = std::fs::read_to_string(&file).expect("a file");
    let again = lab(&arguments);
    let told = String::from_utf8_lossy(&again.stderr);
    assert!(told.contains("has all results already") && !told.contains("step "), "nothing is trained: {told}");
    assert_eq!(serde_json::from_slice::<Value>(&again.stdout).expect("JSON"), first, "the same results");
    // A truncated file, and one with unfinished runs, are computed again.
    let early = before.replacen("\"receipt\"", "\"unfinished_at\":3,\"receipt\"", 1);
    for partial in [&before[..before.len() / 2], &early] {
        std::fs::write(&file, partial).expect("a file");
        assert_eq!(without_times(results(&arguments)), without_times(first.clone()), "computed again");
        let after: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
        assert_eq!(without_times(after), without_times(first.clone()), "and written whole");
    }
    // What somebody else has written there is not lost.
    refuses(&["run", QUERY, "--shard", "0/3", "--out", &file, "--resume"], &["--out: expected no file yet"]);
    refuses(
        &["run", &format!("{QUERY}&lr=0.5"), "--shard", "1/3", "--out", &file, "--resume"],
        &["--out: expected no file yet"],
    );
    refuses(&["run", QUERY, "--resume"], &["--resume: expected a checkpoint, or --out with a file"]);
}

#[test]
fn a_shard_goes_on_from_its_checkpoint() {
    let folder = Folder::new("shard-checkpoint");
    let (kept, file) = (folder.path("kept"), folder.path("own.json"));
    let straight = results(&["run", QUERY, "--shard", "1/2", "--threads", "2"]);
    results(&["run", QUERY, "--shard", "1/2", "--checkpoint", &kept, "--threads", "2"]);
    let arguments =
        ["run", QUERY, "--shard", "1/2", "--checkpoint", &kept, "--out", &file, "--resume", "--threads", "1"];
    assert_eq!(
        without_times(results(&arguments)),
        without_times(straight),
        "from the end, with another number of threads"
    );
    refuses(&["run", QUERY, "--shard", "0/2", "--resume", &kept], &["--shard: expected the shard whose runs"]);
    refuses(&["run", QUERY, "--resume", &kept], &["--shard: expected the shard whose runs"]);
}

#[test]
fn progress_is_json_if_asked_for() {
    let output = lab(&["run", &format!("{QUERY}&unknown=1"), "--progress", "jsonl"]);
    let lines = String::from_utf8(output.stderr).expect("UTF-8");
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("every line is JSON"));
    let events = events.collect::<Vec<_>>();
    assert_eq!(events[0]["event"], "note", "the key that is unknown");
    let evaluations = events.iter().filter(|event| event["event"] == "evaluation").collect::<Vec<_>>();
    assert_eq!(evaluations.len(), 3, "at steps 0, 3 and 6");
    let last = evaluations[2];
    assert_eq!(
        (&last["step"], &last["steps"], &last["quantity"]),
        (&6.into(), &6.into(), &"test_accuracy".into()),
        "{last}"
    );
    let results = serde_json::from_slice::<Value>(&output.stdout).expect("JSON");
    let runs = results["variants"][0]["runs"].as_array().expect("runs");
    let last_value =
        |run: &Value| run["test_accuracy"].as_array().expect("a curve").last().expect("a point")[1].as_f64();
    let values = runs.iter().map(|run| last_value(run).expect("a number")).collect::<Vec<f64>>();
    let expected = values.iter().sum::<f64>() / values.len() as f64;
    let mean = last["variants"][0]["mean"].as_f64().expect("a mean");
    assert!((mean - expected).abs() < 1e-6, "the mean of the results: {last}");
    refuses(&["run", QUERY, "--progress", "xml"], &["--progress: expected text or jsonl"]);
}
