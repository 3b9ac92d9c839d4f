//! What a visitor's own files are used for, as their names say it or as the visitor decides.

use serde::{Deserialize, Serialize};

/// The use of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileRole {
    /// Its examples are for training.
    Training,
    /// Its examples are for testing.
    Test,
    /// It is not used: a validation file, or one that the visitor has left out.
    LeftOut,
}

impl FileRole {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Training, Self::Test, Self::LeftOut];
}

/// How a file, or a folder of pictures, is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReading {
    /// Its name, with the folders of its archive.
    pub name: String,
    /// Number of files: 1, or the pictures of a folder.
    pub files: usize,
    /// Its use.
    pub role: FileRole,
}

/// What the visitor has decided: names of files or folders with their uses.
pub type RoleChoices = Vec<(String, FileRole)>;
