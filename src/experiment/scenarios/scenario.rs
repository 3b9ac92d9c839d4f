//! What a scenario is.

use crate::prose::Prose;

/// A short experiment that answers a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Its name in addresses and file names.
    pub name: &'static str,
    /// Its group.
    pub group: ScenarioGroup,
    /// The question.
    pub question: Prose,
    /// What the recorded result answers, in two or three sentences.
    pub answer: Prose,
    /// The experiment, as a query string.
    pub query: &'static str,
    /// What the answer claims.
    pub claims: &'static [Claim],
}

/// A group of scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioGroup {
    /// The scale of the weights, and depth.
    ScaleAndDepth,
    /// Emergence-promoting initialization and its controls.
    Emergence,
    /// Transformers that translate.
    Translation,
    /// Mistakes in comparing initializations.
    Pitfalls,
}

/// A statement about a recorded result, with variants by index and accuracies in percent of the test examples; of sentences, with the
/// share that is translated exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Claim {
    /// The mean final accuracy of a variant, to the nearest whole number.
    Final(usize, u32),
    /// The mean final accuracy of a variant minus that of another one is within these bounds.
    Lead(usize, usize, f64, f64),
    /// The same at the evaluation after this many steps.
    LeadAt(u64, usize, usize, f64, f64),
    /// The mean final accuracy of a variant is at most two points above that of always choosing the most frequent class.
    LearnsNothing(usize),
    /// The seeds do not distinguish the final accuracies of two variants: the paired t test finds no evidence of a difference.
    Undecided(usize, usize),
    /// All runs of a variant diverge, the first one at this step or earlier.
    Diverges(usize, u64),
    /// Two variants have the same losses and accuracies to the last bit.
    Identical(usize, usize),
    /// The final accuracies of the runs of a variant are spread over at least this many points.
    Spread(usize, f64),
    /// The mean emergence `E_B` of a variant before training is the highest of all.
    MostEmergence(usize),
    /// The mean final BLEU of a variant, to the nearest whole number.
    Bleu(usize, u32),
}

impl ScenarioGroup {
    /// The groups, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Emergence, Self::ScaleAndDepth, Self::Translation, Self::Pitfalls];
}
