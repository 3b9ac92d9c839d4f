//! Bytes of a file, or of a file inside it, without a copy.

use std::ops::{Deref, Range};
use std::rc::Rc;

/// A stretch of bytes that others may share; the whole is freed with the last stretch of it.
#[derive(Debug, Clone)]
pub struct SharedBytes {
    whole: Rc<Vec<u8>>,
    range: Range<usize>,
}

impl SharedBytes {
    /// A part of these bytes; `None` if it is not within them.
    #[must_use]
    pub fn slice(&self, part: Range<usize>) -> Option<Self> {
        let (start, end) = (self.range.start.checked_add(part.start)?, self.range.start.checked_add(part.end)?);
        let is_within = start <= end && end <= self.range.end;
        is_within.then(|| Self { whole: Rc::clone(&self.whole), range: start..end })
    }
}

impl From<Vec<u8>> for SharedBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self { range: 0..bytes.len(), whole: Rc::new(bytes) }
    }
}

impl Deref for SharedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }
}
