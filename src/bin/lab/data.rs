//! `lab data`: listing, fetching and checking the data files.

use crate::arguments::{Arguments, Options, Usage};
use anyhow::{Context, bail};
use emergence_lab::dataset::{files, mnist};
use serde_json::json;
use std::io::Read;
use std::path::Path;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["data-dir", "from"])?;
    let words = options.words();
    match words.as_slice() {
        ["list"] => list(&options),
        ["fetch", name] => fetch(known(name)?, &options),
        ["check", name] => check(known(name)?, &options),
        _ => Err(Usage::new("data", "list, fetch NAME or check NAME", words.join(" ")).into()),
    }
}

fn known(name: &str) -> Result<&str, Usage> {
    if name == mnist::FOLDER { Ok(name) } else { Err(Usage::new("NAME", mnist::FOLDER, name)) }
}

/// What can be had, and what is there.
fn list(options: &Options) -> anyhow::Result<()> {
    let directory = options.data_dir();
    let files = mnist::FILES.iter().map(|file| {
        let there = files::read_mnist_file(&directory, *file).is_ok();
        json!({"name": file.name, "bytes": file.bytes, "sha256": file.sha256, "present": there})
    });
    let document = json!([
        {"name": mnist::FOLDER, "files": files.collect::<Vec<_>>(), "mirrors": mnist::MIRRORS},
        {"name": "digits", "files": [], "mirrors": []},
    ]);
    crate::print(&serde_json::to_string_pretty(&document)?);
    Ok(())
}

/// Brings every file that is not there yet, from `--from DIR` or the first mirror that has it.
fn fetch(name: &str, options: &Options) -> anyhow::Result<()> {
    let directory = options.data_dir();
    let folder = directory.join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for file in &mnist::FILES {
        if files::read_mnist_file(&directory, *file).is_ok_and(|bytes| file.verify(&bytes).is_ok()) {
            eprintln!("{} is there", file.name);
            continue;
        }
        let packed = match options.get("from") {
            Some(source) => read_local(Path::new(source), file)?,
            None => download(file)?,
        };
        store(&folder, file, &packed)?;
        eprintln!("{} fetched", file.name);
    }
    check(name, options)
}

/// A gzipped or plain file of another folder: DIR itself, or its `mnist/`.
fn read_local(source: &Path, file: &mnist::File) -> anyhow::Result<Vec<u8>> {
    for folder in [source.join(mnist::FOLDER), source.to_path_buf()] {
        for name in [format!("{}.gz", file.name), file.name.to_owned()] {
            let path = folder.join(name);
            if path.exists() {
                return std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()));
            }
        }
    }
    bail!("{} has no {} and no {}.gz", source.display(), file.name, file.name)
}

fn download(file: &mnist::File) -> anyhow::Result<Vec<u8>> {
    let mut reasons = Vec::new();
    for mirror in mnist::MIRRORS {
        let url = file.url(mirror);
        eprintln!("{url}");
        match get(&url, file.bytes) {
            Ok(packed) => return Ok(packed),
            Err(error) => reasons.push(format!("{mirror}: {error}")),
        }
    }
    bail!("{} could not be downloaded ({})", file.name, reasons.join("; "))
}

fn get(url: &str, most: usize) -> anyhow::Result<Vec<u8>> {
    let mut response = ureq::get(url).call()?;
    let mut packed = Vec::new();
    // Packed files are smaller than what they unpack to; more than that is some other file.
    response.body_mut().as_reader().take(most as u64).read_to_end(&mut packed)?;
    Ok(packed)
}

/// Verifies the contents, then puts the file in its place whole.
fn store(folder: &Path, file: &mnist::File, packed: &[u8]) -> anyhow::Result<()> {
    let is_packed = packed.starts_with(&[0x1f, 0x8b]);
    let name = if is_packed { format!("{}.gz", file.name) } else { file.name.to_owned() };
    if is_packed {
        file.verify(&files::gunzip(&name, packed, file.bytes)?)?;
    } else {
        file.verify(packed)?;
    }
    let partial = folder.join(format!("{name}.partial"));
    std::fs::write(&partial, packed).with_context(|| format!("{} cannot be written", partial.display()))?;
    std::fs::rename(&partial, folder.join(name)).context("the file cannot be put in its place")
}

fn check(name: &str, options: &Options) -> anyhow::Result<()> {
    files::check_mnist(&options.data_dir())?;
    crate::print(&json!({"name": name, "ok": true}).to_string());
    Ok(())
}
