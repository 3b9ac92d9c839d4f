//! The query of a link.

/// The query string of a link; other text is returned unchanged, as a query string.
pub(crate) fn query_of_link(text: &str) -> &str {
    // A formula may also contain a question mark, but the text before the question mark of a link has no equals sign.
    let query = text.split_once('?').filter(|(address, _)| !address.contains('=')).map_or(text, |(_, query)| query);
    query.split_once('#').map_or(query, |(query, _)| query)
}
