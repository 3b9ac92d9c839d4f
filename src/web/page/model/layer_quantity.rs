//! The quantities of layers before the first step.

use crate::metrics::LayerReport;
use crate::plot::LayerAxis;
use crate::texts::text;

/// A quantity of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerQuantity {
    /// Standard deviation of the weights.
    Weights,
    /// The factor by which the scheme multiplied the weights.
    Scale,
    /// Values after the activation function: mean and standard deviation in the table, the latter on the chart.
    Activations,
    /// Fraction of active units.
    Active,
    /// 2-norm of the gradient.
    Gradient,
    /// Relative size of the optimizer's first step.
    Step,
}

impl LayerQuantity {
    /// All quantities, in the order of their buttons.
    pub const ALL: [Self; 6] =
        [Self::Weights, Self::Scale, Self::Activations, Self::Active, Self::Gradient, Self::Step];

    /// The name in the HTML.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Scale => "scale",
            Self::Activations => "activations",
            Self::Active => "active",
            Self::Gradient => "gradient",
            Self::Step => "step",
        }
    }

    /// The label of the vertical axis, with its unit.
    #[must_use]
    pub fn axis_label(self) -> String {
        match self {
            Self::Weights => text!("std of the weights"),
            Self::Scale => text!("factor on the weights"),
            Self::Activations => text!("std of the activations"),
            Self::Active => text!("active units (%)"),
            Self::Gradient => text!("norm of the gradient"),
            Self::Step => text!("first step / weights"),
        }
    }

    /// The value on the chart; `None` if it is not finite.
    #[must_use]
    pub fn value(self, layer: &LayerReport) -> Option<f64> {
        let value = match self {
            Self::Weights => layer.weight_std,
            Self::Scale => layer.scales.weight,
            Self::Activations => layer.activation_std,
            Self::Active => layer.active_fraction.map(|fraction| fraction * 100.0),
            Self::Gradient => layer.gradient_norm,
            Self::Step => layer.step_size,
        };
        value.filter(|value| value.is_finite())
    }

    /// The axis for these values: logarithmic for factors, and for values that span a power of ten (or are tiny), so that large
    /// values do not flatten the others.
    #[must_use]
    pub fn axis(self, values: impl Iterator<Item = f64>) -> LayerAxis {
        let (least, most) = values
            .filter(|value| *value > 0.0)
            .fold((f64::MAX, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let spread = most > 0.0 && (most / least >= 10.0 || most < 1e-6);
        match self {
            Self::Active => LayerAxis::Percent,
            Self::Scale => LayerAxis::Logarithmic,
            _ if spread => LayerAxis::Logarithmic,
            _ => LayerAxis::Linear,
        }
    }
}
