//! `cargo xtask test`: everything that must hold before a change is merged, quick checks first.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::build::{self, WASM, is_profile};
use crate::command::{root, run, tool, watch};
use crate::step::{Tally, say, step};
use crate::{dist, e2e, tools};

/// How the line begins that a native test prints if it cannot be carried out here (tests/it/fixtures.rs).
const SKIPPED: &str = "skipped: ";

/// The feature with which native programs also compute on a graphics processor.
const GPU: &str = "--features=emergence-lab/gpu";

/// Runs all checks, or with `--native` those without a browser. The last line is `N passed, N failed, N skipped`; with
/// `--no-skips` nothing may be skipped, and the page is optimized as for publication, including the worker.
pub(crate) fn test(arguments: &[String]) -> Result<ExitCode> {
    let (mut native, mut no_skips) = (false, false);
    for argument in arguments {
        match argument.as_str() {
            "--native" => native = true,
            "--no-skips" => no_skips = true,
            other => bail!("expected [--native] [--no-skips], got `{other}`"),
        }
    }
    let mut tally = Tally::default();
    lint(&mut tally);
    dependencies(&mut tally);
    tally.check("what native tests use", tools::for_native_tests);
    tally.count("native tests", native_tests);
    if native {
        say("    --native: the page was neither built nor tested in a browser");
    } else if tally.check("the page builds", || build::page(None)) {
        tally.check("sizes", || dist::optimize(no_skips));
        tally.count("browser tests", || e2e::playwright(&[]));
    } else {
        say("    the browser tests cannot run without a page");
    }
    let skipped = tally.skipped;
    if no_skips && skipped > 0 {
        tally.check("--no-skips", || bail!("{skipped} skipped, see above"));
    }
    Ok(tally.close())
}

/// Formatting, spelling, and clippy for all builds. All with `--release`, so that build scripts and procedural macros are
/// shared with the release builds and compiled only once.
fn lint(tally: &mut Tally) {
    if !tally.check("the toolchain", tools::toolchain) {
        return;
    }
    tally.check("formatting", || run(tool("cargo").args(["fmt", "--all", "--check"])));
    tally.check("spelling", || tools::typos().and_then(|()| run(&mut tool("typos"))));
    let clippy = |arguments: &[&str]| {
        run(tool("cargo").args(["clippy", "--locked", "--release"]).args(arguments).args(["--", "-D", "warnings"]))
    };
    tally.check("lints: native", || clippy(&["--workspace", "--all-targets", GPU]));
    tally.check("lints: native, without training", || clippy(&["--all-targets", "--no-default-features"]));
    tally.check("lints: page and worker (wasm)", || {
        build::programs()?.iter().try_for_each(|program| {
            let program = program.iter().map(String::as_str).filter(|argument| !is_profile(argument));
            clippy(&[WASM, "--lib"].into_iter().chain(program).collect::<Vec<_>>())
        })
    });
}

/// Licenses, sources and versions of dependencies, and known vulnerabilities if their database can be downloaded.
fn dependencies(tally: &mut Tally) {
    if !tally.check("cargo-deny", tools::deny) {
        return;
    }
    let deny = |words: &[&str]| run(tool("cargo-deny").args(["--workspace", "--locked"]).args(words));
    tally.check("dependencies", || deny(&["check", "bans", "licenses", "sources"]));
    if deny(&["fetch", "db"]).is_ok() {
        tally.check("advisories", || deny(&["check", "advisories"]));
    } else {
        tally.skip("advisories", "their database cannot be downloaded");
    }
}

/// `cargo test` for the whole workspace, as a release build, because the tests train networks.
fn native_tests() -> Result<Tally> {
    let mut tally = Tally::default();
    let mut command = tool("cargo");
    command.args(["test", "--locked", "--release", "--workspace", GPU, "--no-fail-fast"]);
    let went_well = watch(&mut command, |line| tally += count(line))?;
    if !went_well && tally.failed == 0 {
        // It did not compile, or a test binary crashed before it printed its summary.
        tally.failed = 1;
    }
    // The test harness counts a test that decided at run time to be skipped as passed.
    tally.passed = tally.passed.saturating_sub(tally.skipped);
    Ok(tally)
}

/// Writes the generated parts of the page and of the documentation, using the test that compares them.
pub(crate) fn docs(arguments: &[String]) -> Result<()> {
    if let [first, ..] = arguments {
        bail!("expected nothing, got `{first}`");
    }
    let mut command = tool("cargo");
    command.args(["test", "--locked", "--release", "--no-default-features", "--test", "it", "reference::"]);
    step("write generated parts", || run(command.env("EMERGENCE_LAB_WRITE_REFERENCE", "1")))
}

/// Checks and times the graphics processor with the native program.
pub(crate) fn gpu_check(arguments: &[String]) -> Result<()> {
    if let [first, ..] = arguments {
        bail!("expected nothing, got `{first}`");
    }
    let mut command = tool("cargo");
    command.args(["run", "--locked", "--release", GPU, "--bin", "lab", "--", "gpu-check"]);
    step("check the graphics processor", || run(&mut command))
}

/// Records scenarios: trains them with the native program, and writes what is generated from the results.
pub(crate) fn record(arguments: &[String]) -> Result<()> {
    let name = match arguments {
        [] => "all",
        [name] => name.as_str(),
        [_, second, ..] => bail!("expected one scenario or nothing, got `{second}` as well"),
    };
    let folder = root().join("www/recorded");
    let mut command = tool("cargo");
    command.args(["run", "--locked", "--release", "--bin", "lab", "--", "record", name, "--dir"]).arg(folder);
    step("train and record scenarios", || run(&mut command))?;
    docs(&[])
}

/// The counts in a summary of the test harness, `test result: ok. 12 passed; 0 failed; 1 ignored; ...`, or of a skipped test.
fn count(line: &str) -> Tally {
    if line.starts_with(SKIPPED) {
        return Tally { skipped: 1, ..Tally::default() };
    }
    let Some((_, numbers)) = line.trim().strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
        return Tally::default();
    };
    let number = |what: &str| {
        let part = numbers.split(';').find_map(|part| part.trim().strip_suffix(what));
        part.and_then(|digits| digits.trim().parse().ok()).unwrap_or(0)
    };
    Tally { passed: number("passed"), failed: number("failed"), skipped: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_and_skipped_tests_are_counted_and_nothing_else() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.1s";
        assert_eq!(count(line), Tally { passed: 12, failed: 3, skipped: 0 }, "a summary");
        assert_eq!(count("skipped: a::test: no mnist/ in data"), Tally { skipped: 1, ..Tally::default() }, "skipped");
        assert_eq!(count("test it::result ... ok"), Tally::default(), "a test's own line");
        assert_eq!(count(""), Tally::default(), "an empty line");
    }
}
