//! Names, values and formulas in the sentences of the page are enclosed in “ and ”, which protects them from translation.

/// The pieces of a sentence in order, each with whether it is quoted. Quotation marks belong to the unquoted pieces.
#[must_use]
pub fn quotations(sentence: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = sentence;
    while let Some((before, quoted, after)) = first_quotation(rest) {
        pieces.extend([(before, false), (quoted, true)]);
        rest = after;
    }
    pieces.push((rest, false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// The text before the first quotation, the quoted text, and the rest.
fn first_quotation(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('“')? + '“'.len_utf8();
    let end = start + text[start..].find('”')?;
    Some((&text[..start], &text[start..end], &text[end..]))
}
