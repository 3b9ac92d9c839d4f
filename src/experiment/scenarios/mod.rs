//! Scenarios: short experiments, each with a question, the answer that its recorded result gives, and the claims in that answer, which a
//! test checks against the recording.

mod scenario;
mod table;

use super::Experiment;
use super::query::parse_query;
pub use scenario::{Claim, Scenario, ScenarioGroup};
pub use table::SCENARIOS;

/// The scenario that is shown first.
pub const FIRST_SCENARIO: &str = "emergence";

impl Scenario {
    /// All scenarios, in the order in which they are offered: group by group.
    pub fn offered() -> impl Iterator<Item = &'static Self> {
        let of_group = |group| SCENARIOS.iter().filter(move |scenario| scenario.group == group);
        ScenarioGroup::ALL.into_iter().flat_map(of_group)
    }

    /// The scenario with the recording of this experiment, whatever the device and the order of the variants.
    #[must_use]
    pub fn of(experiment: &Experiment) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| {
            let own = scenario.experiment();
            let same = own.variants.len() == experiment.variants.len()
                && own.variants.iter().all(|variant| experiment.variants.contains(variant));
            let arranged = Experiment { variants: experiment.variants.clone(), device: experiment.device, ..own };
            same && arranged == *experiment
        })
    }

    /// The scenario with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }

    /// The experiment.
    #[must_use]
    pub fn experiment(&self) -> Experiment {
        parse_query(self.query).experiment
    }
}
