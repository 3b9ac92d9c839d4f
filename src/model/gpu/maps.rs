//! What is between the convolutions of all runs: pooling, the mean of every feature map, and shortcuts, with their gradients. Feature maps
//! are `[runs, batch, channels, height, width]`; each invocation computes one number.

use super::functions::{functions, needs_argument};
use super::shader::{Shader, ShaderBuffer, ShaderSource, input, output, spread};
use crate::experiment::Activation;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;

/// An operation on feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MapOperation {
    /// Runs times examples.
    pub(super) examples: u32,
    pub(super) kind: MapKind,
}

/// The kinds of operations. An activation function belongs to the values of which a gradient is computed: its derivative is multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum MapKind {
    /// Pooling of squares of `side` without overlap. Tensors: maps, result.
    Pool {
        /// Channels, height and width of the maps.
        input: [u32; 3],
        side: u32,
        /// The maximum; else the mean.
        max: bool,
    },
    /// Its gradient. Tensors: gradient, for the maximum the maps, what the derivative is computed from if there is a function, result.
    PoolGradient {
        /// Channels, height and width of the maps.
        input: [u32; 3],
        side: u32,
        /// The maximum; else the mean.
        max: bool,
        activation: Option<Activation>,
    },
    /// The mean of every feature map. Tensors: maps, result.
    Mean {
        /// Number of feature maps and of positions.
        maps: [u32; 2],
    },
    /// Its gradient. Tensors: gradient, what the derivative is computed from if there is a function, result.
    MeanGradient {
        /// Number of feature maps and of positions.
        maps: [u32; 2],
        activation: Option<Activation>,
    },
    /// The sum with every `stride`-th row and column of the maps of a shortcut, which may have fewer channels. Tensors: maps, those of the
    /// shortcut, result, and the argument of an activation function whose derivative needs it.
    Add {
        /// Channels, height and width of the sum.
        output: [u32; 3],
        /// Those of the shortcut.
        kept: [u32; 3],
        stride: u32,
        activation: Option<Activation>,
    },
    /// The gradient with respect to the maps of a shortcut: what comes through it, plus what comes through the layers beside it. Tensors: the
    /// gradient with respect to the sum, that through the layers, what the derivative is computed from if there is a function, result.
    AddGradient {
        /// Channels, height and width of the sum.
        output: [u32; 3],
        /// Those of the shortcut.
        kept: [u32; 3],
        stride: u32,
        activation: Option<Activation>,
    },
}

impl MapOperation {
    /// Numbers of the result for one example.
    fn results(&self) -> u32 {
        let count = |[channels, height, width]: [u32; 3]| channels * height * width;
        match self.kind {
            MapKind::Pool { input: [channels, height, width], side, .. } => channels * (height / side) * (width / side),
            MapKind::PoolGradient { input, .. } => count(input),
            MapKind::Mean { maps: [channels, _] } => channels,
            MapKind::MeanGradient { maps: [channels, positions], .. } => channels * positions,
            MapKind::Add { output, .. } => count(output),
            MapKind::AddGradient { kept, .. } => count(kept),
        }
    }

    /// The buffers, and statements that compute `value` for the number with the index `place`.
    fn value(&self) -> (Vec<&'static str>, String, Option<Activation>) {
        match self.kind {
            MapKind::Pool { input, side, max } => (vec!["maps", "result"], pooled(input, side, max), None),
            MapKind::PoolGradient { input, side, max, activation } => {
                let names = if max { vec!["gradient", "maps"] } else { vec!["gradient"] };
                (names, pool_gradient(input, side, max), activation)
            }
            MapKind::Mean { maps: [_, positions] } => {
                let text = format!(
                    "    var value = 0.0;\n    for (var index = 0u; index < {positions}u; index += 1u) {{ \
                     value += maps[place * {positions}u + index]; }}\n    value = value / {positions}.0;\n"
                );
                (vec!["maps", "result"], text, None)
            }
            MapKind::MeanGradient { maps: [_, positions], activation } => (
                vec!["gradient"],
                format!("    let value = gradient[place / {positions}u] / {positions}.0;\n"),
                activation,
            ),
            MapKind::Add { output, kept, stride, .. } => {
                (vec!["maps", "kept", "result"], added(output, kept, stride), None)
            }
            MapKind::AddGradient { output, kept, stride, activation } => {
                (vec!["gradient", "layers"], add_gradient(output, kept, stride), activation)
            }
        }
    }
}

