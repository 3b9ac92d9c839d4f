//! The format of a file, by its first bytes, or by its name if it has no telling first bytes.

use super::unpacked_name;
use crate::dataset::readers::archive::base_name;
use crate::dataset::readers::{gzip, idx, npy, picture, zip_archive};
use crate::error::{Conversion, UnknownFile};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Tar,
    Zip,
    Data(Content),
    Unknown,
}

/// What a data file contains; of an archive with several kinds, the last one here is what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    Text,
    Picture,
    Npy,
    Idx,
    Batch,
}

impl Content {
    /// Whether both belong to the same kind of data set.
    pub(super) fn goes_with(self, other: Self) -> bool {
        self == other || (self.is_array() && other.is_array())
    }

    fn is_array(self) -> bool {
        matches!(self, Self::Npy | Self::Idx)
    }
}

pub(super) fn recognize(name: &str, bytes: &[u8]) -> Format {
    // A server or browser may have unpacked a file and kept its name.
    let name = unpacked_name(base_name(name));
    let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix.to_ascii_lowercase());
    let is_suffix = |wanted: &str| suffix.as_deref() == Some(wanted);
    // No record of CIFAR begins with one of these: the first byte is a label below 100.
    if bytes.starts_with(&gzip::MAGIC) {
        return Format::Gzip;
    }
    if bytes.starts_with(&npy::MAGIC) {
        return Format::Data(Content::Npy);
    }
    if bytes.starts_with(&picture::PNG) || bytes.starts_with(&picture::JPEG) {
        return Format::Data(Content::Picture);
    }
    if is_suffix("bin") {
        return Format::Data(Content::Batch);
    }
    if zip_archive::MAGICS.iter().any(|magic| bytes.starts_with(magic)) {
        return Format::Zip;
    }
    // All tar archives in use have this magic string at this offset.
    if is_suffix("tar") || bytes.get(257..262) == Some(b"ustar") {
        return Format::Tar;
    }
    if bytes.first_chunk().is_some_and(|magic| idx::element(*magic).is_some()) {
        return Format::Data(Content::Idx);
    }
    // Text in other encodings is refused later, with the line.
    if is_text(bytes) { Format::Data(Content::Text) } else { Format::Unknown }
}

/// Number of bytes by which text is told from other data.
const PROBED: usize = 4096;

/// Whether bytes begin like text: not empty, and without control characters.
fn is_text(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(PROBED)];
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    let is_other = known(beginning).is_some();
    !beginning.is_empty() && !is_other && !beginning.iter().any(is_control)
}

/// Whether operating systems, not people, put this file here: `.DS_Store`, `._name`, what is in `__MACOSX`, `Thumbs.db`.
pub(super) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| {
        let is_dotted = part.starts_with('.') && !matches!(part, "." | "..");
        is_dotted || ["__MACOSX", "Thumbs.db", "desktop.ini"].iter().any(|name| part.eq_ignore_ascii_case(name))
    })
}

/// Whether a file describes others.
pub(super) fn is_description(path: &str) -> bool {
    let name = base_name(path).to_ascii_lowercase();
    ["readme", "licen", "_about"].iter().any(|word| name.starts_with(word)) || name.rsplit('.').next() == Some("md")
}

/// What is known about a file that is not read.
pub(super) fn unknown(bytes: &[u8]) -> UnknownFile {
    match bytes {
        [] => UnknownFile::Empty,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => UnknownFile::Utf16,
        _ => known(bytes).unwrap_or_else(|| UnknownFile::Beginning(bytes.iter().take(4).copied().collect())),
    }
}

/// Formats that people have, and what to do with them.
fn known(bytes: &[u8]) -> Option<UnknownFile> {
    const KNOWN: [(&[u8], &str, Conversion); 14] = [
        (b"BZh", "bzip2", Conversion::Unpack),
        (b"\xfd7zXZ\0", "xz", Conversion::Unpack),
        (b"\x28\xb5\x2f\xfd", "Zstandard", Conversion::Unpack),
        (b"7z\xbc\xaf\x27\x1c", "7z", Conversion::Unpack),
        (b"Rar!\x1a\x07", "RAR", Conversion::Unpack),
        (b"\x80\x02", "Python pickle", Conversion::Numpy),
        (b"\x80\x03", "Python pickle", Conversion::Numpy),
        (b"\x80\x04\x95", "Python pickle", Conversion::Numpy),
        (b"\x89HDF\r\n\x1a\n", "HDF5", Conversion::Numpy),
        (b"MATLAB 5.0 MAT-file", "MATLAB", Conversion::Numpy),
        (b"PAR1", "Parquet", Conversion::Numpy),
        (b"GIF8", "GIF", Conversion::Png),
        (b"RIFF", "WebP", Conversion::Png),
        (b"II*\0", "TIFF", Conversion::Png),
    ];
    let found = KNOWN.iter().find(|(magic, ..)| bytes.starts_with(magic));
    found.map(|(_, name, conversion)| UnknownFile::Format { name, conversion: *conversion })
}
