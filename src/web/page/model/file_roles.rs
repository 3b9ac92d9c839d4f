//! What the visitor's own files are used for, and the visitor's changes to it.

use crate::experiment::own_files::{FileReading, FileRole, RoleChoices};

/// Number of files that are listed; the others are used as their names say.
pub const LISTED: usize = 30;

/// The files as they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileRoles {
    readings: Vec<FileReading>,
}

impl FileRoles {
    /// The files that a worker has read.
    #[must_use]
    pub fn new(readings: Vec<FileReading>) -> Self {
        Self { readings }
    }

    /// The files that are listed.
    #[must_use]
    pub fn listed(&self) -> &[FileReading] {
        self.readings.get(..LISTED).unwrap_or(&self.readings)
    }

    /// Number of files that are not listed.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.readings.len().saturating_sub(LISTED)
    }

    /// Gives a file its next use, and returns the uses of all files; `None` if there is no such file.
    pub fn change(&mut self, index: usize) -> Option<RoleChoices> {
        let reading = self.readings.get_mut(index)?;
        reading.role = match reading.role {
            FileRole::Training => FileRole::Test,
            FileRole::Test => FileRole::LeftOut,
            FileRole::LeftOut => FileRole::Training,
        };
        Some(self.readings.iter().map(|reading| (reading.name.clone(), reading.role)).collect())
    }
}
