//! `lab record`: trains the scenarios of the page and writes their recorded results.

use crate::arguments::{Arguments, Usage};
use crate::output::{tell, write_whole};
use crate::preparation::load;
use crate::run::report;
use crate::threads::{Supervision, Trained, Workforce, train};
use anyhow::Context;
use emergence_lab::experiment::own_files::RoleChoices;
use emergence_lab::experiment::scenarios::{SCENARIOS, Scenario};
use emergence_lab::replay::Recording;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY: u64 = 86_400;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["data-dir", "dir"])?;
    let [name] = options.positional("one scenario, like scale, or all")?;
    let directory = options.required("dir", "a folder, like www/recorded")?;
    let scenarios: Vec<&Scenario> = SCENARIOS.iter().filter(|one| one.name == name || name == "all").collect();
    if scenarios.is_empty() {
        let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        return Err(Usage::new("scenario", &format!("all, {}", names.join(", ")), name).into());
    }
    for scenario in scenarios {
        tell(format!("recording {}", scenario.name));
        let experiment = scenario.experiment();
        let dataset = load(&experiment, &options, &RoleChoices::new())?.dataset;
        let Trained { history, failure, .. } =
            train(&experiment, dataset, &Workforce::all_cores(), Supervision::default(), report);
        if let Some(error) = failure {
            return Err(error);
        }
        let recording = history.and_then(|history| Recording::of(&history, today()));
        let recording = recording.context("the experiment has not started")?;
        write_whole(&Path::new(directory).join(format!("{}.bin", scenario.name)), &recording.to_bytes())?;
    }
    Ok(())
}

/// The current date in UTC: `2026-11-29`.
#[expect(clippy::disallowed_methods, reason = "only the native command line reads a clock")]
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    date(seconds / DAY)
}

/// The date that is this many days after 1970-01-01, in the Gregorian calendar.
///
/// Counted from March 1, 0000, so that the leap day is the last day of a year; a cycle of 400 years has 146,097 days. (Hinnant,
/// *chrono-compatible low-level date algorithms*.)
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{}-{month:02}-{day:02}", 400 * cycle + year + u64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_count_from_1970() {
        // Python: datetime.date(1970, 1, 1) + datetime.timedelta(days).
        let days = [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_786, "2026-11-29"),
            (47_540, "2100-02-28"),
        ];
        for (days, expected) in days {
            assert_eq!(date(days), expected, "{days} days");
        }
    }
}
