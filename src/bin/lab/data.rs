//! `lab data`: listing, fetching and checking the data files.

use crate::arguments::{Arguments, Options, Usage};
use crate::output::write_whole;
use anyhow::{Context, bail};
use emergence_lab::catalog::{DataArchive, DataFile, DatasetName, DatasetOrigin, Publication};
use emergence_lab::dataset::files;
use emergence_lab::dataset::readers::archive::NamedFile;
use emergence_lab::dataset::readers::checksum::verify;
use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// How long a mirror may take to connect, and then to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long one download may take; the largest is the archive of CIFAR-10 with 170 MB.
const BODY_TIMEOUT: Duration = Duration::from_hours(1);

/// A data set that is published as files.
#[derive(Clone, Copy)]
struct PublishedSet {
    name: DatasetName,
    publication: &'static Publication,
}

impl PublishedSet {
    fn all() -> impl Iterator<Item = Self> {
        let published =
            |name: &DatasetName| name.row().publication().map(|publication| Self { name: *name, publication });
        DatasetName::ALL.iter().filter_map(published)
    }

    /// Its name on the command line, and of its folder.
    fn folder(&self) -> &'static str {
        self.name.row().name
    }
}

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

fn known(name: &str) -> Result<PublishedSet, Usage> {
    let names = PublishedSet::all().map(|set| set.folder()).collect::<Vec<_>>().join(", ");
    let drawn = drawn_names();
    if drawn.contains(&name) {
        let expected = format!("{names} ({} are drawn and need no files)", drawn.join(" and "));
        return Err(Usage::new("NAME", &expected, name));
    }
    PublishedSet::all().find(|set| set.folder() == name).ok_or_else(|| Usage::new("NAME", &names, name))
}

/// Names of the data sets that our own code draws.
fn drawn_names() -> Vec<&'static str> {
    let rows = DatasetName::ALL.iter().map(|name| name.row());
    rows.filter(|row| matches!(row.origin, DatasetOrigin::Drawn(..))).map(|row| row.name).collect()
}

/// The data sets that can be loaded by name, and which of their files are present.
fn list(options: &Options) -> anyhow::Result<()> {
    let directory = options.data_dir();
    let published = PublishedSet::all().map(|PublishedSet { name, publication }| {
        let files = publication.files.iter().map(|file| {
            let present = files::read(&directory, name, file).is_ok();
            json!({"name": file.name, "bytes": file.bytes, "sha256": file.sha256, "present": present})
        });
        let archive = publication.archive.map_or("", |archive| archive.name);
        let mirrors = publication.mirrors.iter().map(|mirror| format!("{}{archive}", mirror.address));
        json!({"name": name.row().name, "files": files.collect::<Vec<_>>(), "mirrors": mirrors.collect::<Vec<_>>()})
    });
    let drawn = drawn_names().into_iter().map(|name| json!({"name": name, "files": [], "mirrors": []}));
    crate::print(&serde_json::to_string_pretty(&published.chain(drawn).collect::<Vec<_>>())?);
    Ok(())
}

/// Gets every file that is missing or damaged, from `--from DIR` or the first mirror that has it.
fn fetch(set: PublishedSet, options: &Options) -> anyhow::Result<()> {
    let directory = options.data_dir();
    let source = options.get("from").map(Path::new);
    let is_present = |file: &&DataFile| {
        files::read(&directory, set.name, file).is_ok_and(|bytes| verify(file.name, file.sha256, &bytes).is_ok())
    };
    let (present, absent): (Vec<&DataFile>, Vec<&DataFile>) = set.publication.files.iter().partition(is_present);
    for file in present {
        eprintln!("{} is present", file.name);
    }
    let mut members = match &set.publication.archive {
        Some(archive) if !absent.is_empty() => read_archive(set, archive, source)?,
        _ => Vec::new(),
    };
    for file in absent {
        let member = members.iter().position(|member| member.base_name() == file.name);
        let found = match (member.map(|at| members.swap_remove(at)), source) {
            (Some(member), _) => Found::verified(&member.name, member.bytes, file)?,
            (None, Some(source)) => read_local(source, set, file)?,
            (None, None) => download(set, file)?,
        };
        store(&directory.join(set.folder()), file, &found)?;
        eprintln!("{} fetched", file.name);
    }
    check(set, options)
}

