//! What arrives at the worker during an experiment.

use super::RunFailure;
use super::crew::Crew;
use super::scope::Mail;
use crate::experiment::Experiment;
use crate::protocol::{Command, Computing};
use web_sys::File;

/// An experiment to be started.
pub(super) struct Start {
    pub(super) experiment: Box<Experiment>,
    pub(super) paused: bool,
    pub(super) computing: Computing,
}

/// What arrives during an experiment.
pub(super) enum Arrival {
    /// The end of the experiment.
    Interrupt(Interrupt),
    /// Another command of the page, with its files.
    Command(Command, Vec<File>),
    /// An event of a helper.
    Handled,
}

/// Requests of the page that end an experiment.
pub(super) enum Interrupt {
    Start(Start),
    Reset,
}

impl Arrival {
    /// Reads a message; an event of a helper is for the crew.
    pub(super) fn read(mail: Mail, crew: &mut Crew) -> Result<Self, RunFailure> {
        let message = match mail {
            Mail::Page(message) => message.map_err(RunFailure::unknown_command)?,
            Mail::Helper { share, event } => return crew.hear(share, event).map(|()| Self::Handled),
        };
        Ok(match message.command {
            Command::Reset => Self::Interrupt(Interrupt::Reset),
            Command::Start { experiment, paused, computing } => {
                Self::Interrupt(Interrupt::Start(Start { experiment, paused, computing }))
            }
            command => Self::Command(command, message.files),
        })
    }
}
