//! Errors of text files with sentences and their translations.

use crate::catalog::Part;

/// Why text files are not a data set of sentences with their translations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorpusError {
    /// A file is not UTF-8.
    Encoding {
        /// Name of the file.
        file: String,
        /// The first line that is not, from 1.
        line: usize,
    },
    /// A single file has a line without a tab between two sentences.
    Columns {
        /// Name of the file.
        file: String,
        /// The first such line, from 1.
        line: usize,
    },
    /// Files of sentences cannot be divided into twos whose names differ in the language alone.
    Unpaired {
        /// The names of files that are alike but for their last word.
        files: Vec<String>,
    },
    /// Two files whose lines should correspond have different numbers of lines.
    LineCount {
        /// Names of both files.
        files: [String; 2],
        /// Their numbers of lines.
        lines: [usize; 2],
    },
    /// There are too few pairs to divide them into a training and a test part.
    TooFew {
        /// Number of pairs.
        got: usize,
    },
    /// Every pair of a part has a sentence that is too long.
    AllTooLong {
        /// The part.
        part: Part,
        /// The longest sentence allowed, in symbols.
        limit: usize,
        /// Number of pairs.
        pairs: usize,
    },
}
