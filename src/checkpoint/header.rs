//! The beginning of a checkpoint's file: what it is, of which program, of which experiment, and how long.

use super::{decoded, encoded};
use crate::digest::sha256;
use crate::error::{CheckpointError, CheckpointPart};
use crate::version::COMPUTATION;
use serde::{Deserialize, Serialize};

/// The first bytes of every checkpoint. The first one is not ASCII, and the line ends are changed by whatever takes the file for text.
pub const MAGIC: [u8; 8] = *b"\x93ELAB\r\n\n";

/// Version of the format: of the header, of [`History`](crate::metrics::History) and of [`TrainingState`](super::TrainingState).
pub const FORMAT: u32 = 2;

/// Most bytes of magic, format, length, checksum and header together: this much of a file is enough to read its header.
pub const LARGEST_HEADER: usize = 1 << 20;

/// The program that writes checkpoints, as far as it computes: another one may compute something else.
pub(super) const PROGRAM: &str = COMPUTATION;

/// Bytes before the header: magic, format, length, checksum.
const PREFIX: usize = MAGIC.len() + 4 + 4 + CHECKSUM;
/// Digits of a SHA-256.
const CHECKSUM: usize = 64;

/// What a checkpoint says of itself before its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointHeader {
    /// [Version](crate::version::COMPUTATION) of what computes in the program that wrote it.
    pub program: String,
    /// The experiment, as a canonical query string.
    pub query: String,
    /// Number of training steps taken.
    pub step: u64,
    /// Length of the history in bytes.
    pub history_bytes: u64,
    /// Length of the state in bytes.
    pub state_bytes: u64,
    /// SHA-256 of the history, in hexadecimal.
    pub history_sha256: String,
    /// SHA-256 of the state, in hexadecimal.
    pub state_sha256: String,
}

impl CheckpointHeader {
    /// Reads the header of a file of which `bytes` are at least the first [`LARGEST_HEADER`], or all. Returns the place at which the
    /// history begins, too.
    ///
    /// # Errors
    /// [`CheckpointError::Foreign`] for another file, [`CheckpointError::Format`] for one in another format, [`CheckpointError::Length`] if the
    /// file ends too early, [`CheckpointError::Checksum`] and [`CheckpointError::Contents`] if the header is damaged.
    pub fn read(bytes: &[u8]) -> Result<(Self, usize), CheckpointError> {
        let length = bytes.len() as u64;
        let foreign = CheckpointError::Foreign { length };
        let rest = bytes.strip_prefix(&MAGIC).ok_or(foreign)?;
        let short = |expected: usize| CheckpointError::Length { expected: expected as u64, got: length };
        let (format, rest) = rest.split_first_chunk().ok_or(short(PREFIX))?;
        let format = u32::from_le_bytes(*format);
        if format != FORMAT {
            return Err(CheckpointError::Format { expected: FORMAT, got: format });
        }
        let (size, rest) = rest.split_first_chunk().ok_or(short(PREFIX))?;
        let (checksum, rest) = rest.split_at_checked(CHECKSUM).ok_or(short(PREFIX))?;
        let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
        let start = PREFIX.saturating_add(size);
        if start > LARGEST_HEADER {
            return Err(CheckpointError::Contents { part: CheckpointPart::Header, length: size as u64 });
        }
        let header = rest.get(..size).ok_or(short(start))?;
        let got = sha256([header]);
        if got.as_bytes() != checksum {
            let expected = String::from_utf8_lossy(checksum).into_owned();
            return Err(CheckpointError::Checksum { part: CheckpointPart::Header, expected, got });
        }
        let header: Self = decoded(header, CheckpointPart::Header)?;
        Ok((header, start))
    }

    /// Checks that this program has written it: the numbers of another one may differ.
    ///
    /// # Errors
    /// [`CheckpointError::Program`].
    pub fn check_program(&self) -> Result<(), CheckpointError> {
        if self.program == PROGRAM {
            return Ok(());
        }
        Err(CheckpointError::Program { expected: PROGRAM.to_owned(), got: self.program.clone() })
    }

    /// Length of the whole file, whose history begins at `start`; `None` if no file is that long.
    #[must_use]
    pub fn file_bytes(&self, start: usize) -> Option<u64> {
        (start as u64).checked_add(self.history_bytes)?.checked_add(self.state_bytes)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let header = encoded(self);
        let mut bytes = Vec::with_capacity(PREFIX + header.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        // Far below 4 GiB: queries are bounded.
        bytes.extend_from_slice(&u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(sha256([&header]).as_bytes());
        bytes.extend_from_slice(&header);
        bytes
    }
}
