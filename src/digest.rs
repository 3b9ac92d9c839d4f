//! Checksums of weights, of the order of examples, of data sets and of their files: SHA-256 in hexadecimal.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Number of bytes hashed per call.
const PIECE: usize = 1 << 16;

/// SHA-256 of the concatenated pieces, in lower-case hexadecimal.
#[must_use]
pub fn sha256(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = Sha256::new();
    for bytes in pieces {
        // Browsers switch a WebAssembly function to optimized code between two calls only, so one long call would stay slow.
        bytes.as_ref().chunks(PIECE).for_each(|piece| hash.update(piece));
    }
    hexadecimal(&hash.finalize())
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