/// The statements that split `place` into `column`, `row` and `map`, which counts those of all examples.
fn split([_, height, width]: [u32; 3]) -> String {
    format!(
        "    let column = place % {width}u;\n    let row = (place / {width}u) % {height}u;\n    let map = place / {}u;\n",
        height * width
    )
}

fn pooled([_, height, width]: [u32; 3], side: u32, max: bool) -> String {
    let output = [0, height / side, width / side];
    let mut text =
        split(output) + &format!("    let first = (map * {height}u + row * {side}u) * {width}u + column * {side}u;\n");
    text += if max { "    var value = maps[first];\n" } else { "    var value = 0.0;\n" };
    for above in 0..side {
        for left in 0..side {
            let number = format!("maps[first + {}u]", above * width + left);
            text += &if max {
                format!("    value = select(value, {number}, {number} > value || {number} != {number});\n")
            } else {
                format!("    value += {number};\n")
            };
        }
    }
    if max { text } else { text + &format!("    value = value / {}.0;\n", side * side) }
}

fn pool_gradient(input @ [_, height, width]: [u32; 3], side: u32, max: bool) -> String {
    let (rows, columns) = (height / side, width / side);
    let mut text = split(input)
        + &format!(
            "    let window_row = row / {side}u;\n    let window_column = column / {side}u;\n    var value = 0.0;\n    \
             if (window_row < {rows}u && window_column < {columns}u) {{\n"
        );
    let gradient = format!("gradient[(map * {rows}u + window_row) * {columns}u + window_column]");
    if !max {
        return text + &format!("        value = {gradient} / {}.0;\n    }}\n", side * side);
    }
    // The first of several maxima gets all of it.
    text += &format!(
        "        let first = (map * {height}u + window_row * {side}u) * {width}u + window_column * {side}u;\n        \
         var largest = maps[first];\n        var chosen = first;\n"
    );
    for above in 0..side {
        for left in 0..side {
            let offset = above * width + left;
            text += &format!(
                "        if (maps[first + {offset}u] > largest) {{ largest = maps[first + {offset}u]; chosen = first + {offset}u; }}\n"
            );
        }
    }
    text + &format!("        if (chosen == place) {{ value = {gradient}; }}\n    }}\n")
}

/// The number of the shortcut that belongs to a place of the sum.
fn added(output @ [channels, ..]: [u32; 3], [kept, height, width]: [u32; 3], stride: u32) -> String {
    split(output)
        + &format!(
            "    let channel = map % {channels}u;\n    var value = maps[place];\n    if (channel < {kept}u) {{\n        \
             let other = (map / {channels}u) * {kept}u + channel;\n        \
             value += kept[(other * {height}u + row * {stride}u) * {width}u + column * {stride}u];\n    }}\n"
        )
}

fn add_gradient([channels, height, width]: [u32; 3], kept @ [own, ..]: [u32; 3], stride: u32) -> String {
    split(kept)
        + &format!(
            "    let channel = map % {own}u;\n    var value = layers[place];\n    \
             if (row % {stride}u == 0u && column % {stride}u == 0u && channel < {channels}u) {{\n        \
             let other = (map / {own}u) * {channels}u + channel;\n        \
             value += gradient[(other * {height}u + row / {stride}u) * {width}u + column / {stride}u];\n    }}\n"
        )
}

impl Shader for MapOperation {
    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn groups(&self) -> [u32; 3] {
        spread((self.examples * self.results()).div_ceil(WORKGROUP))
    }

    fn source(&self) -> ShaderSource {
        let (mut names, value, slope) = self.value();
        let [columns, ..] = self.groups();
        let mut body = format!(
            "    let place = id.y * {}u + id.x;\n    if (place >= {}u) {{ return; }}\n{value}",
            columns * WORKGROUP,
            self.examples * self.results()
        );
        let forward = match self.kind {
            MapKind::Add { activation, .. } => activation,
            _ => None,
        };
        let is_gradient = matches!(
            self.kind,
            MapKind::PoolGradient { .. } | MapKind::MeanGradient { .. } | MapKind::AddGradient { .. }
        );
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
