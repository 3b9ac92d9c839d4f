//! The parts of the page, one of which is shown; its name is in the fragment of the address.

use crate::experiment::PagePart;

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Figure, variants and scenarios.
    #[default]
    Compare,
    /// Layers at a step.
    Layers,
    /// Inside a run.
    Inside,
    /// The path explorer.
    Emergence,
    /// The article.
    Learn,
    /// About the project.
    About,
}

impl Tab {
    const NAMES: [(Self, &'static str); 6] = [
        (Self::Compare, "compare"),
        (Self::Layers, "layers"),
        (Self::Inside, "inside"),
        (Self::Emergence, "emergence"),
        (Self::Learn, "learn"),
        (Self::About, "about"),
    ];

    /// Its name in the HTML and in the fragment.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(part, _)| *part == self).map_or("", |(_, name)| name)
    }

    /// Whether it is omitted together with these parts of the page.
    #[must_use]
    pub fn is_hidden_by(self, hidden: &[PagePart]) -> bool {
        match self {
            Self::Learn | Self::Emergence | Self::About => hidden.contains(&PagePart::Article),
            Self::Layers => hidden.contains(&PagePart::Table),
            Self::Compare | Self::Inside => false,
        }
    }

    /// The part with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(part, _)| *part)
    }
}
