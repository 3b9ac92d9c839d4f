//! Text files as a parallel corpus: files with two columns, or two files whose lines correspond.

use super::ParallelCorpus;
use super::columns::{self, is_table};
use super::found_pairs::FoundPairs;
use super::held_out::divided;
use crate::catalog::Part;
use crate::error::{CorpusError, Result};
use crate::experiment::limits::PAIRS;
use std::collections::BTreeMap;

/// A text file: its name without folders, and its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// Its name.
    pub name: String,
    /// Its contents.
    pub text: String,
}

impl TextFile {
    /// Reads UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    /// [`CorpusError::Encoding`] with the first line that is not UTF-8.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            // One piece more than line breaks.
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            CorpusError::Encoding { file: name.to_owned(), line }
        })?;
        Ok(Self { name: name.to_owned(), text: text.trim_start_matches('\u{feff}').to_owned() })
    }

    /// The name in two: what comes before the last word, which is the language, and that word; `.txt` is neither.
    fn stem_and_language(&self) -> (&str, &str) {
        let name = self.name.strip_suffix(".txt").unwrap_or(&self.name);
        let start = name.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |end| end + 1);
        // The characters around a word may take several bytes.
        name.split_at_checked(start).unwrap_or(("", name))
    }
}

/// The corpus in text files, each with its part, in the order of their names. A file with tabs in its lines is a table with both sentences of
/// a pair in each; other files belong together in twos, and the first language is the one whose name, the last word of the file's name, comes
/// first. If all files are of one part, a sixth of the sentences is for testing.
///
/// # Errors
/// [`CorpusError::Columns`], [`CorpusError::Unpaired`], [`CorpusError::LineCount`] and [`CorpusError::TooFew`].
pub fn read(mut files: Vec<(Part, TextFile)>) -> Result<ParallelCorpus> {
    files.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let (test, train): (Vec<_>, Vec<_>) = files.into_iter().partition(|(part, _)| *part == Part::Test);
    let [train, test] = [train, test].map(|files| pairs(&files.into_iter().map(|(_, file)| file).collect::<Vec<_>>()));
    let (train, test) = (train?, test?);
    let found = train.found + test.found;
    let (mut train, mut test) = (train.pairs, test.pairs);
    train.truncate(PAIRS);
    test.truncate(PAIRS);
    let corpus = match (train.is_empty(), test.is_empty()) {
        (false, false) => ParallelCorpus { train, test, ..ParallelCorpus::default() },
        (false, true) => divided(train),
        (true, _) => divided(test),
    };
    for part in [Part::Train, Part::Test] {
        if corpus.part(part).is_empty() {
            return Err(CorpusError::TooFew { got: found }.into());
        }
    }
    Ok(ParallelCorpus { found, ..corpus })
}

/// The pairs in files of one part.
fn pairs(files: &[TextFile]) -> Result<FoundPairs> {
    let (tables, plain): (Vec<&TextFile>, Vec<&TextFile>) = files.iter().partition(|file| is_table(&file.text));
    let mut pairs = FoundPairs::default();
    for file in tables {
        pairs.extend(columns::pairs(&file.name, &file.text)?);
    }
    for [first, second] in aligned(&plain)? {
        pairs.extend(aligned_pairs(first, second)?);
    }
    Ok(pairs)
}

/// The pairs in two files whose lines correspond; lines that are empty in both files are none.
///
/// # Errors
/// [`CorpusError::LineCount`].
pub fn aligned_pairs(first: &TextFile, second: &TextFile) -> Result<FoundPairs> {
    let [left, right] = [first, second].map(|file| file.text.lines().map(str::trim).collect::<Vec<_>>());
    if left.len() != right.len() {
        let (files, lines) = ([first, second].map(|file| file.name.clone()), [left.len(), right.len()]);
        return Err(CorpusError::LineCount { files, lines }.into());
    }
    let lines = || left.iter().zip(&right);
    let complete = lines().filter(|(left, right)| !left.is_empty() && !right.is_empty());
    Ok(FoundPairs {
        pairs: complete.map(|(left, right)| [(*left).to_owned(), (*right).to_owned()]).collect(),
        found: lines().filter(|(left, right)| !left.is_empty() || !right.is_empty()).count(),
    })
}

/// Files in twos, by their languages: the only two, or those whose names differ in the last word.
fn aligned<'files>(files: &[&'files TextFile]) -> Result<Vec<[&'files TextFile; 2]>> {
    let by_language = |[first, second]: [&'files TextFile; 2]| {
        let is_first = first.stem_and_language().1 <= second.stem_and_language().1;
        if is_first { [first, second] } else { [second, first] }
    };
    match files {
        [] => return Ok(Vec::new()),
        [first, second] => return Ok(vec![by_language([first, second])]),
        [single] => {
            let line = single.text.lines().position(|line| !line.trim().is_empty() && !line.contains('\t'));
            let line = line.map_or(1, |index| index + 1);
            return Err(CorpusError::Columns { file: single.name.clone(), line }.into());
        }
        _ => {}
    }
    let mut groups: BTreeMap<&str, Vec<&'files TextFile>> = BTreeMap::new();
    for file in files {
        groups.entry(file.stem_and_language().0).or_default().push(file);
    }
    let two = |group: Vec<&'files TextFile>| {
        let names = |group: Vec<&TextFile>| group.iter().map(|file| file.name.clone()).collect();
        let two = <[&'files TextFile; 2]>::try_from(group);
        two.map(by_language).map_err(|group| CorpusError::Unpaired { files: names(group) }.into())
    };
    groups.into_values().map(two).collect()
}
