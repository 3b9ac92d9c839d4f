//! THE table of curves: every quantity that is measured as a function of the training step, with its name, title, unit and axis; and
//! the panels in which the page and the exported figure show the curves.
//!
//! To add a curve: a variant, a row of [`QUANTITIES`] and, if the page shows it, an entry in [`PANELS`], all in this file; and
//! its measurement in `train/evaluate.rs`.

use serde::{Deserialize, Serialize};

/// A quantity that is measured as a function of the training step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// Cross-entropy of the mini-batches.
    TrainLoss,
    /// Cross-entropy of the test examples.
    TestLoss,
    /// Fraction of test examples classified correctly.
    TestAccuracy,
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
    /// The label of its axis, without the unit; `_` begins a subscript.
    pub symbol: &'static str,
    /// The label of the button that selects it in a panel with several quantities; `_` begins a subscript.
    pub button: &'static str,
    /// The tooltip of the button.
    pub hint: &'static str,
    /// The unit of its axis.
    pub unit: Unit,
    /// The range of its axis.
    pub range: AxisRange,
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

/// The range of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisRange {
    /// Multiples of 0.1, within 0 and 1.
    Fraction,
    /// From 0 to the largest value, but at most twice the largest value at the start, so that one exploding run does not
    /// flatten the others.
    Loss,
    /// The range of the values.
    Automatic,
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
        symbol: "train loss",
        button: "Train",
        hint: "Cross-entropy of the mini-batches",
        occasion: Occasion::Step,
        ..LOSS
    },
    QuantityFacts {
        quantity: Quantity::TestLoss,
        name: "test_loss",
        title: "Test loss",
        symbol: "test loss",
        button: "Test",
        hint: "Cross-entropy of the test examples",
        ..LOSS
    },
    QuantityFacts {
        quantity: Quantity::TestAccuracy,
        name: "test_accuracy",
        title: "Test accuracy",
        symbol: "test accuracy",
        button: "Test",
        hint: "Fraction of test examples classified correctly",
        unit: Unit::Percent,
        range: AxisRange::Fraction,
        ..LOSS
    },
    QuantityFacts {
        quantity: Quantity::EmergenceA,
        name: "emergence_a",
        title: "Emergence E_A",
        symbol: "E_A",
        button: "E_A",
        hint: "Paths through active units only",
        nodes: Some(EmergenceNodes::Units),
        optional: false,
        ..EMERGENCE
    },
    QuantityFacts {
        quantity: Quantity::EmergenceB,
        name: "emergence_b",
        title: "Emergence E_B",
        symbol: "E_B",
        button: "E_B",
        hint: "Paths through all units",
        nodes: Some(EmergenceNodes::Units),
        optional: false,
        ..EMERGENCE
    },
    QuantityFacts {
        quantity: Quantity::ChannelEmergenceA,
        name: "channel_emergence_a",
        title: "Emergence E_A of feature maps",
        symbol: "E_A",
        button: "maps E_A",
        hint: "Paths through active feature maps only",
        nodes: Some(EmergenceNodes::FeatureMaps { of_units: Quantity::EmergenceA }),
        ..EMERGENCE
    },
    QuantityFacts {
        quantity: Quantity::ChannelEmergenceB,
        name: "channel_emergence_b",
        title: "Emergence E_B of feature maps",
        symbol: "E_B",
        button: "maps E_B",
        hint: "Paths through all feature maps",
        nodes: Some(EmergenceNodes::FeatureMaps { of_units: Quantity::EmergenceB }),
        ..EMERGENCE
    },
];

/// What losses have in common, and whatever else is measured in f32 on the test examples.
const LOSS: QuantityFacts = QuantityFacts {
    quantity: Quantity::TestLoss,
    name: "",
    title: "",
    symbol: "",
    button: "",
    hint: "",
    unit: Unit::Nats,
    range: AxisRange::Loss,
    logarithmic: false,
    precision: Precision::Single,
    occasion: Occasion::Evaluation,
    optional: false,
    nodes: None,
};

/// What all measures of emergence have in common.
const EMERGENCE: QuantityFacts = QuantityFacts {
    unit: Unit::None,
    range: AxisRange::Automatic,
    logarithmic: true,
    precision: Precision::Double,
    optional: true,
    ..LOSS
};

/// A panel of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePanel {
    /// Its name in the page's HTML: the id of the canvas is `chart-NAME`.
    pub name: &'static str,
    /// A heading for all of its quantities, if there are several and no room for the title of the selected one.
    pub common_title: &'static str,
    /// Its quantities, in the order of the buttons; the first one is selected initially.
    pub quantities: &'static [Quantity],
}

/// The panels of the page that show curves.
pub const PANELS: [CurvePanel; 3] = [
    CurvePanel { name: "accuracy", common_title: "", quantities: &[Quantity::TestAccuracy] },
    CurvePanel { name: "loss", common_title: "", quantities: &[Quantity::TrainLoss] },
    CurvePanel {
        name: "emergence",
        common_title: "Emergence",
        quantities: &[
            Quantity::EmergenceB,
            Quantity::EmergenceA,
            Quantity::ChannelEmergenceB,
            Quantity::ChannelEmergenceA,
        ],
    },
];

/// The panels of the exported figure, row by row.
pub const FIGURE: [Quantity; 4] =
    [Quantity::TestAccuracy, Quantity::TrainLoss, Quantity::EmergenceB, Quantity::EmergenceA];

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

    /// The quantity with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|quantity| quantity.name() == name)
    }
}

impl CurvePanel {
    /// A heading that is right for each of its quantities.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.quantities {
            [only] => only.facts().title,
            _ => self.common_title,
        }
    }
}

impl QuantityFacts {
    /// The factor from the measured value to the unit of the axis.
    #[must_use]
    pub fn display_factor(&self) -> f64 {
        if self.unit == Unit::Percent { 100.0 } else { 1.0 }
    }

    /// The quantity to show: for a network without feature maps, a measure of feature maps is replaced by that of units.
    #[must_use]
    pub fn shown(&self, has_feature_maps: bool) -> Quantity {
        match self.nodes {
            Some(EmergenceNodes::FeatureMaps { of_units }) if !has_feature_maps => of_units,
            _ => self.quantity,
        }
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
