//! Gzip files of one or several members (RFC 1952, section 2.2), which together are one file.

use crate::error::{DatasetError, Result};
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, ErrorKind, Read};

/// First bytes of every gzip stream: the magic number, and deflate as the method.
pub const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Decompresses all members, to at most `limit` bytes in total. `path` is for errors.
///
/// Zeros after a member are padding, as on tapes; anything else has to be another member. The result grows as it comes.
///
/// # Errors
/// [`DatasetError::GzipDamaged`], and [`DatasetError::DataFileTooLarge`] for more than `limit` bytes.
pub fn gunzip(path: &str, packed: impl BufRead, limit: usize) -> Result<Vec<u8>> {
    let damaged = |error: io::Error| DatasetError::GzipDamaged { path: path.to_owned(), reason: error.to_string() };
    read_members(packed, limit)
        .map_err(damaged)?
        .ok_or_else(|| DatasetError::DataFileTooLarge { path: path.to_owned(), limit: limit as u64 }.into())
}

/// `None` if there are more than `limit` bytes.
fn read_members(mut packed: impl BufRead, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        // One byte more than allowed, to detect that there are more.
        let left = (limit - bytes.len()) as u64 + 1;
        let mut member = GzDecoder::new(&mut packed);
        (&mut member).take(left).read_to_end(&mut bytes)?;
        if bytes.len() > limit {
            return Ok(None);
        }
        if !skip_padding(&mut packed)? {
            return Ok(Some(bytes));
        }
    }
}

/// Skips zeros; returns whether something follows.
fn skip_padding(packed: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = match packed.fill_buf() {
            Ok(ahead) => ahead,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        let (all, none) = (zeros == ahead.len(), ahead.is_empty());
        packed.consume(zeros);
        if none || !all {
            return Ok(!none);
        }
    }
}
