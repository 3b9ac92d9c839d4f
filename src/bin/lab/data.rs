//! `lab data`: listing, fetching and checking the data files.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::write_whole;
use anyhow::{Context, bail};
use emergence_lab::dataset::archive::NamedFile;
use emergence_lab::dataset::published::{self, File};
use emergence_lab::dataset::{cifar, files};
use emergence_lab::experiment::{DatasetName, Named};
use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// How long a mirror may take to connect, and then to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the largest file, the 170 MB of CIFAR-10, may take.
const BODY_TIMEOUT: Duration = Duration::from_hours(1);

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

fn known(name: &str) -> Result<DatasetName, Usage> {
    let names = published::NAMES.map(DatasetName::name).join(", ");
    let drawn = [DatasetName::Digits, DatasetName::Patterns].map(DatasetName::name);
    if drawn.contains(&name) {
        let expected = format!("{names} ({} are drawn and need no files)", drawn.join(" and "));
        return Err(Usage::new("NAME", &expected, name));
    }
    published::NAMES.into_iter().find(|known| known.name() == name).ok_or_else(|| Usage::new("NAME", &names, name))
}

/// What can be had, and what is there.
fn list(options: &Options) -> anyhow::Result<()> {
    let directory = options.data_dir();
    let entry = |name: DatasetName| {
        let files = published::files(name).iter().map(|file| {
            let there = files::read(&directory, name, file).is_ok();
            json!({"name": file.name, "bytes": file.bytes, "sha256": file.sha256, "present": there})
        });
        json!({"name": name.name(), "files": files.collect::<Vec<_>>(), "mirrors": published::mirrors(name)})
    };
    let names = published::NAMES.into_iter().chain([DatasetName::Digits, DatasetName::Patterns]);
    crate::print(&serde_json::to_string_pretty(&names.map(entry).collect::<Vec<_>>())?);
    Ok(())
}

/// Brings every file that is not there yet, from `--from DIR` or the first mirror that has it.
fn fetch(name: DatasetName, options: &Options) -> anyhow::Result<()> {
    let directory = options.data_dir();
    let source = options.get("from").map(Path::new);
    let is_there = |file: &&File| files::read(&directory, name, file).is_ok_and(|bytes| file.verify(&bytes).is_ok());
    let (there, absent): (Vec<&File>, Vec<&File>) = published::files(name).iter().partition(is_there);
    for file in there {
        eprintln!("{} is there", file.name);
    }
    let packed_together = name == DatasetName::Cifar10 && !absent.is_empty();
    let mut archive = if packed_together { read_archive(source)? } else { Vec::new() };
    for file in absent {
        let member = archive.iter().position(|member| member.base_name() == file.name);
        let found = match (member.map(|at| archive.swap_remove(at)), source) {
            (Some(member), _) => Found::verified(&member.name, member.bytes, file)?,
            (None, Some(source)) => read_local(source, name, file)?,
            (None, None) => download(name, file)?,
        };
        store(&directory.join(name.name()), file, &found)?;
        eprintln!("{} fetched", file.name);
    }
    check(name, options)
}

/// The files of CIFAR-10's archive, downloaded or of another folder; none where that folder does not have it, and may
/// have the files themselves.
fn read_archive(source: Option<&Path>) -> anyhow::Result<Vec<NamedFile>> {
    let file = &cifar::ARCHIVE;
    let Some(source) = source else {
        eprintln!("{}", cifar::URL);
        let packed = get(cifar::URL, file).with_context(|| format!("{} could not be downloaded", file.name))?;
        return Ok(files::unpack_cifar10(cifar::URL, &packed)?);
    };
    for path in [source.join(DatasetName::Cifar10.name()).join(file.name), source.join(file.name)] {
        if path.is_file() {
            let place = path.display().to_string();
            let reader = std::fs::File::open(&path).with_context(|| format!("{place} cannot be read"))?;
            return Ok(files::unpack_cifar10(&place, &read_bounded(reader, file)?)?);
        }
    }
    Ok(Vec::new())
}

/// A file as it was found, and whether it is packed; its contents are the published ones.
struct Found {
    bytes: Vec<u8>,
    packed: bool,
}

impl Found {
    /// Verifies what was read from `place`.
    fn verified(place: &str, bytes: Vec<u8>, file: &File) -> anyhow::Result<Self> {
        let packed = bytes.starts_with(&[0x1f, 0x8b]);
        if packed {
            file.verify(&files::gunzip(place, &bytes[..], file.bytes)?)?;
        } else {
            file.verify(&bytes)?;
        }
        Ok(Self { bytes, packed })
    }
}

/// A gzipped or plain file of another folder: DIR itself, or its folder of the data set.
fn read_local(source: &Path, name: DatasetName, file: &File) -> anyhow::Result<Found> {
    for folder in [source.join(name.name()), source.to_path_buf()] {
        for form in [format!("{}.gz", file.name), file.name.to_owned()] {
            let path = folder.join(form);
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
fn download(name: DatasetName, file: &File) -> anyhow::Result<Found> {
    let mut reasons = Vec::new();
    for mirror in published::mirrors(name) {
        let url = file.url(mirror);
        eprintln!("{url}");
        match get(&url, file).and_then(|bytes| Found::verified(&url, bytes, file)) {
            Ok(found) => return Ok(found),
            Err(error) => reasons.push(format!("{mirror}: {error:#}")),
        }
    }
    bail!("{} could not be downloaded ({})", file.name, reasons.join("; "))
}

fn get(url: &str, file: &File) -> anyhow::Result<Vec<u8>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(ANSWER_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_recv_body(Some(BODY_TIMEOUT))
        .build()
        .into();
    read_bounded(agent.get(url).call()?.body_mut().as_reader(), file)
}

/// Packed files are smaller than what they unpack to; more than that is some other file.
fn read_bounded(reader: impl Read, file: &File) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(file.bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts the file in its place whole, and removes its other form, which would be read instead or for nothing.
fn store(folder: &Path, file: &File, found: &Found) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (plain, packed) = (folder.join(file.name), folder.join(format!("{}.gz", file.name)));
    let (place, other) = if found.packed { (packed, plain) } else { (plain, packed) };
    write_whole(&place, &found.bytes)?;
    if other.is_file() {
        std::fs::remove_file(&other).with_context(|| format!("{} cannot be removed", other.display()))?;
    }
    Ok(())
}

fn check(name: DatasetName, options: &Options) -> anyhow::Result<()> {
    files::check(&options.data_dir(), name)?;
    crate::print(&json!({"name": name.name(), "ok": true}).to_string());
    Ok(())
}
