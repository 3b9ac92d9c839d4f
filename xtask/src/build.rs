//! Building the page: the page's binary without Burn, the worker with it, then Trunk.

use anyhow::Result;

use crate::command::{run, tool};
use crate::step::step;
use crate::tools;

/// Compiles both binaries for the browser. Trunk would do so too, but shows no progress and no times. The arguments are
/// those that Trunk derives from www/index.html, so that it finds everything built.
pub(crate) fn compile() -> Result<()> {
    let wasm = ["build", "--release", "--target=wasm32-unknown-unknown"];
    let page = ["build", "--profile=page", "--target=wasm32-unknown-unknown"];
    step("compile the page", || run(tool("cargo").args(page).args(["--bin", "app", "--no-default-features"])))?;
    step("compile the worker (the first time: a quarter of an hour and more)", || {
        run(tool("cargo").args(wasm).args(["--bin", "worker", "--features", "train"]))
    })
}

/// Fills `dist/`, not yet optimized for size. `public_url` replaces the relative addresses of Trunk.toml.
pub(crate) fn page(public_url: Option<&str>) -> Result<()> {
    tools::page()?;
    compile()?;
    step("assemble dist/ (trunk)", || {
        let mut command = tool("trunk");
        command.args(["build", "--release"]);
        if let Some(url) = public_url {
            command.args(["--public-url", url]);
        }
        run(&mut command)
    })
}
