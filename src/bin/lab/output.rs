//! Writes files whole or not at all.

use crate::arguments::Usage;
use anyhow::Context;
use std::path::{Path, PathBuf};

/// The path given by option `name`, if a file can be written there: its folder exists, and it is not a folder itself.
#[cfg_attr(not(feature = "train"), expect(dead_code, reason = "only `lab run` has options for output files"))]
pub(crate) fn check_place(name: &str, path: &str) -> Result<PathBuf, Usage> {
    let place = PathBuf::from(path);
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if place.file_name().is_none() || place.is_dir() || !folder.is_dir() {
        return Err(Usage::new(&format!("--{name}"), "a file in a folder that exists", path));
    }
    Ok(place)
}

/// Writes a file under a temporary name first, so that it appears whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() {
        // A partial file is of no use; the error to report is the first one.
        let _ = std::fs::remove_file(&partial);
    }
    written.with_context(|| format!("{} cannot be written", path.display()))
}
