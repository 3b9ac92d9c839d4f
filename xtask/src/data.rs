//! `cargo xtask data`: data sets into `data/`; and what Trunk's hook calls to put them beside the page.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{root, run, tool};
use crate::step::{say, step};

/// The data sets that the page reads from its own origin.
const SERVED: [&str; 3] = ["mnist", "fashion-mnist", "cifar-10"];

/// Downloads (or copies, with `--from DIR`) a data set and checks it, by way of `lab data fetch`.
pub(crate) fn fetch(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, from) = match words[..] {
        [] => ("mnist", None),
        ["--from", folder] => ("mnist", Some(folder)),
        [name] if !name.starts_with('-') => (name, None),
        [name, "--from", folder] | ["--from", folder, name] => (name, Some(folder)),
        _ => bail!("data: expected [NAME] [--from DIR], got `{}`", arguments.join(" ")),
    };
    step(&format!("put {name} into data/"), || {
        let mut command = tool("cargo");
        command.args(["run", "--release", "--bin", "lab", "--", "data", "fetch", name, "--data-dir", "data"]);
        if let Some(folder) = from {
            command.arg("--from").arg(std::path::absolute(folder)?);
        }
        run(&mut command)
    })
}

/// Copies the data files, if there are any, into the page that Trunk is about to publish.
pub(crate) fn stage() -> Result<()> {
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        bail!("stage is called by Trunk (see Trunk.toml), which says where in TRUNK_STAGING_DIR");
    };
    let source = match std::env::var_os("EMERGENCE_LAB_DATA") {
        Some(folder) => root().join(folder),
        None => root().join("data"),
    };
    let mut copied = 0;
    for name in SERVED {
        copied += copy_files(&source.join(name), &staging.join("data").join(name))?;
    }
    if copied == 0 {
        say("no data files: the page will offer the public mirror and `digits` (`cargo xtask data` fetches it)");
    } else {
        say(&format!("{copied} data files beside the page, from {}", source.display()));
    }
    Ok(())
}

/// Copies every packed or `*.bin` data file of a folder, packed ones rather than plain ones and no archives, which need not exist; returns how many.
fn copy_files(from: &Path, to: &Path) -> Result<usize> {
    let Ok(entries) = std::fs::read_dir(from) else { return Ok(0) };
    let mut copied = 0;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot list {}", from.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is = |path: &Path, wanted: &str| path.extension().is_some_and(|extension| extension == wanted);
        let packed = is(&path, "gz") && !is(&path.with_extension(""), "tar");
        let plain = is(&path, "bin") && !from.join(format!("{name}.gz")).exists();
        if packed || plain {
            std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
            let file = to.join(&name);
            std::fs::copy(&path, &file).with_context(|| format!("cannot copy {}", path.display()))?;
            copied += 1;
        }
    }
    Ok(copied)
}
