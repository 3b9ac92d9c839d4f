//! `cargo xtask dist`: builds `dist/` for publication, optimized for size and within its size budgets.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::command::{options, read, root, run, target_dir, tool};
use crate::hashed_names::plain_name;
use crate::stamp::stamp;
use crate::step::{say, step};
use crate::{build, tools};

/// Page: wasm, JavaScript and CSS together, gzipped, in bytes.
const PAGE_BUDGET: usize = 456_000;

/// A worker with its budgets.
struct Worker {
    /// What it is.
    what: &'static str,
    /// The file name that wasm-bindgen and Trunk give its wasm.
    wasm: &'static str,
    /// Its wasm, gzipped, in bytes.
    budget: usize,
    /// The same before wasm-opt, which reduces the size by three tenths.
    compiled_budget: usize,
    /// Whether wasm-opt takes minutes.
    slow: bool,
}

const WORKERS: [Worker; 2] = [
    Worker {
        what: "worker for the CPU (wasm)",
        wasm: "worker_bg.wasm",
        budget: 1_242_000,
        compiled_budget: 1_400_000,
        slow: false,
    },
    Worker {
        what: "worker for WebGPU (wasm)",
        wasm: "worker_gpu_bg.wasm",
        budget: 4_200_000,
        compiled_budget: 5_700_000,
        slow: true,
    },
];

/// What the current rustc emits for wasm32 with simd128; every browser with module workers and SIMD supports all of it.
const FEATURES: &str = "--enable-bulk-memory --enable-bulk-memory-opt --enable-call-indirect-overlong \
    --enable-nontrapping-float-to-int --enable-simd --enable-sign-ext --enable-mutable-globals --enable-reference-types \
    --enable-multivalue";
/// Passes for the workers; each takes minutes. Functions with similar names compress better next to each other.
const WORKER_PASSES: &str = "-Oz --reorder-functions-by-name";
/// Passes for the page: restructuring the control flow a second time saves 2 KB, leaving functions with a single caller where they are and
/// merging similar ones 0.6 KB. `--low-memory-unused`: the stack begins far above the first
/// kilobyte and grows toward it, so only a page that is about to run out of stack would use it.
const PAGE_PASSES: &str = "--low-memory-unused --merge-similar-functions --one-caller-inline-max-function-size=0 -Oz --flatten --rereloop -Oz -Oz \
    --reorder-functions-by-name";

/// Stands for the address of the page in files that other sites read.
const SITE: &str = "%SITE%";

/// Builds and optimizes the page and checks its size. `arguments`: `--public-url PATH`, `--site-url URL` and `--service-worker on|off`, each if it
/// is wanted.
pub(crate) fn dist(arguments: &[String]) -> Result<()> {
    let known = [("--public-url", "PATH"), ("--site-url", "URL"), ("--service-worker", "on|off")];
    let [public_url, site, service_worker] = options(known, arguments)?;
    let offline = match service_worker {
        None | Some("on") => true,
        Some("off") => false,
        Some(other) => bail!("--service-worker: expected on or off, got `{other}`"),
    };
    build::page(public_url)?;
    optimize(true)?;
    if !offline {
        stamp(&root().join("dist"), false)?;
    }
    write_address(site)
}

/// Writes the address of the page into the page, the pages of scenarios and the answers of its oEmbed provider. Without an address the
/// pages stay usable where they are, but other sites cannot show them, so the answers are removed.
fn write_address(site: Option<&str>) -> Result<()> {
    let dist = root().join("dist");
    if let Some(site) = site.filter(|site| !site.starts_with("http") || !site.ends_with('/')) {
        bail!("--site-url: expected an address like https://example.org/lab/, with a slash at its end; got `{site}`");
    }
    let pages = files_below(&dist.join("scenarios"))?.into_iter().chain([dist.join("index.html")]);
    for path in pages.chain(files_below(&dist.join("oembed"))?) {
        if site.is_none() && has_extension(&path, &["json"]) {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            continue;
        }
        let text = String::from_utf8(read(&path)?).with_context(|| format!("{} is not text", path.display()))?;
        let here = if path.parent() == Some(dist.as_path()) { "./" } else { "../" };
        let text = text.replace(SITE, site.unwrap_or(here));
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Runs wasm-opt on the code in `dist/` and compares the sizes with the budgets. Unless `thorough` is set, a worker for
/// which this takes minutes, and that was not optimized in an earlier run, stays as compiled, for which there is a separate budget.
pub(crate) fn optimize(thorough: bool) -> Result<()> {
    let dist = root().join("dist");
    let mut budgets = WORKERS.map(|worker| worker.budget);
    for wasm in files_below(&dist)?.iter().filter(|path| has_extension(path, &["wasm"])) {
        let name = wasm.file_name().unwrap_or_default().to_string_lossy();
        let index = WORKERS.iter().position(|worker| worker.wasm == plain_name(&name));
        let passes = if index.is_some() { WORKER_PASSES } else { PAGE_PASSES };
        let now = thorough || !index.is_some_and(|index| WORKERS[index].slow);
        if let (false, Some(index)) = (shrink(wasm, passes, now)?, index) {
            say(&format!(
                "    the {} is not optimized, which would take minutes (`cargo xtask dist` does it)",
                WORKERS[index].what
            ));
            budgets[index] = WORKERS[index].compiled_budget;
        }
    }
    // The files have other contents now, hence other names.
    stamp(&dist, true)?;
    step("check the size of dist/", || weigh(&files_below(&dist)?, budgets))
}

/// All files below a folder, in the order of their names.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
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

pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted))
}

