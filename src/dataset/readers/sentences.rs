//! Published sentences: for each part one file per language, with a sentence per line.

use super::ReadFile;
use crate::catalog::{FileContent, Part};
use crate::dataset::text::{FoundPairs, ParallelCorpus, TextFile, aligned_pairs};
use crate::error::{DatasetError, Result};

/// The corpus in such files.
///
/// # Errors
/// [`DatasetError::NoExamples`] without one of the files, and those of [`TextFile::read`] and [`aligned_pairs`].
pub fn assemble(read: &[ReadFile]) -> Result<ParallelCorpus> {
    let [train, test] = [Part::Train, Part::Test].map(|part| pairs(part, read));
    let (train, test) = (train?, test?);
    let found = train.found + test.found;
    Ok(ParallelCorpus { found, train: train.pairs, test: test.pairs })
}

fn pairs(part: Part, read: &[ReadFile]) -> Result<FoundPairs> {
    let text = |language| {
        let of = |file: &&ReadFile| (file.file.part, file.file.content) == (part, FileContent::Sentences(language));
        let file = read.iter().find(of).ok_or(DatasetError::NoExamples { part })?;
        TextFile::read(file.file.name, &file.bytes)
    };
    aligned_pairs(&text(0)?, &text(1)?)
}
