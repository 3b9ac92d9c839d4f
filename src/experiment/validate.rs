//! Validates an experiment as a whole: limits that involve several keys (their values are in `limits`), and initializations
//! that the rest of the experiment rules out (`refusals`).

use super::architecture::{Architecture, WeightShape};
use super::dataset::DatasetFacts;
use super::limits::{EVALUATIONS, EXAMPLES, LOSSES, ORTHOGONAL, PARAMETERS, RUNS, VALUES};
use super::{DatasetSpec, Direction, EvaluationSteps, Experiment, Named, NormLayer, Turn, Variant};
use crate::catalog::{DataKind, Task};
use crate::error::{Bounds, Error, Expected, Requirement, Result, SchemeRequirement};
use crate::texts::text;

impl Experiment {
    /// Checks the limits that involve several keys; single values are assumed to be in the ranges that the query string allows.
    /// Nothing is known about a visitor's own files yet; [`Experiment::validate_for`] checks again when they are loaded.
    ///
    /// # Errors
    /// [`Error::Value`] names the key that has to change; [`Error::Formula`] is about a formula of `init`.
    pub fn validate(&self) -> Result<()> {
        if let Some(facts) = self.dataset.facts() {
            return self.validate_for(&facts);
        }
        // An upload has no facts yet, but a kind.
        self.validate_kind(self.dataset.name.row().kind())?;
        self.validate_variants()?;
        self.validate_schemes()?;
        self.validate_curves()
    }

    /// Checks the limits that involve several keys, for a data set with these facts.
    ///
    /// # Errors
    /// [`Error::Value`] names the key that has to change; [`Error::Formula`] is about a formula of `init`.
    pub fn validate_for(&self, facts: &DatasetFacts) -> Result<()> {
        self.validate_kind(facts.examples.kind())?;
        self.validate_variants()?;
        self.validate_schemes()?;
        self.validate_examples(facts)?;
        let architecture = self.model.architecture(&facts.examples, self.norm)?;
        self.validate_memory(&architecture)?;
        self.validate_orthogonal(&architecture)?;
        // Last, because the checks above may reset other keys to their defaults.
        self.validate_layers(&architecture, facts)?;
        self.validate_curves()
    }

    /// Checks that the network, and every other value, is for this kind of data.
    fn validate_kind(&self, kind: DataKind) -> Result<()> {
        if self.model.kind() != kind {
            return Err(Error::value("model", Requirement::ModelFor(kind).into(), &self.model));
        }
        let norms = NormLayer::of_kind(kind);
        let others = match kind {
            DataKind::Images => DataKind::Pairs,
            DataKind::Pairs => DataKind::Images,
        };
        if !norms.contains(&self.norm) {
            let names = norms.iter().map(|norm| norm.name()).collect();
            return Err(Error::value("norm", Expected::OneOf(names), self.norm.name()));
        }
        let only = |key, got: String| Err(Error::value(key, Requirement::OnlyFor(others).into(), got));
        match kind {
            DataKind::Images if self.dataset.direction != Direction::standard(self.dataset.name) => {
                return only("pair", self.dataset.direction.to_string());
            }
            DataKind::Images if self.smoothing > 0.0 => return only("smooth", self.smoothing.to_string()),
            DataKind::Pairs if self.dataset.augment => return only("aug", "1".to_owned()),
            _ => {}
        }
        self.validate_sentences()
    }

    /// Checks that the direction is one of the data set, and that only texts have a vocabulary of their own.
    fn validate_sentences(&self) -> Result<()> {
        let DatasetSpec { name, direction, vocabulary, length, .. } = self.dataset;
        if !Direction::choices(name).contains(&direction) {
            return Err(Error::value("pair", Direction::expected(name), direction));
        }
        let limits = [("vocab", vocabulary, DatasetSpec::VOCABULARY), ("length", length, DatasetSpec::LENGTH)];
        let is_text = name.row().task() == Task::Texts;
        match limits.into_iter().find(|(_, value, standard)| !is_text && value != standard) {
            Some((key, value, _)) => Err(Error::value(key, Requirement::OnlyForTexts.into(), value)),
            None => Ok(()),
        }
    }

