//! What a command prints for its user: each step, its duration, and the final count.

use std::fmt;
use std::ops::AddAssign;
use std::process::ExitCode;

use anyhow::Result;

/// Prints one line to stdout.
#[expect(clippy::print_stdout, reason = "the one place that writes to the terminal")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Runs `action`; prints what it does before, and its duration after.
pub(crate) fn step<T>(what: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("==> {what}"));
    #[expect(clippy::disallowed_methods, reason = "a native tool that times its steps")]
    let start = std::time::Instant::now();
    let result = action();
    let seconds = start.elapsed().as_secs_f64();
    match &result {
        Ok(_) => say(&format!("    {what}: done in {seconds:.1} s")),
        Err(error) => say(&format!("    {what}: FAILED after {seconds:.1} s: {error:#}")),
    }
    result
}

/// How many tests passed, failed and were skipped; a failed step that is not a test (a lint, a build) counts as one failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl Tally {
    /// Runs a step that is not a test: if it fails, it counts as one failure. True if it succeeds.
    pub(crate) fn check(&mut self, what: &str, action: impl FnOnce() -> Result<()>) -> bool {
        let went_well = step(what, action).is_ok();
        self.failed += u64::from(!went_well);
        went_well
    }

    /// Runs a step that counts tests; if it cannot run and therefore has no count, it counts as one failure.
    pub(crate) fn count(&mut self, what: &str, action: impl FnOnce() -> Result<Self>) {
        match step(what, action) {
            Ok(tests) => {
                say(&format!("    {what}: {tests}"));
                *self += tests;
            }
            Err(_) => self.failed += 1,
        }
    }

    /// Skips a step that cannot be carried out here.
    pub(crate) fn skip(&mut self, what: &str, reason: &str) {
        say(&format!("==> {what}: SKIPPED, {reason}"));
        self.skipped += 1;
    }

    /// Prints the count as the last line, and returns the exit code.
    pub(crate) fn close(self) -> ExitCode {
        say(&self.to_string());
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_one_failure() {
        let mut tally = Tally::default();
        assert!(tally.check("good", || Ok(())), "a good step succeeds");
        assert!(!tally.check("bad", || anyhow::bail!("broken")), "a bad step does not");
        tally.count("tests", || Ok(Tally { passed: 3, failed: 1, skipped: 2 }));
        tally.count("no tests", || anyhow::bail!("does not compile"));
        tally.skip("advisories", "the server does not answer");
        assert_eq!(tally.to_string(), "3 passed, 3 failed, 3 skipped", "one step, one test and one count failed");
    }
}
