//! The commands about transformers: training one, translating with it, and its emergence.

#[cfg(feature = "train")]
use super::{Folder, lab};
use super::{json, refuses};
#[cfg(feature = "train")]
use emergence_lab::catalog::Quantity;
#[cfg(feature = "train")]
use emergence_lab::export::parse_results;
use std::collections::BTreeMap;

#[cfg(feature = "train")]
const TINY: &str = "data=numbers&pair=digits-en&model=transformer:8h2x1&init=xavier_normal,fairseq&seeds=2&train=40&test=10&batch=8\
                    &steps=4&eval=2";

#[test]
#[cfg(feature = "train")]
fn run_translates_a_sentence_with_every_run() {
    let output = lab(&["run", TINY, "--translate", "4 2"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (results, translations) = text.split_once('\n').expect("a line of results, then translations");
    let runs = translations.lines().map(|line| line.split('\t').take(2).collect::<Vec<_>>());
    let expected = [["xavier_normal", "0"], ["xavier_normal", "1"], ["fairseq", "0"], ["fairseq", "1"]];
    assert_eq!(runs.collect::<Vec<_>>(), expected, "scheme and seed, then the translation");

    let results = parse_results(results).expect("a results file");
    assert_eq!(results.verdict_of, "exact_match");
    let steps: Vec<u64> = results.samples.iter().step_by(5).map(|sample| sample.step).collect();
    assert_eq!(steps, [0, 2, 4], "five sentences at every evaluation");
    for sample in &results.samples {
        assert!(sample.source.bytes().all(|byte| byte.is_ascii_digit()), "{sample:?} is in digits");
        assert!(!sample.reference.is_empty(), "{sample:?} has a translation");
        let schemes: Vec<&String> = sample.output.keys().collect();
        assert_eq!(schemes, ["fairseq", "xavier_normal"], "one translation per scheme");
    }
    let final_match = results.variants.iter().map(|variant| variant.summary.final_exact_match.is_some());
    assert_eq!(final_match.collect::<Vec<_>>(), [true; 2]);
}

#[test]
#[cfg(feature = "train")]
fn own_sentences_are_read_from_their_folder() {
    let folder = Folder::new("own-text");
    let query = "data=upload&pair=back&vocab=100&length=12&model=transformer:8h2x1&init=xavier_normal&train=20&test=4&batch=4&steps=2&eval=2";
    let arguments = ["run", query, "--data-dir", &folder.path(""), "--translate", "b 1"];
    let missing = lab(&arguments);
    let line = String::from_utf8(missing.stderr).expect("UTF-8");
    assert_eq!((missing.status.code(), line.lines().count()), (Some(1), 1), "without files: {line}");
    assert!(line.contains("text: expected a folder with your files"), "{line}");

    std::fs::create_dir(folder.path("text")).expect("a folder");
    let lines = (0..30).map(|index| format!("a {index}\tb {index}")).chain([format!("{}\tlong", "a ".repeat(13))]);
    let table = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(folder.path("text/pairs.tsv"), table).expect("a file");
    let output = lab(&arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    assert!(
        complaint.contains("of at most 12 symbols; longer ones are left out"),
        "what is left out is said: {complaint}"
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (results, _) = text.split_once('\n').expect("a line of results, then a translation");
    let results = parse_results(results).expect("a results file");
    assert!(results.query.starts_with("data=text&train=20&test=4&pair=back&vocab=100"), "{}", results.query);
    assert_eq!(results.verdict_of, "test_accuracy", "of texts");
    assert_eq!(results.receipt.vocabulary_sha256.map(|sum| sum.len()), Some(64), "the vocabulary has a checksum");
    let variant = &results.variants[0];
    let scored = |quantity| variant.runs[0].curves[quantity].iter().map(|(step, _)| *step).collect::<Vec<_>>();
    assert_eq!(
        (scored(Quantity::Bleu), scored(Quantity::Chrf)),
        (vec![0, 2], vec![0, 2]),
        "scored at every evaluation"
    );
    assert!(variant.summary.final_bleu.is_some(), "and in the summary");
    assert!(results.samples.iter().all(|sample| sample.source.starts_with("b ")), "from the second language");

    std::fs::rename(folder.path("text"), folder.path("upload")).expect("another folder");
    refuses(
        &["run", "data=upload&steps=1", "--data-dir", &folder.path("")],
        &["data", "text, since the files are sentences"],
    );
}

#[test]
#[cfg(feature = "train")]
fn only_sentences_are_translated() {
    let query = "data=digits&train=64&test=16&seeds=1&steps=1&batch=16";
    refuses(&["run", query, "--translate", "4 2"], &["--translate", "data=numbers", "data=digits"]);
}

/// Only the two first heads are inactive, so both forms count all paths from them. By hand, from the output backwards, with `Q` of every unit
/// of a layer of two: output 0, decoder stream 2 · 1 = 2, hidden 2 · 3 = 6, the stream before (1 + 2) + 2 · 7 = 17, cross heads 2 · 18 = 36,
/// encoder stream 2 · 37 = 74, hidden 2 · 75 = 150, the stream before 75 + 2 · 151 = 377, heads 2 · 378 = 756, and of two heads 1512.
#[test]
fn emergence_of_a_transformer_counts_paths() {
    let sizes = [("--model", "transformer:2h1f2x1"), ("--positions", "1,1"), ("--symbols", "2")];
    let of = |active: &str| {
        let options = sizes.iter().flat_map(|(name, value)| [*name, *value]);
        json(&["emergence"].into_iter().chain(options).chain(["--active", active]).collect::<Vec<_>>())
    };
    let document = of(&format!("00{}", " 11".repeat(10)));
    for form in ["log10_e_a", "log10_e_b"] {
        let log = document[form].as_f64().expect("a number");
        assert!((log - 1512_f64.log10()).abs() < 1e-12, "{form}: {log}");
    }
    let names: BTreeMap<&str, u64> = document["layers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|layer| (layer["name"].as_str().expect("a name"), layer["units"].as_u64().expect("a number")))
        .collect();
    assert_eq!((names.len(), names["decoder 1 cross heads"], names["output"]), (11, 2, 2));
    let none = of(&["00"; 11].join(" "));
    assert!(none["log10_e_a"].is_null() && none["log10_e_b"].is_null(), "no path ends at an active node: {none}");
}

#[test]
fn wrong_masks_of_a_transformer_are_refused_in_one_line() {
    let check = |more: &[&str], parts: &[&str]| {
        let mut arguments = vec!["emergence", "--model", "transformer:2h1f2x1", "--positions", "1,1"];
        arguments.extend_from_slice(more);
        refuses(&arguments, parts);
    };
    check(&["--active", "11"], &["--symbols", "whole number", "nothing"]);
    check(&["--symbols", "2", "--active", "11"], &["--active", "11 words", "encoder 1 heads", "1 words"]);
    let wrong = ["--symbols", "2", "--active", "11 11 12 11 11 11 11 11 11 11 11"];
    check(&wrong, &["--active", "2 digits 0 or 1", "encoder 1 hidden", "12"]);
    check(&["--symbols", "2", "--norm", "layer"], &["--norm", "none, pre or post", "layer"]);
    check(&["--symbols", "2", "--norm", "batch"], &["--norm", "none, pre or post", "batch"]);
    check(&["--symbols", "2", "--widths", "3,3"], &["--widths", "--model"]);
    let image = ["emergence", "--model", "mlp:4", "--positions", "1,1", "--symbols", "2", "--active", "1"];
    refuses(&image, &["--model", "mlp:4"]);
    refuses(&["emergence", "--widths", "3,3", "--active", "0,3", "--norm", "pre"], &["--norm", "--model"]);
}
