//! What a run belongs to beside its own experiment. The file of a checkpoint does not have it: the browser keeps it next to the file, since
//! it stays the same from one checkpoint to the next.

use super::{decoded, encoded};
use crate::error::{CheckpointError, CheckpointPart};
use crate::experiment::own_files::RoleChoices;
use crate::metrics::History;
use serde::{Deserialize, Serialize};

/// What a run belongs to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunContext {
    /// The whole experiment as a query string, if the run is one of several batches of its seeds.
    pub whole: Option<String>,
    /// The batches that are complete: their experiment as a query string, and their measurements.
    pub complete: Option<(String, History)>,
    /// What the visitor has decided about files of their own.
    pub choices: RoleChoices,
}

impl RunContext {
    /// The bytes from which [`Self::from_bytes`] makes the same context.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encoded(self)
    }

    /// Reads a context.
    ///
    /// # Errors
    /// [`CheckpointError::Contents`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let mut context: Self = decoded(bytes, CheckpointPart::Context)?;
        if let Some((_, history)) = &mut context.complete {
            history.name_layers();
        }
        Ok(context)
    }
}
