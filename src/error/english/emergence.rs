//! The messages about the measure of emergence.

use crate::emergence::EmergenceError;
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl Display for EmergenceError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::NoLayers => text!("expected at least one layer, got none"),
            Self::EmptyLayer { layer } => text!("layer {layer}: expected at least one node, got none", layer),
            Self::LayerCount { widths, active } => {
                text!("expected the activity of {widths} layers, got that of {active}", widths, active)
            }
            Self::ActiveCount { layer, width, active } => {
                text!("layer {layer}: expected between 0 and {width} active nodes, got {active}", layer, width, active)
            }
            Self::TooManyNodes { nodes, capacity } => {
                text!("expected at most {capacity} nodes, got {nodes}", capacity, nodes)
            }
            Self::ActivityShape { layer, units, values } => text!(
                "layer {layer}: expected one or more complete samples of {units} units, got {values} values",
                layer,
                units,
                values
            ),
            Self::UnitCount { layer, expected, got } => {
                text!("layer {layer}: expected the activity of {expected} units, got {got}", layer, expected, got)
            }
            Self::SampleCount { layer, expected, got } => text!(
                "layer {layer}: expected {expected} samples as in the first layer, got {got}",
                layer,
                expected,
                got
            ),
            Self::EdgesBackwards { .. }
            | Self::WindowMisfit { .. }
            | Self::LayerSize { .. }
            | Self::DepthwiseChannels { .. }
            | Self::PooledLayer { .. } => edges(self),
        })
    }
}

/// The messages about the edges of a graph.
fn edges(error: &EmergenceError) -> String {
    match error {
        EmergenceError::EdgesBackwards { layer, from } => {
            text!("layer {layer}: expected edges from an earlier layer, got edges from layer {from}", layer, from)
        }
        EmergenceError::WindowMisfit { layer, from } => text!(
            "layer {layer}: expected a stride of at least 1 and a window that fits into layer {from} with its padding",
            layer,
            from
        ),
        EmergenceError::LayerSize { layer, from, expected, got } => {
            let (expected, got) = (format!("{expected:?}"), format!("{got:?}"));
            text!(
                "layer {layer}: expected height and width {expected} from the window over layer {from}, got {got}",
                layer,
                expected,
                from,
                got
            )
        }
        EmergenceError::DepthwiseChannels { layer, from, expected, got } => text!(
            "layer {layer}: expected at least the {expected} channels of layer {from} after a depthwise window, got {got}",
            layer,
            expected,
            from,
            got
        ),
        EmergenceError::PooledLayer { layer } => text!(
            "layer {layer}: expected a pooled layer to have one depthwise window over a layer with the same number of channels",
            layer
        ),
        // Not about edges; never asked for.
        _ => String::new(),
    }
}
