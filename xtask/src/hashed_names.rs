//! Names of the page's files: a hash of the contents before each, and before every mention in a script or in the page.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::command::read;
use crate::dist::{files_below, has_extension};

/// Letters of a hash in a name.
const LETTERS: usize = 16;
/// How the name of a program ends, which a script has to load.
const PROGRAM: &str = "_bg.wasm";
/// What stands before the name of a file in a script or in the page.
const BEFORE_NAME: [char; 5] = ['/', '"', '\'', '`', '='];

/// The name of a file without the hash before it.
pub(crate) fn plain_name(name: &str) -> &str {
    let rest = name.split_at_checked(LETTERS).filter(|(hash, _)| is_hash(hash));
    rest.and_then(|(_, rest)| rest.strip_prefix('-')).unwrap_or(name)
}

pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == LETTERS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The first letters of the SHA-256 of all parts.
pub(crate) fn hash(parts: &[&[u8]]) -> String {
    let sum = parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize();
    format!("{sum:x}").chars().take(LETTERS).collect()
}

/// Puts a common hash before the names of files that name each other, so that those of two builds never meet, and returns it. Before the names,
/// because Trunk and wasm-bindgen determine how they end. Without the first file, as while a page is served whose worker is being compiled, nothing
/// is done.
pub(crate) fn hash_together(folder: &Path, names: &[&str]) -> Result<String> {
    let Some(first) = names.first() else { return Ok(String::new()) };
    if find(folder, first)?.is_none() {
        return Ok(String::new());
    }
    let mut files = Vec::new();
    for name in names {
        let path = find(folder, name)?.with_context(|| format!("{name} is missing in {}", folder.display()))?;
        let is_naming = names.len() > 1 && has_extension(&path, &["js"]);
        let bytes = if is_naming { without_hashes(&text(&path)?).into_bytes() } else { read(&path)? };
        files.push((*name, path, is_naming, bytes));
    }
    let hash = hash(&files.iter().map(|(.., bytes)| bytes.as_slice()).collect::<Vec<_>>());
    let prefix = format!("{hash}-");
    let mut scripts = String::new();
    for (name, path, is_naming, bytes) in files {
        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        let hashed = folder.join(format!("{prefix}{name}"));
        if is_naming {
            let script = renamed(&String::from_utf8_lossy(&bytes), names, &prefix);
            write(&hashed, &script)?;
            scripts += &script;
        } else {
            write(&hashed, bytes)?;
        }
    }
    let unnamed = names.iter().find(|name| name.ends_with(PROGRAM) && !scripts.contains(&format!("{prefix}{name}")));
    match unnamed {
        Some(name) => bail!("no script names {name}"),
        None => Ok(prefix),
    }
}

/// The file of this name, with or without a hash before it.
fn find(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    Ok(entries(folder)?.into_iter().find(|(file, _)| plain_name(file) == name).map(|(_, path)| path))
}

/// Puts `prefix` before these names wherever a text has them as the names of files, as in `"./app.js"`.
pub(crate) fn renamed(text: &str, names: &[&str], prefix: &str) -> String {
    names.iter().fold(text.to_owned(), |text, name| {
        let mut parts = text.split(name);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |done, part| {
            let prefix = if done.ends_with(BEFORE_NAME) { prefix } else { "" };
            done + prefix + name + part
        })
    })
}

/// Takes the hashes before names out of a page or a script.
pub(crate) fn without_hashes(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('-') {
        let at = before.len().checked_sub(LETTERS);
        match at.and_then(|at| before.split_at_checked(at)) {
            Some((start, hash)) if is_hash(hash) && start.ends_with(BEFORE_NAME) => plain += start,
            _ => {
                plain += before;
                plain.push('-');
            }
        }
        rest = after;
    }
    plain + rest
}

/// Takes the hashes of Trunk out of names and out of the page: they are those of the program before wasm-opt, and the same whatever its script is.
pub(crate) fn without_hashes_of_trunk(folder: &Path, mut html: String) -> Result<String> {
    for (start, end) in [("app", "_bg.wasm"), ("style", ".css")] {
        let files = entries(folder)?;
        let stem = files.iter().find_map(|(name, _)| {
            let stem = name.strip_suffix(end)?;
            stem.strip_prefix(start)?.starts_with('-').then(|| stem.to_owned())
        });
        let Some(stem) = stem else { continue };
        for (name, path) in &files {
            let Some(rest) = name.strip_prefix(&stem) else { continue };
            if has_extension(path, &["js"]) {
                write(path, text(path)?.replace(&stem, start))?;
            }
            std::fs::rename(path, folder.join(format!("{start}{rest}")))
                .with_context(|| format!("cannot rename {}", path.display()))?;
        }
        html = html.replace(&stem, start);
    }
    Ok(html)
}

/// The files in a folder itself, each with its name.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let files = files_below(folder)?.into_iter().filter(|path| path.parent() == Some(folder));
    Ok(files.map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path)).collect())
}

/// The names, without hashes, of the files of a kind in a folder.
pub(crate) fn plain_names(folder: &Path, extension: &str) -> Result<Vec<String>> {
    let entries = entries(folder)?.into_iter().filter(|(_, path)| has_extension(path, &[extension]));
    let mut names = entries.map(|(name, _)| plain_name(&name).to_owned()).collect::<Vec<_>>();
    names.sort();
    Ok(names)
}

pub(crate) fn text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("{} is not text", path.display()))
}

pub(crate) fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_is_taken_from_a_name() {
        assert_eq!(plain_name("0123456789abcdef-worker.js"), "worker.js", "a hash");
        for name in ["worker.js", "0123456789abcdeX-worker.js", "0123456789abcdef_worker.js", "app-0123456789abcdef.js"]
        {
            assert_eq!(plain_name(name), name, "none");
        }
    }
}
