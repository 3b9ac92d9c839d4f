//! THE table of what the figure can show: measured curves, and quantities derived from them by comparison with the baseline.

use super::curves::{Quantity, QuantityFacts, Unit};
use super::data_sets::Task;

/// What the figure can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureQuantity {
    /// Test accuracy.
    Accuracy,
    /// Fraction of test sentences that are translated exactly.
    ExactMatch,
    /// Corpus BLEU of test sentences.
    Bleu,
    /// Corpus chrF2 of test sentences.
    Chrf,
    /// Cross-entropy of the test examples.
    TestLoss,
    /// Cross-entropy of the mini-batches.
    TrainLoss,
    /// Test accuracy minus that of the baseline.
    Difference,
    /// Exact match minus that of the baseline.
    ExactMatchDifference,
    /// BLEU minus that of the baseline.
    BleuDifference,
    /// `log10 E_B`.
    EmergenceB,
    /// `log10 E_A`.
    EmergenceA,
    /// Change of `E_B` against the baseline.
    EmergenceBChange,
    /// Change of `E_A` against the baseline.
    EmergenceAChange,
    /// `log10 E_B` of feature maps.
    ChannelEmergenceB,
    /// `log10 E_A` of feature maps.
    ChannelEmergenceA,
    /// Fraction of active units in the whole network.
    Activity,
}

/// How a quantity of the figure is computed from the measurements of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureSource {
    /// A measured curve.
    Measured(Quantity),
    /// The curve minus that of the baseline's run with the same seed, in the unit of the axis.
    Difference(Quantity),
    /// The change against the baseline's run with the same seed, in percent, of a quantity whose logarithm is measured:
    /// `100 (10^(log10 E - log10 E_baseline) - 1)`.
    Change(Quantity),
    /// The fraction of active units among all measured units.
    ActiveFraction,
}

/// The unit of a quantity of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureUnit {
    /// Percent of the test examples or units.
    Percent,
    /// Nats.
    Nats,
    /// Decimal logarithms of numbers of paths.
    PowersOfTen,
    /// A difference of percentages.
    Points,
    /// A change in percent.
    PercentChange,
    /// A score from 0 to 100.
    Score,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigureFacts {
    /// The quantity.
    pub quantity: FigureQuantity,
    /// Its name in addresses, messages and HTML.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The label of its axis; `_` begins a subscript.
    pub axis: &'static str,
    /// How it is computed.
    pub source: FigureSource,
}

/// THE table, in the order in which quantities are offered. The index of a row is the discriminant of its quantity.
pub static FIGURES: [FigureFacts; FigureQuantity::COUNT] = [
    measured(FigureQuantity::Accuracy, "accuracy", "test accuracy (%)", Quantity::TestAccuracy),
    measured(FigureQuantity::ExactMatch, "exact_match", "exact match (%)", Quantity::ExactMatch),
    measured(FigureQuantity::Bleu, "bleu", "BLEU", Quantity::Bleu),
    measured(FigureQuantity::Chrf, "chrf", "chrF", Quantity::Chrf),
    measured(FigureQuantity::TestLoss, "test_loss", "test loss (nats)", Quantity::TestLoss),
    measured(FigureQuantity::TrainLoss, "loss", "train loss (nats)", Quantity::TrainLoss),
    FigureFacts {
        quantity: FigureQuantity::Difference,
        name: "difference",
        title: "Test accuracy, difference from the baseline",
        axis: "difference (points)",
        source: FigureSource::Difference(Quantity::TestAccuracy),
    },
    FigureFacts {
        quantity: FigureQuantity::ExactMatchDifference,
        name: "exact_match_difference",
        title: "Exact match, difference from the baseline",
        axis: "difference (points)",
        source: FigureSource::Difference(Quantity::ExactMatch),
    },
    FigureFacts {
        quantity: FigureQuantity::BleuDifference,
        name: "bleu_difference",
        title: "BLEU, difference from the baseline",
        axis: "difference (points)",
        source: FigureSource::Difference(Quantity::Bleu),
    },
    measured(FigureQuantity::EmergenceB, "emergence_b", "log10 E_B", Quantity::EmergenceB),
    measured(FigureQuantity::EmergenceA, "emergence_a", "log10 E_A", Quantity::EmergenceA),
    FigureFacts {
        quantity: FigureQuantity::EmergenceBChange,
        name: "emergence_b_change",
        title: "Emergence E_B, change from the baseline",
        axis: "change of E_B (%)",
        source: FigureSource::Change(Quantity::EmergenceB),
    },
    FigureFacts {
        quantity: FigureQuantity::EmergenceAChange,
        name: "emergence_a_change",
        title: "Emergence E_A, change from the baseline",
        axis: "change of E_A (%)",
        source: FigureSource::Change(Quantity::EmergenceA),
    },
    measured(FigureQuantity::ChannelEmergenceB, "channel_emergence_b", "log10 E_B", Quantity::ChannelEmergenceB),
    measured(FigureQuantity::ChannelEmergenceA, "channel_emergence_a", "log10 E_A", Quantity::ChannelEmergenceA),
    FigureFacts {
        quantity: FigureQuantity::Activity,
        name: "activity",
        title: "Active units",
        axis: "active units (%)",
        source: FigureSource::ActiveFraction,
    },
];

