//! How the page is displayed. **No view key changes a number.**

use super::values::Named;

/// How the page is displayed; none of this changes a number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Start immediately.
    pub run: bool,
    /// Shown inside another page: no header, no article.
    pub embed: bool,
    /// Parts of the page that are omitted.
    pub hide: Vec<PagePart>,
    /// Colors.
    pub theme: Theme,
}

/// A part of the page that can be omitted, for example in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePart {
    /// The form and the buttons.
    Controls,
    /// The legend.
    Legend,
    /// The results table.
    Table,
    /// The explanation.
    Article,
    /// The export buttons.
    Export,
}

/// Colors of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Those of the visitor's system settings.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Named for PagePart {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("controls", "the form and the buttons", Self::Controls),
            ("legend", "the legend", Self::Legend),
            ("table", "the results table", Self::Table),
            ("article", "the article", Self::Article),
            ("export", "the export buttons", Self::Export),
        ]
        .into_iter()
    }
}

impl Named for Theme {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("auto", "as the visitor's system", Self::Auto),
            ("light", "dark on light", Self::Light),
            ("dark", "light on dark", Self::Dark),
        ]
        .into_iter()
    }
}
