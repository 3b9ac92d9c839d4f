//! The native command line, run as a program: its output, and its error messages.

mod downloads;
#[cfg(feature = "train")]
mod interruption;
mod licenses;
#[cfg(feature = "train")]
mod own_files;
#[cfg(feature = "train")]
mod places;
#[cfg(feature = "train")]
mod races;
#[cfg(feature = "train")]
mod shards;
#[cfg(feature = "train")]
mod sweeps;
mod translation;

use serde_json::Value;
use std::process::{Command, Output};

fn lab(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(arguments).env_remove("EMERGENCE_LAB_DATA").output().expect("lab starts")
}

fn json(arguments: &[&str]) -> Value {
    let output = lab(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "lab {arguments:?} succeeds: {complaint}");
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
}

/// Exit code 2 and a message of one line that contains all of `parts`.
fn refuses(arguments: &[&str], parts: &[&str]) {
    let output = lab(arguments);
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "lab {arguments:?}: {line}");
    assert!(output.stdout.is_empty(), "lab {arguments:?} prints nothing on stdout");
    assert_eq!(line.lines().count(), 1, "lab {arguments:?} complains in one line: {line}");
    for part in parts {
        assert!(line.contains(part), "lab {arguments:?} names `{part}`: {line}");
    }
}

/// An empty folder for one test, removed when the test ends.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emergence-lab-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn emergence_prints_the_worked_example() {
    let measured = json(&["emergence", "--widths", "3,3,3,3", "--active", "0,0,3,3"]);
    assert_eq!(measured["e_b"], "144", "the worked example of docs/method.md");
    let log = measured["log10_e_b"].as_f64().expect("a number");
    assert!((log - 144_f64.log10()).abs() < 1e-12, "log10 of 144, not {log}");
    assert_eq!(json(&["emergence", "--widths", "3,3,3,3", "--active", "0,3,3,3"])["e_a"], "117", "the other one");
}

#[test]
fn emergence_of_nothing_is_zero_without_a_logarithm() {
    let measured = json(&["emergence", "--widths", "2,2", "--active", "2,2"]);
    assert_eq!((&measured["e_a"], &measured["log10_e_a"]), (&Value::from("0"), &Value::Null), "no inactive node");
}

#[test]
fn bleu_prints_the_scores_of_two_files() {
    let folder = Folder::new("bleu");
    let (hypotheses, references) = (folder.path("hypotheses.txt"), folder.path("references.txt"));
    // "one order smoothed" of tests/data/bleu_reference.json; Windows ends lines with CR LF, and an empty line is a sentence.
    std::fs::write(&hypotheses, "one two three five six seven\r\nnine ten\r\n\r\n").expect("a file");
    std::fs::write(&references, "one two three four five six\nnine ten eleven\n\n").expect("a file");
    let scores = json(&["bleu", "--hypotheses", &hypotheses, "--references", &references]);
    let close = |key: &str, expected: f64| {
        let got = scores[key].as_f64().expect("a number");
        // Rounding of numbers up to 100.
        assert!((got - expected).abs() < 1e-9, "{key}: {got} instead of {expected}");
    };
    close("bleu", 34.844_928_509_543_394);
    close("brevity_penalty", 0.882_496_902_584_595_5);
    close("chrf", 62.082_012_629_939_385);
    assert_eq!(
        (&scores["precisions"][0], &scores["precisions"][2]),
        (&Value::from(87.5), &Value::from(25.0)),
        "shares"
    );
    assert_eq!(
        (&scores["hypothesis_length"], &scores["reference_length"]),
        (&Value::from(8), &Value::from(9)),
        "words"
    );
    assert_eq!(scores["bleu_signature"], "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp", "the variant of BLEU");
    assert_eq!(scores["chrf_signature"], "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no", "the variant of chrF");
}

