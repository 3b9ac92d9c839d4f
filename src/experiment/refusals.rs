//! Initialisations that do not go with the rest of an experiment. Each is refused with a sentence that says what it needs.

use super::architecture::Architecture;
use super::limits::DatasetFacts;
use super::scheme::FormulaInputs;
use super::{BaseInit, Experiment, InitScheme, ModelSpec, NormLayer, Tuning, TuningMethod};
use crate::error::{Error, Result};

impl Experiment {
    /// Refuses what does not go with the network's kind or with the batch size.
    ///
    /// # Errors
    /// [`Error::Value`] of `init`.
    pub(super) fn validate_schemes(&self) -> Result<()> {
        self.variants.iter().try_for_each(|variant| {
            self.refuse_fixup(variant)?;
            match variant.tuning() {
                Some(tuning) => refuse_silence(variant, tuning).and_then(|()| self.refuse_batch(tuning)),
                None => Ok(()),
            }
        })
    }

    /// Refuses formulas without a value, and batches of a method that are larger than the training part.
    ///
    /// # Errors
    /// [`Error::Formula`], or [`Error::Value`] of `init`.
    pub(super) fn validate_layers(&self, architecture: &Architecture, facts: &DatasetFacts) -> Result<()> {
        let train = self.dataset.train.map_or(facts.train, |asked| asked.min(facts.train));
        self.variants.iter().try_for_each(|variant| {
            refuse_formula(variant, architecture)?;
            match variant.tuning().map(|tuning| &tuning.method) {
                Some(TuningMethod::DataDependent(constants)) if constants.batch > train => {
                    let expected = format!("batch of datadep at most the number of training examples, {train}");
                    Err(Error::value("init", expected, constants.batch))
                }
                _ => Ok(()),
            }
        })
    }

    /// Its branches start at zero: without any, the whole network would.
    fn refuse_fixup(&self, variant: &InitScheme) -> Result<()> {
        let residual = matches!(self.model, ModelSpec::ResNet { .. });
        if *variant.base() != BaseInit::Fixup || (residual && self.norm == NormLayer::None) {
            return Ok(());
        }
        let got = if residual { "norm=batch".to_owned() } else { format!("model={}", self.model) };
        Err(Error::value("init", "a residual network (resnet:...) without normalisation for fixup", got))
    }

    /// Some methods divide the batch.
    fn refuse_batch(&self, tuning: &Tuning) -> Result<()> {
        match &tuning.method {
            TuningMethod::GradInit(_) if self.batch_size < 2 => {
                let expected = "a batch of at least 2 examples for gradinit, which halves it";
                Err(Error::value("init", expected, format!("batch={}", self.batch_size)))
            }
            TuningMethod::Nio(constants) if constants.parts > self.batch_size => {
                let expected = format!("parts of nio at most the number of examples of a batch, {}", self.batch_size);
                Err(Error::value("init", expected, constants.parts))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a method can work on weights that are all zero: GradInit leaves those alone, the others measure behind them.
fn bears_silence(method: &TuningMethod) -> bool {
    matches!(method, TuningMethod::GradInit(_))
}

fn refuse_silence(variant: &InitScheme, tuning: &Tuning) -> Result<()> {
    if bears_silence(&tuning.method) || !tuning.base.base().has_silent_layers() {
        return Ok(());
    }
    let name = tuning.method.name();
    Err(Error::value("init", format!("a base without layers of zeros for {name}, which measures behind them"), variant))
}

/// Asks a formula for the value of every layer.
fn refuse_formula(variant: &InitScheme, architecture: &Architecture) -> Result<()> {
    let BaseInit::Custom(custom) = variant.base() else { return Ok(()) };
    let measuring = variant.tuning().map(|tuning| &tuning.method).filter(|method| !bears_silence(method));
    let layers = architecture.weight_layers();
    for index in 0..layers.len() {
        let value = custom.evaluate(FormulaInputs::of(&layers, index))?;
        if let Some(method) = measuring.filter(|_| value < f64::from(f32::MIN_POSITIVE)) {
            let expected =
                format!("a formula above 0 in every layer for {}, which measures behind them", method.name());
            return Err(Error::value("init", expected, format!("{value} in layer {}", index + 1)));
        }
    }
    Ok(())
}
