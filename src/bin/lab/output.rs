//! Output: documents on stdout, lines on stderr, and files that are written whole or not at all.

use crate::closed_stdout::was_stdout_closed;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether lines on stderr are JSON.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// From now on, lines on stderr are JSON: one object each, whose `event` says what it is.
#[cfg(feature = "train")]
pub(crate) fn tell_as_json() {
    IS_JSON.store(true, Ordering::Relaxed);
}

/// Writes a line to stderr. If nobody can read it, the work goes on all the same.
pub(crate) fn tell(line: impl Display) {
    let text = line.to_string();
    tell_event(&text, || json!({"event": "note", "text": text}));
}

/// Writes a line to stderr, or if its lines are JSON, `event`.
pub(crate) fn tell_event(line: &str, event: impl FnOnce() -> Value) {
    if IS_JSON.load(Ordering::Relaxed) {
        tell_part(&format!("{}\n", event()));
    } else {
        tell_part(&format!("{line}\n"));
    }
}

/// Writes text without a line end to stderr, see [`tell`].
pub(crate) fn tell_part(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Writes one document to stdout.
///
/// # Errors
/// If it is closed or cannot be written, except to a closed pipe: then the reader has seen enough.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    if was_stdout_closed() {
        bail!("standard output is closed");
    }
    let mut stdout = io::stdout().lock();
    let written =
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush());
    unless_closed(written).context("standard output cannot be written")
}

/// What was written to a stream whose reader may have left.
pub(crate) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Writes a file under a temporary name first, so that it appears whole or not at all, even if the machine stops meanwhile.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = partial(path);
    let written = write_synced(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    match &written {
        // The new name is on the disk when its folder is; not every system can wait for that.
        Ok(()) => drop(File::open(folder_of(path)).and_then(|folder| folder.sync_all())),
        // A partial file is of no use; the error to report is the first one.
        Err(_) => drop(std::fs::remove_file(&partial)),
    }
    written.with_context(|| format!("{} cannot be written", path.display()))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The name under which a file is written at first.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
