//! Builds the page: its three programs, then the site that Trunk assembles. The build settings are in www/index.html alone.

use anyhow::{Context, Result};

use crate::command::{read, root, run, target_dir, tool};
use crate::step::{say, step};
use crate::{stamp, tools};

/// The target of all programs.
pub(crate) const WASM: &str = "--target=wasm32-unknown-unknown";

/// Cargo's arguments for the programs of the page: the page itself, without Burn, the worker for the CPU, and the one for WebGPU. They
/// are those that Trunk reads from the links in www/index.html, so that Trunk finds all programs already built.
pub(crate) fn programs() -> Result<Vec<Vec<String>>> {
    let html = String::from_utf8(read(&root().join("www/index.html"))?).context("www/index.html is not valid UTF-8")?;
    Ok(html.split('<').filter(|tag| tag.contains(r#"rel="rust""#)).map(cargo_arguments).collect())
}

/// `--bin=app --profile=page` for `data-bin="app" data-cargo-profile="page"`.
fn cargo_arguments(link: &str) -> Vec<String> {
    let argument = |word: &str| match word.strip_prefix("data-")? {
        bin if bin.starts_with("bin=") => Some(format!("--{bin}")),
        other => other.strip_prefix("cargo-").map(|argument| format!("--{argument}")),
    };
    link.split_whitespace().filter_map(argument).map(|argument| argument.replace('"', "")).collect()
}

pub(crate) fn is_profile(argument: &str) -> bool {
    argument.starts_with("--profile=")
}

/// Compiles all programs for the browser. Trunk would do so too, but without showing progress and times.
pub(crate) fn compile() -> Result<()> {
    say("    the first build of the workers takes at least a quarter of an hour");
    compile_those(|_| true)
}

/// The argument that selects the worker for WebGPU, which takes longest to compile.
const GPU_WORKER: &str = "--bin=worker_gpu";

/// Compiles the programs without WebGPU, with which the page can be used already.
pub(crate) fn compile_first() -> Result<()> {
    compile_those(|arguments| !arguments.iter().any(|argument| argument == GPU_WORKER))
}

/// Whether the worker for WebGPU has been compiled before, perhaps from other sources.
pub(crate) fn has_gpu_worker() -> Result<bool> {
    Ok(target_dir()?.join("wasm32-unknown-unknown/release/worker_gpu.wasm").is_file())
}

/// Writes `www/first.html`, the page without the worker for WebGPU, and returns its name.
pub(crate) fn first_page() -> Result<&'static str> {
    const FIRST: &str = "www/first.html";
    let html = String::from_utf8(read(&root().join("www/index.html"))?).context("www/index.html is not valid UTF-8")?;
    let lines = html.lines().filter(|line| !line.contains(r#"data-bin="worker_gpu""#));
    let first = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(root().join(FIRST), first).with_context(|| format!("cannot write {FIRST}"))?;
    Ok(FIRST)
}

fn compile_those(wanted: impl Fn(&[String]) -> bool) -> Result<()> {
    for arguments in programs()?.into_iter().filter(|arguments| wanted(arguments)) {
        let release = if arguments.iter().any(|argument| is_profile(argument)) { None } else { Some("--release") };
        step(&format!("compile {}", arguments.join(" ")), || {
            run(tool("cargo").args(["build", WASM]).args(release).args(&arguments))
        })?;
    }
    Ok(())
}

/// Fills `dist/`, not yet optimized for size. `public_url` replaces the relative addresses of Trunk.toml.
pub(crate) fn page(public_url: Option<&str>) -> Result<()> {
    tools::page()?;
    compile()?;
    step("assemble dist/ (trunk)", || {
        let url = public_url.into_iter().flat_map(|url| ["--public-url", url]);
        run(tool("trunk").args(["build", "--release"]).args(url))
    })?;
    stamp::stamp(&root().join("dist"), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_built_as_their_links_say() {
        let programs = programs().expect("www/index.html");
        let app = ["--bin=app", "--no-default-features", "--profile=page"];
        let worker = ["--bin=worker", "--features=train", "--profile=worker"];
        let gpu = ["--bin=worker_gpu", "--features=gpu"];
        assert_eq!(programs, [&app[..], &worker[..], &gpu[..]], "the page without training, a worker without WebGPU");
    }
}
