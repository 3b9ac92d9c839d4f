//! `cargo xtask data` puts data sets into `data/`; `stage`, called by Trunk's hook, copies them to the page and stamps it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{root, run, tool};
use crate::dist::{files_below, has_extension};
use crate::stamp::stamp;
use crate::step::{say, step};

/// Downloads (or copies, with `--from DIR`) a data set and checks it, using `lab data fetch`, which defines the names and
/// options. It is compiled without training, and therefore without Burn.
pub(crate) fn fetch(arguments: &[String]) -> Result<()> {
    let (name, options) = match arguments.split_first() {
        Some((name, options)) if !name.starts_with('-') => (name.as_str(), options),
        _ => ("mnist", arguments),
    };
    step(&format!("put {name} into data/"), || {
        let mut command = tool("cargo");
        command.args(["run", "--release", "--no-default-features", "--bin", "lab", "--manifest-path"]);
        command
            .arg(root().join("Cargo.toml"))
            .args(["--", "data", "fetch", name, "--data-dir"])
            .arg(root().join("data"));
        // Relative paths in the options are relative to the current folder, not to the repository's root.
        run(command.args(options).current_dir(std::env::current_dir()?))
    })
}

/// Copies the data files, if there are any, into the page that Trunk is about to publish or to serve, and stamps that page. A page that is being
/// developed has no service worker.
pub(crate) fn stage() -> Result<()> {
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        bail!("stage is called by Trunk (see Trunk.toml), which sets TRUNK_STAGING_DIR");
    };
    let source = root().join(std::env::var_os("EMERGENCE_LAB_DATA").unwrap_or_else(|| "data".into()));
    match copy_data(&source, &staging.join("data"))? {
        0 => say("no data files: the page will use public mirrors or `digits` (`cargo xtask data` downloads MNIST)"),
        files => say(&format!("copied {files} data files to the page, from {}", source.display())),
    }
    stamp(&staging, false)
}

/// Copies the data files of all folders in `from`, which need not exist; returns their number.
fn copy_data(from: &Path, to: &Path) -> Result<usize> {
    let files = if from.is_dir() { files_below(from)? } else { Vec::new() };
    let is_public = |path: &Path| {
        let folder = path.strip_prefix(from).ok().and_then(|path| path.components().next());
        folder.is_some_and(|folder| PUBLIC.iter().any(|public| folder.as_os_str() == *public))
    };
    let files: Vec<_> = files.iter().filter(|path| is_public(path) && is_asked_for(path)).collect();
    for path in &files {
        let copy = to.join(path.strip_prefix(from)?);
        std::fs::create_dir_all(copy.parent().unwrap_or(to))
            .and_then(|()| std::fs::copy(path, &copy))
            .with_context(|| format!("cannot copy {} to {}", path.display(), copy.display()))?;
    }
    Ok(files.len())
}

/// The folders of data sets that may be published with the page. Not among them are a visitor's own files, and data sets whose licenses have to be
/// accepted, for which the page asks each visitor; a test of the crate compares this list with the catalog.
const PUBLIC: [&str; 3] = ["mnist", "fashion-mnist", "cifar-10"];

/// Whether the page requests a file: a gzipped one that is not an archive, or a plain `*.bin` without a gzipped copy.
fn is_asked_for(path: &Path) -> bool {
    let packed = has_extension(path, &["gz"]) && !has_extension(&path.with_extension(""), &["tar"]);
    packed || has_extension(path, &["bin"]) && !path.with_extension("bin.gz").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzipped_files_are_copied_and_archives_are_not() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("emergence-lab-stage-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        for folder in ["mnist", "multi30k", "text"] {
            std::fs::create_dir_all(from.join(folder))?;
        }
        let others = ["README.md", "multi30k/a.gz", "text/a.gz", "text/b.bin"];
        let own = ["mnist/a.gz", "mnist/all.tar.gz", "mnist/b.bin", "mnist/b.bin.gz", "mnist/c.bin"];
        for name in others.into_iter().chain(own) {
            std::fs::write(from.join(name), name)?;
        }
        assert_eq!(copy_data(&from, &to)?, 3, "no text, no archive, nothing of others, and nothing twice");
        let copied: Vec<_> = files_below(&to)?.iter().map(|path| path.strip_prefix(&to).map(Path::to_owned)).collect();
        assert_eq!(
            copied,
            ["mnist/a.gz", "mnist/b.bin.gz", "mnist/c.bin"].map(|name| Ok(name.into())),
            "each in its folder"
        );
        assert_eq!(copy_data(&folder.join("nowhere"), &to)?, 0, "the folder need not exist");
        Ok(std::fs::remove_dir_all(&folder)?)
    }
}