/// The members of the archive of a data set, downloaded or from another folder; none if that folder does not have the archive:
/// it may have the files themselves.
fn read_archive(set: PublishedSet, archive: &DataArchive, source: Option<&Path>) -> anyhow::Result<Vec<NamedFile>> {
    let unpack = |place: &str, packed: &[u8]| files::unpack_archive(place, packed, archive, set.publication);
    let Some(source) = source else {
        return first_mirror(set, archive.name, |url| Ok(unpack(url, &get(url, archive.bytes)?)?));
    };
    for path in [source.join(set.folder()).join(archive.name), source.join(archive.name)] {
        if path.is_file() {
            let place = path.display().to_string();
            let reader = std::fs::File::open(&path).with_context(|| format!("{place} cannot be read"))?;
            return Ok(unpack(&place, &read_bounded(reader, archive.bytes)?)?);
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
    fn verified(place: &str, bytes: Vec<u8>, file: &DataFile) -> anyhow::Result<Self> {
        let packed = bytes.starts_with(&[0x1f, 0x8b]);
        if packed {
            verify(file.name, file.sha256, &files::gunzip(place, &bytes[..], file.bytes)?)?;
        } else {
            verify(file.name, file.sha256, &bytes)?;
        }
        Ok(Self { bytes, packed })
    }
}

/// A gzipped or plain file of another folder: DIR itself, or its folder of the data set.
fn read_local(source: &Path, set: PublishedSet, file: &DataFile) -> anyhow::Result<Found> {
    for folder in [source.join(set.folder()), source.to_path_buf()] {
        for form in [format!("{}.gz", file.name), file.name.to_owned()] {
            let path = folder.join(form);
            if path.is_file() {
                let place = path.display().to_string();
                let reader = std::fs::File::open(&path).with_context(|| format!("{place} cannot be read"))?;
                return Found::verified(&place, read_bounded(reader, file.bytes)?, file);
            }
        }
    }
    bail!("{} has no {} and no {}.gz", source.display(), file.name, file.name)
}

/// From the first mirror that has the published file.
fn download(set: PublishedSet, file: &DataFile) -> anyhow::Result<Found> {
    let name = format!("{}.gz", file.name);
    first_mirror(set, &name, |url| Found::verified(url, get(url, file.bytes)?, file))
}

/// What `receive` makes of the address of a file, or archive, at the first mirror where it does not fail.
fn first_mirror<T>(set: PublishedSet, name: &str, receive: impl Fn(&str) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut reasons = Vec::new();
    for mirror in set.publication.mirrors {
        let url = format!("{}{name}", mirror.address);
        eprintln!("{url}");
        match receive(&url) {
            Ok(received) => return Ok(received),
            Err(error) => reasons.push(format!("{}: {error:#}", mirror.address)),
        }
    }
    bail!("{name} could not be downloaded ({})", reasons.join("; "))
}

fn get(url: &str, limit: usize) -> anyhow::Result<Vec<u8>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(ANSWER_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_recv_body(Some(BODY_TIMEOUT))
        .build()
        .into();
    read_bounded(agent.get(url).call()?.body_mut().as_reader(), limit)
}

/// At most one byte more than `limit`, the length of the unpacked file: packed files are smaller, anything longer is a different
/// file.
fn read_bounded(reader: impl Read, limit: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes the file, whole or not at all, and removes its other form (plain or packed), which might be read instead.
fn store(folder: &Path, file: &DataFile, found: &Found) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    let (plain, packed) = (folder.join(file.name), folder.join(format!("{}.gz", file.name)));
    let (place, other) = if found.packed { (packed, plain) } else { (plain, packed) };
    write_whole(&place, &found.bytes)?;
    if other.is_file() {
        std::fs::remove_file(&other).with_context(|| format!("{} cannot be removed", other.display()))?;
    }
    Ok(())
}

fn check(set: PublishedSet, options: &Options) -> anyhow::Result<()> {
    files::check(&options.data_dir(), set.name, set.publication)?;
    crate::print(&json!({"name": set.folder(), "ok": true}).to_string());
    Ok(())
}
