//! The words that BLEU counts: "13a", the rules of the script mteval-v13a.pl, by which the Conferences on Machine Translation judge.

use super::is_space;

/// The words and punctuation marks of a text, as sacrebleu's tokenizer `13a` divides it (Post 2018).
///
/// The entities `&quot; &amp; &lt; &gt;` become characters. Punctuation marks of ASCII are words, but for apostrophes and some of the
/// points, commas and hyphens: three rules about two neighboring characters decide, one after the other.
///
/// | rule | divided | not divided |
/// |---|---|---|
/// | a point or comma after anything but a digit | `no.5` → `no . 5` | `3.14` |
/// | a point or comma before anything but a digit | `5.` → `5 .` | `3.14` |
/// | a hyphen after a digit | `1990-95` → `1990 - 95` | `well-known` |
///
/// Punctuation beyond ASCII, such as `„` and `。`, is not divided from words.
#[must_use]
pub fn tokenize_13a(text: &str) -> Vec<String> {
    // The rules need something before and after every mark.
    let spaced = spaced(&format!(" {} ", unescaped(text)));
    let after = rewritten(&spaced, |a, b| (!a.is_ascii_digit() && is_stop(b)).then_some([a, ' ', b, ' ']));
    let before = rewritten(&after, |a, b| (is_stop(a) && !b.is_ascii_digit()).then_some([' ', a, ' ', b]));
    let words = rewritten(&before, |a, b| (a.is_ascii_digit() && b == '-').then_some([a, ' ', b, ' ']));
    words.split(is_space).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}

/// The text in one line, with characters instead of entities.
fn unescaped(text: &str) -> String {
    let line = text.trim_end_matches(is_space).replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    line.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

/// Puts spaces around the marks that are words wherever they are.
fn spaced(line: &str) -> String {
    let mut spaced = String::with_capacity(2 * line.len());
    for character in line.chars() {
        if character.is_ascii_punctuation() && !matches!(character, '\'' | '-' | '.' | ',') {
            spaced.extend([' ', character, ' ']);
        } else {
            spaced.push(character);
        }
    }
    spaced
}

/// Replaces pairs of neighboring characters where `rule` says so, from left to right; the second one of a replaced pair begins no other.
fn rewritten(line: &str, rule: impl Fn(char, char) -> Option<[char; 4]>) -> String {
    let mut rewritten = String::with_capacity(2 * line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek().and_then(|next| rule(character, *next)) {
            Some(replacement) => {
                characters.next();
                rewritten.extend(replacement);
            }
            None => rewritten.push(character),
        }
    }
    rewritten
}

fn is_stop(character: char) -> bool {
    matches!(character, '.' | ',')
}