/// Replaces a file by its optimized form. Results are cached; without a cached result, wasm-opt runs only if `now` is set.
/// True if the file is optimized.
fn shrink(wasm: &Path, passes: &str, now: bool) -> Result<bool> {
    let name = wasm.file_name().unwrap_or_default().to_string_lossy();
    let folder = target_dir()?.join("wasm-opt");
    let kept = folder.join(format!("{}.wasm", cache_key(&read(wasm)?, passes, &tools::wasm_opt_version()?)));
    if kept.is_file() {
        say(&format!("==> optimize {name} (wasm-opt): cached from an earlier run"));
    } else if now {
        tools::e2e_packages()?;
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        step(&format!("optimize {name} (wasm-opt; takes minutes for the large worker)"), || {
            let unfinished = kept.with_extension("unfinished");
            let flags = passes.split_whitespace().chain(FEATURES.split_whitespace());
            run(tool("node").arg(tools::WASM_OPT).args(flags).arg(wasm).arg("-o").arg(&unfinished))?;
            std::fs::rename(&unfinished, &kept).with_context(|| format!("cannot write {}", kept.display()))
        })?;
    } else {
        return Ok(false);
    }
    std::fs::copy(&kept, wasm).with_context(|| format!("cannot write {}", wasm.display()))?;
    Ok(true)
}

/// SHA-256, in hexadecimal, of everything that determines the result: the file, the flags and the version of the tool.
fn cache_key(wasm: &[u8], passes: &str, version: &str) -> String {
    let settings = [version, passes, FEATURES].join("\n");
    format!("{:x}", Sha256::new().chain_update(settings).chain_update(wasm).finalize())
}

/// Gzipped size of `bytes`, as a web server would send them.
fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// Prints raw and gzipped sizes of all code and compares them with the budgets.
fn weigh(files: &[PathBuf], worker_budgets: [usize; WORKERS.len()]) -> Result<()> {
    let dist = root().join("dist");
    let (mut page, mut workers) = (0, [0; WORKERS.len()]);
    for path in files.iter().filter(|path| has_extension(path, &["wasm", "js", "css"])) {
        let name = path.strip_prefix(&dist).unwrap_or(path).to_string_lossy().into_owned();
        let bytes = read(path)?;
        let small = gzipped(&bytes)?;
        say(&format!("    {name:<40} {:>10} bytes, gzipped {small:>9}", bytes.len()));
        if let Some(index) = WORKERS.iter().position(|worker| worker.wasm == plain_name(&name)) {
            workers[index] += small;
        } else if delays_the_form(&name) {
            page += small;
        }
    }
    let mut checked = check_budget("page (wasm, JavaScript, CSS)", page, PAGE_BUDGET);
    for ((worker, bytes), budget) in WORKERS.iter().zip(workers).zip(worker_budgets) {
        // All sizes are printed, whichever is too large.
        let own = check_budget(worker.what, bytes, budget);
        checked = checked.and(own);
    }
    checked
}

/// Whether a visitor downloads a file before the form is usable: not the workers, and not the files for other pages.
fn delays_the_form(name: &str) -> bool {
    let name = plain_name(name);
    !["worker", "examples", "scenarios", "embed.js", "service_worker.js"].iter().any(|start| name.starts_with(start))
}

fn check_budget(what: &str, bytes: usize, budget: usize) -> Result<()> {
    say(&format!("    {what}: {bytes} bytes gzipped of {budget}"));
    if bytes == 0 {
        bail!("dist/ contains no {what}: is a rust link missing in www/index.html?");
    }
    if bytes > budget {
        bail!("the {what} is too large: {bytes} bytes gzipped, the budget is {budget}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_budget_counts_the_files_that_delay_its_form() {
        for name in ["0123456789abcdef-app_bg.wasm", "0123456789abcdef-style.css", "snippets/x/inline0.js"] {
            assert!(delays_the_form(name), "{name}");
        }
        let workers = WORKERS.map(|worker| worker.wasm);
        for name in workers.into_iter().chain([
            "0123456789abcdef-worker_gpu_loader.js",
            "worker.js",
            "examples/blog.js",
            "embed.js",
            "service_worker.js",
        ]) {
            assert!(!delays_the_form(name), "{name}");
        }
    }

    #[test]
    fn exceeded_budgets_are_reported_in_a_sentence() {
        assert!(check_budget("page", 300, 300).is_ok(), "exactly the budget");
        let error = check_budget("page", 301, 300).expect_err("over");
        assert_eq!(error.to_string(), "the page is too large: 301 bytes gzipped, the budget is 300", "a sentence");
        assert!(check_budget("page", 0, 300).is_err(), "a missing page fails");
    }

    #[test]
    fn the_cache_key_depends_on_every_input() {
        let key = |wasm: &[u8]| cache_key(wasm, WORKER_PASSES, "132.0.0");
        assert_eq!(key(b"a"), key(b"a"), "same file, same key");
        assert_ne!(key(b"a"), key(b"b"), "another file, another key");
        assert_ne!(key(b"a"), cache_key(b"a", PAGE_PASSES, "132.0.0"), "other passes, another key");
        assert_ne!(key(b"a"), cache_key(b"a", WORKER_PASSES, "133.0.0"), "another wasm-opt, another key");
        assert_eq!(key(b"a").len(), 64, "SHA-256 in hexadecimal");
    }
}
