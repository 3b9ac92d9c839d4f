//! `cargo xtask bench`: the figures of docs/benchmarks.md, measured in the browser on the page as it is published.

use anyhow::Result;

use crate::command::{run, tool};
use crate::step::step;
use crate::{dist, tools};

/// Builds `dist/` with wasm-opt and runs `e2e/bench.mjs` on it; `arguments` go to that script.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    dist::dist(&[])?;
    tools::e2e_packages()?;
    let browser = tools::chromium()?;
    step("measure in the browser", || run(tool("node").arg("e2e/bench.mjs").args(arguments).env("CHROME", &browser)))
}
