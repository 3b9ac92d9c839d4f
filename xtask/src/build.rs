//! Builds the page: its two programs, then the site that Trunk assembles. The build settings are in www/index.html alone.

use anyhow::{Context, Result};

use crate::command::{read, root, run, tool};
use crate::step::{say, step};
use crate::tools;

/// The target of both programs.
pub(crate) const WASM: &str = "--target=wasm32-unknown-unknown";

/// Cargo's arguments for the two programs of the page: the page itself, without Burn, and the worker. They are those that Trunk
/// reads from the links in www/index.html, so that Trunk finds both programs already built.
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

/// Compiles both programs for the browser. Trunk would do so too, but without showing progress and times.
pub(crate) fn compile() -> Result<()> {
    say("    the first build of the worker takes at least a quarter of an hour");
    for arguments in programs()? {
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_built_as_their_links_say() {
        let programs = programs().expect("www/index.html");
        let app = ["--bin=app", "--no-default-features", "--profile=page"];
        assert_eq!(programs, [&app[..], &["--bin=worker", "--features=train"]], "the page is built without training");
    }
}