#[test]
fn wrong_translations_are_refused_in_one_line() {
    let folder = Folder::new("wrong-bleu");
    let (two, three, empty, binary) = (folder.path("2"), folder.path("3"), folder.path("0"), folder.path("binary"));
    for (path, bytes) in [(&two, &b"a\nb"[..]), (&three, b"a\nb\nc\n"), (&empty, b""), (&binary, b"\xff\xfe")] {
        std::fs::write(path, bytes).expect("a file");
    }
    let missing = folder.path("none");
    refuses(&["bleu", "--hypotheses", &two, "--references", &three], &["--hypotheses", "3 references", "got 2"]);
    refuses(&["bleu", "--hypotheses", &empty, "--references", &empty], &["--hypotheses", "one sentence", "none"]);
    refuses(&["bleu", "--hypotheses", &missing, "--references", &two], &["--hypotheses", "text file", &missing]);
    refuses(&["bleu", "--hypotheses", &two, "--references", &binary], &["--references", "UTF-8", &binary]);
    refuses(&["bleu", "--hypotheses", &two], &["--references", "text file", "nothing"]);
    refuses(&["bleu", &two, &three], &["--hypotheses and --references", &two]);
}

#[test]
fn words_prints_a_number_in_every_language() {
    let text = |arguments: &[&str]| {
        let output = lab(arguments);
        assert!(output.status.success(), "lab {arguments:?} succeeds");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let german = text(&["words", "--number", "423918", "--lang", "de"]);
    assert_eq!(german, "vierhundertdreiundzwanzigtausendneunhundertachtzehn\n", "one language");
    let all = "digits\t80\nen\teighty\nde\tachtzig\nfr\tquatre-vingts\nzh\t八十\n";
    assert_eq!(text(&["words", "--number", "80"]), all, "all languages");
    refuses(&["words", "--number", "1000000"], &["--number", "from 0 to 999999", "`1000000`"]);
    refuses(&["words", "--number", "-1"], &["--number", "`-1`"]);
    refuses(&["words", "--number", "7", "--lang", "it"], &["--lang", "digits, en, de, fr, zh", "`it`"]);
    refuses(&["words", "--lang", "de"], &["--number", "nothing"]);
}

#[test]
fn help_names_every_command() {
    let help = lab(&["help"]);
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    for command in ["run", "emergence", "init", "bleu", "words", "record", "data"] {
        assert!(help.contains(&format!("\n  lab {command} ")), "`lab {command}` in: {help}");
    }
}

#[test]
#[cfg(feature = "train")]
fn init_describes_every_layer() {
    let arguments =
        ["--scheme", "emergence(kaiming_normal;alpha=1.5)", "--model", "mlp:256,128", "--data", "mnist", "--seed", "0"];
    let described = json(&[&["init"], &arguments[..]].concat());
    let layers = described["layers"].as_array().expect("layers");
    let scales = layers.iter().map(|layer| layer["scale"].as_f64().expect("a scale")).collect::<Vec<_>>();
    assert_eq!(scales, [1.0 / 1.5, 1.0, 1.5], "three weight layers: the middle one is unchanged");
    assert_eq!(
        (&layers[0]["fan_in"], &layers[0]["fan_out"]),
        (&Value::from(784), &Value::from(256)),
        "the first layer"
    );
    let std = layers[0]["std"].as_f64().expect("a standard deviation");
    let expected = (2.0_f64 / 784.0).sqrt() / 1.5;
    // 200,704 weights: the sampled deviation is within 0.2 % of theory with overwhelming probability.
    assert!((std / expected - 1.0).abs() < 0.01, "{std} instead of {expected}");
    assert_eq!(layers[0]["sha256"].as_str().map(str::len), Some(64), "a digest per layer");
}

#[test]
#[cfg(feature = "train")]
fn run_writes_the_results_three_ways() {
    let folder = Folder::new("run");
    let (out, csv, svg) = (folder.path("r.json"), folder.path("r.csv"), folder.path("r.svg"));
    let query = "data=digits&train=640&test=200&model=mlp:16&batch=64&steps=20&eval=10&seeds=2";
    let results = json(&["run", query, "--out", &out, "--csv", &csv, "--svg", &svg]);
    assert_eq!(results["schema"], "emergence-lab/1", "the schema of the contract");
    assert_eq!(results["environment"]["backend"], "cpu", "native runs are on the CPU");
    assert_eq!(results["variants"].as_array().map(Vec::len), Some(3), "the default variants");
    assert_eq!(results["variants"][0]["runs"][1]["train_loss"].as_array().map(Vec::len), Some(20), "every step");
    let file = std::fs::read_to_string(&out).expect("--out is written");
    assert_eq!(serde_json::from_str::<Value>(&file).expect("JSON"), results, "the file holds what stdout shows");
    assert!(std::fs::read_to_string(&csv).expect("--csv is written").starts_with("variant,"), "a header");
    assert!(std::fs::read_to_string(&svg).expect("--svg is written").starts_with("<svg"), "a drawing");
}

#[test]
#[cfg(feature = "train")]
fn the_default_data_set_is_digits_if_there_is_no_mnist() {
    let folder = Folder::new("nothing");
    let query = "train=256&test=100&model=mlp:8&batch=32&steps=2&eval=2&seeds=1&init=pytorch";
    let output = lab(&["run", query, "--data-dir", &folder.path("")]);
    assert!(output.status.success(), "it runs without MNIST");
    assert!(String::from_utf8_lossy(&output.stderr).contains("digits"), "and states what it uses instead");
    let results = serde_json::from_slice::<Value>(&output.stdout).expect("JSON");
    assert!(results["query"].as_str().is_some_and(|query| query.contains("data=digits")), "the results name it, too");
}

#[test]
#[cfg(feature = "train")]
fn init_reports_the_result_and_the_cost_of_tuning() {
    let network = ["--model", "mlp:12", "--data", "digits", "--batch", "32"];
    let tuned = json(&[&["init", "--scheme", "gradinit(kaiming_normal;steps=6)"], &network[..]].concat());
    assert!(tuned["cost"]["gradient_evaluations"].as_u64().is_some_and(|count| count >= 12), "{}", tuned["cost"]);
    assert!(tuned["cost"]["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{}", tuned["cost"]);
    for layer in tuned["layers"].as_array().expect("layers") {
        let scale = layer["scale"].as_f64().expect("a scale");
        assert!(scale > 0.9 && scale < 1.1 && (scale - 1.0).abs() > 1e-6, "six steps of 0.01: {scale}");
        assert_eq!(layer["bias_scale"], 1.0, "biases of zero are not scaled");
    }
    let drawn = json(&[&["init", "--scheme", "kaiming_normal"], &network[..]].concat());
    assert_eq!(drawn["cost"]["gradient_evaluations"], 0, "a closed form costs nothing");
    assert_ne!(drawn["weights_sha256"], tuned["weights_sha256"], "other weights");
}

#[test]
#[cfg(feature = "train")]
fn run_accepts_every_kind_of_initialization() {
    let emergence = "emergence(kaiming_normal;alpha=1.5)";
    let tuned =
        "lsuv,gradinit(kaiming_normal;steps=2),metainit(kaiming_normal;steps=2),datadep,nio(kaiming_normal;steps=2)";
    let init = format!(
        "xavier_normal,kaiming_normal,{tuned},{emergence},shuffle({emergence}),lrmatch({emergence}),zero,\
         custom(std=sqrt(2/(fan_in+fan_out)))"
    );
    let query = format!("data=digits&train=256&test=100&model=mlp:8,8&batch=32&steps=3&eval=3&seeds=2&init={init}");
    let results = json(&["run", &query]);
    let variants = results["variants"].as_array().expect("variants");
    let names: Vec<_> = variants.iter().map(|variant| variant["name"].as_str().expect("a name")).collect();
    assert_eq!(names.join(","), init, "all of them, in order");
    for variant in variants {
        for run in variant["runs"].as_array().expect("runs") {
            assert_eq!(run["layers"].as_array().map(Vec::len), Some(3), "{}: reports", variant["name"]);
            assert!(run["test_accuracy"][1][1].as_f64().is_some(), "{}: evaluated at the end", variant["name"]);
        }
    }
    assert!(results["random_activity"]["points"].as_array().is_some_and(|points| points.len() > 5), "a table");
}

#[test]
#[cfg(feature = "train")]
fn wrong_experiments_are_refused_in_one_line() {
    refuses(&["init", "--scheme", "fixup", "--model", "mlp:8"], &["--scheme", "residual", "mlp:8"]);
    refuses(&["init", "--scheme", "custom(std=sqrt(2/fan)", "--model", "mlp:8"], &["--scheme", "character"]);
    refuses(&["init", "--scheme", "custom(std=1e39)", "--model", "mlp:8"], &["--scheme", "1e6", "1e39"]);
    refuses(&["run", "data=digits&init=gradinit(kaiming_normal;tau=1)"], &["init", "eta", "tau"]);
    refuses(&["run", "lr=fast"], &["lr", "expected", "fast"]);
    refuses(&["run", "model=mlp:0"], &["model", "mlp:0"]);
    refuses(&["run", "init=kaiming_normal,kaiming_normal"], &["init", "once"]);
    refuses(&["run", "device=gpu&data=digits&steps=1"], &["device", "webgpu", "`gpu`"]);
    refuses(&["run", "data=digits&steps=1", "--device", "auto"], &["--device", "cpu or webgpu", "`auto`"]);
    refuses(&["run"], &["query", "nothing"]);
    refuses(&["run", "steps=1", "--color", "red"], &["--color"]);
    refuses(&["run", "steps=1", "--out"], &["--out", "value"]);
    refuses(&["run", "data=digits&train=10&batch=128"], &["train", "128", "10"]);
    refuses(&["run", "data=digits&train=70000"], &["train", "60000", "70000"]);
    refuses(&["run", "steps=1", "--svg", "/no/such/folder/x.svg"], &["--svg", "folder", "/no/such/folder/x.svg"]);
    refuses(&["run", "steps=1", "--out", "."], &["--out", "file"]);
    refuses(&["init", "--scheme", "magic", "--model", "mlp:8"], &["--scheme", "magic"]);
    refuses(&["init", "--scheme", "pytorch", "--model", "mlp:x"], &["--model", "mlp:x"]);
    refuses(&["init", "--scheme", "pytorch", "--model", "mlp:8", "--act", "tanh&seeds=0"], &["--act", "seeds"]);
    refuses(&["init", "--scheme", "orthogonal", "--model", "mlp:8192,8192"], &["--model", "orthogonal"]);
    refuses(&["init", "--scheme", "emergence(pytorch;turn=3)", "--model", "mlp:8"], &["--scheme", "turn"]);
    refuses(&["init", "--scheme", "pytorch", "--model", "mlp:8", "--seed", "-1"], &["--seed", "-1"]);
    refuses(&["init", "--scheme", "pytorch", "--model", "mlp:8", "--data", "cats"], &["--data", "cats"]);
    refuses(&["run", "--help"], &["lab --help"]);
    refuses(&["run", "sched=warmup:soon"], &["sched", "a whole number from 1 to 10000000", "`soon`"]);
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    refuses(&["emergence", "--widths", "3,3", "--active", "0,4"], &["--active", "4"]);
    refuses(&["emergence", "--widths", "3,x", "--active", "0,0"], &["--widths", "3,x"]);
    refuses(&["emergence", "--widths", "3,3"], &["--active", "nothing"]);
    refuses(&["data", "fetch", "cats"], &["NAME", "cats"]);
    refuses(&["data", "check", "patterns"], &["NAME", "cifar-10", "patterns", "no files"]);
    refuses(&["data", "fetch", "digits"], &["NAME", "no files"]);
    refuses(&["data"], &["data", "list", "nothing"]);
    refuses(&["dance"], &["dance"]);
}

/// The program without Burn.
#[test]
#[cfg(not(feature = "train"))]
fn without_training_it_says_so() {
    for command in ["run", "init"] {
        let output = lab(&[command, "data=digits"]);
        let line = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(1),
            "`{command}` is not a wrong argument but cannot be carried out: {line}"
        );
        assert!(line.contains(command) && line.contains("feature `train`"), "it says what to do: {line}");
    }
}

#[test]
#[cfg(feature = "train")]
fn a_link_of_the_page_is_a_query() {
    let query = "data=digits&train=256&test=100&model=mlp:8&init=pytorch&seeds=1&batch=32&steps=2&eval=2";
    let results = json(&["run", &format!("https://example.org/lab/?{query}#charts")]);
    assert_eq!(results["query"], query, "the experiment of the link, not the default one");
}

#[test]
#[cfg(feature = "train")]
fn a_failure_leaves_no_file_behind() {
    let folder = Folder::new("failure");
    let out = folder.path("r.json");
    let output = lab(&["run", "data=mnist&steps=1", "--data-dir", &folder.path("none"), "--out", &out]);
    assert_eq!(output.status.code(), Some(1), "missing data is a failure, not a wrong argument");
    let line = String::from_utf8_lossy(&output.stderr);
    assert!(line.contains("lab data fetch mnist"), "it says what to do: {line}");
    assert!(!std::path::Path::new(&out).exists(), "no results file");
}

#[test]
fn data_are_listed_and_damaged_data_are_found() {
    let folder = Folder::new("data");
    let listed = json(&["data", "list", "--data-dir", &folder.path("")]);
    let files = listed[0]["files"].as_array().expect("files");
    assert!(files.len() == 4 && files.iter().all(|file| file["present"] == false), "four files, none there: {listed}");
    std::fs::create_dir_all(folder.0.join("mnist")).expect("a folder");
    std::fs::write(folder.0.join("mnist/t10k-labels-idx1-ubyte"), b"no labels").expect("a file");
    let checked = lab(&["data", "check", "mnist", "--data-dir", &folder.path("")]);
    assert_eq!(checked.status.code(), Some(1), "an incomplete folder does not pass the check");
    let fetched = lab(&["data", "fetch", "mnist", "--data-dir", &folder.path("new"), "--from", &folder.path("mnist")]);
    assert_eq!(fetched.status.code(), Some(1), "a source without the files cannot be fetched from");
    assert!(!folder.0.join("new/mnist/t10k-labels-idx1-ubyte").exists(), "and nothing half-fetched stays");
}

#[test]
fn fetching_replaces_a_damaged_file() {
    let Some(source) = crate::dataset::real_data("mnist") else { return };
    let source = source.to_string_lossy().into_owned();
    let folder = Folder::new("repair");
    let place = folder.path("");
    let fetched = json(&["data", "fetch", "mnist", "--data-dir", &place, "--from", &source]);
    assert_eq!(fetched["ok"], true, "fetched and checked");
    // A plain file would be read instead of the gzipped one.
    std::fs::write(folder.0.join("mnist/t10k-labels-idx1-ubyte"), b"no labels").expect("a file");
    assert_eq!(lab(&["data", "check", "mnist", "--data-dir", &place]).status.code(), Some(1), "damaged");
    let repaired = json(&["data", "fetch", "mnist", "--data-dir", &place, "--from", &source]);
    assert_eq!(repaired["ok"], true, "the damaged file is replaced, plain or gzipped");
}

/// The receipt in tests/data/receipt.json, which `e2e/tests/training.spec.mjs` checks in the browser: the same data, order and
/// initial weights to the bit.
#[test]
#[cfg(feature = "train")]
fn natively_and_in_the_browser_runs_start_from_the_same_bits() {
    let golden: Value = serde_json::from_str(include_str!("../data/receipt.json")).expect("JSON");
    let results = json(&["run", golden["query"].as_str().expect("a query")]);
    assert_eq!(results["receipt"], golden["receipt"], "data and order");
    let variants = results["variants"].as_array().expect("variants");
    let weights = variants.iter().map(|variant| {
        let runs = variant["runs"].as_array().expect("runs").iter();
        (variant["name"].as_str().expect("a name"), runs.map(|run| run["weights_sha256"].clone()).collect::<Vec<_>>())
    });
    let weights = weights.map(|(name, runs)| (name.to_owned(), Value::from(runs))).collect::<serde_json::Map<_, _>>();
    assert_eq!(Value::from(weights), golden["weights_sha256"], "initial weights");
}

#[test]
#[cfg(feature = "train")]
fn results_do_not_depend_on_the_number_of_threads() {
    let query = "data=digits&train=200&test=50&model=mlp:8&batch=32&steps=6&eval=3&seeds=2&init=kaiming_normal,lsuv";
    let run = |threads: &str| {
        let mut results = json(&["run", query, "--threads", threads]);
        // What took time.
        results["timing"] = Value::Null;
        for variant in results["variants"].as_array_mut().expect("variants") {
            variant["init"]["seconds"] = Value::Null;
        }
        results
    };
    let one = run("1");
    assert_eq!(one["variants"].as_array().map(Vec::len), Some(2), "two variants");
    for threads in ["2", "3", "4", "7"] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
    refuses(&["run", query, "--threads", "0"], &["--threads", "1", "512", "`0`"]);
    refuses(&["run", query, "--threads", "two"], &["--threads", "`two`"]);
}
