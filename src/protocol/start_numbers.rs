//! Start numbers. Page and worker do not wait for each other, so events of a discarded experiment may arrive after the next start. Every
//! message therefore carries the number of the start to which it belongs, and what belongs to another one is dropped.

use super::{Command, Event};
use crate::error::MessageError;
use serde::{Deserialize, Serialize};

/// A command or an event with the number of the start to which it belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbered<T> {
    /// The number; 0 before the first start.
    pub start: u32,
    /// The command or event.
    pub message: T,
}

impl<T: Serialize + for<'de> Deserialize<'de>> Numbered<T> {
    /// The bytes that are sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        super::encoded(self)
    }

    /// Reads the bytes of a message.
    ///
    /// # Errors
    /// [`MessageError::Bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        super::decoded(bytes)
    }
}

/// The page's side: counts the starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartNumbers {
    latest: u32,
}

impl StartNumbers {
    /// Numbers a command. After a start or a reset, nothing is accepted that belongs to what was before.
    pub fn number(&mut self, command: &Command) -> u32 {
        if matches!(command, Command::Start { .. } | Command::Reset) {
            self.latest = self.latest.wrapping_add(1);
        }
        self.latest
    }

    /// Whether an event with this number belongs to the latest start, or to none.
    #[must_use]
    pub fn admit(&self, start: u32, event: &Event) -> bool {
        start == self.latest || event.is_about_worker()
    }
}
