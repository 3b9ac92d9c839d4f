//! Names, values and formulas in the page's sentences stand between “ and ”: that is how they are kept from translation.

/// The pieces of a sentence in their order, each with whether it is quoted. Quotation marks belong to the pieces around.
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

/// What stands up to the first opening mark, between it and the next closing one, and from there on.
fn first_quotation(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('“')? + '“'.len_utf8();
    let end = start + text[start..].find('”')?;
    Some((&text[..start], &text[start..end], &text[end..]))
}
