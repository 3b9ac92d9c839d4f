//! `cargo xtask test`: everything that must hold before a change is merged, quick checks first.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::command::{run, tool, watch};
use crate::step::{Tally, say};
use crate::{build, e2e, tools};

/// Runs all checks, or with `--native` those without a browser. The last line is `N passed, N failed`.
pub(crate) fn test(arguments: &[String]) -> Result<ExitCode> {
    let native = match arguments {
        [] => false,
        [only] if only == "--native" => true,
        _ => bail!("test: expected [--native], got `{}`", arguments.join(" ")),
    };
    let mut tally = Tally::default();
    lint(&mut tally);
    tally.count("native tests", native_tests);
    if native {
        say("    --native: the page was neither built nor tested in a browser");
    } else if tally.check("the page builds", || build::page(None)) {
        tally.count("browser tests", || e2e::playwright(&[]));
    } else {
        say("    without a page there are no browser tests");
    }
    say(&tally.to_string());
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Formatting, and clippy for each of the three builds: native, page, worker. With `--release` throughout: the build
/// scripts and procedural macros are then those of the release builds, and are compiled once.
fn lint(tally: &mut Tally) {
    if !tally.check("tools for the lints", || tools::lints().and_then(|()| tools::wasm_target())) {
        return;
    }
    let clippy = |arguments: &str| {
        let words = arguments.split_whitespace();
        run(tool("cargo").args(["clippy", "--locked", "--release"]).args(words).args(["--", "-D", "warnings"]))
    };
    let wasm = "--target=wasm32-unknown-unknown";
    tally.check("formatting", || run(tool("cargo").args(["fmt", "--all", "--check"])));
    tally.check("lints: native", || clippy("--workspace --all-targets"));
    tally.check("lints: page (wasm)", || clippy(&format!("{wasm} --no-default-features --lib --bin app")));
    tally.check("lints: worker (wasm)", || clippy(&format!("{wasm} --features train --lib --bin worker")));
}

/// `cargo test` over the whole workspace, in release: training is part of the tests.
fn native_tests() -> Result<Tally> {
    let mut tally = Tally::default();
    let mut command = tool("cargo");
    command.args(["test", "--locked", "--release", "--workspace", "--no-fail-fast"]);
    let went_well = watch(&mut command, |line| tally += count(line))?;
    if !went_well && tally.failed == 0 {
        // It did not compile, or a test binary died before it could say so.
        tally.failed = 1;
    }
    Ok(tally)
}

/// What a summary line of the test harness counts: `test result: ok. 12 passed; 0 failed; 1 ignored; ...`.
fn count(line: &str) -> Tally {
    let Some((_, numbers)) = line.trim().strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
        return Tally::default();
    };
    let number = |what: &str| {
        let part = numbers.split(';').find_map(|part| part.trim().strip_suffix(what));
        part.and_then(|digits| digits.trim().parse().ok()).unwrap_or(0)
    };
    Tally { passed: number("passed"), failed: number("failed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_lines_are_counted_and_nothing_else() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.1s";
        assert_eq!(count(line), Tally { passed: 12, failed: 3 }, "a summary");
        assert_eq!(count("test it::result ... ok"), Tally::default(), "a test's own line");
        assert_eq!(count(""), Tally::default(), "an empty line");
    }
}
