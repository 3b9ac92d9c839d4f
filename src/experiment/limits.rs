//! Upper limits that keep one experiment within what a browser tab can hold: 4 GB of WebAssembly memory and the patience
//! of a visitor. Each bounds what grows with it; none of them is about taste.

use super::{BaseInit, DatasetName, Experiment, ModelSpec, Turn};
use crate::error::{Error, Result};

/// Runs of one experiment: variants times seeds.
pub const RUNS: usize = 64;
/// Seeds of one variant, which may be the only one.
pub const SEEDS: u32 = 64;
/// Hidden layers of an MLP.
pub const HIDDEN_LAYERS: usize = 64;
/// Units of one layer.
pub const WIDTH: usize = 8192;
/// Examples of one part of any data set; [`DatasetName::examples`] has the numbers of each.
pub const EXAMPLES: usize = 60_000;
/// Examples of one mini-batch.
pub const BATCH_SIZE: usize = 8192;
/// Training steps.
pub const STEPS: u64 = 10_000_000;
/// Parameters of all runs together. Each takes some 24 bytes: value, gradient, moments, and a copy that is evaluated.
pub const PARAMETERS: u64 = 100_000_000;
/// Values that all runs together compute for one batch, forward. Each takes some 16 bytes until the step is done.
pub const VALUES: u64 = 64_000_000;
/// Points of all curves of training losses together, 16 bytes each.
pub const LOSSES: u64 = 20_000_000;
/// Evaluations of all runs together, some hundred bytes each.
pub const EVALUATIONS: u64 = 1_000_000;
/// Multiplications that the QR decompositions of all orthogonal weights take, about as many as a minute allows.
pub const ORTHOGONAL: u64 = 40_000_000_000;

/// Test examples that are judged together. Fixed, so that results depend neither on the number of runs nor on the device's
/// memory.
pub const EVALUATION_CHUNK: usize = 500;

impl DatasetName {
    /// Training and test examples that there are at most.
    #[must_use]
    pub fn examples(self) -> (usize, usize) {
        match self {
            Self::Auto | Self::Mnist | Self::FashionMnist | Self::Digits => (60_000, 10_000),
            Self::Cifar10 => (50_000, 10_000),
            Self::Patterns => (20_000, 4_000),
            Self::Upload => (EXAMPLES, EXAMPLES),
        }
    }

    /// Numbers per example, and classes.
    #[must_use]
    pub fn shape(self) -> (usize, usize) {
        match self {
            Self::Auto | Self::Mnist | Self::FashionMnist | Self::Digits => (28 * 28, 10),
            Self::Cifar10 | Self::Patterns | Self::Upload => (3 * 32 * 32, 10),
        }
    }
}

impl Experiment {
    /// Checks what no single key can: limits across keys. Single values are taken to be in the ranges that the query string
    /// admits.
    ///
    /// # Errors
    /// [`Error::Value`] names the key that has to change.
    pub fn validate(&self) -> Result<()> {
        self.validate_variants()?;
        self.validate_examples()?;
        self.validate_memory()?;
        self.validate_curves()
    }

    fn validate_variants(&self) -> Result<()> {
        let (variants, runs) = (self.variants.len(), self.run_count());
        if runs == 0 || runs > RUNS {
            let got = format!("{variants} variants x {} seeds = {runs}", self.seeds);
            // The default number of seeds would not do either: it is the list that is too long.
            let key = if variants * Self::default().seeds as usize > RUNS { "init" } else { "seeds" };
            return Err(Error::value(key, format!("1 to {RUNS} runs in all"), got));
        }
        let ModelSpec::Mlp { hidden } = &self.model;
        let layers = hidden.len() + 1;
        for (index, variant) in self.variants.iter().enumerate() {
            if self.variants[..index].contains(variant) {
                return Err(Error::value("init", "every variant only once", variant));
            }
            match variant.promotion().map(|promotion| promotion.turn) {
                Some(Turn::At(turn)) if turn > layers => {
                    let expected = format!("turn at most the number of weight layers, {layers}");
                    return Err(Error::value("init", expected, turn));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn validate_examples(&self) -> Result<()> {
        let (train, test) = self.dataset.name.examples();
        for (key, asked, most) in [("train", self.dataset.train, train), ("test", self.dataset.test, test)] {
            if let Some(asked) = asked.filter(|asked| *asked == 0 || *asked > most) {
                return Err(Error::value(key, format!("1 to {most} examples"), asked));
            }
        }
        match self.dataset.train.filter(|train| *train < self.batch_size) {
            Some(train) => Err(Error::value("train", format!("at least one batch ({})", self.batch_size), train)),
            None => Ok(()),
        }
    }

    /// In 64 bits: in WebAssembly a `usize` has 32.
    fn validate_memory(&self) -> Result<()> {
        let (inputs, classes) = self.dataset.name.shape();
        let widths = self.model.widths(inputs, classes).iter().map(|width| *width as u64).collect::<Vec<_>>();
        let runs = self.run_count() as u64;
        let plural = if runs == 1 { "run" } else { "runs" };
        let parameters = widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum::<u64>();
        if parameters * runs > PARAMETERS {
            let expected = format!("a network of at most {} parameters for {runs} {plural}", PARAMETERS / runs);
            return Err(Error::value("model", expected, format!("{parameters} parameters")));
        }
        let units = widths[1..].iter().sum::<u64>();
        let most = VALUES / runs;
        if units * EVALUATION_CHUNK as u64 > most {
            let expected = format!("a network of at most {} units for {runs} {plural}", most / EVALUATION_CHUNK as u64);
            return Err(Error::value("model", expected, format!("{units} units")));
        }
        if units * self.batch_size as u64 > most {
            let expected = format!("at most {} examples for {runs} {plural} of this network", most / units);
            return Err(Error::value("batch", expected, self.batch_size));
        }
        self.validate_orthogonal(&widths)
    }

    /// The QR decomposition of a layer takes about `2 fan_in fan_out min(fan_in, fan_out)` multiplications.
    fn validate_orthogonal(&self, widths: &[u64]) -> Result<()> {
        let orthogonal = self.variants.iter().filter(|variant| variant.base() == BaseInit::Orthogonal).count() as u64;
        let per_run = widths.windows(2).map(|pair| 2 * pair[0] * pair[1] * pair[0].min(pair[1])).sum::<u64>();
        if per_run * orthogonal * u64::from(self.seeds) > ORTHOGONAL {
            let expected = "layers small enough for orthogonal weights, which take longest to draw";
            return Err(Error::value("model", expected, &self.model));
        }
        Ok(())
    }

    fn validate_curves(&self) -> Result<()> {
        let runs = self.run_count() as u64;
        if self.steps * runs > LOSSES {
            return Err(Error::value("steps", format!("at most {} steps for {runs} runs", LOSSES / runs), self.steps));
        }
        let every = self.evaluate_every.max(1);
        if self.steps / every * runs > EVALUATIONS {
            let least = (self.steps * runs).div_ceil(EVALUATIONS);
            return Err(Error::value(
                "eval",
                format!("at least {least} for so many steps and runs"),
                self.evaluate_every,
            ));
        }
        Ok(())
    }
}
