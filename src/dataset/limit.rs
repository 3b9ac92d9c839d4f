//! How many examples of a part an experiment uses.

use crate::catalog::Part;
use crate::error::{DatasetError, Result};

/// The number of examples to use out of `available` ones.
pub(super) fn limit(part: Part, asked: Option<usize>, available: usize) -> Result<usize> {
    match asked.unwrap_or(available) {
        0 => Err(DatasetError::NoExamples { part }.into()),
        asked if asked > available => Err(DatasetError::TooManyExamples { part, asked, available }.into()),
        asked => Ok(asked),
    }
}
