//! Runs other programs from the repository's root, with a clear one-line message if one is missing or fails.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::step::say;

/// The repository's root: the folder above this package.
pub(crate) fn root() -> PathBuf {
    // Set by `cargo run`; the compiled-in path is only valid where the binary was built.
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// Cargo's build folder: this binary is in `<build folder>/debug/`.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let binary = std::env::current_exe().context("cannot determine the path of xtask")?;
    let folder = binary.parent().and_then(Path::parent);
    folder.map(Path::to_path_buf).ok_or_else(|| anyhow!("{} is not in a build folder", binary.display()))
}

/// A command that runs in the repository's root and finds the tools installed by `cargo install`.
pub(crate) fn tool(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // `cargo run` sets these to describe xtask; build scripts that depend on them would run again.
    for (name, _) in std::env::vars_os() {
        if is_cargos_own(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    // Trunk parses it as a boolean and rejects the usual `NO_COLOR=1`.
    if std::env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    command.env("PATH", search_path());
    command
}

fn is_cargos_own(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"].contains(&name)
}

/// `PATH`, followed by Cargo's folder of installed programs, which it does not include on some machines.
fn search_path() -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::home_dir().map(|home| home.join(".cargo"));
    let installed = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home).map(|cargo| cargo.join("bin"));
    std::env::join_paths(std::env::split_paths(&path).chain(installed)).unwrap_or(path)
}

/// The contents of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The whole command as one line, for messages.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy().into_owned();
    match error.kind() {
        std::io::ErrorKind::NotFound => anyhow!("{program} is not installed or not on the PATH"),
        _ => anyhow!("cannot start {program}: {error}"),
    }
}

/// Runs a command attached to our terminal; an exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a command, prints its stdout immediately, and passes every line to `see`. True if the exit code is 0.
pub(crate) fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    if let Some(stdout) = child.stdout.take() {
        for bytes in BufReader::new(stdout).split(b'\n') {
            let bytes = bytes.with_context(|| format!("cannot read the output of `{}`", line(command)))?;
            let text = String::from_utf8_lossy(&bytes);
            say(&text);
            see(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// The value of a command's only option, `--name VALUE` or `--name=VALUE`, if it is given.
pub(crate) fn only_option<'a>(name: &str, value: &str, arguments: &'a [String]) -> Result<Option<&'a str>> {
    options([(name, value)], arguments).map(|[only]| only)
}

/// The values of a command's options, each given as `--name VALUE` or `--name=VALUE` at most once.
pub(crate) fn options<'a, const N: usize>(
    known: [(&str, &str); N],
    arguments: &'a [String],
) -> Result<[Option<&'a str>; N]> {
    let words: Vec<&str> = arguments.iter().flat_map(|word| word.splitn(2, '=')).collect();
    let expected = || known.map(|(name, value)| format!("[{name} {value}]")).join(" ");
    let mut values = [None; N];
    for pair in words.chunks(2) {
        let index = known.iter().position(|(name, _)| *name == pair[0]);
        match (index, pair) {
            (Some(index), [_, value]) if values[index].is_none() => values[index] = Some(*value),
            _ => bail!("expected {}, got `{}`", expected(), arguments.join(" ")),
        }
    }
    Ok(values)
}

/// The trimmed stdout of a command; `None` if the program is missing or fails.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let Output { status, stdout, .. } = command.output().ok()?;
    status.success().then(|| String::from_utf8_lossy(&stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut tool("emergence-lab-no-such-program")).expect_err("nothing to run");
        assert_eq!(
            error.to_string(),
            "emergence-lab-no-such-program is not installed or not on the PATH",
            "one clear line"
        );
    }

    #[test]
    fn an_option_takes_one_word_or_two() {
        let port = |words: &[&str]| {
            let words = words.iter().map(ToString::to_string).collect::<Vec<_>>();
            only_option("--port", "N", &words).map(|value| value.map(ToOwned::to_owned))
        };
        assert_eq!(port(&[]).expect("none"), None, "none");
        assert_eq!(port(&["--port", "9000"]).expect("two words").as_deref(), Some("9000"), "two words");
        assert_eq!(port(&["--port=9000"]).expect("one word").as_deref(), Some("9000"), "one word");
        let error = port(&["--prot", "9000"]).expect_err("another option");
        assert_eq!(error.to_string(), "expected [--port N], got `--prot 9000`", "the error states what was expected");
    }

    #[test]
    fn options_come_in_any_order_and_once() {
        let read = |words: &[&str]| {
            let words = words.iter().map(ToString::to_string).collect::<Vec<_>>();
            options([("--a", "A"), ("--b", "B")], &words).map(|values| values.map(|value| value.map(ToOwned::to_owned)))
        };
        let both = [Some("1".to_owned()), Some("2".to_owned())];
        assert_eq!(read(&["--b=2", "--a", "1"]).expect("both"), both, "in any order");
        assert_eq!(read(&["--b", "2"]).expect("one"), [None, Some("2".to_owned())], "one of them");
        for wrong in [&["--a"][..], &["--a=1", "--a=2"], &["1"]] {
            let error = read(wrong).expect_err("not allowed").to_string();
            assert!(error.starts_with("expected [--a A] [--b B], got `"), "{error}");
        }
    }

    #[test]
    fn what_the_user_sets_for_cargo_is_kept() {
        assert!(is_cargos_own("CARGO_PKG_NAME"), "describes xtask");
        assert!(!is_cargos_own("CARGO_TARGET_DIR"), "chosen by the user");
        assert!(!is_cargos_own("CARGO_HOME"), "chosen by the user");
    }
}
