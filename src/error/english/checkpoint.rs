//! The English messages about checkpoints.

use crate::error::{CheckpointError, CheckpointPart, StatePart};
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl std::error::Error for CheckpointError {}

impl Display for CheckpointError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Foreign { length } => {
                text!("expected a checkpoint of Emergence Lab, got {length} bytes of something else", length)
            }
            Self::Format { expected, got } => {
                text!("expected a checkpoint in format {expected}, got format {got}", expected, got)
            }
            Self::Program { expected, got } => {
                text!("expected a checkpoint of version {expected}, got one of version {got}", expected, got)
            }
            Self::Length { expected, got } => {
                text!("the checkpoint is incomplete: expected {expected} bytes, got {got}", expected, got)
            }
            Self::Checksum { part, expected, got } => {
                text!(
                    "the checkpoint is damaged: expected SHA-256 {expected} of its {part}, got {got}",
                    expected,
                    part,
                    got
                )
            }
            Self::Contents { part, length } => {
                text!("the checkpoint is damaged: expected its {part}, got {length} other bytes", part, length)
            }
            Self::Experiment { expected, got } => {
                text!("expected a checkpoint of {expected}, got one of {got}", expected, got)
            }
            Self::Data { expected, got } => {
                text!(
                    "these are not the data on which the run was trained: expected SHA-256 {expected}, got {got}",
                    expected,
                    got
                )
            }
            Self::Misfit { part: part @ (StatePart::Step | StatePart::Evaluated), expected, got } => {
                text!(
                    "the checkpoint does not fit the experiment: expected at most {expected} for {part}, got {got}",
                    expected,
                    part,
                    got
                )
            }
            Self::Misfit { part, expected, got } => {
                text!(
                    "the checkpoint does not fit the experiment: expected {expected} {part}, got {got}",
                    expected,
                    part,
                    got
                )
            }
        })
    }
}

impl Display for CheckpointPart {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Header => text!("header"),
            Self::History => text!("measurements"),
            Self::State => text!("state"),
            Self::Context => text!("experiment"),
        })
    }
}

impl Display for StatePart {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Step => text!("the number of steps"),
            Self::Evaluated => text!("the step of the last evaluation"),
            Self::Variants => text!("variants"),
            Self::Runs => text!("runs"),
            Self::Parameters => text!("parameters"),
            Self::Statistics => text!("running statistics"),
            Self::Moments => text!("moments of the optimizer"),
            Self::Shortcuts => text!("weights of shortcuts"),
            Self::Predictions => text!("predictions"),
        })
    }
}
