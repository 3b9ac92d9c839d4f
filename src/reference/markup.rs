//! Helpers that write HTML.

/// The options of a list, with `chosen` selected.
pub(super) fn options(rows: Vec<(&str, &str)>, chosen: &str, indent: &str) -> String {
    option_tags(rows, chosen, indent, "")
}

/// The same with labels that are names, which are not translated.
pub(super) fn name_options(rows: Vec<(&str, &str)>, chosen: &str, indent: &str) -> String {
    option_tags(rows, chosen, indent, " translate=\"no\"")
}

fn option_tags(rows: Vec<(&str, &str)>, chosen: &str, indent: &str, attributes: &str) -> String {
    let option = |(name, label): (&str, &str)| {
        let selected = if name == chosen { " selected" } else { "" };
        format!("{indent}<option value=\"{name}\"{selected}{attributes}>{}</option>\n", escaped(label))
    };
    rows.into_iter().map(option).collect()
}

/// Text escaped for HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text escaped for HTML, with `<code>` elements for text between backticks.
pub(super) fn with_code(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    let piece = |(index, piece): (usize, &str)| {
        if index % 2 == 0 { escaped(piece) } else { format!("<code translate=\"no\">{}</code>", escaped(piece)) }
    };
    pieces.map(piece).collect()
}
