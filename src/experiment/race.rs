//! The fair race: every initialization over the same grid of learning rates, each at its own best one, chosen on validation examples; then
//! one comparison on fresh seeds and a fresh order. A comparison at one common rate says which rate was chosen.

use super::grid::RateGrid;
use super::limits::EXAMPLES;
use super::{EvaluationSteps, Experiment, InitScheme, Variant};
use crate::error::{Bounds, Error, Expected, Result};

/// One of this many training examples is held out, unless the experiment says how many.
const HELD_OUT_SHARE: usize = 12;
/// The seeds of the comparison are this far from those of the sweep.
const FRESH: u32 = 1000;

impl Experiment {
    /// The schemes of its variants, each once.
    #[must_use]
    pub fn schemes(&self) -> Vec<InitScheme> {
        let mut found: Vec<InitScheme> = Vec::new();
        for Variant { scheme, .. } in &self.variants {
            if !found.contains(scheme) {
                found.push(scheme.clone());
            }
        }
        found
    }

    /// The sweep of a race: all schemes with all rates, evaluated at the end on held-out training examples, of which there are `train` in all.
    ///
    /// # Errors
    /// [`Error::Value`] if these are more runs than the limits allow, if there are too few training examples to hold some out, and for texts,
    /// which have no validation.
    pub fn sweep(&self, rates: &[f64], train: usize) -> Result<Self> {
        let grid = RateGrid { schemes: self.schemes(), rates: rates.to_vec() };
        let mut sweep = Self { variants: grid.variants(), ..self.clone() };
        sweep.optimizer.learning_rate = rates.first().copied().unwrap_or(self.optimizer.learning_rate);
        sweep.evaluation = EvaluationSteps::Every(self.steps);
        if sweep.dataset.valid == 0 {
            sweep.dataset.valid = self.dataset.train.map_or(train, |asked| asked.min(train)) / HELD_OUT_SHARE;
        }
        if sweep.dataset.valid == 0 {
            let enough = Bounds::whole(HELD_OUT_SHARE as u64, EXAMPLES as u64);
            return Err(Error::value("train", Expected::Number(enough), train));
        }
        sweep.validate()?;
        Ok(sweep)
    }

    /// The comparison after the sweep: every scheme at the rate that was chosen for it, with this many fresh seeds in a fresh order, on the
    /// test examples.
    #[must_use]
    pub fn confirmation(&self, chosen: &[(InitScheme, f64)], seeds: u32) -> Self {
        let first_seed = self.first_seed.wrapping_add(self.seeds).wrapping_add(FRESH);
        let variants = chosen.iter().map(|(scheme, rate)| Variant::new(scheme.clone(), Some(*rate)));
        let mut confirmation = Self { variants: variants.collect(), seeds, first_seed, order: None, ..self.clone() };
        confirmation.dataset.valid = 0;
        confirmation
    }
}
