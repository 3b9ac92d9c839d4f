//! What arrives at the worker during an experiment.

use super::RunFailure;
use super::crew::Crew;
use super::scope::{Mail, Message};
use super::state::DecodedState;
use crate::experiment::Experiment;
use crate::protocol::{Command, Computing};
use web_sys::File;

/// An experiment to be started.
pub(super) struct Start {
    /// Its number.
    pub(super) number: u32,
    pub(super) experiment: Box<Experiment>,
    pub(super) paused: bool,
    pub(super) computing: Computing,
    /// Whether it goes on from a checkpoint.
    pub(super) resumes: bool,
    /// The state of that checkpoint, if it was read already.
    pub(super) decoded: Option<DecodedState>,
}

impl Start {
    /// The same in this worker alone.
    pub(super) fn alone(self) -> Self {
        Self { computing: Computing { cores: 1, ..self.computing }, ..self }
    }

    /// The start that a message asks for, or the message, if it asks for something else.
    pub(super) fn read(message: Message) -> Result<Self, Message> {
        match message.command {
            Command::Start { experiment, paused, computing, resumes } => {
                Ok(Self { number: message.start, experiment, paused, computing, resumes, decoded: None })
            }
            command => Err(Message { command, ..message }),
        }
    }
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
            Mail::Helper { share, event, state } => return crew.hear(share, event, state).map(|()| Self::Handled),
            Mail::Tick => return crew.check_pulses().map(|()| Self::Handled),
        };
        Ok(match Start::read(message) {
            Ok(start) => Self::Interrupt(Interrupt::Start(start)),
            Err(Message { command: Command::Reset, .. }) => Self::Interrupt(Interrupt::Reset),
            Err(Message { command, files, .. }) => Self::Command(command, files),
        })
    }
}
