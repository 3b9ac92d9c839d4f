//! The shelf: the latest results of this visit and, where the browser stores them, of earlier visits. Any of them can be shown again, and
//! one can be pinned, which draws it behind the result that is shown.

use super::palette_slots::PaletteSlots;
use super::shown::{Origin, Shown, differences};
use crate::experiment::Experiment;
use crate::experiment::limits::SHELF;
use crate::texts::text;

/// The results, the latest first.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    results: Vec<Shown>,
    /// The index of the pinned one.
    pinned: Option<usize>,
}

impl Shelf {
    /// The results, the latest first.
    #[must_use]
    pub fn results(&self) -> &[Shown] {
        &self.results
    }

    /// Keeps a result; an earlier one of the same experiment is replaced, unless it was computed and this one was recorded. Empty charts
    /// are not kept.
    pub fn keep(&mut self, shown: &Shown) {
        let computed = |result: &Shown| !matches!(result.origin, Origin::Recorded { .. });
        let same = self.results.iter().find(|result| result.experiment == shown.experiment);
        if !shown.is_result() || shown.history.step == 0 || same.is_some_and(|same| computed(same) && !computed(shown))
        {
            return;
        }
        let pinned = self.pinned.and_then(|index| self.results.get(index)).map(|result| result.experiment.clone());
        self.results.retain(|result| result.experiment != shown.experiment);
        self.results.insert(0, shown.clone());
        self.results.truncate(SHELF);
        self.pinned = pinned.and_then(|experiment| self.results.iter().position(|one| one.experiment == experiment));
    }

    /// Adds the results of an earlier visit, the latest first, behind those of this one.
    pub fn restore(&mut self, results: Vec<Shown>) {
        self.results.extend(results);
        self.results.truncate(SHELF);
    }

    /// Moves a variant one place up in the result of this experiment, as it was moved in what is shown.
    pub fn raise(&mut self, experiment: &Experiment, index: usize) {
        for result in self.results.iter_mut().filter(|result| result.experiment == *experiment) {
            result.raise(index);
        }
    }

    /// Pins a result, or unpins it if it is the pinned one.
    pub fn pin(&mut self, index: usize) {
        self.pinned = if self.pinned == Some(index) || index >= self.results.len() { None } else { Some(index) };
    }

    /// Gives the variants of the pinned result the colors that they have elsewhere.
    pub fn color_pinned(&mut self, palette: &mut PaletteSlots) {
        if let Some(result) = self.pinned.and_then(|index| self.results.get_mut(index)) {
            palette.color(&mut result.history);
        }
    }

    /// The pinned result, unless it is the one that is shown.
    #[must_use]
    pub fn pinned(&self, shown: &Experiment) -> Option<&Shown> {
        self.results.get(self.pinned?).filter(|result| result.experiment != *shown)
    }

    /// The index of the pinned result.
    #[must_use]
    pub fn pinned_index(&self) -> Option<usize> {
        self.pinned
    }

    /// Whether this result is the pinned one.
    #[must_use]
    pub fn is_pinned(&self, index: usize) -> bool {
        self.pinned == Some(index)
    }

    /// The name of a result: how it differs from the default experiment, and where it comes from.
    #[must_use]
    pub fn name(&self, index: usize) -> String {
        let Some(result) = self.results.get(index) else { return String::new() };
        let pairs = differences(&Experiment::default(), &result.experiment);
        let pairs = pairs.iter().filter(|(key, _)| *key != "device").map(|(key, value)| format!("{key} {value}"));
        let name = pairs.collect::<Vec<_>>().join(", ");
        let name = if name.is_empty() { text!("defaults") } else { name };
        match &result.origin {
            Origin::Recorded { .. } => text!("{name} (recorded)", name),
            Origin::Kept { date } => text!("{name} ({date})", name, date),
            Origin::Nothing | Origin::Live => name,
        }
    }
}
