//! Reads the texts that the sources translate: `text!("…", name = value)` and `translated("…")`.

/// A text in the sources.
pub(super) struct Literal {
    /// The English text.
    pub(super) text: String,
    /// The names of the values for its placeholders.
    pub(super) values: Vec<String>,
}

/// All texts of a source, without comments.
pub(super) fn literals(code: &str) -> Vec<Literal> {
    let starts = ["text!(", "translated("].into_iter().flat_map(|call| {
        let begins = code
            .match_indices(call)
            .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        begins.map(move |(at, _)| at + call.len())
    });
    starts.filter_map(|start| literal(code[start..].trim_start())).collect()
}

/// The literal at the beginning of the arguments of a call, and the names of the other arguments.
fn literal(arguments: &str) -> Option<Literal> {
    let (text, rest) = quoted(arguments)?;
    let inside = inside(rest);
    let values = top_level(inside).into_iter().map(|argument| argument.split(" = ").next().unwrap_or_default().trim());
    let values = values.filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect();
    Some(Literal { text, values })
}

/// The value of a string literal, and what follows it.
fn quoted(code: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut rest = code.strip_prefix('"')?;
    loop {
        let at = rest.find(['"', '\\'])?;
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if rest.as_bytes()[at] == b'"' {
            return Some((text, after));
        }
        let escaped = after.chars().next()?;
        rest = &after[escaped.len_utf8()..];
        match escaped {
            '\n' => rest = rest.trim_start(),
            '"' | '\\' => text.push(escaped),
            other => panic!("unknown escape \\{other} in a text"),
        }
    }
}

/// The code up to the parenthesis that closes the call.
fn inside(code: &str) -> &str {
    let mut depth = 0_usize;
    let mut in_string = false;
    let end = code.char_indices().find(|(at, c)| {
        match c {
            '"' if !code[..*at].ends_with('\\') && !code[..*at].ends_with('\'') => in_string = !in_string,
            '(' | '[' | '{' if !in_string => depth += 1,
            ')' if !in_string && depth == 0 => return true,
            ')' | ']' | '}' if !in_string => depth -= 1,
            _ => {}
        }
        false
    });
    end.map_or("", |(at, _)| &code[..at])
}

/// The arguments, without the commas between them.
fn top_level(arguments: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let mut in_string = false;
    let parts = arguments.split(|c: char| {
        match c {
            '"' => in_string = !in_string,
            '(' | '[' | '{' if !in_string => depth += 1,
            ')' | ']' | '}' if !in_string => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0 && !in_string
    });
    parts.collect()
}
