//! The English messages about text files with sentences and their translations.

use super::NONE;
use crate::error::CorpusError;
use crate::prose::IS_PAGE;
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl Display for CorpusError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::Encoding { file, line } => {
                text!("{file}: expected text in UTF-8, got other bytes in line {line}", file, line)
            }
            Self::Columns { file, line } => text!(
                "{file}: expected a sentence, a tab and its translation in every line, or a second file with the translations, got none in line {line}",
                file,
                line
            ),
            Self::Unpaired { files } => {
                let files = files.join(", ");
                text!(
                    "expected two files for each part, one for each language, with names that differ in the language, like train.de and train.en; got {files}",
                    files
                )
            }
            Self::LineCount { files: [first, second], lines: [expected, got] } => text!(
                "{second}: expected {expected} lines, one for each line of {first}, got {got}",
                second,
                expected,
                first,
                got
            ),
            Self::TooFew { got } => {
                text!("expected at least 2 pairs without a sentence in common, one for training and one for testing, got {got} pairs", got)
            }
            Self::AllTooLong { part, limit, pairs } => {
                let key = part.key();
                text!("length: expected pairs of at most {limit} symbols in the part {key}, got {pairs} longer ones", limit, key, pairs)
            }
        })
    }
}
