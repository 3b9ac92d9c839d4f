//! What people read of an initialization scheme: the picker's cards and the tables of the documentation are made of this.

/// A card about a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// What it does, in a sentence.
    pub sentence: &'static str,
    /// Its equation, line by line; `_{...}` and `^{...}` mark subscripts and superscripts.
    pub equation: &'static [&'static str],
    /// Where it is published.
    pub source: Source,
    /// What it costs before the first training step.
    pub cost: &'static str,
}

/// Where a scheme is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Authors and year, or whose it is.
    pub authors: &'static str,
    /// The text of the link; empty for none.
    pub link: &'static str,
    /// The address.
    pub url: &'static str,
    /// What else there is to say; empty for nothing.
    pub note: &'static str,
}

impl Source {
    /// A publication with a link.
    #[must_use]
    pub const fn published(authors: &'static str, link: &'static str, url: &'static str) -> Self {
        Self { authors, link, url, note: "" }
    }

    /// The same with a note.
    #[must_use]
    pub const fn with_note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// This project's own.
    #[must_use]
    pub const fn ours(note: &'static str) -> Self {
        Self { authors: "this project", link: "", url: "", note }
    }
}
