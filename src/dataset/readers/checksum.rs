//! Verifies that the contents of a file are the published ones.

use crate::digest;
use crate::error::{DatasetError, Result};

/// Checks contents against the published SHA-256 sum. `file` is the file's name, for errors.
///
/// # Errors
/// [`DatasetError::Checksum`].
pub fn verify(file: &str, sha256: &str, bytes: &[u8]) -> Result<()> {
    let got = digest::sha256([bytes]);
    if got == sha256 {
        return Ok(());
    }
    Err(DatasetError::Checksum { file: file.to_owned(), expected: sha256.to_owned(), got }.into())
}
