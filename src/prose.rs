//! Texts in tables that only the documentation and the generated parts of the page need. WebAssembly programs leave them out:
//! visitors get them as HTML.

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