/// The row of a measured curve, with the title of that curve.
const fn measured(quantity: FigureQuantity, name: &'static str, axis: &'static str, measured: Quantity) -> FigureFacts {
    FigureFacts { quantity, name, title: measured.facts().title, axis, source: FigureSource::Measured(measured) }
}

impl FigureQuantity {
    /// Number of quantities, computed from the last variant.
    pub const COUNT: usize = Self::Activity as usize + 1;

    /// All quantities, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        FIGURES.iter().map(|row| row.quantity)
    }

    /// Its row of the table.
    #[must_use]
    pub const fn facts(self) -> &'static FigureFacts {
        &FIGURES[self as usize]
    }

    /// The same measure with units as nodes instead of feature maps, which only networks with convolutions have.
    #[must_use]
    pub const fn of_units(self) -> Self {
        match self {
            Self::ChannelEmergenceB => Self::EmergenceB,
            Self::ChannelEmergenceA => Self::EmergenceA,
            other => other,
        }
    }

    /// The quantity by which variants are compared, and its difference from the baseline.
    #[must_use]
    pub const fn primary(task: Task) -> (Self, Self) {
        match task {
            Task::Images | Task::Texts => (Self::Accuracy, Self::Difference),
            Task::Numbers => (Self::ExactMatch, Self::ExactMatchDifference),
        }
    }

    /// The quantity with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        FIGURES.iter().find(|row| row.name == name).map(|row| row.quantity)
    }
}

impl FigureFacts {
    /// The unit of its axis.
    #[must_use]
    pub fn unit(&self) -> FigureUnit {
        match self.source {
            FigureSource::Measured(quantity) => match quantity.facts() {
                row if row.logarithmic => FigureUnit::PowersOfTen,
                QuantityFacts { unit: Unit::Percent, .. } => FigureUnit::Percent,
                QuantityFacts { unit: Unit::None, .. } => FigureUnit::Score,
                _ => FigureUnit::Nats,
            },
            FigureSource::ActiveFraction => FigureUnit::Percent,
            FigureSource::Difference(_) => FigureUnit::Points,
            FigureSource::Change(_) => FigureUnit::PercentChange,
        }
    }

    /// Whether the baseline is the zero line.
    #[must_use]
    pub const fn is_relative(&self) -> bool {
        matches!(self.source, FigureSource::Difference(_) | FigureSource::Change(_))
    }

    /// Whether it exists only for networks with feature maps.
    #[must_use]
    pub fn needs_feature_maps(&self) -> bool {
        matches!(self.source, FigureSource::Measured(Quantity::ChannelEmergenceA | Quantity::ChannelEmergenceB))
    }

    /// Whether it exists for this task.
    #[must_use]
    pub fn serves(&self, task: Task) -> bool {
        match self.source {
            FigureSource::Measured(Quantity::ExactMatch) | FigureSource::Difference(Quantity::ExactMatch) => {
                task != Task::Images
            }
            FigureSource::Measured(Quantity::Bleu | Quantity::Chrf) | FigureSource::Difference(Quantity::Bleu) => {
                task == Task::Texts
            }
            _ => true,
        }
    }
}

// Checked at compile time: the index of every row is the discriminant of its quantity.
const _: () = {
    let mut index = 0;
    while index < FIGURES.len() {
        assert!(FIGURES[index].quantity as usize == index, "a row of FIGURES is out of place");
        index += 1;
    }
};
