//! Files that the visitor has chosen.

use crate::experiment::own_files::RoleChoices;
use web_sys::File;

/// Files that were chosen at one time, with the uses that the visitor has chosen for some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ChosenFiles {
    /// The files.
    pub(super) files: Vec<File>,
    /// The uses that were chosen.
    pub(super) choices: RoleChoices,
}
