//! The special symbols of sentences, the same in every vocabulary.

/// The symbol that fills a sentence up.
pub const PADDING: u16 = 0;
/// The symbol with which the decoder begins.
pub const BEGINNING: u16 = 1;
/// The symbol that ends a translation.
pub const END: u16 = 2;
/// The symbol for anything that is not in the language.
pub const UNKNOWN: u16 = 3;
/// [`UNKNOWN`] as text.
pub const UNKNOWN_TEXT: &str = "<unk>";
/// The first symbol that is a word.
pub const FIRST_WORD: u16 = 4;

/// A special symbol as text; `None` for words.
#[must_use]
pub fn special(symbol: u16) -> Option<&'static str> {
    match symbol {
        PADDING => Some("<pad>"),
        BEGINNING => Some("<s>"),
        END => Some("</s>"),
        UNKNOWN => Some(UNKNOWN_TEXT),
        _ => None,
    }
}
