//! The messages about scores of translations.

use crate::prose::IS_PAGE;
use crate::score::ScoreError;
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl Display for ScoreError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(super::NONE);
        }
        f.write_str(&match self {
            Self::NoSentences => text!("expected at least one sentence, got none"),
            Self::SentenceCount { expected, got } => {
                text!("expected one hypothesis for each of {expected} references, got {got}", expected, got)
            }
        })
    }
}
