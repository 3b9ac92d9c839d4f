//! Upper limits that keep one experiment within what a browser tab can hold: 4 GB of WebAssembly memory and the patience
//! of a visitor. Each bounds what grows with it; none of them is about taste.

use super::architecture::{Architecture, FeatureShape, WeightShape};
use super::{DatasetName, Experiment, TuningMethod, Turn};
use crate::error::{Bounds, Error, Expected, Requirement, Result};
use serde::{Deserialize, Serialize};

/// Runs of one experiment: variants times seeds.
pub const RUNS: usize = 64;
/// Seeds of one variant, which may be the only one.
pub const SEEDS: u32 = 64;
/// Hidden layers with weights.
pub const HIDDEN_LAYERS: usize = 64;
/// Units of one dense layer.
pub const WIDTH: usize = 8192;
/// Feature maps of one convolution.
pub const CHANNELS: usize = 1024;
/// Examples of one part of any data set; [`DatasetName::facts`] has the numbers of each.
pub const EXAMPLES: usize = 60_000;
/// Examples of one mini-batch.
pub const BATCH_SIZE: usize = 8192;
/// Training steps.
pub const STEPS: u64 = 10_000_000;
/// Parameters of all runs together, each of [`BYTES_PER_PARAMETER`].
pub const PARAMETERS: u64 = 100_000_000;
/// Values that one run computes for one batch, forward. Each takes some [`BYTES_PER_VALUE`] until the step is done.
pub const VALUES: u64 = 64_000_000;
/// What a value of the forward pass takes until the step is done: itself, its gradient, and what operations keep.
pub const BYTES_PER_VALUE: u64 = 16;
/// What a parameter takes: itself, its gradient, its moments, and a copy that is evaluated.
pub const BYTES_PER_PARAMETER: u64 = 24;
/// Points of all curves of training losses together, 24 bytes each.
pub const LOSSES: u64 = 20_000_000;
/// Evaluations of all runs together, some hundred bytes each.
pub const EVALUATIONS: u64 = 1_000_000;
/// Multiplications that the QR decompositions of all orthogonal weights take, about as many as a minute allows.
pub const ORTHOGONAL: u64 = 40_000_000_000;

/// How much more memory than a training step an iteration of a tuning method takes: values come with derivatives along one
/// direction (`GradInit`, NIO) or two (`MetaInit`), and products with what their gradients need.
#[must_use]
pub fn tuning_memory_factor(method: &TuningMethod) -> u64 {
    match method {
        TuningMethod::Lsuv(_) | TuningMethod::DataDependent(_) => 1,
        TuningMethod::GradInit(_) | TuningMethod::Nio(_) => 3,
        TuningMethod::MetaInit(_) => 6,
    }
}

/// The most test examples that are judged together.
pub const EVALUATION_CHUNK: usize = 500;
/// Values of one run that a chunk of test examples may make it compute.
const EVALUATION_VALUES: u64 = 8_000_000;

/// Test examples that are judged together: [`EVALUATION_CHUNK`], or fewer for a network of many values. Results depend
/// neither on the number of runs nor on the device's memory, since this does not.
#[must_use]
pub fn evaluation_chunk(architecture: &Architecture) -> usize {
    let fitting = EVALUATION_VALUES / architecture.value_count().max(1);
    usize::try_from(fitting).unwrap_or(EVALUATION_CHUNK).clamp(1, EVALUATION_CHUNK)
}

/// What is known of a data set before it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetFacts {
    /// An example.
    pub shape: FeatureShape,
    /// Number of classes.
    pub classes: usize,
    /// Training examples that there are at most.
    pub train: usize,
    /// Test examples that there are at most.
    pub test: usize,
}

impl DatasetName {
    /// What is known before it is loaded: nothing of a visitor's own files.
    #[must_use]
    pub fn facts(self) -> Option<DatasetFacts> {
        let gray = FeatureShape { channels: 1, height: 28, width: 28 };
        let color = FeatureShape { channels: 3, height: 32, width: 32 };
        let (shape, train, test) = match self {
            Self::Auto | Self::Mnist | Self::FashionMnist | Self::Digits => (gray, 60_000, 10_000),
            Self::Cifar10 => (color, 50_000, 10_000),
            Self::Patterns => (color, 20_000, 4_000),
            Self::Upload => return None,
        };
        Some(DatasetFacts { shape, classes: 10, train, test })
    }
}

