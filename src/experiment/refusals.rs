//! Initializations that do not go with the rest of an experiment. Each is refused with a sentence that says what it needs.

use super::architecture::Architecture;
use super::limits::DatasetFacts;
use super::scheme::{FormulaInputs, ZeroLayers};
use super::{BaseInit, Experiment, InitScheme, ModelSpec, NormLayer, Tuning, TuningMethod};
use crate::error::{Error, FormulaReason, Requirement, Result};

/// Largest value of a formula: weights that are far outside of all that trains, but whose products are still numbers.
const LARGEST: f64 = 1e6;

impl Experiment {
    /// Refuses what does not go with the network's kind or with the batch size.
    ///
    /// # Errors
    /// [`Error::Value`] of `init`.
    pub(super) fn validate_schemes(&self) -> Result<()> {
        self.variants.iter().try_for_each(|variant| {
            self.refuse_fixup(variant)?;
            match variant.tuning() {
                Some(tuning) => self.refuse_zeros(variant, tuning).and_then(|()| self.refuse_batch(tuning)),
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
                    let within = Requirement::WithinTrainingExamples { method: "datadep", most: train as u64 };
                    Err(Error::parameter("batch", within.into(), constants.batch))
                }
                _ => Ok(()),
            }
        })
    }

    /// Its branches start at zero: without any, the whole network would.
    fn refuse_fixup(&self, variant: &InitScheme) -> Result<()> {
        let residual = matches!(self.model, ModelSpec::ResNet { .. });
        let Some(row) = variant.base().facts().filter(|row| row.residual_only) else { return Ok(()) };
        if residual && self.norm == NormLayer::None {
            return Ok(());
        }
        let got = if residual { "norm=batch".to_owned() } else { format!("model={}", self.model) };
        Err(Error::value("init", Requirement::ResidualWithoutNormalization { scheme: row.name }.into(), got))
    }

    /// What some methods measure lies behind weights that must not be zero. ZerO has such weights in residual branches only.
    fn refuse_zeros(&self, variant: &InitScheme, tuning: &Tuning) -> Result<()> {
        let residual = matches!(self.model, ModelSpec::ResNet { .. });
        let zeros = match variant.base().facts().map_or(ZeroLayers::None, |row| row.zeros) {
            ZeroLayers::None => false,
            ZeroLayers::BranchEnds => residual,
            ZeroLayers::BranchEndsAndOutput => true,
        };
        if !zeros || works_on_zeros(&tuning.method) {
            return Ok(());
        }
        let nonzero = Requirement::NonzeroBase { method: tuning.method.name() };
        Err(Error::value("init", nonzero.into(), variant))
    }

    /// Examples that a part of a batch needs: the variance of one alone is zero.
    fn least_part(&self) -> usize {
        if self.norm == NormLayer::Batch { 2 } else { 1 }
    }

    /// Some methods divide the batch.
    fn refuse_batch(&self, tuning: &Tuning) -> Result<()> {
        match &tuning.method {
            TuningMethod::GradInit(_) if self.batch_size < 2 => {
                let divided = Requirement::BatchToDivide { method: "gradinit", least: 2 };
                Err(Error::value("init", divided.into(), format!("batch={}", self.batch_size)))
            }
            TuningMethod::Nio(constants) if constants.parts * self.least_part() > self.batch_size => {
                let most = self.batch_size / self.least_part();
                if most < 2 {
                    let divided = Requirement::BatchToDivide { method: "nio", least: 2 * self.least_part() as u64 };
                    return Err(Error::value("init", divided.into(), format!("batch={}", self.batch_size)));
                }
                let batch_size = self.batch_size as u64;
                let parts = Requirement::PartsOfBatch { method: "nio", most: most as u64, batch_size };
                Err(Error::parameter("parts", parts.into(), constants.parts))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a method can work on weights that are all zero: GradInit leaves those alone, the others measure behind them.
fn works_on_zeros(method: &TuningMethod) -> bool {
    matches!(method, TuningMethod::GradInit(_))
}

/// Asks a formula for the value of every layer.
fn refuse_formula(variant: &InitScheme, architecture: &Architecture) -> Result<()> {
    let BaseInit::Custom(custom) = variant.base() else { return Ok(()) };
    let measuring = variant.tuning().map(|tuning| &tuning.method).filter(|method| !works_on_zeros(method));
    let layers = architecture.weight_layers();
    for index in 0..layers.len() {
        let value = custom.evaluate(FormulaInputs::of(&layers, index))?;
        let layer = index + 1;
        if value > LARGEST {
            return Err(custom.refused(FormulaReason::TooLarge { most: LARGEST, value, layer }));
        }
        if let Some(method) = measuring.filter(|_| value < f64::from(f32::MIN_POSITIVE)) {
            return Err(custom.refused(FormulaReason::Zero { method: method.name(), value, layer }));
        }
    }
    Ok(())
}
