//! `lab data`: listing, fetching and checking the data files.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::write_whole;
use anyhow::{Context, bail};
use emergence_lab::dataset::{files, mnist};
use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// How long a mirror may take to connect, and then to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the largest file, 10 MB, may take.
const BODY_TIMEOUT: Duration = Duration::from_mins(10);

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["data-dir", "from"])?;
    let words = options.words();
    match words.as_slice() {
        ["list"] => list(&options),
        ["fetch", name] => fetch(known(name)?, &options),
        ["check", name] => check(known(name)?, &options),
        [] => Err(Usage::new("data", "list, fetch NAME or check NAME", "nothing").into()),
        _ => Err(Usage::new("data", "list, fetch NAME or check NAME", words.join(" ")).into()),
    }
}

fn known(name: &str) -> Result<&str, Usage> {
    match name {
        mnist::FOLDER => Ok(name),
        "digits" => Err(Usage::new("NAME", "mnist (digits are drawn and need no files)", name)),
        _ => Err(Usage::new("NAME", mnist::FOLDER, name)),
    }
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
    for file in &mnist::FILES {
        if files::read_mnist_file(&directory, *file).is_ok_and(|bytes| file.verify(&bytes).is_ok()) {
            eprintln!("{} is there", file.name);
            continue;
        }
        let found = match options.get("from") {
            Some(source) => read_local(Path::new(source), file)?,
            None => download(file)?,
        };
        store(&folder, file, &found)?;
        eprintln!("{} fetched", file.name);
    }
    check(name, options)
}

/// A file as it was found, and whether it is packed; its contents are the published ones.
struct Found {
    bytes: Vec<u8>,
    packed: bool,
}

impl Found {
    /// Verifies what was read from `place`.
    fn verified(place: &str, bytes: Vec<u8>, file: &mnist::File) -> anyhow::Result<Self> {
        let packed = bytes.starts_with(&[0x1f, 0x8b]);
        if packed {
            file.verify(&files::gunzip(place, &bytes[..], file.bytes)?)?;
        } else {
            file.verify(&bytes)?;
        }
        Ok(Self { bytes, packed })
    }
}

/// A gzipped or plain file of another folder: DIR itself, or its `mnist/`.
fn read_local(source: &Path, file: &mnist::File) -> anyhow::Result<Found> {
    for folder in [source.join(mnist::FOLDER), source.to_path_buf()] {
        for name in [format!("{}.gz", file.name), file.name.to_owned()] {
            let path = folder.join(name);
            if path.is_file() {
                let place = path.display().to_string();
                let reader = std::fs::File::open(&path).with_context(|| format!("{place} cannot be read"))?;
                return Found::verified(&place, read_bounded(reader, file)?, file);
            }
        }
    }
    bail!("{} has no {} and no {}.gz", source.display(), file.name, file.name)
}

/// From the first mirror that has the published file.
fn download(file: &mnist::File) -> anyhow::Result<Found> {
    let mut reasons = Vec::new();
    for mirror in mnist::MIRRORS {
        let url = file.url(mirror);
        eprintln!("{url}");
        match get(&url, file).and_then(|bytes| Found::verified(&url, bytes, file)) {
            Ok(found) => return Ok(found),
            Err(error) => reasons.push(format!("{mirror}: {error:#}")),
        }
    }
    bail!("{} could not be downloaded ({})", file.name, reasons.join("; "))
}

fn get(url: &str, file: &mnist::File) -> anyhow::Result<Vec<u8>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(ANSWER_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_recv_body(Some(BODY_TIMEOUT))
        .build()
        .into();
    read_bounded(agent.get(url).call()?.body_mut().as_reader(), file)
}

/// Packed files are smaller than what they unpack to; more than that is some other file.
fn read_bounded(reader: impl Read, file: &mnist::File) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(file.bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts the file in its place whole, and removes its other form, which would be read instead or for nothing.
fn store(folder: &Path, file: &mnist::File, found: &Found) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (plain, packed) = (folder.join(file.name), folder.join(format!("{}.gz", file.name)));
    let (place, other) = if found.packed { (packed, plain) } else { (plain, packed) };
    write_whole(&place, &found.bytes)?;
    if other.is_file() {
        std::fs::remove_file(&other).with_context(|| format!("{} cannot be removed", other.display()))?;
    }
    Ok(())
}

fn check(name: &str, options: &Options) -> anyhow::Result<()> {
    files::check_mnist(&options.data_dir())?;
    crate::print(&json!({"name": name, "ok": true}).to_string());
    Ok(())
}
