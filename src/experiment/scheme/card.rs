//! Descriptions of initialization schemes, for the picker's cards and the tables of the documentation.

use crate::prose::Prose;

/// The description of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// What the scheme does, in a sentence.
    pub sentence: Prose,
    /// Its equation, line by line; `_{...}` and `^{...}` mark subscripts and superscripts.
    pub equation: &'static [Prose],
    /// The publication.
    pub source: Source,
    /// Its cost before the first training step.
    pub cost: Prose,
}

/// The publication of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Authors and year, or the origin of an unpublished scheme.
    pub authors: Prose,
    /// The text of the link; empty if there is none.
    pub link: Prose,
    /// The address.
    pub url: Prose,
    /// An additional note; may be empty.
    pub note: Prose,
}

impl Source {
    /// A publication with a link.
    #[must_use]
    pub const fn published(authors: &'static str, link: &'static str, url: &'static str) -> Self {
        Self { authors: Prose::new(authors), link: Prose::new(link), url: Prose::new(url), note: Prose::new("") }
    }

    /// The same source with a note.
    #[must_use]
    pub const fn with_note(self, note: &'static str) -> Self {
        Self { note: Prose::new(note), ..self }
    }

    /// A scheme of this project.
    #[must_use]
    pub const fn ours(note: &'static str) -> Self {
        Self { note: Prose::new(note), ..Self::published("this project", "", "") }
    }
}
