//! Hands a long text over in parts, so that it is nowhere in memory as a whole: a browser has no strings of more than 512 MB.

use std::io::{Result, Write};

/// Bytes of a part.
pub const PART_BYTES: usize = 1 << 20;

/// A writer that collects what is written until it is a part.
pub(super) struct Parts<'out> {
    collected: Vec<u8>,
    out: &'out mut dyn FnMut(&[u8]),
}

impl<'out> Parts<'out> {
    /// A writer that hands its parts to `out`.
    pub(super) fn new(out: &'out mut dyn FnMut(&[u8])) -> Self {
        Self { collected: Vec::new(), out }
    }

    /// Hands over what has been collected.
    pub(super) fn hand_over(&mut self) {
        if !self.collected.is_empty() {
            (self.out)(&self.collected);
            self.collected.clear();
        }
    }
}

impl Write for Parts<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.collected.len() + bytes.len() > PART_BYTES {
            self.hand_over();
        }
        let taken = &bytes[..bytes.len().min(PART_BYTES)];
        self.collected.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.hand_over();
        Ok(())
    }
}
