//! Checksums of weights, of the order of examples, of data sets and of their files: SHA-256 in hexadecimal.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Number of bytes hashed per call.
const PIECE: usize = 1 << 16;

/// SHA-256 of the concatenated pieces, in lower-case hexadecimal.
#[must_use]
pub fn sha256(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = RunningSha256::default();
    pieces.into_iter().for_each(|bytes| hash.update(bytes.as_ref()));
    hash.finish()
}

/// A SHA-256 of pieces that are not there all at once.
#[derive(Debug, Clone, Default)]
pub struct RunningSha256(Sha256);

impl RunningSha256 {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        // Browsers switch a WebAssembly function to optimized code between two calls only, so one long call would stay slow.
        bytes.chunks(PIECE).for_each(|piece| self.0.update(piece));
    }

    /// The checksum, in lower-case hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

/// Lower-case hexadecimal, two digits per byte.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
