//! Places to which `lab run` writes: files, links, pipes, devices and the standard streams.

use crate::arguments::Usage;
use crate::output::{folder_of, partial, unless_closed, write_whole};
use anyhow::Context;
use std::fmt::{self, Display};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Most symbolic links in a row, as on Linux.
const MOST_LINKS: usize = 40;

/// Where an option says that something is to be written.
#[derive(Debug, Clone)]
pub(crate) struct OutputPlace {
    /// The option, as `--out`.
    option: String,
    /// The path as it was given.
    path: String,
    target: OutputTarget,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum OutputTarget {
    /// The standard output of this program, which has a position of its own: opened again, it would be written from its beginning.
    Stdout,
    /// The standard error.
    Stderr,
    /// A pipe or a device: it is written to, never replaced.
    Stream(PathBuf),
    /// A file, or the place for one, without symbolic links: writing through a link leaves the link.
    File(PathBuf),
}

impl OutputPlace {
    /// The place at `path`, given by the option `name`.
    ///
    /// # Errors
    /// If it is a folder, or not in a folder that exists.
    pub(crate) fn new(name: &str, path: &str) -> Result<Self, Usage> {
        let option = format!("--{name}");
        match OutputTarget::of(Path::new(path)) {
            Some(target) => Ok(Self { option, path: path.to_owned(), target }),
            None => Err(Usage::new(&option, "a file in a folder that exists", path)),
        }
    }

    /// Finds out before any work whether the place can be written.
    ///
    /// # Errors
    /// If it cannot.
    pub(crate) fn probe(&self) -> Result<(), Usage> {
        let OutputTarget::File(file) = &self.target else { return Ok(()) };
        let partial = partial(file);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&partial);
        opened.and_then(|_| std::fs::remove_file(&partial)).map_err(|error| {
            let reason = format!("expected a file that can be written, got `{}`: {error}", self.path);
            Usage::because(&self.option, reason)
        })
    }

    /// The file, unless the place is something else.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.target {
            OutputTarget::File(path) => Some(path),
            _ => None,
        }
    }

    /// Whether it is a file.
    pub(crate) fn is_file(&self) -> bool {
        self.file().is_some()
    }

    /// Checks that no two of these places are the same, whatever their paths look like, and none is the partial file of another.
    ///
    /// # Errors
    /// Names both options.
    pub(crate) fn check_apart<'place>(places: impl IntoIterator<Item = &'place Self>) -> Result<(), Usage> {
        let mut before: Vec<&Self> = Vec::new();
        for place in places {
            if let Some(other) = before.iter().find(|other| other.meets(place) || place.meets(other)) {
                let expected = format!("another file than that of {}", other.option);
                return Err(Usage::new(&place.option, &expected, &place.path));
            }
            before.push(place);
        }
        Ok(())
    }

    fn meets(&self, other: &Self) -> bool {
        let is_partial = match (&self.target, &other.target) {
            (OutputTarget::File(own), OutputTarget::File(other)) => partial(own) == *other,
            _ => false,
        };
        is_partial || self.target == other.target
    }

    /// Writes to the place: a file whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written, except to a closed stdout, as in [`print`].
    pub(crate) fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let to_stream = |stream: &mut dyn Write| stream.write_all(bytes).and_then(|()| stream.flush());
        let written = match &self.target {
            OutputTarget::File(path) => return write_whole(path, bytes),
            OutputTarget::Stdout => unless_closed(to_stream(&mut io::stdout().lock())),
            OutputTarget::Stderr => to_stream(&mut io::stderr()),
            OutputTarget::Stream(path) => {
                OpenOptions::new().write(true).open(path).and_then(|mut file| to_stream(&mut file))
            }
        };
        written.with_context(|| format!("{} cannot be written", self.path))
    }
}

impl Display for OutputPlace {
    /// The path as it was given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl OutputTarget {
    /// `None` for a folder, and in a folder that does not exist.
    fn of(path: &Path) -> Option<Self> {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => None,
            Ok(metadata) => Self::standard(&metadata).or_else(|| {
                let file = metadata.is_file().then(|| path.canonicalize().map(Self::File));
                file.unwrap_or_else(|| Ok(Self::Stream(path.canonicalize().unwrap_or(path.to_owned())))).ok()
            }),
            Err(_) => without_links(path).map(Self::File),
        }
    }

    /// The standard stream that is this file, device or pipe.
    #[cfg(unix)]
    fn standard(metadata: &Metadata) -> Option<Self> {
        use std::os::fd::AsFd;
        use std::os::unix::fs::MetadataExt;
        let is = |stream: &dyn AsFd| {
            let stream = stream.as_fd().try_clone_to_owned().map(File::from).and_then(|file| file.metadata());
            stream.is_ok_and(|stream| (stream.dev(), stream.ino()) == (metadata.dev(), metadata.ino()))
        };
        if is(&io::stdout()) {
            return Some(Self::Stdout);
        }
        is(&io::stderr()).then_some(Self::Stderr)
    }

    #[cfg(not(unix))]
    fn standard(_metadata: &Metadata) -> Option<Self> {
        None
    }
}

/// The place that does not exist yet at the end of a chain of links.
fn without_links(path: &Path) -> Option<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = folder_of(&place).canonicalize().ok().filter(|folder| folder.is_dir())?;
        let file = folder.join(place.file_name()?);
        match std::fs::read_link(&file) {
            Ok(target) => place = folder.join(target),
            Err(_) => return Some(file),
        }
    }
    None
}
