//! What programs leave out to be small. Texts in tables that only the documentation and the generated parts of the page need are in no
//! WebAssembly program: visitors get them as HTML. What only loads data and computes is not in the page.

/// Whether this program is the page, which neither loads data nor computes: it shows the words of the worker's errors, for example, and
/// has none of its own for them.
pub const IS_PAGE: bool = cfg!(all(target_arch = "wasm32", not(feature = "train")));

/// A list that the page leaves out.
#[must_use]
pub const fn not_in_page<T>(list: &'static [T]) -> &'static [T] {
    if IS_PAGE { &[] } else { list }
}

/// A text for people. In WebAssembly it is empty and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prose {
    #[cfg(not(target_arch = "wasm32"))]
    text: &'static str,
}

#[cfg(not(target_arch = "wasm32"))]
impl Prose {
    /// This text.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text }
    }

    /// The text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.text
    }
}

#[cfg(target_arch = "wasm32")]
impl Prose {
    /// Leaves the text out.
    #[must_use]
    pub const fn new(_text: &'static str) -> Self {
        Self {}
    }
}
