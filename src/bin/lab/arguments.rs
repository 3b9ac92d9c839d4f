//! Parses the command line: every option at most once, except those that may be repeated; an error is one line that names the argument.

use emergence_lab::error::{Error, FormulaError, ValueError};
use lexopt::{Arg, Parser, ValueExt};
use std::fmt;
use std::path::{Path, PathBuf};

/// The commands, as they are listed in errors.
pub(crate) const COMMANDS: &str =
    "run, race, verify, merge, sweep, gpu-check, emergence, init, bleu, words, record, data or help";

/// The options that may be repeated.
const REPEATABLE: [&str; 1] = ["use"];

/// The options that have no value.
const FLAGS: [&str; 2] = ["list", "refine"];

/// The options that may have a value, which is the next word, and are empty without.
const WITH_OR_WITHOUT: [&str; 1] = ["resume"];

/// Greatest number of threads: as many as an experiment can have runs.
#[cfg(feature = "train")]
const MOST_THREADS: usize = emergence_lab::experiment::limits::RUNS;

/// An invalid argument.
#[derive(Debug)]
pub(crate) struct Usage {
    argument: String,
    /// What was expected and what was given.
    reason: String,
}

impl Usage {
    pub(crate) fn new(argument: &str, expected: &str, got: impl fmt::Display) -> Self {
        Self { argument: argument.to_owned(), reason: format!("expected {expected}, got `{got}`") }
    }

    /// An argument with the syntax of a query key that the library rejects.
    pub(crate) fn refused(argument: &str, error: &Error) -> Self {
        match error {
            Error::Value(ValueError { parameter: None, expected, got, .. }) => {
                Self::new(argument, &expected.to_string(), got)
            }
            Error::Value(ValueError { parameter: Some(parameter), expected, got, .. }) => {
                Self::new(&format!("{argument}: {parameter}"), &expected.to_string(), got)
            }
            // The message already begins with the argument, which is not always called `init`.
            Error::Formula(error) => {
                let FormulaError { reason, formula, .. } = error;
                Self::because(argument, format!("{reason} at character {} of `{formula}`", error.character()))
            }
            other => Self::because(argument, other),
        }
    }

    /// An argument that is invalid for a reason already stated in words.
    pub(crate) fn because(argument: &str, reason: impl fmt::Display) -> Self {
        Self { argument: argument.to_owned(), reason: reason.to_string() }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.argument, self.reason)
    }
}

impl std::error::Error for Usage {}

/// The command line.
pub(crate) struct Arguments {
    parser: Parser,
}

/// The options and positional arguments of one command.
#[derive(Debug, Default)]
pub(crate) struct Options {
    named: Vec<(String, String)>,
    positional: Vec<String>,
}

impl Arguments {
    pub(crate) fn from_env() -> Self {
        Self { parser: Parser::from_env() }
    }

    /// The command, the first word; `help` if there is none or if it is `--help`.
    pub(crate) fn command(&mut self) -> Result<String, Usage> {
        match self.parser.next().map_err(|error| Usage::new("command line", "words and --options", error))? {
            None | Some(Arg::Long("help") | Arg::Short('h')) => Ok("help".to_owned()),
            Some(Arg::Value(value)) => text("command", value),
            Some(other) => Err(Usage::new("command", COMMANDS, display(&other))),
        }
    }

    /// The remaining arguments; only options in `known` are accepted.
    pub(crate) fn options(mut self, known: &[&str]) -> Result<Options, Usage> {
        let mut options = Options::default();
        loop {
            let next = self.parser.next().map_err(|error| Usage::new("command line", "words and --options", error))?;
            match next {
                None => return Ok(options),
                Some(Arg::Value(value)) => options.positional.push(text("argument", value)?),
                Some(Arg::Long(name)) if known.contains(&name) => {
                    let name = name.to_owned();
                    if options.get(&name).is_some() && !REPEATABLE.contains(&name.as_str()) {
                        return Err(Usage::new(&format!("--{name}"), "at most one occurrence", "two"));
                    }
                    let value = self.value_of(&name)?;
                    options.named.push((name, value));
                }
                Some(Arg::Long("help")) => {
                    return Err(Usage::new("--help", "no command beside it, as in `lab --help`", "a command"));
                }
                Some(other) => return Err(Usage::new("option", &list(known), display(&other))),
            }
        }
    }
}

impl Arguments {
    /// The value of the option that was read last.
    fn value_of(&mut self, name: &str) -> Result<String, Usage> {
        let flag = format!("--{name}");
        let may_lack_value = WITH_OR_WITHOUT.contains(&name) && !self.next_is_value();
        if FLAGS.contains(&name) || may_lack_value {
            return match self.parser.optional_value() {
                Some(value) if may_lack_value => text(&flag, value),
                Some(value) => Err(Usage::new(&flag, "no value", value.to_string_lossy())),
                None => Ok(String::new()),
            };
        }
        let value = self.parser.value().map_err(|_| Usage::new(&flag, "a value", "nothing"))?;
        text(&flag, value)
    }

    /// Whether the next word is not an option.
    fn next_is_value(&mut self) -> bool {
        let next =
            self.parser.try_raw_args().and_then(|words| words.peek().map(|word| word.to_string_lossy().into_owned()));
        next.is_some_and(|word| !word.starts_with("--"))
    }
}

impl Options {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of an option that may be repeated.
    #[cfg(feature = "train")]
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.named.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn required(&self, name: &str, expected: &str) -> Result<&str, Usage> {
        self.get(name).ok_or_else(|| Usage::new(&format!("--{name}"), expected, "nothing"))
    }

    /// The positional arguments.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.positional.iter().map(String::as_str).collect()
    }

    /// The positional arguments, exactly `N` of them; `expected` describes them in the error.
    pub(crate) fn positional<const N: usize>(&self, expected: &str) -> Result<[&str; N], Usage> {
        <[&str; N]>::try_from(self.words()).map_err(|words| {
            let got = if words.is_empty() { "nothing".to_owned() } else { words.join(" ") };
            Usage::new("arguments", expected, got)
        })
    }

    /// The number of threads: `--threads`, else that of the cores.
    #[cfg(feature = "train")]
    pub(crate) fn threads(&self) -> Result<usize, Usage> {
        let Some(text) = self.get("threads") else { return Ok(crate::threads::cores()) };
        let number = text.parse().ok().filter(|number| (1..=MOST_THREADS).contains(number));
        number.ok_or_else(|| Usage::new("--threads", &format!("a whole number from 1 to {MOST_THREADS}"), text))
    }

    /// The folder of data sets: `--data-dir`, else `$EMERGENCE_LAB_DATA`, else `data/`.
    pub(crate) fn data_dir(&self) -> PathBuf {
        let chosen = self.get("data-dir").map(PathBuf::from);
        let chosen = chosen.or_else(|| std::env::var_os("EMERGENCE_LAB_DATA").map(PathBuf::from));
        chosen.unwrap_or_else(|| Path::new("data").to_path_buf())
    }
}

fn text(argument: &str, value: std::ffi::OsString) -> Result<String, Usage> {
    value.string().map_err(|error| Usage::new(argument, "UTF-8 text", error))
}

fn display(argument: &Arg<'_>) -> String {
    match argument {
        Arg::Short(letter) => format!("-{letter}"),
        Arg::Long(name) => format!("--{name}"),
        Arg::Value(value) => value.to_string_lossy().into_owned(),
    }
}

fn list(known: &[&str]) -> String {
    if known.is_empty() {
        return "no options".to_owned();
    }
    known.iter().map(|name| format!("--{name}")).collect::<Vec<_>>().join(", ")
}