    fn validate_variants(&self) -> Result<()> {
        let (variants, runs) = (self.variants.len(), self.run_count());
        if runs == 0 || runs > RUNS {
            let got = text!("{variants} variants x {seeds} seeds = {runs}", variants, seeds = self.seeds, runs);
            // If the default number of seeds is too large as well, it is the list that is too long.
            let key = if variants * Self::default().seeds as usize > RUNS { "init" } else { "seeds" };
            return Err(Error::value(key, Requirement::Runs { most: RUNS as u64 }.into(), got));
        }
        for (index, variant) in self.variants.iter().enumerate() {
            let is_same = |other: &&Variant| {
                let rates = [other, variant].map(|variant| self.learning_rate_of(variant).to_bits());
                other.scheme == variant.scheme && rates[0] == rates[1]
            };
            if self.variants[..index].iter().any(|other| is_same(&other)) {
                return Err(Error::value("init", Requirement::DistinctVariants.into(), variant));
            }
            let Some(rescaling) = variant.scheme.rescaling() else { continue };
            let layers = self.model.rank_count(rescaling.level);
            match rescaling.turn {
                Turn::At(turn) if turn > layers => {
                    let within = SchemeRequirement::TurnWithinLayers { layers: layers as u64 };
                    return Err(Error::parameter("turn", within.into(), turn));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn validate_examples(&self, facts: &DatasetFacts) -> Result<()> {
        for (key, asked, most) in [("train", self.dataset.train, facts.train), ("test", self.dataset.test, facts.test)]
        {
            // How many sentences are short enough is known only when they have been read, so of texts there are at most as many as asked for.
            let most = if self.task() == Task::Texts { EXAMPLES } else { most };
            if let Some(asked) = asked.filter(|asked| *asked == 0 || *asked > most) {
                return Err(Error::value(key, Expected::Number(Bounds::whole(1, most as u64)), asked));
            }
        }
        if self.batch_size > facts.train {
            let most = Requirement::TrainingExamples { most: facts.train as u64 };
            return Err(Error::value("batch", most.into(), self.batch_size));
        }
        self.validate_validation(facts)?;
        match self.dataset.train.filter(|train| *train < self.batch_size) {
            Some(train) => {
                let batch = Requirement::OneBatch { batch_size: self.batch_size as u64 };
                Err(Error::value("train", batch.into(), train))
            }
            None => Ok(()),
        }
    }

    /// Checks that validation leaves a batch for training. Of texts, only the test part has the translations that others are scored with.
    fn validate_validation(&self, facts: &DatasetFacts) -> Result<()> {
        let valid = self.dataset.valid;
        if valid == 0 {
            return Ok(());
        }
        if self.task() == Task::Texts {
            return Err(Error::value("valid", Requirement::NoValidation.into(), valid));
        }
        let train = self.dataset.train.map_or(facts.train, |asked| asked.min(facts.train));
        let most = train.saturating_sub(self.batch_size);
        if valid > most {
            return Err(Error::value("valid", Expected::Number(Bounds::whole(0, most as u64)), valid));
        }
        Ok(())
    }

    /// Computed in 64 bits, because a `usize` has 32 in WebAssembly.
    fn validate_memory(&self, architecture: &Architecture) -> Result<()> {
        let runs = self.run_count() as u64;
        let parameters = architecture.parameter_count();
        if parameters * runs > PARAMETERS {
            let fewer = Requirement::Parameters { most: PARAMETERS / runs, runs };
            return Err(Error::value("model", fewer.into(), parameters));
        }
        let values = architecture.value_count();
        // If the network is too large even for the default batch size, it is the network that has to change.
        let most = VALUES / self.batch_size.min(Self::standard(self.dataset.name).batch_size).max(1) as u64;
        if values > most {
            return Err(Error::value("model", Requirement::ValuesPerExample { most }.into(), values));
        }
        if values * self.batch_size as u64 > VALUES {
            let smaller = Requirement::BatchForNetwork { most: VALUES / values };
            return Err(Error::value("batch", smaller.into(), self.batch_size));
        }
        Ok(())
    }

    /// The QR decomposition of a layer takes about `2 fan_in fan_out min(fan_in, fan_out)` multiplications.
    fn validate_orthogonal(&self, architecture: &Architecture) -> Result<()> {
        let orthogonal = self
            .variants
            .iter()
            .filter(|variant| variant.scheme.base().facts().is_some_and(|row| row.takes_qr))
            .count() as u64;
        let cost = |shape: WeightShape| {
            let [rows, columns] = shape.matrix().map(|size| size as u64);
            2 * rows * columns * rows.min(columns)
        };
        let per_run = architecture.weight_layers().into_iter().map(|layer| cost(layer.shape)).sum::<u64>();
        if per_run * orthogonal * u64::from(self.seeds) > ORTHOGONAL {
            return Err(Error::value("model", Requirement::OrthogonalLayers.into(), &self.model));
        }
        Ok(())
    }

    fn validate_curves(&self) -> Result<()> {
        let runs = self.run_count() as u64;
        if self.steps * runs > LOSSES {
            let fewer = Requirement::StepsForRuns { most: LOSSES / runs, runs };
            return Err(Error::value("steps", fewer.into(), self.steps));
        }
        // `auto` never makes too many.
        match self.evaluation {
            EvaluationSteps::Every(interval) if self.steps / interval.max(1) * runs > EVALUATIONS => {
                let least = (self.steps * runs).div_ceil(EVALUATIONS);
                Err(Error::value("eval", Requirement::EvaluationInterval { least }.into(), interval))
            }
            _ => Ok(()),
        }
    }
}
