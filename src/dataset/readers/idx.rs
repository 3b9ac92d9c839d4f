//! IDX, the format of the MNIST files (LeCun, Cortes & Burges, "The MNIST database"): a big-endian magic number, one
//! big-endian length per dimension, then the bytes, row-major.
//!
//! The header is not trusted: lengths are multiplied in 128 bits and compared with the bytes that are present, and
//! nothing is allocated before or beyond them. The third byte of the magic number is the type of the numbers, the fourth the number of
//! dimensions.

use super::number_array::{ElementType, NumberArray};
use crate::error::{DatasetError, Result};

/// First four bytes of a file of unsigned bytes with three dimensions.
pub const IMAGES_MAGIC: u32 = 0x0000_0803;
/// First four bytes of a file of unsigned bytes with one dimension.
pub const LABELS_MAGIC: u32 = 0x0000_0801;

/// Most dimensions of an array.
const DIMENSIONS: u8 = 4;

/// The type of the numbers, if the first four bytes are those of a file with one to four dimensions.
#[must_use]
pub fn element(magic: [u8; 4]) -> Option<ElementType> {
    let [0, 0, element, 1..=DIMENSIONS] = magic else { return None };
    Some(match element {
        0x08 => ElementType::U8,
        0x09 => ElementType::I8,
        0x0b => ElementType::I16,
        0x0c => ElementType::I32,
        0x0d => ElementType::F32,
        0x0e => ElementType::F64,
        _ => return None,
    })
}

/// Reads an array of any type of numbers. `file` is its name, for errors.
///
/// # Errors
/// [`DatasetError::IdxMagic`], [`DatasetError::IdxTruncated`] and [`DatasetError::IdxTooLong`].
pub fn read_array<'a>(file: &str, bytes: &'a [u8]) -> Result<NumberArray<'a>> {
    let got = bytes.first_chunk().copied().unwrap_or_default();
    let element = element(got).ok_or_else(|| DatasetError::IdxMagic {
        file: file.to_owned(),
        expected: IMAGES_MAGIC,
        got: u32::from_be_bytes(got),
    })?;
    let (words, _) = bytes.as_chunks::<4>();
    let header = 4 * (1 + usize::from(got[3]));
    let wrong = |expected: u128| {
        let (file, got) = (file.to_owned(), bytes.len() as u128);
        if got < expected {
            DatasetError::IdxTruncated { file, expected, got }
        } else {
            DatasetError::IdxTooLong { file, expected, got }
        }
    };
    let Some((lengths, numbers)) = words.get(1..=usize::from(got[3])).zip(bytes.get(header..)) else {
        return Err(wrong(header as u128).into());
    };
    let shape = lengths.iter().map(|word| u32::from_be_bytes(*word) as usize).collect::<Vec<_>>();
    // At most four factors below 2^32, of which the last step may exceed 128 bits.
    let count = shape.iter().try_fold(element.size() as u128, |product, length| product.checked_mul(*length as u128));
    let expected = (header as u128).saturating_add(count.unwrap_or(u128::MAX));
    if expected != bytes.len() as u128 {
        return Err(wrong(expected).into());
    }
    Ok(NumberArray { element, big_endian: true, shape, bytes: numbers })
}

/// The contents of an image file, borrowed from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Images<'a> {
    /// Number of images.
    pub count: usize,
    /// Rows of each image.
    pub height: usize,
    /// Columns of each image.
    pub width: usize,
    /// `[count, height, width]`, row-major.
    pub pixels: &'a [u8],
}

/// Reads an image file: `magic, count, height, width, pixels`. `file` is its name, for errors.
///
/// # Errors
/// [`DatasetError::IdxMagic`], [`DatasetError::IdxTruncated`] and [`DatasetError::IdxTooLong`].
pub fn read_images<'a>(file: &str, bytes: &'a [u8]) -> Result<Images<'a>> {
    let ([count, height, width], pixels) = read(file, IMAGES_MAGIC, bytes)?;
    Ok(Images { count, height, width, pixels })
}

/// Reads a label file: `magic, count, labels`, each label below `classes`. `file` is its name, for errors.
///
/// # Errors
/// [`DatasetError::IdxMagic`], [`DatasetError::IdxTruncated`], [`DatasetError::IdxTooLong`] and [`DatasetError::LabelRange`].
pub fn read_labels<'a>(file: &str, bytes: &'a [u8], classes: usize) -> Result<&'a [u8]> {
    let ([_], labels) = read(file, LABELS_MAGIC, bytes)?;
    match labels.iter().position(|label| usize::from(*label) >= classes) {
        Some(index) => {
            Err(DatasetError::LabelRange { file: file.to_owned(), index, label: labels[index], classes }.into())
        }
        None => Ok(labels),
    }
}

/// The lengths of `N` dimensions and the bytes after them.
fn read<'a, const N: usize>(file: &str, magic: u32, bytes: &'a [u8]) -> Result<([usize; N], &'a [u8])> {
    let header = 4 * (N + 1);
    let truncated =
        |expected| DatasetError::IdxTruncated { file: file.to_owned(), expected, got: bytes.len() as u128 }.into();
    let (words, _) = bytes.as_chunks::<4>();
    match words.first().map(|word| u32::from_be_bytes(*word)) {
        Some(got) if got != magic => {
            return Err(DatasetError::IdxMagic { file: file.to_owned(), expected: magic, got }.into());
        }
        Some(_) if words.len() > N => {}
        _ => return Err(truncated(header as u128)),
    }
    let lengths: [u32; N] = std::array::from_fn(|dimension| u32::from_be_bytes(words[dimension + 1]));
    // At most three factors below 2^32: no overflow.
    let expected = header as u128 + lengths.iter().map(|length| u128::from(*length)).product::<u128>();
    let got = bytes.len() as u128;
    if got < expected {
        return Err(truncated(expected));
    }
    if got > expected {
        return Err(DatasetError::IdxTooLong { file: file.to_owned(), expected, got }.into());
    }
    Ok((lengths.map(|length| length as usize), &bytes[header..]))
}
