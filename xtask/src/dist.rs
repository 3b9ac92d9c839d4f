//! `cargo xtask dist`: `dist/` as it is published, optimized for size and within its budgets.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::command::{root, run, target_dir, tool};
use crate::step::{say, step};
use crate::{build, tools};

/// Page: wasm, JavaScript and CSS together, gzipped, in bytes.
const PAGE_BUDGET: usize = 300_000;
/// Worker: its wasm, gzipped, in bytes.
const WORKER_BUDGET: usize = 4_000_000;

/// What today's rustc emits for wasm32 with simd128; every browser with module workers and SIMD has the rest too.
const FEATURES: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-nontrapping-float-to-int",
    "--enable-simd",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
/// Passes over the worker, for which each takes minutes. Functions of one kind beside each other compress better.
const WORKER_PASSES: [&str; 2] = ["-Oz", "--reorder-functions-by-name"];
/// Passes over the page: another look at its control flow is worth 2 KB.
const PAGE_PASSES: [&str; 6] = ["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--reorder-functions-by-name"];
/// Builds, shrinks and weighs the page. `arguments`: nothing, or `--public-url PATH`.
pub(crate) fn dist(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().flat_map(|word| word.splitn(2, '=')).collect();
    let public_url = match words[..] {
        [] => None,
        ["--public-url", url] => Some(url),
        _ => bail!("dist: expected [--public-url PATH], got `{}`", arguments.join(" ")),
    };
    build::page(public_url)?;
    let files = files_below(&root().join("dist"))?;
    for wasm in files.iter().filter(|path| has_extension(path, &["wasm"])) {
        shrink(wasm)?;
    }
    step("weigh dist/", || weigh(&files))
}

/// All files below a folder, in the order of their names.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Runs wasm-opt on a file in place. It takes minutes for the worker, so results are kept by what went in.
fn shrink(wasm: &Path) -> Result<()> {
    let name = wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = target_dir()?.join("wasm-opt");
    let program = tools::wasm_opt()?;
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let passes: &[&str] = if name.starts_with("app") { &PAGE_PASSES } else { &WORKER_PASSES };
    let cached = folder.join(format!("{}.wasm", cache_key(&read(wasm)?, passes, &program)));
    if cached.is_file() {
        say(&format!("==> shrink {name} (wasm-opt): known from before"));
    } else {
        step(&format!("shrink {name} (wasm-opt; minutes for the worker)"), || {
            let unfinished = cached.with_extension("unfinished");
            run(tool("node").arg(&program).args(passes).args(FEATURES).arg(wasm).arg("-o").arg(&unfinished))?;
            std::fs::rename(&unfinished, &cached).with_context(|| format!("cannot write {}", cached.display()))
        })?;
    }
    std::fs::copy(&cached, wasm).with_context(|| format!("cannot write {}", wasm.display()))?;
    Ok(())
}

/// SHA-256, in hexadecimal, of all that decides the result: the file, the flags and the tool (its path has its version).
fn cache_key(wasm: &[u8], passes: &[&str], program: &Path) -> String {
    let mut hash = Sha256::new();
    hash.update(program.to_string_lossy().as_bytes());
    hash.update(passes.join(" "));
    hash.update(FEATURES.join(" "));
    hash.update(wasm);
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Size of `bytes` as a web server would send them.
fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// Prints raw and gzipped sizes of all code and holds them against the budgets.
fn weigh(files: &[PathBuf]) -> Result<()> {
    let dist = root().join("dist");
    let (mut page, mut worker) = (0, 0);
    for path in files.iter().filter(|path| has_extension(path, &["wasm", "js", "css"])) {
        let name = path.strip_prefix(&dist).unwrap_or(path).to_string_lossy().into_owned();
        let bytes = read(path)?;
        let small = gzipped(&bytes)?;
        say(&format!("    {name:<40} {:>10} bytes, gzipped {small:>9}", bytes.len()));
        match part_of(&name) {
            Part::Page => page += small,
            Part::WorkerWasm => worker += small,
            Part::Other => {}
        }
    }
    check_budget("page (wasm, JavaScript, CSS)", page, PAGE_BUDGET)?;
    check_budget("worker (wasm)", worker, WORKER_BUDGET)
}

/// What a visitor fetches a file of `dist/` for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Before the form is usable.
    Page,
    /// In the background.
    WorkerWasm,
    /// The worker's small loader, examples, what other pages include.
    Other,
}

fn part_of(name: &str) -> Part {
    match name {
        "worker_bg.wasm" => Part::WorkerWasm,
        "worker.js" | "worker_loader.js" | "embed.js" => Part::Other,
        _ if name.starts_with("examples") => Part::Other,
        _ => Part::Page,
    }
}

fn check_budget(what: &str, bytes: usize, budget: usize) -> Result<()> {
    say(&format!("    {what}: {bytes} bytes gzipped of {budget}"));
    if bytes == 0 {
        bail!("dist/ holds no {what}: has www/index.html lost a rust link?");
    }
    if bytes > budget {
        bail!("the {what} is too heavy: {bytes} bytes gzipped, the budget is {budget}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_for_what_they_are_fetched_for() {
        assert_eq!(part_of("app-1f2e_bg.wasm"), Part::Page, "the page's code");
        assert_eq!(part_of("style-aa.css"), Part::Page, "the page's style");
        assert_eq!(part_of("snippets/x/inline0.js"), Part::Page, "what the page's code imports");
        assert_eq!(part_of("worker_bg.wasm"), Part::WorkerWasm, "the worker's code");
        assert_eq!(part_of("worker_loader.js"), Part::Other, "the worker's loader");
    }

    #[test]
    fn a_budget_is_a_sentence() {
        assert!(check_budget("page", 300, 300).is_ok(), "just within");
        let error = check_budget("page", 301, 300).expect_err("over");
        assert_eq!(error.to_string(), "the page is too heavy: 301 bytes gzipped, the budget is 300", "a sentence");
        assert!(check_budget("page", 0, 300).is_err(), "nothing there is no success");
    }

    #[test]
    fn the_cache_knows_its_input() {
        let passed = |wasm: &[u8], passes: &[&str]| cache_key(wasm, passes, Path::new("binaryen-132/wasm-opt"));
        let key = |wasm: &[u8]| passed(wasm, &WORKER_PASSES);
        assert_eq!(key(b"a"), key(b"a"), "same file, same key");
        assert_ne!(key(b"a"), key(b"b"), "another file, another key");
        assert_ne!(key(b"a"), passed(b"a", &PAGE_PASSES), "other passes, another key");
        assert_eq!(key(b"a").len(), 64, "SHA-256 in hexadecimal");
    }
}
