//! Descriptions of initialization schemes, for the picker's cards and the tables of the documentation.

/// The description of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// What the scheme does, in a sentence.
    pub sentence: &'static str,
    /// Its equation, line by line; `_{...}` and `^{...}` mark subscripts and superscripts.
    pub equation: &'static [&'static str],
    /// The publication.
    pub source: Source,
    /// Its cost before the first training step.
    pub cost: &'static str,
}

/// The publication of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Authors and year, or the origin of an unpublished scheme.
    pub authors: &'static str,
    /// The text of the link; empty if there is none.
    pub link: &'static str,
    /// The address.
    pub url: &'static str,
    /// An additional note; may be empty.
    pub note: &'static str,
}

impl Source {
    /// A publication with a link.
    #[must_use]
    pub const fn published(authors: &'static str, link: &'static str, url: &'static str) -> Self {
        Self { authors, link, url, note: "" }
    }

    /// The same source with a note.
    #[must_use]
    pub const fn with_note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// A scheme of this project.
    #[must_use]
    pub const fn ours(note: &'static str) -> Self {
        Self { authors: "this project", link: "", url: "", note }
    }
}
