//! What a command tells the person in front of it: each step, its duration, and the final count.

use std::fmt;
use std::ops::AddAssign;
use std::time::Duration;

use anyhow::Result;

/// Prints one line to stdout.
#[expect(clippy::print_stdout, reason = "the one place that writes to the terminal")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Prints one line about a failure to stderr.
pub(crate) fn complain(line: &str) {
    eprintln!("xtask: {line}");
}

/// Runs `action`, saying before what it does and after how long it took.
pub(crate) fn step<T>(what: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("==> {what}"));
    #[expect(clippy::disallowed_methods, reason = "a native tool that times its steps")]
    let start = std::time::Instant::now();
    let result = action();
    let took = seconds(start.elapsed());
    match &result {
        Ok(_) => say(&format!("    {what}: done in {took}")),
        Err(error) => say(&format!("    {what}: FAILED after {took}: {error:#}")),
    }
    result
}

/// `4.2 s`, or `3 min 07 s` from one minute on.
fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// How many tests passed and failed; a failed step that is not a test (a lint, a build) counts as one failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Tally {
    /// Runs a step that yields nothing to count: its failure is one failure. True if it went well.
    pub(crate) fn check(&mut self, what: &str, action: impl FnOnce() -> Result<()>) -> bool {
        let went_well = step(what, action).is_ok();
        self.failed += u64::from(!went_well);
        went_well
    }

    /// Runs a step that counts tests itself; an error on top of its count (it could not even start) is one failure.
    pub(crate) fn count(&mut self, what: &str, action: impl FnOnce() -> Result<Self>) {
        match step(what, action) {
            Ok(tests) => {
                say(&format!("    {what}: {tests}"));
                *self += tests;
            }
            Err(_) => self.failed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_would_say_them() {
        assert_eq!(seconds(Duration::from_millis(4230)), "4.2 s", "under a minute");
        assert_eq!(seconds(Duration::from_secs(187)), "3 min 07 s", "over a minute");
    }

    #[test]
    fn a_failed_step_is_one_failure() {
        let mut tally = Tally::default();
        assert!(tally.check("good", || Ok(())), "a good step goes well");
        assert!(!tally.check("bad", || anyhow::bail!("broken")), "a bad step does not");
        tally.count("tests", || Ok(Tally { passed: 3, failed: 1 }));
        tally.count("no tests", || anyhow::bail!("does not compile"));
        assert_eq!(tally.to_string(), "3 passed, 3 failed", "one step, one test and one count failed");
    }
}
