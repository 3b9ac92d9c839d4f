//! What names of files and folders say about the use of their examples, by whole words: `test` in `x_test.npy`, `testImages` and
//! `TEST-1.bin`, but not in `latest.bin`.

use crate::experiment::own_files::FileRole;

/// The use that a name states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatedUse {
    Training,
    Validation,
    Test,
}

impl StatedUse {
    /// The use of files with such names: validation files are neither for training nor for testing.
    pub(super) fn role(self) -> FileRole {
        match self {
            Self::Training => FileRole::Training,
            Self::Validation => FileRole::LeftOut,
            Self::Test => FileRole::Test,
        }
    }
}

/// What a path says: its last part that says anything. A part with words for different uses says nothing.
pub(super) fn purpose(path: &str) -> Option<StatedUse> {
    path.rsplit('/').find_map(|part| {
        let mut purposes = words(part).into_iter().filter_map(|word| of_word(&word));
        let first = purposes.next()?;
        purposes.all(|other| other == first).then_some(first)
    })
}

/// `tst2013.en` and `newstest2014.de` are well-known files of sentences, `t10k-images-idx3-ubyte` one of images.
fn of_word(word: &str) -> Option<StatedUse> {
    match word {
        "train" | "training" | "trainset" | "trainval" => Some(StatedUse::Training),
        "test" | "tests" | "testing" | "testset" | "newstest" | "tst" | "eval" | "evaluation" | "t10k" => {
            Some(StatedUse::Test)
        }
        "val" | "valid" | "validation" | "dev" | "devset" | "newsdev" => Some(StatedUse::Validation),
        _ => None,
    }
}

/// Whether a path has this word.
pub(super) fn has_word(path: &str, wanted: &str) -> bool {
    words(path).iter().any(|word| word == wanted)
}

/// The words of a name in lower case; they end at separators, at digits, and where camel case begins a new one.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for chunk in name.split(|c: char| !c.is_alphanumeric()) {
        if chunk.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("t10k")) {
            words.push("t10k".to_owned());
            continue;
        }
        let letters = chunk.chars().collect::<Vec<_>>();
        let mut word = String::new();
        for (index, letter) in letters.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| letters.get(index));
            if before.is_some_and(|before| is_boundary(*before, *letter, letters.get(index + 1).copied())) {
                words.push(std::mem::take(&mut word));
            }
            word.push(letter.to_ascii_lowercase());
        }
        words.push(word);
    }
    words
}

/// Whether a word ends between two characters: `test|2`, `x|Test`, `MNIST|Test`.
fn is_boundary(before: char, letter: char, after: Option<char>) -> bool {
    before.is_numeric() != letter.is_numeric()
        || (before.is_lowercase() && letter.is_uppercase())
        || (before.is_uppercase() && letter.is_uppercase() && after.is_some_and(char::is_lowercase))
}