impl Experiment {
    /// Checks what no single key can: limits across keys. Single values are taken to be in the ranges that the query string
    /// admits. Of a visitor's own files nothing is known yet; [`Experiment::validate_for`] checks again when they are there.
    ///
    /// # Errors
    /// [`Error::Value`] names the key that has to change; [`Error::Formula`] is about a formula of `init`.
    pub fn validate(&self) -> Result<()> {
        if let Some(facts) = self.dataset.name.facts() {
            return self.validate_for(&facts);
        }
        self.validate_variants()?;
        self.validate_schemes()?;
        self.validate_curves()
    }

    /// Checks limits across keys for a data set of which these facts are known.
    ///
    /// # Errors
    /// [`Error::Value`] names the key that has to change; [`Error::Formula`] is about a formula of `init`.
    pub fn validate_for(&self, facts: &DatasetFacts) -> Result<()> {
        self.validate_variants()?;
        self.validate_schemes()?;
        self.validate_examples(facts)?;
        let architecture = self.model.architecture(facts.shape, facts.classes, self.norm)?;
        self.validate_memory(&architecture)?;
        self.validate_orthogonal(&architecture)?;
        // Behind what may give another key its default back.
        self.validate_layers(&architecture, facts)?;
        self.validate_curves()
    }

    fn validate_variants(&self) -> Result<()> {
        let (variants, runs) = (self.variants.len(), self.run_count());
        if runs == 0 || runs > RUNS {
            let got = format!("{variants} variants x {} seeds = {runs}", self.seeds);
            // The default number of seeds would not do either: it is the list that is too long.
            let key = if variants * Self::default().seeds as usize > RUNS { "init" } else { "seeds" };
            return Err(Error::value(key, Requirement::Runs { most: RUNS as u64 }.into(), got));
        }
        let layers = self.model.weight_layer_count();
        for (index, variant) in self.variants.iter().enumerate() {
            if self.variants[..index].contains(variant) {
                return Err(Error::value("init", Requirement::DistinctVariants.into(), variant));
            }
            match variant.rescaling().map(|rescaling| rescaling.turn) {
                Some(Turn::At(turn)) if turn > layers => {
                    let within = Requirement::TurnWithinLayers { layers: layers as u64 };
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
            if let Some(asked) = asked.filter(|asked| *asked == 0 || *asked > most) {
                return Err(Error::value(key, Expected::Number(Bounds::whole(1, most as u64)), asked));
            }
        }
        match self.dataset.train.filter(|train| *train < self.batch_size) {
            Some(train) => {
                let batch = Requirement::OneBatch { batch_size: self.batch_size as u64 };
                Err(Error::value("train", batch.into(), train))
            }
            None => Ok(()),
        }
    }

    /// In 64 bits: in WebAssembly a `usize` has 32.
    fn validate_memory(&self, architecture: &Architecture) -> Result<()> {
        let runs = self.run_count() as u64;
        let parameters = architecture.parameter_count();
        if parameters * runs > PARAMETERS {
            let fewer = Requirement::Parameters { most: PARAMETERS / runs, runs };
            return Err(Error::value("model", fewer.into(), parameters));
        }
        let values = architecture.value_count();
        // A network that is too large for the default batch, too, is the one that has to change.
        let most = VALUES / self.batch_size.min(Self::default().batch_size).max(1) as u64;
        if values > most {
            return Err(Error::value("model", Requirement::ValuesPerImage { most }.into(), values));
        }
        if values * self.batch_size as u64 > VALUES {
            let smaller = Requirement::BatchForNetwork { most: VALUES / values };
            return Err(Error::value("batch", smaller.into(), self.batch_size));
        }
        Ok(())
    }

    /// The QR decomposition of a layer takes about `2 fan_in fan_out min(fan_in, fan_out)` multiplications.
    fn validate_orthogonal(&self, architecture: &Architecture) -> Result<()> {
        let orthogonal =
            self.variants.iter().filter(|variant| variant.base().facts().is_some_and(|row| row.takes_qr)).count()
                as u64;
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
        let every = self.evaluate_every.max(1);
        if self.steps / every * runs > EVALUATIONS {
            let least = (self.steps * runs).div_ceil(EVALUATIONS);
            return Err(Error::value("eval", Requirement::EvaluationInterval { least }.into(), self.evaluate_every));
        }
        Ok(())
    }
}
