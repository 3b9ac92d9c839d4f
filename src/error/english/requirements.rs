//! The messages about what a value requires of the rest of an experiment or of the device.

use crate::catalog::{DataKind, Task};
use crate::error::{DeviceDemand, Requirement, SchemeRequirement};
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl Display for Requirement {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::DistinctVariants => text!("each variant only once"),
            Self::Runs { most } => text!("1 to {most} runs in total", most),
            Self::NoValidation => {
                text!("0 for texts: only their test part has the translations with which others are compared")
            }
            Self::OneBatch { batch_size } => text!("enough examples for one batch ({batch_size})", batch_size),
            Self::Parameters { most, runs: 1 } => text!("a network of at most {most} parameters for 1 run", most),
            Self::Parameters { most, runs } => {
                text!("a network of at most {most} parameters for {runs} runs", most, runs)
            }
            Self::ValuesPerExample { most } => text!("a network that computes at most {most} values per example", most),
            Self::BatchForNetwork { most } => text!("at most {most} examples for this network", most),
            Self::OrthogonalLayers => text!("layers small enough for orthogonal weights, which are slow to draw"),
            Self::StepsForRuns { most, runs: 1 } => text!("at most {most} steps for 1 run", most),
            Self::StepsForRuns { most, runs } => text!("at most {most} steps for {runs} runs", most, runs),
            Self::EvaluationInterval { least } => {
                text!("at least {least} for this number of steps and runs", least)
            }
            Self::PositionLeft { height, width } => text!(
                "a network whose pooling and strides leave at least one position of {height} x {width} images",
                height,
                width
            ),
            Self::DeviceMemory { demand, most } => device_memory(*demand, *most),
            Self::TrainingExamples { most } => text!("at most {most}, the number of training examples", most),
            Self::OwnFiles(Task::Images) => text!("upload, since the files are images"),
            Self::OwnFiles(_) => text!("text, since the files are sentences"),
            Self::ModelFor(DataKind::Images) => text!("a network for images: mlp, cnn or resnet"),
            Self::ModelFor(DataKind::Pairs) => text!("a transformer, which pairs of sentences need"),
            Self::OnlyFor(DataKind::Images) => text!("the default, since other values are only for images"),
            Self::OnlyFor(DataKind::Pairs) => text!("the default, since other values are only for pairs of sentences"),
            Self::OnlyForTexts => text!("the default, since other values are only for texts"),
            Self::Scheme(requirement) => requirement.to_string(),
        })
    }
}

impl Display for SchemeRequirement {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::TurnWithinLayers { layers } => text!("at most the depth in weight layers, {layers}", layers),
            Self::ResidualWithoutNormalization { scheme } => {
                text!("a residual network (resnet:...) without normalization for {scheme}", scheme)
            }
            Self::Transformer { scheme, norm: None } => text!("a transformer for {scheme}", scheme),
            Self::Transformer { scheme, norm: Some(norm) } => {
                text!("a transformer with norm={norm} for {scheme}", norm, scheme)
            }
            Self::NonzeroBase { method } => {
                text!("a base without zero-initialized layers for {method}, which needs nonzero layer outputs", method)
            }
            Self::BatchToDivide { method, least } => {
                text!("a batch of at least {least} examples for {method}, which splits it", least, method)
            }
            Self::PartsOfBatch { method, most, batch_size } => {
                text!("at most {most} parts for {method} and a batch of {batch_size}", most, method, batch_size)
            }
            Self::WithinTrainingExamples { method, most } => {
                text!("at most the number of training examples, {most}, for {method}", most, method)
            }
            Self::FormulaLength { most } => text!("a formula of at most {most} bytes", most),
        })
    }
}

fn device_memory(demand: DeviceDemand, most: u64) -> String {
    let most = most.div_ceil(1 << 20);
    match demand {
        DeviceDemand::Step => {
            text!("a network that needs at most {most} MB for a training step of one run on this device", most)
        }
        DeviceDemand::Tensor => {
            text!("a network that needs at most {most} MB for its largest tensor on this device", most)
        }
        DeviceDemand::Iteration { method } => text!(
            "a network that needs at most {most} MB for an iteration of {method} on this device, or other initializations",
            most,
            method
        ),
    }
}
