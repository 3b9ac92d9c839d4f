//! The type of the rows of the table of query keys, and what can be done with a row.

use super::form_field::FormField;
use super::{DatasetName, Experiment, FigureView, View};
use crate::catalog::{DataKind, Task};
use crate::error::{Bounds, Result};
use crate::prose::Prose;

/// What a query string describes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// What determines the numbers.
    pub experiment: Experiment,
    /// How the page is displayed.
    pub view: View,
    /// The learning rates, if they are several: until all keys are read, since every variant has all of them.
    pub(super) rates: Vec<f64>,
}

impl Link {
    /// What describes this experiment.
    #[must_use]
    pub fn new(experiment: Experiment, view: View) -> Self {
        Self { experiment, view, rates: Vec::new() }
    }

    /// The link that is described by the name of a data set alone.
    #[must_use]
    pub fn standard(name: DatasetName) -> Self {
        let view = View { figure: FigureView::standard(name.row().task()), ..View::default() };
        Self::new(Experiment::standard(name), view)
    }
}

/// A key of the query string.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// A description in one line.
    pub help: Prose,
    /// Its field in the form; `None` if it has none, or a special one.
    pub field: Option<FormField>,
    /// Its allowed values.
    pub values: KeyValues,
    /// Parses a text and sets the value.
    pub(super) read: fn(&'static str, &mut Link, &str) -> Result<()>,
    /// The text of the value.
    pub(super) write: fn(&Link) -> String,
}

/// The allowed values of a key.
#[derive(Debug, Clone, Copy)]
pub enum KeyValues {
    /// A number.
    Number(Bounds),
    /// A number, a list of numbers or a grid of them.
    Numbers(Bounds),
    /// A number; the key may also be absent.
    OptionalNumber(Bounds),
    /// `auto` or a number.
    AutoOrNumber(Bounds),
    /// One of these names, each with a label to display.
    Choice(fn() -> Vec<(&'static str, &'static str)>),
    /// `0` or `1`.
    Switch,
    /// A text in this notation, with examples, each with its meaning.
    Text(Prose, &'static [(Prose, Prose)]),
}

/// The data for which a key can have another value than its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyScope {
    /// All data.
    All,
    /// Examples of one kind.
    Kind(DataKind),
    /// Real sentences.
    Texts,
}

impl KeyScope {
    /// The name in the HTML of the page of a scope that is not all data.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Kind(kind) => Some(kind.name()),
            Self::Texts => Some("texts"),
        }
    }

    /// Whether data with this task are in it.
    #[must_use]
    pub fn includes(self, task: Task) -> bool {
        match self {
            Self::All => true,
            Self::Kind(kind) => kind == task.kind(),
            Self::Texts => task == Task::Texts,
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let scopes = [Self::Kind(DataKind::Images), Self::Kind(DataKind::Pairs), Self::Texts];
        scopes.into_iter().find(|scope| scope.name() == Some(name)).unwrap_or(Self::All)
    }
}

impl Key {
    /// Parses `text` and sets the key's value.
    ///
    /// # Errors
    /// [`Error::Value`], or [`Error::Formula`] for a formula of `init`.
    pub fn read(&self, link: &mut Link, text: &str) -> Result<()> {
        (self.read)(self.name, link, text)
    }

    /// The text of its value; empty if it is absent.
    #[must_use]
    pub fn write(&self, link: &Link) -> String {
        (self.write)(link)
    }

    /// The data that it is for.
    #[must_use]
    pub fn scope(&self) -> KeyScope {
        match self.name {
            "aug" => KeyScope::Kind(DataKind::Images),
            "pair" | "smooth" => KeyScope::Kind(DataKind::Pairs),
            "vocab" | "length" => KeyScope::Texts,
            _ => KeyScope::All,
        }
    }

    /// The text of its default for a data set.
    #[must_use]
    pub fn default_text(&self, name: DatasetName) -> String {
        self.write(&Link::standard(name))
    }

    /// Resets it to its default for the data set of `link`.
    pub fn reset(&self, link: &mut Link) {
        // The text of a default can always be read.
        let _ = self.read(link, &self.default_text(link.experiment.dataset.name));
    }
}
