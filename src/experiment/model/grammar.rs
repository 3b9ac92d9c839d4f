//! The notation of networks.

use super::whole_number::whole;
use super::{ConvolutionSpec, ModelSpec, StageSpec, transformer};
use crate::error::{Bounds, Error, Expected, NetworkForm, Result};
use crate::experiment::architecture::Pooling;
use crate::experiment::limits;
use std::fmt;
use std::str::FromStr;

impl FromStr for ModelSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let entries: Vec<&str> = if rest.is_empty() { Vec::new() } else { rest.split(',').collect() };
        let model = match kind {
            "mlp" => parse_mlp(&entries),
            "cnn" => parse_cnn(&entries),
            "resnet" => parse_resnet(&entries),
            "transformer" => transformer::parse(rest).map(ModelSpec::Transformer).ok_or_else(transformer::expected),
            _ => Err(Expected::OneOf(vec!["mlp:W,W,...", "cnn:C,C,...", "resnet:C,C,...", "transformer:W"])),
        };
        model.map_err(|expected| Error::value("model", expected, text))
    }
}

/// The allowed sizes of a network of this form.
fn network(form: NetworkForm, least: usize, most: usize, size: usize) -> Expected {
    let entries = Bounds::whole(least as u64, most as u64);
    Expected::Network { form, entries, size: Bounds::whole(1, size as u64) }
}

fn parse_mlp(entries: &[&str]) -> std::result::Result<ModelSpec, Expected> {
    let (layers, width) = (limits::HIDDEN_LAYERS, limits::WIDTH);
    let hidden = entries.iter().map(|entry| whole(entry, width)).collect::<Option<Vec<_>>>();
    let hidden = hidden.filter(|hidden| hidden.len() <= layers).map(|hidden| ModelSpec::Mlp { hidden });
    hidden.ok_or_else(|| network(NetworkForm::Mlp, 0, layers, width))
}

fn parse_cnn(entries: &[&str]) -> std::result::Result<ModelSpec, Expected> {
    let layers = limits::HIDDEN_LAYERS;
    let expected = || network(NetworkForm::Cnn, 1, layers, limits::CHANNELS);
    let convolutions = entries.iter().map(|entry| convolution(entry)).collect::<Option<Vec<_>>>();
    let mut convolutions = convolutions.filter(|list| (1..=layers).contains(&list.len())).ok_or_else(expected)?;
    if convolutions.iter().all(|entry| entry.pool.is_none() && entry.stride == 1) {
        for entry in &mut convolutions {
            entry.pool = Some(Pooling::Max);
        }
    }
    Ok(ModelSpec::Cnn { convolutions })
}

fn parse_resnet(entries: &[&str]) -> std::result::Result<ModelSpec, Expected> {
    let blocks = limits::HIDDEN_LAYERS / 2;
    let expected = || network(NetworkForm::ResNet, 1, blocks, limits::CHANNELS);
    let stages = entries.iter().map(|entry| stage(entry)).collect::<Option<Vec<_>>>().ok_or_else(expected)?;
    let total = stages.iter().map(|stage| stage.blocks).sum::<usize>();
    // Option A is not defined if the number of maps decreases.
    let rising = stages.windows(2).all(|pair| pair[0].channels <= pair[1].channels);
    if rising && (1..=blocks).contains(&total) { Ok(ModelSpec::ResNet { stages }) } else { Err(expected()) }
}

/// `C[k3|k5][s1|s2][p|a]`.
fn convolution(text: &str) -> Option<ConvolutionSpec> {
    let (text, pool) = match (text.strip_suffix('p'), text.strip_suffix('a')) {
        (Some(rest), _) => (rest, Some(Pooling::Max)),
        (_, Some(rest)) => (rest, Some(Pooling::Average)),
        _ => (text, None),
    };
    let (text, stride) = option(text, 's', 1, &[1, 2])?;
    let (text, kernel) = option(text, 'k', 3, &[3, 5])?;
    Some(ConvolutionSpec { channels: whole(text, limits::CHANNELS)?, kernel, stride, pool })
}

/// Splits off a letter with one of the `allowed` numbers, if the text has that letter.
fn option<'text>(text: &'text str, letter: char, standard: usize, allowed: &[usize]) -> Option<(&'text str, usize)> {
    match text.split_once(letter) {
        None => Some((text, standard)),
        Some((rest, number)) => {
            let number = whole(number, usize::MAX).filter(|number| allowed.contains(number))?;
            Some((rest, number))
        }
    }
}

/// `C[xN]`.
fn stage(text: &str) -> Option<StageSpec> {
    let (channels, blocks) = text.split_once('x').unwrap_or((text, "1"));
    Some(StageSpec { channels: whole(channels, limits::CHANNELS)?, blocks: whole(blocks, limits::HIDDEN_LAYERS)? })
}

impl fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |entries: Vec<String>| entries.join(",");
        match self {
            Self::Mlp { hidden } => write!(f, "mlp:{}", join(hidden.iter().map(ToString::to_string).collect())),
            Self::Cnn { convolutions } => {
                let plain = convolutions.iter().all(|entry| entry.pool == Some(Pooling::Max) && entry.stride == 1);
                write!(f, "cnn:{}", join(convolutions.iter().map(|entry| entry.text(!plain)).collect()))
            }
            Self::ResNet { stages } => write!(f, "resnet:{}", join(stages.iter().map(ToString::to_string).collect())),
            Self::Transformer(spec) => write!(f, "transformer:{spec}"),
        }
    }
}

impl ConvolutionSpec {
    /// Its text, with the mark of max pooling if `pool_marks` is set: it is omitted if all convolutions are max-pooled.
    fn text(self, pool_marks: bool) -> String {
        let kernel = if self.kernel == 3 { String::new() } else { format!("k{}", self.kernel) };
        let stride = if self.stride == 1 { String::new() } else { format!("s{}", self.stride) };
        let pool = match self.pool {
            Some(Pooling::Average) => "a",
            Some(Pooling::Max) if pool_marks => "p",
            _ => "",
        };
        format!("{}{kernel}{stride}{pool}", self.channels)
    }
}

impl fmt::Display for StageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.blocks {
            1 => write!(f, "{}", self.channels),
            blocks => write!(f, "{}x{blocks}", self.channels),
        }
    }
}
