//! Splits sentences into words before byte pair encoding, and puts them together again.
//!
//! A word is a run of letters and digits, or a single other character. A word after a space, and the first one of a sentence, begins with
//! [`SPACE`], as in SentencePiece (Kudo & Richardson 2018). So nothing but the number of spaces is lost: `it's 5 €.` is
//! `▁it`, `'`, `s`, `▁5`, `▁€`, `.`

/// The mark of a space before a word.
pub const SPACE: char = '\u{2581}';

/// The words of a sentence.
#[must_use]
pub fn words(sentence: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut after_space, mut in_run) = (true, false);
    for character in sentence.chars() {
        if character.is_whitespace() || character == SPACE {
            after_space = true;
            continue;
        }
        let in_word = character.is_alphanumeric();
        match words.last_mut().filter(|_| in_word && in_run && !after_space) {
            Some(word) => word.push(character),
            None => words.push(if after_space { format!("{SPACE}{character}") } else { character.to_string() }),
        }
        (after_space, in_run) = (false, in_word);
    }
    words
}

/// The sentence of words, or of parts of them.
#[must_use]
pub fn joined<'text>(words: impl Iterator<Item = &'text str>) -> String {
    words.collect::<String>().replace(SPACE, " ").trim_start().to_owned()
}
