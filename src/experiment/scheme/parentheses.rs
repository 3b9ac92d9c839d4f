//! Splitting the text of schemes: they can be nested, so only separators outside parentheses and brackets count.

/// The text between the parentheses of `name(...)`.
pub(super) fn call<'text>(text: &'text str, name: &str) -> Option<&'text str> {
    text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

/// Splits at the separators that are outside all parentheses and brackets.
#[must_use]
pub fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0_usize;
    let split = text.split(|character| {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == separator && depth == 0
    });
    split.collect()
}
