//! JSON text. Numbers are written by the standard library, with the shortest digits that are read back as the same number and in the
//! notation that JSON programs use; the page's program is smaller without the tables of another algorithm.

use super::parts::Parts;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{Result, Write};

/// The JSON of plain values with text keys, on one line.
#[must_use]
pub fn to_json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // By way of parts, so that programs have one kind of writer only.
    write_json(value, &mut |part| bytes.extend_from_slice(part));
    String::from_utf8(bytes).unwrap_or_default()
}

/// Writes the JSON of a value to `out`, in parts.
pub(super) fn write_json(value: &impl Serialize, out: &mut dyn FnMut(&[u8])) {
    let mut parts = Parts::new(out);
    // Handing over parts cannot fail.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut parts, StandardNumbers));
    parts.hand_over();
}

struct StandardNumbers;

impl Formatter for StandardNumbers {
    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> Result<()> {
        write!(writer, "{value:?}")
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> Result<()> {
        write!(writer, "{value:?}")
    }
}
