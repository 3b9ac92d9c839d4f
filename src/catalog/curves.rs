//! THE table of curves: every quantity that is measured as a function of the training step, with its name, title and unit. What the
//! figure shows of them is in `figures`.
//!
//! To add a curve: a variant and a row of [`QUANTITIES`] here, its measurement in `train/evaluate.rs` and, if the figure shows it, a
//! row in `figures`.

use super::data_sets::Task;
use serde::{Deserialize, Serialize};

/// A quantity that is measured as a function of the training step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// Cross-entropy of the mini-batches.
    TrainLoss,
    /// Cross-entropy of the test examples.
    TestLoss,
    /// Fraction of test images classified correctly, or of the symbols of test translations that are predicted after those before them.
    TestAccuracy,
    /// Fraction of test sentences whose translation is exactly the reference.
    ExactMatch,
    /// Corpus BLEU of greedy translations of test sentences.
    Bleu,
    /// Corpus chrF2 of these translations.
    Chrf,
    /// `log10 E_A`, the paths through active units only.
    EmergenceA,
    /// `log10 E_B`, the paths through all units.
    EmergenceB,
    /// `log10 E_A` with whole feature maps as nodes, an approximation.
    ChannelEmergenceA,
    /// `log10 E_B` with whole feature maps as nodes, an approximation.
    ChannelEmergenceB,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuantityFacts {
    /// The quantity.
    pub quantity: Quantity,
    /// Its name in results files and in the page's HTML.
    pub name: &'static str,
    /// The heading of its chart.
    pub title: &'static str,
    /// The unit of its axis.
    pub unit: Unit,
    /// Whether values are decimal logarithms. Where the measure is zero, its logarithm is undefined and the point has no value.
    pub logarithmic: bool,
    /// The precision of its values.
    pub precision: Precision,
    /// When it is measured.
    pub occasion: Occasion,
    /// Whether results files omit it for runs without points.
    pub optional: bool,
    /// The nodes of a measure of emergence; `None` for any other quantity.
    pub nodes: Option<EmergenceNodes>,
}

/// The unit of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    None,
    /// Percent; the quantity itself is measured as a fraction in `[0, 1]`.
    Percent,
    /// Nats, the unit of natural logarithms.
    Nats,
}

/// The precision in which a quantity is measured; files contain the corresponding number of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// In f32.
    Single,
    /// In f64.
    Double,
}

/// When a quantity is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// At every training step.
    Step,
    /// At every evaluation.
    Evaluation,
}

/// The nodes of the graph whose paths a measure of emergence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmergenceNodes {
    /// Every unit is a node.
    Units,
    /// Every feature map is a node.
    FeatureMaps {
        /// The same measure with units as nodes, which is available for every network.
        of_units: Quantity,
    },
}

/// THE table of curves, in the order of the results file. The index of a row is the discriminant of its quantity.
pub static QUANTITIES: [QuantityFacts; Quantity::COUNT] = [
    QuantityFacts {
        quantity: Quantity::TrainLoss,
        name: "train_loss",
        title: "Train loss",
        occasion: Occasion::Step,
        ..LOSS
    },
    QuantityFacts { quantity: Quantity::TestLoss, name: "test_loss", title: "Test loss", ..LOSS },
    QuantityFacts {
        quantity: Quantity::TestAccuracy,
        name: "test_accuracy",
        title: "Test accuracy",
        unit: Unit::Percent,
        ..LOSS
    },
    QuantityFacts {
        quantity: Quantity::ExactMatch,
        name: "exact_match",
        title: "Exact match",
        unit: Unit::Percent,
        optional: true,
        ..LOSS
    },
    QuantityFacts { quantity: Quantity::Bleu, name: "bleu", title: "BLEU", ..SCORE },
    QuantityFacts { quantity: Quantity::Chrf, name: "chrf", title: "chrF", ..SCORE },
    QuantityFacts {
        quantity: Quantity::EmergenceA,
        name: "emergence_a",
        title: "Emergence E_A",
        nodes: Some(EmergenceNodes::Units),
        optional: false,
        ..EMERGENCE
    },
    QuantityFacts {
        quantity: Quantity::EmergenceB,
        name: "emergence_b",
        title: "Emergence E_B",
        nodes: Some(EmergenceNodes::Units),
        optional: false,
        ..EMERGENCE
    },
    QuantityFacts {
        quantity: Quantity::ChannelEmergenceA,
        name: "channel_emergence_a",
        title: "Emergence E_A of feature maps",
        nodes: Some(EmergenceNodes::FeatureMaps { of_units: Quantity::EmergenceA }),
        ..EMERGENCE
    },
    QuantityFacts {
        quantity: Quantity::ChannelEmergenceB,
        name: "channel_emergence_b",
        title: "Emergence E_B of feature maps",
        nodes: Some(EmergenceNodes::FeatureMaps { of_units: Quantity::EmergenceB }),
        ..EMERGENCE
    },
];

/// What losses have in common, and whatever else is measured in f32 on the test examples.
const LOSS: QuantityFacts = QuantityFacts {
    quantity: Quantity::TestLoss,
    name: "",
    title: "",
    unit: Unit::Nats,
    logarithmic: false,
    precision: Precision::Single,
    occasion: Occasion::Evaluation,
    optional: false,
    nodes: None,
};

/// What scores of translations have in common.
const SCORE: QuantityFacts = QuantityFacts { unit: Unit::None, precision: Precision::Double, optional: true, ..LOSS };

/// What all measures of emergence have in common.
const EMERGENCE: QuantityFacts =
    QuantityFacts { unit: Unit::None, logarithmic: true, precision: Precision::Double, optional: true, ..LOSS };

impl Quantity {
    /// Number of quantities, computed from the last variant.
    pub const COUNT: usize = Self::ChannelEmergenceB as usize + 1;

    /// All quantities, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        QUANTITIES.iter().map(|row| row.quantity)
    }

    /// Its row of the table.
    #[must_use]
    pub const fn facts(self) -> &'static QuantityFacts {
        &QUANTITIES[self as usize]
    }

    /// The name in results files and in the page's HTML.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The quantity by which variants are compared.
    #[must_use]
    pub const fn primary(task: Task) -> Self {
        match task {
            Task::Images | Task::Texts => Self::TestAccuracy,
            Task::Numbers => Self::ExactMatch,
        }
    }

    /// The quantity with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|quantity| quantity.name() == name)
    }
}

impl QuantityFacts {
    /// The factor from the measured value to the unit of the axis.
    #[must_use]
    pub fn display_factor(&self) -> f64 {
        if self.unit == Unit::Percent { 100.0 } else { 1.0 }
    }
}

// Checked at compile time: the index of every row is the discriminant of its quantity.
const _: () = {
    let mut index = 0;
    while index < QUANTITIES.len() {
        assert!(QUANTITIES[index].quantity as usize == index, "a row of QUANTITIES is out of place");
        index += 1;
    }
};
