//! `lab race` and `lab verify` as programs.

use super::{Folder, json, lab, refuses};

const RACE: &str = "data=digits&train=600&test=200&model=mlp:16&init=kaiming_normal,pytorch&batch=32&steps=20&seeds=2";
const QUERY: &str =
    "data=digits&train=256&test=64&model=mlp:8,8&init=kaiming_normal,xavier_normal&seeds=2&batch=32&steps=6&eval=3";

#[test]
fn a_race_chooses_a_rate_for_each_scheme() {
    let race = json(&["race", RACE, "--rates", "0.001..0.1x2", "--refine", "--seeds", "3"]);
    let rows = race["sweep"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "one for each scheme");
    let rates = |row: &serde_json::Value| row["cells"].as_array().expect("cells").len();
    assert_eq!(race["sweep_queries"].as_array().expect("queries").len(), 2, "a coarse and a refined sweep");
    assert!(rates(&rows[0]) > 2, "with the rates of both: {}", rows[0]);
    let variants = race["confirmation"]["variants"].as_array().expect("variants");
    for (row, variant) in rows.iter().zip(variants) {
        let best = &row["cells"][usize::try_from(row["best"].as_u64().expect("a best rate")).expect("small")];
        let name = format!("{}@lr={}", row["scheme"].as_str().expect("a name"), best["rate"]);
        assert_eq!(variant["name"].as_str(), Some(name.as_str()), "compared at its best rate");
        assert_eq!(variant["runs"].as_array().expect("runs").len(), 3, "fresh seeds");
        assert_eq!(variant["runs"][0]["seed"].as_u64(), Some(1002), "that the sweep has not seen");
    }
    assert!(variants[1]["summary"]["vs_baseline"]["verdict"].is_string(), "with a verdict");
    assert_eq!(race["confirmation"]["test_examples"], 200, "on the test examples");
    let sweep = race["sweep_queries"][0].as_str().expect("a query");
    assert!(sweep.contains("valid=50"), "chosen on held-out training examples: {sweep}");
    refuses(&["race", RACE, "--rates", "0.1..x"], &["--rates", "a list like", "0.1..x"]);
    refuses(&["race", RACE, "--seeds", "0"], &["--seeds", "1 to 512"]);
}

#[test]
fn results_are_verified() {
    let folder = Folder::new("verified");
    let file = folder.path("results.json");
    let written = lab(&["run", QUERY, "--out", &file, "--threads", "2"]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let verify = |file: &str| {
        let output = lab(&["verify", file, "--threads", "1"]);
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    assert_eq!(verify(&file), (Some(0), format!("{file}: bit-identical\n")), "the same program on the same machine");
    let text = std::fs::read_to_string(&file).expect("a file");
    let (before, after) = text.split_once("\"train_loss\":[[1,").expect("losses");
    let (_, rest) = after.split_once(']').expect("a point");
    let changed = folder.path("changed.json");
    std::fs::write(&changed, format!("{before}\"train_loss\":[[1,9.5]{rest}")).expect("written");
    let (code, line) = verify(&changed);
    assert_eq!(code, Some(1), "{line}");
    assert!(line.contains("differs: first train_loss of kaiming_normal, seed 0, at step 1: 9.5 in the file"), "{line}");
    let other = folder.path("other.json");
    std::fs::write(&other, text.replace("seed\":1,\"weights_sha256\":\"", "seed\":1,\"weights_sha256\":\"0"))
        .expect("written");
    assert!(verify(&other).1.contains("initial weights of kaiming_normal, seed 1"), "other weights");
    refuses(&["verify"], &["results files", "nothing"]);
    let no_results = folder.path("nothing.json");
    std::fs::write(&no_results, "{}").expect("written");
    refuses(&["verify", &no_results], &["results file"]);
}
