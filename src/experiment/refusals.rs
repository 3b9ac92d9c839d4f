//! Rejects initializations that the rest of an experiment rules out, stating what they require.

use super::architecture::Architecture;
use super::dataset::DatasetFacts;
use super::scheme::tuning::TuningBatch;
use super::scheme::{FormulaInputs, RequiredNetwork, ZeroLayers};
use super::{BaseInit, Experiment, InitScheme, ModelSpec, Named, NormLayer, Tuning};
use crate::error::{Error, FormulaReason, Result, SchemeRequirement};

/// Largest value of a formula. Weights of this size are too large for training, but their products are still finite.
const LARGEST: f64 = 1e6;

impl Experiment {
    /// Rejects initializations that are incompatible with the kind of network or the batch size.
    ///
    /// # Errors
    /// [`Error::Value`] of `init`.
    pub(super) fn validate_schemes(&self) -> Result<()> {
        self.variants.iter().map(|variant| &variant.scheme).try_for_each(|variant| {
            self.refuse_other_networks(variant)?;
            match variant.tuning() {
                Some(tuning) => self.refuse_zeros(variant, tuning).and_then(|()| self.refuse_batch(tuning)),
                None => Ok(()),
            }
        })
    }

    /// Rejects formulas without a usable value, and tuning with batches larger than the training data.
    ///
    /// # Errors
    /// [`Error::Formula`], or [`Error::Value`] of `init`.
    pub(super) fn validate_layers(&self, architecture: &Architecture, facts: &DatasetFacts) -> Result<()> {
        let [train, _] = self.dataset.counts(facts);
        self.variants.iter().map(|variant| &variant.scheme).try_for_each(|variant| {
            refuse_formula(variant, architecture)?;
            variant.tuning().map_or(Ok(()), |tuning| refuse_own_batch(tuning, train))
        })
    }

    /// Rejects a base or a method that is for other networks. Fixup, for example, sets the last layer of every residual branch to zero:
    /// without shortcuts the whole network would compute zero.
    fn refuse_other_networks(&self, variant: &InitScheme) -> Result<()> {
        let base = variant.base().facts().map(|row| (row.name, row.network));
        let method = variant.tuning().map(|tuning| (tuning.method.name(), tuning.method.facts().network));
        base.into_iter().chain(method).try_for_each(|(scheme, network)| self.refuse_other_network(scheme, network))
    }

    /// Rejects the scheme with this name if its network is another one.
    fn refuse_other_network(&self, scheme: &'static str, network: RequiredNetwork) -> Result<()> {
        let transformer = |norm: Option<NormLayer>| {
            let norm = norm.map(Named::name);
            let fits =
                matches!(self.model, ModelSpec::Transformer(_)) && norm.is_none_or(|norm| norm == self.norm.name());
            (fits, SchemeRequirement::Transformer { scheme, norm })
        };
        let (fits, requirement) = match network {
            RequiredNetwork::Any => return Ok(()),
            RequiredNetwork::ResidualWithoutNormalization => {
                let fits = matches!(self.model, ModelSpec::ResNet { .. }) && self.norm == NormLayer::None;
                (fits, SchemeRequirement::ResidualWithoutNormalization { scheme })
            }
            RequiredNetwork::Transformer => transformer(None),
            RequiredNetwork::TransformerWithoutNormalization => transformer(Some(NormLayer::None)),
            RequiredNetwork::TransformerWithPostNormalization => transformer(Some(NormLayer::Post)),
        };
        if fits {
            return Ok(());
        }
        let is_kind = match network {
            RequiredNetwork::ResidualWithoutNormalization => matches!(self.model, ModelSpec::ResNet { .. }),
            _ => matches!(self.model, ModelSpec::Transformer(_)),
        };
        let got = if is_kind { format!("norm={}", self.norm.name()) } else { format!("model={}", self.model) };
        Err(Error::value("init", requirement.into(), got))
    }

    /// Most tuning methods measure values that would be zero after a layer of zeros. ZerO has such layers in residual branches
    /// only.
    fn refuse_zeros(&self, variant: &InitScheme, tuning: &Tuning) -> Result<()> {
        let residual = matches!(self.model, ModelSpec::ResNet { .. });
        let zeros = match variant.base().facts().map_or(ZeroLayers::None, |row| row.zeros) {
            ZeroLayers::None => false,
            ZeroLayers::BranchEnds => residual,
            ZeroLayers::BranchEndsAndOutput => true,
        };
        if !zeros || tuning.method.facts().works_on_zeros {
            return Ok(());
        }
        let nonzero = SchemeRequirement::NonzeroBase { method: tuning.method.name() };
        Err(Error::value("init", nonzero.into(), variant))
    }

    /// Rejects batches that are too small for the parts into which a method splits them.
    fn refuse_batch(&self, tuning: &Tuning) -> Result<()> {
        let divided = |least_part: usize| {
            let divided =
                SchemeRequirement::BatchToDivide { method: tuning.method.name(), least: 2 * least_part as u64 };
            Err(Error::value("init", divided.into(), format!("batch={}", self.batch_size)))
        };
        match tuning.method.facts().batch {
            TuningBatch::Halves if self.batch_size < 2 => divided(1),
            TuningBatch::Parts(parts) => {
                let (wanted, most) = (tuning.value(&parts), self.batch_size / self.least_part());
                if wanted <= most {
                    return Ok(());
                }
                if most < 2 {
                    return divided(self.least_part());
                }
                let (method, batch_size) = (tuning.method.name(), self.batch_size as u64);
                let fewer = SchemeRequirement::PartsOfBatch { method, most: most as u64, batch_size };
                Err(Error::parameter(parts.constant.name, fewer.into(), wanted))
            }
            TuningBatch::Whole | TuningBatch::Halves | TuningBatch::Own(_) => Ok(()),
        }
    }

    /// Minimum number of examples per part of a batch: two with batch normalization, since the variance of one example is zero.
    fn least_part(&self) -> usize {
        if self.norm == NormLayer::Batch { 2 } else { 1 }
    }
}

/// Rejects batches larger than the training data, because no batch contains an example twice.
fn refuse_own_batch(tuning: &Tuning, train: usize) -> Result<()> {
    let TuningBatch::Own(size) = tuning.method.facts().batch else { return Ok(()) };
    let wanted = tuning.value(&size);
    if wanted <= train {
        return Ok(());
    }
    let within = SchemeRequirement::WithinTrainingExamples { method: tuning.method.name(), most: train as u64 };
    Err(Error::parameter(size.constant.name, within.into(), wanted))
}

/// Rejects a formula whose value is unusable for one of the layers.
fn refuse_formula(variant: &InitScheme, architecture: &Architecture) -> Result<()> {
    let BaseInit::Custom(custom) = variant.base() else { return Ok(()) };
    let method = variant.tuning().map(|tuning| tuning.method);
    let measuring = method.filter(|method| !method.facts().works_on_zeros);
    let layers = architecture.weight_layers();
    for index in 0..layers.len() {
        let value = custom.evaluate(FormulaInputs::of(&layers, index))?;
        // As in the formula: the rank.
        let layer = layers[index].rank.depth + 1;
        if value > LARGEST {
            return Err(custom.refused(FormulaReason::TooLarge { most: LARGEST, value, layer }));
        }
        if let Some(method) = measuring.filter(|_| value < f64::from(f32::MIN_POSITIVE)) {
            return Err(custom.refused(FormulaReason::Zero { method: method.name(), value, layer }));
        }
    }
    Ok(())
}
