//! Numbers of arrays as pixels, 0 to 255.

use crate::catalog::FileContent;
use crate::dataset::readers::number_array::{ElementType, NumberArray};
use crate::error::{DataFileError, Result, UploadNote};

/// The range of numbers that becomes 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PixelRange {
    low: f64,
    high: f64,
}

/// Numbers as they are stored in a byte.
const BYTES: PixelRange = PixelRange { low: 0.0, high: 255.0 };
/// Numbers as most programs normalize them, with or without a sign.
const USUAL: [PixelRange; 2] = [PixelRange { low: 0.0, high: 1.0 }, PixelRange { low: -1.0, high: 1.0 }];

impl PixelRange {
    /// The range of arrays, each with the name of its file: bytes as they are; other numbers in the first of these ranges that contains all
    /// of them: 0 to 1, -1 to 1, 0 to 255, or the smallest that there is.
    ///
    /// # Errors
    /// [`DataFileError::ArrayValue`] for a number that is not finite.
    pub(super) fn of<'a>(arrays: impl IntoIterator<Item = (&'a str, &'a NumberArray<'a>)>) -> Result<Self> {
        let mut found = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };
        for (file, array) in arrays {
            if array.element == ElementType::U8 {
                return Ok(BYTES);
            }
            for (index, value) in array.values().enumerate() {
                if !value.is_finite() {
                    let (file, content) = (file.to_owned(), FileContent::Images);
                    return Err(DataFileError::ArrayValue { file, content, index, got: value }.into());
                }
                found = Self { low: found.low.min(value), high: found.high.max(value) };
            }
        }
        let contains = |range: &&Self| range.low <= found.low && found.high <= range.high;
        Ok(USUAL.iter().chain([&BYTES]).find(contains).copied().unwrap_or(found))
    }

    /// What to tell about it.
    pub(super) fn note(self) -> Option<UploadNote> {
        (self != BYTES).then_some(UploadNote::Scaled { low: self.low, high: self.high })
    }

    /// The pixel of a number, rounded to the nearest.
    pub(super) fn pixel(self, value: f64) -> u8 {
        let scaled = (value - self.low) / (self.high - self.low) * 255.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a byte by the conversion"
        )]
        let pixel = (scaled + 0.5) as u8;
        pixel
    }
}
