//! The table of a sweep over learning rates: initializations by rates, with the best rate of each.

use super::History;
use crate::experiment::InitScheme;
use crate::experiment::value_list::rounded;
use crate::experiment::variant::LEARNING_RATES;
use serde::{Deserialize, Serialize};

/// Rates whose mean is this close to the best one's are within the window of good rates.
const WINDOW: f64 = 0.01;

/// Beyond the edges of a table, the factor to the next rate of a refined sweep.
const STEP: f64 = 2.0;

/// The sweep of a fair race.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RaceTable {
    /// One row per initialization.
    pub rows: Vec<RaceRow>,
}

/// An initialization over all rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RaceRow {
    /// The text of the scheme.
    pub scheme: String,
    /// In order of increasing rate.
    pub cells: Vec<RaceCell>,
    /// The index of the best rate, by the mean of the primary quantity; absent if no run has a value.
    pub best: Option<usize>,
    /// Whether there are rates on both sides of the best one: else a better one may be outside.
    pub is_bracketed: bool,
}

/// An initialization at one rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RaceCell {
    /// The learning rate.
    pub rate: f64,
    /// Mean of the primary quantity over the seeds, in which failed runs count as chance; absent without values.
    pub mean: Option<f64>,
    /// Number of failed runs.
    pub failed: usize,
    /// Number of runs.
    pub n: usize,
    /// Whether its mean is within one percentage point of the best one's.
    pub is_in_window: bool,
}

impl RaceTable {
    /// The table of the variants of a history: one row for each scheme, in their order.
    #[must_use]
    pub fn of(history: &History) -> Self {
        let experiment = &history.setup.experiment;
        let mut schemes: Vec<(InitScheme, Vec<RaceCell>)> = Vec::new();
        for (curves, summary) in history.variants.iter().zip(history.summaries()) {
            let cell = RaceCell {
                rate: experiment.learning_rate_of(&curves.variant),
                mean: summary.primary(experiment.task()).mean,
                failed: summary.failed,
                n: curves.runs.len(),
                is_in_window: false,
            };
            match schemes.iter_mut().find(|(scheme, _)| *scheme == curves.variant.scheme) {
                Some((_, cells)) => cells.push(cell),
                None => schemes.push((curves.variant.scheme.clone(), vec![cell])),
            }
        }
        let rows = schemes.into_iter().map(|(scheme, cells)| RaceRow::new(scheme.to_string(), cells));
        Self { rows: rows.collect() }
    }

    /// The rates halfway, as factors, from every best one to its neighbors, and beyond it if it is at an edge.
    #[must_use]
    pub fn refined_rates(&self) -> Vec<f64> {
        let sides = self.rows.iter().filter_map(|row| {
            let (best, rates) = (row.best?, row.cells.iter().map(|cell| cell.rate).collect::<Vec<_>>());
            let between = |neighbor: f64| rounded((rates[best] * neighbor).sqrt());
            let below = best.checked_sub(1).map_or(rates[best] / STEP, |index| between(rates[index]));
            let above = rates.get(best + 1).map_or(rates[best] * STEP, |rate| between(*rate));
            Some([below, above])
        });
        let mut refined: Vec<f64> = sides.flatten().filter(|rate| LEARNING_RATES.contain(*rate)).collect();
        let known =
            |rate: &f64| self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.rate.total_cmp(rate).is_eq());
        refined.retain(|rate| !known(rate));
        refined.sort_by(f64::total_cmp);
        refined.dedup();
        refined
    }

    /// Both tables in one: the rows of this one with the cells of both.
    #[must_use]
    pub fn joined(self, other: &Self) -> Self {
        let rows = self.rows.into_iter().map(|RaceRow { scheme, mut cells, .. }| {
            let more = other.rows.iter().filter(|more| more.scheme == scheme);
            cells.extend(more.flat_map(|more| more.cells.iter().copied()));
            RaceRow::new(scheme, cells)
        });
        Self { rows: rows.collect() }
    }

    /// The rate that is chosen for each scheme, if any of its runs has a value.
    #[must_use]
    pub fn chosen(&self) -> Vec<(InitScheme, f64)> {
        let chosen = self.rows.iter().filter_map(|row| {
            // The text of a scheme can be read.
            Some((row.scheme.parse().ok()?, row.cells[row.best?].rate))
        });
        chosen.collect()
    }
}

impl RaceRow {
    fn new(scheme: String, mut cells: Vec<RaceCell>) -> Self {
        cells.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let means = cells.iter().enumerate().filter_map(|(index, cell)| Some((index, cell.mean?)));
        // Of equal ones the lowest rate, at which less fails.
        let best = means.rev().max_by(|(_, one), (_, other)| one.total_cmp(other));
        for cell in &mut cells {
            cell.is_in_window = best.zip(cell.mean).is_some_and(|((_, best), mean)| mean >= best - WINDOW);
        }
        let best = best.map(|(index, _)| index);
        let is_bracketed = best.is_some_and(|best| 0 < best && best + 1 < cells.len());
        Self { scheme, cells, best, is_bracketed }
    }
}
