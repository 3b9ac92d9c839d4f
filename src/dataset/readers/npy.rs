//! NumPy's format for one array (`numpy.lib.format`): a magic number, a version, and a header that is a Python dictionary, then the numbers.
//!
//! The header is not trusted: dimensions are multiplied in 128 bits and compared with the bytes that are present.

use super::number_array::{ElementType, NumberArray};
use crate::error::{DataFileError, NpyRefusal, Result};

/// First bytes of a file.
pub const MAGIC: [u8; 6] = *b"\x93NUMPY";

/// Most dimensions of an array.
const DIMENSIONS: usize = 8;

/// Reads an array in C order. `file` is its name, for errors.
///
/// # Errors
/// [`DataFileError::Npy`].
pub fn read<'a>(file: &str, bytes: &'a [u8]) -> Result<NumberArray<'a>> {
    array(bytes).map_err(|reason| DataFileError::Npy { file: file.to_owned(), reason }.into())
}

fn array(bytes: &[u8]) -> std::result::Result<NumberArray<'_>, NpyRefusal> {
    let (header, numbers) = divided(bytes).ok_or(NpyRefusal::Header)?;
    let kind = value_of(header, "descr").ok_or(NpyRefusal::Header)?;
    let (element, big_endian) =
        element(kind).ok_or_else(|| NpyRefusal::Element { got: kind.chars().take(40).collect() })?;
    match value_of(header, "fortran_order") {
        Some(value) if value.starts_with("False") => {}
        Some(value) if value.starts_with("True") => return Err(NpyRefusal::FortranOrder),
        _ => return Err(NpyRefusal::Header),
    }
    let shape = value_of(header, "shape").and_then(dimensions).ok_or(NpyRefusal::Header)?;
    let count = shape.iter().try_fold(element.size() as u128, |product, length| product.checked_mul(*length as u128));
    let got = numbers.len() as u128;
    let beginning = (bytes.len() - numbers.len()) as u128;
    match count {
        Some(count) if count == got => Ok(NumberArray { element, big_endian, shape, bytes: numbers }),
        count => {
            let expected = beginning.saturating_add(count.unwrap_or(u128::MAX));
            Err(NpyRefusal::Length { expected, got: bytes.len() as u128 })
        }
    }
}

/// The header and what follows it.
fn divided(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(&MAGIC)?;
    let (version, rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = match version[0] {
        1 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
        }
        _ => return None,
    };
    let (header, numbers) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, numbers))
}

/// What follows a key of the header, without quotes around it: a word, or a list in brackets up to its end.
fn value_of<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let quoted = ['\'', '"'].map(|quote| format!("{quote}{key}{quote}"));
    let value = quoted.iter().find_map(|quoted| Some(header.split_once(quoted.as_str())?.1))?;
    let value = value.trim_start().strip_prefix(':')?.trim_start();
    let end = match value.chars().next()? {
        quote @ ('\'' | '"') => return value[1..].split(quote).next(),
        '(' => value.find(')')? + 1,
        _ => value.find([',', '}'])?,
    };
    value.get(..end)
}

/// The dimensions in `(60000, 28, 28)`, `(10,)` or `()`.
fn dimensions(text: &str) -> Option<Vec<usize>> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let words = inner.split(',').map(str::trim).filter(|word| !word.is_empty());
    // Files of Python 2 write `10L`.
    let lengths = words.map(|word| word.trim_end_matches('L').parse().ok()).collect::<Option<Vec<usize>>>()?;
    (lengths.len() <= DIMENSIONS).then_some(lengths)
}

/// The type of the numbers, and whether they are big-endian: `<f4`, `>i8`, `|u1`.
fn element(kind: &str) -> Option<(ElementType, bool)> {
    let (order, kind) = match kind.chars().next()? {
        order @ ('<' | '>' | '|' | '=') => (order, &kind[1..]),
        _ => ('|', kind),
    };
    let element = match kind {
        "b1" => ElementType::Bool,
        "u1" => ElementType::U8,
        "u2" => ElementType::U16,
        "u4" => ElementType::U32,
        "u8" => ElementType::U64,
        "i1" => ElementType::I8,
        "i2" => ElementType::I16,
        "i4" => ElementType::I32,
        "i8" => ElementType::I64,
        "f4" => ElementType::F32,
        "f8" => ElementType::F64,
        _ => return None,
    };
    Some((element, order == '>'))
}
