//! Runs the built page in the system's Chromium: browser tests with Playwright, and the benchmark.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::command::{root, run, target_dir, tool, watch};
use crate::step::{Tally, step};
use crate::{build, dist, tools};

/// `cargo xtask e2e [--no-build] [ARGS]`.
pub(crate) fn e2e(arguments: &[String]) -> Result<ExitCode> {
    let (no_build, rest) = match arguments.split_first() {
        Some((first, rest)) if first == "--no-build" => (true, rest),
        _ => (false, arguments),
    };
    if !no_build {
        build::page(None)?;
    } else if !root().join("dist/index.html").is_file() {
        bail!("--no-build: dist/index.html does not exist yet");
    }
    let mut tally = Tally::default();
    tally.count("browser tests", || playwright(rest));
    Ok(tally.close())
}

/// Runs the browser tests on `dist/` and counts them; `arguments` are passed to Playwright.
pub(crate) fn playwright(arguments: &[String]) -> Result<Tally> {
    tools::e2e_packages()?;
    tools::chromium()?;
    let report = target_dir()?.join("playwright-report.json");
    // If this run writes no report, that of an earlier run must not be counted.
    if report.exists() {
        std::fs::remove_file(&report).context("an earlier report of Playwright cannot be removed")?;
    }
    let mut command = tool("npx");
    command.current_dir(root().join("e2e")).args(["playwright", "test", "--reporter=list,json"]).args(arguments);
    let went_well = watch(command.env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report), |_| ())?;
    let text = std::fs::read_to_string(&report).context("Playwright wrote no report")?;
    let tally = count(&serde_json::from_str(&text).context("Playwright's report is not valid JSON")?)?;
    Ok(Tally { failed: tally.failed.max(u64::from(!went_well)), ..tally })
}

/// `cargo xtask bench`: measures the figures of docs/benchmarks.md on the optimized page; `arguments` are passed to the script.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    dist::dist(&[])?;
    tools::chromium()?;
    step("compile the tiles of the benchmark", tiles)?;
    step("measure in the browser", || run(tool("node").arg("e2e/bench.mjs").args(arguments)))
}

/// Compiles the loops that `e2e/bench/tiles.html` measures, once without and once with relaxed SIMD.
fn tiles() -> Result<()> {
    let folder = root().join("e2e/bench/tiles");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, features) in [("strict", "+simd128"), ("relaxed", "+simd128,+relaxed-simd")] {
        let mut command = tool("rustc");
        command.args(["--edition=2024", "--target=wasm32-unknown-unknown", "--crate-type=cdylib", "-Aunused"]);
        command.args(["-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols"]).arg(format!("-Ctarget-feature={features}"));
        run(command.arg("e2e/bench/tiles.rs").arg("-o").arg(folder.join(name).with_extension("wasm")))?;
    }
    Ok(())
}

/// The counts of Playwright's JSON report. A test that passed only when repeated counts as failed: it is not reliable.
fn count(report: &Value) -> Result<Tally> {
    let stat =
        |name: &str| report["stats"][name].as_u64().ok_or_else(|| anyhow!("Playwright's report has no stats.{name}"));
    let errors = report["errors"].as_array().map_or(0, Vec::len) as u64;
    let failed = stat("unexpected")? + stat("flaky")? + errors;
    Ok(Tally { passed: stat("expected")?, failed, skipped: stat("skipped")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_fail_counts() {
        let report = serde_json::json!({
            "errors": [{"message": "cannot load a test file"}],
            "stats": {"expected": 12, "unexpected": 2, "flaky": 1, "skipped": 3}
        });
        assert_eq!(count(&report).expect("a report"), Tally { passed: 12, failed: 4, skipped: 3 }, "all of them");
        assert!(count(&serde_json::json!({})).is_err(), "no report at all");
    }
}
