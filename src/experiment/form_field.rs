//! How the form of the page asks for the value of a query key.

use crate::prose::Prose;

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormField {
    /// The group of fields that contains it.
    pub group: FieldGroup,
    /// Its label.
    pub label: Prose,
    /// Whether it spans a whole row.
    pub wide: bool,
    /// A hint: shown below a text field, as a tooltip of a list; code between backticks.
    pub hint: Prose,
}

/// A group of fields of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldGroup {
    /// The data set and the device.
    Data,
    /// The network and the settings that are changed most often.
    Main,
    /// The runs of each variant.
    Runs,
    /// Details of the network and the data.
    Network,
    /// The optimizer.
    Optimizer,
    /// Evaluation and activity.
    Measurement,
}

/// A field with this label.
pub(super) const fn field(group: FieldGroup, label: &'static str) -> FormField {
    FormField { group, label: Prose::new(label), wide: false, hint: Prose::new("") }
}

impl FormField {
    /// The same with a hint.
    pub(super) const fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Prose::new(hint), ..self }
    }

    /// The same on a line of its own.
    pub(super) const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }
}
