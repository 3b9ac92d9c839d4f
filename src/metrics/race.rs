//! The table of a sweep over learning rates: initializations by rates, with the best rate of each.

use super::History;
use crate::experiment::InitScheme;
use serde::{Deserialize, Serialize};

/// Rates whose mean is this close to the best one's are within the window of good rates.
const WINDOW: f64 = 0.01;

/// The factor between a best rate and those that a refined sweep adds on both sides.
const REFINED: f64 = 2.0;

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
            let level = summary.final_exact_match.unwrap_or(summary.final_accuracy);
            let cell = RaceCell {
                rate: experiment.learning_rate_of(&curves.variant),
                mean: level.mean,
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

    /// The rates on both sides of every best one, as far as they are not in the table: for a grid of factors of four, half the distance.
    #[must_use]
    pub fn refined_rates(&self) -> Vec<f64> {
        let known: Vec<f64> = self.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.rate).collect();
        let best = self.rows.iter().filter_map(|row| Some(row.cells[row.best?].rate));
        let mut rates: Vec<f64> = best.flat_map(|best| [best / REFINED, best * REFINED]).collect();
        rates.retain(|rate| !known.contains(rate));
        rates.sort_by(f64::total_cmp);
        rates.dedup();
        rates
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
