//! How the page is displayed. **No view key changes a number.**

use super::figure_view::FigureView;
use super::values::Named;

/// How the page is displayed; none of this changes a number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct View {
    /// Start immediately.
    pub run: bool,
    /// Shown inside another page: no header, no article.
    pub embed: bool,
    /// Parts of the page that are omitted.
    pub hide: Vec<PagePart>,
    /// Colors.
    pub theme: Theme,
    /// Language of the texts.
    pub language: Language,
    /// What the figure shows.
    pub figure: FigureView,
    /// Height of the figure in CSS pixels; that of the frame or of the layout if absent.
    pub height: Option<u32>,
}

/// A part of the page that can be omitted, for example in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePart {
    /// The form and the buttons.
    Controls,
    /// The button that starts the training.
    Run,
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
    /// Those of the embedding page, which sends them in a message.
    FromParent,
}

/// Language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// That of the browser, if there is a translation.
    #[default]
    Auto,
    /// American English.
    English,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// Its tag for the document (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Auto | Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// The language for a browser that prefers this language (BCP 47); English if there is no translation.
    #[must_use]
    pub fn of_browser(tag: &str) -> Self {
        let code = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        Self::named(&code).filter(|language| *language != Self::Auto).unwrap_or(Self::English)
    }
}

impl Named for Language {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [("auto", "as the browser", Self::Auto), ("en", "English", Self::English), ("zh", "中文", Self::Chinese)]
            .into_iter()
    }
}

impl Named for PagePart {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        [
            ("controls", "the form and the buttons", Self::Controls),
            ("run", "the button that starts the training", Self::Run),
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
            ("from-parent", "as the embedding page says", Self::FromParent),
        ]
        .into_iter()
    }
}
