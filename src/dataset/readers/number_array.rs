//! Arrays of numbers as IDX and NumPy files hold them.

use crate::catalog::FileContent;
use crate::error::{DataFileError, Result};

/// The type of the numbers of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementType {
    /// A byte that is 0 or 1.
    Bool,
    /// Unsigned integers of 8, 16, 32 and 64 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// Signed integers of 8, 16, 32 and 64 bits.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// Floating-point numbers of 32 and 64 bits.
    F32,
    /// 64 bits.
    F64,
}

impl ElementType {
    /// Bytes of a number.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The value of these bytes, in little-endian order and filled up with zeros.
    fn value(self, bytes: [u8; 8]) -> f64 {
        let [a, b, c, d, ..] = bytes;
        match self {
            Self::Bool => f64::from(u8::from(a != 0)),
            Self::U8 => f64::from(a),
            Self::U16 => f64::from(u16::from_le_bytes([a, b])),
            Self::U32 => f64::from(u32::from_le_bytes([a, b, c, d])),
            Self::U64 => u64::from_le_bytes(bytes) as f64,
            Self::I8 => f64::from(i8::from_le_bytes([a])),
            Self::I16 => f64::from(i16::from_le_bytes([a, b])),
            Self::I32 => f64::from(i32::from_le_bytes([a, b, c, d])),
            Self::I64 => i64::from_le_bytes(bytes) as f64,
            Self::F32 => f64::from(f32::from_le_bytes([a, b, c, d])),
            Self::F64 => f64::from_le_bytes(bytes),
        }
    }
}

/// An array, borrowed from the bytes of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberArray<'a> {
    /// The type of its numbers.
    pub element: ElementType,
    /// Whether the first byte of a number is the most significant one.
    pub big_endian: bool,
    /// Its dimensions; the last one varies fastest.
    pub shape: Vec<usize>,
    /// Its numbers: as many as the product of its dimensions says.
    pub bytes: &'a [u8],
}

impl NumberArray<'_> {
    /// Its numbers, row-major; integers beyond `2^53` are rounded.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.bytes.chunks_exact(self.element.size()).map(|number| {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(number).for_each(|(to, from)| *to = *from);
            if self.big_endian {
                bytes.get_mut(..number.len()).unwrap_or_default().reverse();
            }
            self.element.value(bytes)
        })
    }

    /// Its numbers as labels, each below `classes`. `file` is for errors.
    ///
    /// # Errors
    /// [`DataFileError::ArrayValue`] for a number that is none.
    pub fn labels(&self, file: &str, classes: usize) -> Result<Vec<u8>> {
        let label = |(index, value): (usize, f64)| {
            // Both are exact in this range.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped by the conversion and compared"
            )]
            let label = value as u8;
            let is_label = f64::from(label).total_cmp(&(value + 0.0)).is_eq() && usize::from(label) < classes;
            let content = FileContent::Labels;
            is_label
                .then_some(label)
                .ok_or_else(|| DataFileError::ArrayValue { file: file.to_owned(), content, index, got: value }.into())
        };
        self.values().enumerate().map(label).collect()
    }
}
