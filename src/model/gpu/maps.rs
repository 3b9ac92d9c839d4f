//! What is between the convolutions of all runs: pooling, the mean of every feature map, and shortcuts, with their gradients. Feature maps
//! are `[runs, batch, channels, height, width]`; each invocation computes one number.

use super::functions::{functions, needs_argument};
use super::shader::{Shader, ShaderBuffer, ShaderOperation, ShaderSource, input, output, spread};
use crate::experiment::Activation;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;

/// An operation on feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MapOperation {
    pub(super) kind: MapKind,
    /// Runs times examples.
    pub(super) examples: u32,
    /// Channels, height and width of the maps that are pooled or averaged, or of a sum.
    pub(super) maps: [u32; 3],
    /// Those of the maps of a shortcut.
    pub(super) kept: [u32; 3],
}

/// The kinds of operations. An activation function belongs to the values of which a gradient is computed: its derivative is multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum MapKind {
    /// Pooling of squares of `side` without overlap. Tensors: maps, result.
    Pool {
        side: u32,
        /// The maximum; else the mean.
        max: bool,
    },
    /// Its gradient. Tensors: gradient, for the maximum the maps, what the derivative is computed from if there is a function, result.
    PoolGradient {
        side: u32,
        /// The maximum; else the mean.
        max: bool,
        activation: Option<Activation>,
    },
    /// The mean of every feature map. Tensors: maps, result.
    Mean,
    /// Its gradient. Tensors: gradient, what the derivative is computed from if there is a function, result.
    MeanGradient { activation: Option<Activation> },
    /// The sum with every `stride`-th row and column of the maps of a shortcut, which may have fewer channels. Tensors: maps, those of the
    /// shortcut, result, and the argument of an activation function whose derivative needs it.
    Add { stride: u32, activation: Option<Activation> },
    /// The gradient with respect to the maps of a shortcut: what comes through it, plus what comes through the layers beside it. Tensors: the
    /// gradient with respect to the sum, that through the layers, what the derivative is computed from if there is a function, result.
    AddGradient { stride: u32, activation: Option<Activation> },
}

impl ShaderOperation for MapOperation {
    type Shader = MapKind;

    fn shader(&self) -> MapKind {
        self.kind
    }

    fn groups(&self) -> [u32; 3] {
        spread((self.examples * self.results()).div_ceil(WORKGROUP))
    }

    fn sizes(&self) -> Vec<u32> {
        let [columns, ..] = self.groups();
        let [channels, height, width] = self.maps;
        let [kept_channels, kept_height, kept_width] = self.kept;
        let (count, line) = (self.examples * self.results(), columns * WORKGROUP);
        vec![count, line, channels, height, width, kept_channels, kept_height, kept_width]
    }
}

impl MapOperation {
    /// Numbers of the result for one example.
    fn results(&self) -> u32 {
        let [channels, height, width] = self.maps;
        match self.kind {
            MapKind::Pool { side, .. } => channels * (height / side) * (width / side),
            MapKind::Mean => channels,
            MapKind::PoolGradient { .. } | MapKind::MeanGradient { .. } | MapKind::Add { .. } => {
                channels * height * width
            }
            MapKind::AddGradient { .. } => self.kept.iter().product(),
        }
    }
}

/// The statements that split `place` into `column`, `row` and `map`, which counts those of all examples.
fn split(height: &str, width: &str) -> String {
    format!(
        "    let column = place % {width};\n    let row = (place / {width}) % {height};\n    let map = place / ({height} * {width});\n"
    )
}

fn pooled(side: u32, max: bool) -> String {
    let mut text = split(&format!("(height / {side}u)"), &format!("(width / {side}u)"))
        + &format!("    let first = (map * height + row * {side}u) * width + column * {side}u;\n");
    text += if max { "    var value = maps[first];\n" } else { "    var value = 0.0;\n" };
    for above in 0..side {
        for left in 0..side {
            let number = format!("maps[first + {above}u * width + {left}u]");
            text += &if max {
                format!("    value = select(value, {number}, {number} > value || {number} != {number});\n")
            } else {
                format!("    value += {number};\n")
            };
        }
    }
    if max { text } else { text + &format!("    value = value / {}.0;\n", side * side) }
}

