//! Checksums: SHA-256 in hexadecimal, of weights, of the order of examples, of data sets and of their files.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Bytes that are hashed in one call.
const PIECE: usize = 1 << 16;

/// SHA-256 of the given bytes, one piece after another, in lower-case hexadecimal.
#[must_use]
pub fn sha256(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = Sha256::new();
    for bytes in pieces {
        // A browser makes a WebAssembly function fast only between two calls of it: so there have to be many.
        bytes.as_ref().chunks(PIECE).for_each(|piece| hash.update(piece));
    }
    hexadecimal(&hash.finalize())
}

/// Two lower-case digits for each byte.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
