//! What is shown: a result with its origin, or the empty charts of an experiment; and how the experiment in the form differs from it.
//!
//! *Shown* and *edited* are two states. Everything that is drawn, listed, exported and shared belongs to what is shown; an edit
//! changes the form only, until it is run or reverted.

use crate::experiment::key::Link;
use crate::experiment::keys::KEYS;
use crate::experiment::scenarios::Scenario;
use crate::experiment::{Experiment, Variant, View};
use crate::metrics::{History, Setup};
use crate::replay::Recording;

/// Where a result comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// There is none yet.
    Nothing,
    /// A scenario's recording.
    Recorded {
        /// Name of the scenario.
        scenario: &'static str,
        /// The day on which it was recorded.
        date: String,
    },
    /// It is, or was, computed on this page.
    Live,
    /// It was computed in this browser during an earlier visit.
    Kept {
        /// The day on which it was stored.
        date: String,
    },
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The experiment as it was started, with `data=auto` as it is.
    pub experiment: Experiment,
    /// Its measurements.
    pub history: History,
    /// Where they come from.
    pub origin: Origin,
}

impl Shown {
    /// The empty charts of an experiment.
    #[must_use]
    pub fn nothing(experiment: &Experiment) -> Self {
        let history = History::preview(experiment);
        Self { experiment: experiment.clone(), history, origin: Origin::Nothing }
    }

    /// The recording of a scenario.
    #[must_use]
    pub fn recorded(scenario: &Scenario, recording: Recording) -> Self {
        let origin = Origin::Recorded { scenario: scenario.name, date: recording.date.clone() };
        Self { experiment: scenario.experiment(), history: recording.into_history(), origin }
    }

    /// An experiment that has just started.
    #[must_use]
    pub fn live(experiment: &Experiment, setup: Setup) -> Self {
        Self { experiment: experiment.clone(), history: History::new(setup), origin: Origin::Live }
    }

    /// Moves a variant one place up in the list, with its results; false if it is the first one.
    pub fn raise(&mut self, index: usize) -> bool {
        let Some(above) = index.checked_sub(1).filter(|_| index < self.experiment.variants.len()) else { return false };
        self.experiment.variants.swap(above, index);
        self.history.swap_variants(above, index);
        true
    }

    /// Puts the variants, with their results, into this order; those that it does not contain come last.
    pub fn arrange(&mut self, order: &[Variant]) {
        for (place, variant) in order.iter().enumerate() {
            let found = self.experiment.variants.iter().position(|own| own == variant);
            for index in found.into_iter().flat_map(|found| (place + 1..=found).rev()) {
                self.raise(index);
            }
        }
    }

    /// Whether it has the first seeds of this experiment.
    #[must_use]
    pub fn is_part_of(&self, whole: &Experiment) -> bool {
        let own = Experiment { seeds: whole.seeds, order: whole.order, ..self.experiment.clone() };
        self.is_result() && same_but_device(&own, whole)
    }

    /// Whether it has measurements.
    #[must_use]
    pub fn is_result(&self) -> bool {
        self.origin != Origin::Nothing
    }

    /// Whether all steps are done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_result() && self.history.step >= self.history.setup.experiment.steps
    }

    /// Whether `edited` is the experiment that is shown. The device does not matter: it changes no statement about initializations.
    #[must_use]
    pub fn is_of(&self, edited: &Experiment) -> bool {
        same_but_device(&self.experiment, edited)
    }
}

/// Whether two experiments are the same, perhaps on different devices.
#[must_use]
pub fn same_but_device(one: &Experiment, other: &Experiment) -> bool {
    Experiment { device: other.device, ..one.clone() } == *other
}

/// The keys in which two experiments differ, with the value of the second: `lr 0.03, act tanh`.
#[must_use]
pub fn differences(from: &Experiment, to: &Experiment) -> Vec<(&'static str, String)> {
    let link = |experiment: &Experiment| Link::new(experiment.clone(), View::default());
    let (from, to) = (link(from), link(to));
    let pairs = KEYS.iter().map(|key| (key.name, key.write(&from), key.write(&to)));
    pairs.filter(|(_, one, other)| one != other).map(|(name, _, other)| (name, other)).collect()
}

/// An entry of the list of variants: a shown one, or one that was added to the form and has not run.
#[derive(Debug, Clone, PartialEq)]
pub struct ListEntry {
    /// The variant.
    pub variant: Variant,
    /// Its index among the variants that are shown.
    pub shown: Option<usize>,
    /// Its index among the variants of the form.
    pub edited: Option<usize>,
}

/// The variants that are shown, then those that were added to the form.
#[must_use]
pub fn listed(shown: &Shown, edited: &Experiment) -> Vec<ListEntry> {
    let place = |list: &[Variant], variant: &Variant| list.iter().position(|other| other == variant);
    let own = shown.experiment.variants.iter().enumerate().map(|(index, variant)| ListEntry {
        variant: variant.clone(),
        shown: Some(index),
        edited: place(&edited.variants, variant),
    });
    let added =
        edited.variants.iter().enumerate().filter(|(_, variant)| place(&shown.experiment.variants, variant).is_none());
    let added = added.map(|(index, variant)| ListEntry { variant: variant.clone(), shown: None, edited: Some(index) });
    own.chain(added).collect()
}