fn pool_gradient(side: u32, max: bool) -> String {
    let mut text = split("height", "width")
        + &format!(
            "    let rows = height / {side}u;\n    let columns = width / {side}u;\n    let window_row = row / {side}u;\n    \
             let window_column = column / {side}u;\n    var value = 0.0;\n    \
             if (window_row < rows && window_column < columns) {{\n"
        );
    let gradient = "gradient[(map * rows + window_row) * columns + window_column]";
    if !max {
        return text + &format!("        value = {gradient} / {}.0;\n    }}\n", side * side);
    }
    // The first of several maxima gets all of it.
    text += &format!(
        "        let first = (map * height + window_row * {side}u) * width + window_column * {side}u;\n        \
         var largest = maps[first];\n        var chosen = first;\n"
    );
    for above in 0..side {
        for left in 0..side {
            text += &format!(
                "        {{\n            let other = first + {above}u * width + {left}u;\n            \
                 if (maps[other] > largest) {{ largest = maps[other]; chosen = other; }}\n        }}\n"
            );
        }
    }
    text + &format!("        if (chosen == place) {{ value = {gradient}; }}\n    }}\n")
}

/// The number of the shortcut that belongs to a place of the sum.
fn added(stride: u32) -> String {
    split("height", "width")
        + &format!(
            "    let channel = map % channels;\n    var value = maps[place];\n    if (channel < kept_channels) {{\n        \
             let other = (map / channels) * kept_channels + channel;\n        \
             value += kept[(other * kept_height + row * {stride}u) * kept_width + column * {stride}u];\n    }}\n"
        )
}

fn add_gradient(stride: u32) -> String {
    split("kept_height", "kept_width")
        + &format!(
            "    let channel = map % kept_channels;\n    var value = layers[place];\n    \
             if (row % {stride}u == 0u && column % {stride}u == 0u && channel < channels) {{\n        \
             let other = (map / kept_channels) * channels + channel;\n        \
             value += gradient[(other * height + row / {stride}u) * width + column / {stride}u];\n    }}\n"
        )
}

impl MapKind {
    /// The buffers, statements that compute `value` for the number with the index `place`, and the function whose derivative is multiplied.
    fn value(self) -> (Vec<&'static str>, String, Option<Activation>) {
        match self {
            Self::Pool { side, max } => (vec!["maps", "result"], pooled(side, max), None),
            Self::PoolGradient { side, max, activation } => {
                let names = if max { vec!["gradient", "maps"] } else { vec!["gradient"] };
                (names, pool_gradient(side, max), activation)
            }
            Self::Mean => {
                let text = "    let positions = height * width;\n    var value = 0.0;\n    \
                            for (var index = 0u; index < positions; index += 1u) { value += maps[place * positions + index]; }\n    \
                            value = value / f32(positions);\n";
                (vec!["maps", "result"], text.to_owned(), None)
            }
            Self::MeanGradient { activation } => {
                let text = "    let positions = height * width;\n    let value = gradient[place / positions] / f32(positions);\n";
                (vec!["gradient"], text.to_owned(), activation)
            }
            Self::Add { stride, .. } => (vec!["maps", "kept", "result"], added(stride), None),
            Self::AddGradient { stride, activation } => (vec!["gradient", "layers"], add_gradient(stride), activation),
        }
    }
}

impl Shader for MapKind {
    const SIZES: &'static [&'static str] =
        &["count", "line", "channels", "height", "width", "kept_channels", "kept_height", "kept_width"];

    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let (mut names, value, slope) = self.value();
        let mut body = format!("    let place = id.y * line + id.x;\n    if (place >= count) {{ return; }}\n{value}");
        let forward = match *self {
            Self::Add { activation, .. } => activation,
            _ => None,
        };
        let is_gradient =
            matches!(self, Self::PoolGradient { .. } | Self::MeanGradient { .. } | Self::AddGradient { .. });
        if is_gradient {
            names.extend(slope.map(|_| "known"));
            names.push("result");
        }
        names.extend(forward.filter(|own| needs_argument(*own)).map(|_| "argument"));
        body += &match (slope, forward) {
            (Some(_), _) => "    result[place] = value * slope(vec4<f32>(known[place])).x;\n".to_owned(),
            (None, Some(activation)) => {
                let argument = if needs_argument(activation) { "    argument[place] = value;\n" } else { "" };
                format!("    result[place] = activated(vec4<f32>(value)).x;\n{argument}")
            }
            (None, None) => "    result[place] = value;\n".to_owned(),
        };
        ShaderSource {
            buffers: names.into_iter().map(buffer).collect(),
            functions: slope.or(forward).map(functions).unwrap_or_default(),
            body,
        }
    }
}

/// Results and arguments are written, all others read.
fn buffer(name: &'static str) -> ShaderBuffer {
    if ["result", "argument"].contains(&name) { output(name, "f32") } else { input(name, "f32") }
}
