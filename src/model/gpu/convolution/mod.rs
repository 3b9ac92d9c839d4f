//! Convolutions of all runs: forward, and the gradients with respect to inputs and weights, each in one dispatch.
//!
//! Feature maps are `[runs, batch, channels, height, width]`, so that the same numbers are the units of a dense layer; those of Burn's
//! operations are `[batch, runs, channels, height, width]`. An invocation computes
//! a few feature maps at a few neighboring positions of a row, in registers: each number that it reads is used several times. As for products,
//! these are more where the CPU executes invocations.

mod weight_gradient;

use super::functions::{functions, needs_argument};
use super::shader::{Shader, ShaderSource, input, output};
use crate::experiment::Activation;
pub(super) use weight_gradient::ConvolutionWeightGradient;

/// Feature maps, and positions of a row, of one invocation; and of one that a CPU executes.
const TILE: [u32; 2] = [4, 4];
const SOFTWARE_TILE: [u32; 2] = [16, 8];
/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;
/// The four components of a vector.
const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// The sizes of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionSizes {
    pub(super) runs: u32,
    pub(super) batch: u32,
    /// Channels, height and width of the input.
    pub(super) input: [u32; 3],
    /// Those of the output.
    pub(super) output: [u32; 3],
    pub(super) kernel: u32,
    pub(super) stride: u32,
    pub(super) padding: u32,
    /// Whether all runs have the same input.
    pub(super) shared: bool,
    /// Whether feature maps are ordered by run, then by example; else the other way round.
    pub(super) by_run: bool,
    /// Whether a CPU executes the shader.
    pub(super) software: bool,
}

impl ConvolutionSizes {
    /// Weights of one run and output channel.
    fn taps(&self) -> u32 {
        self.input[0] * self.kernel * self.kernel
    }

    /// The number of the first feature map of an example, as an expression.
    fn example(&self, channels: u32) -> String {
        if self.by_run {
            format!("(run * {}u + example) * {channels}u", self.batch)
        } else {
            format!("(example * {}u + run) * {channels}u", self.runs)
        }
    }

    /// That of the input, which runs may share.
    fn input_example(&self) -> String {
        if self.shared { format!("example * {}u", self.input[0]) } else { self.example(self.input[0]) }
    }
}

/// The part of the maps `of`, which are those of the output or of the input, that an invocation computes.
struct ConvolutionTile<'sizes> {
    sizes: &'sizes ConvolutionSizes,
    of: [u32; 3],
    maps: u32,
    /// A multiple of four.
    positions: u32,
}

impl<'sizes> ConvolutionTile<'sizes> {
    fn new(sizes: &'sizes ConvolutionSizes, of: [u32; 3]) -> Self {
        let [maps, positions] = if sizes.software { SOFTWARE_TILE } else { TILE };
        Self { sizes, of, maps: maps.min(of[0]), positions: positions.min(of[2].next_multiple_of(4)) }
    }

    /// Tiles of the positions of an example, for some of its maps.
    fn per_example(&self) -> u32 {
        self.of[1] * self.of[2].div_ceil(self.positions)
    }

    fn groups(&self) -> [u32; 3] {
        let places = self.sizes.batch * self.per_example();
        [places.div_ceil(WORKGROUP), self.of[0].div_ceil(self.maps), self.sizes.runs]
    }

    /// Statements that find the tile of an invocation: `run`, `example`, `row`, `column` and the `first` map; and its sums.
    fn begin(&self) -> String {
        let Self { of: [_, height, width], maps, positions, .. } = *self;
        let tiles = width.div_ceil(positions);
        let mut text = format!(
            "    if (id.x >= {}u) {{ return; }}\n    let column = (id.x % {tiles}u) * {positions}u;\n    \
             let row = (id.x / {tiles}u) % {height}u;\n    let example = id.x / {}u;\n    let run = group.z;\n    \
             let first = group.y * {maps}u;\n",
            self.sizes.batch * self.per_example(),
            tiles * height
        );
        for (map, block) in self.blocks() {
            text += &format!("    var sum{map}_{block} = vec4<f32>(0.0);\n");
        }
        text
    }

    /// Statements that find the weights of every map: `weights{map}` is the place of its first one in those of a run, of which there are
    /// `per_run`, and `per_map` for each map.
    fn weights(&self, per_run: u32, per_map: u32) -> String {
        let last = self.of[0] - 1;
        let place =
            |map| format!("    let weights{map} = run * {per_run}u + min(first + {map}u, {last}u) * {per_map}u;\n");
        (0..self.maps).map(place).collect()
    }

    /// Every map of the tile, with every four of its positions.
    fn blocks(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (maps, blocks) = (self.maps, self.positions / 4);
        (0..maps).flat_map(move |map| (0..blocks).map(move |block| (map, block)))
    }

    /// Statements that add the products of `number(position)`, of every position of the tile, with the weight `tap` of every map.
    fn products(&self, tap: u32, number: impl Fn(u32) -> String) -> String {
        let mut text = String::new();
        for block in 0..self.positions / 4 {
            let parts = (4 * block..4 * block + 4).map(&number).collect::<Vec<_>>();
            text += &format!("            let numbers{tap}_{block} = vec4<f32>({});\n", parts.join(", "));
        }
        for map in 0..self.maps {
            text += &format!("            let weight{tap}_{map} = vec4<f32>(weights[weights{map} + tap + {tap}u]);\n");
        }
        for (map, block) in self.blocks() {
            text += &format!(
                "            sum{map}_{block} = fma(weight{tap}_{map}, numbers{tap}_{block}, sum{map}_{block});\n"
            );
        }
        text
    }

    /// The place of a position of a map of the tile, as an expression.
    fn place(&self, map: u32, position: &str) -> String {
        let [channels, height, width] = self.of;
        let map = format!("min(first + {map}u, {}u)", channels - 1);
        format!("(({} + {map}) * {height}u + row) * {width}u + {position}", self.sizes.example(channels))
    }

    /// Four positions of a map of the tile; those beyond the last one are the last one again.
    fn read(&self, map: u32, block: u32, name: &str) -> String {
        let part = |index: u32| {
            format!("{name}[{}]", self.place(map, &format!("min(column + {index}u, {}u)", self.of[2] - 1)))
        };
        format!("vec4<f32>({})", (4 * block..4 * block + 4).map(part).collect::<Vec<_>>().join(", "))
    }

    /// Statements that write four positions of a map of the tile, except those beyond the edge of the map.
    fn written(&self, map: u32, block: u32, name: &str, value: &str) -> String {
        let [channels, _, width] = self.of;
        let is_map = if channels.is_multiple_of(self.maps) {
            String::new()
        } else {
            format!("first + {map}u < {channels}u && ")
        };
        let part = |(index, component): (u32, &&str)| {
            let position = format!("column + {}u", 4 * block + index);
            let place = self.place(map, &position);
            format!("        if ({is_map}{position} < {width}u) {{ {name}[{place}] = value.{component}; }}\n")
        };
        let parts = (0..).zip(&COMPONENTS).map(part).collect::<String>();
        format!("    {{\n        let value = {value};\n{parts}    }}\n")
    }
}

/// `y = x * W`, with what follows. Its tensors are input, weight, the bias if there is one, the result, and the argument of an activation
/// function whose derivative needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionForward {
    pub(super) sizes: ConvolutionSizes,
    /// Whether there is a bias.
    pub(super) bias: bool,
    pub(super) activation: Option<Activation>,
}

impl Shader for ConvolutionForward {
    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn groups(&self) -> [u32; 3] {
        ConvolutionTile::new(&self.sizes, self.sizes.output).groups()
    }

    fn source(&self) -> ShaderSource {
        let Self { ref sizes, bias, activation } = *self;
        let ConvolutionSizes {
            input: [channels_in, height, width],
            output: [channels_out, ..],
            kernel,
            stride,
            padding,
            ..
        } = *sizes;
        let tile = ConvolutionTile::new(sizes, sizes.output);
        let mut buffers = vec![input("images", "f32"), input("weights", "f32")];
        buffers.extend(bias.then(|| input("bias", "f32")));
        buffers.push(output("result", "f32"));
        buffers.extend(activation.is_some_and(needs_argument).then(|| output("argument", "f32")));
        let read = format!(
            "fn pixel(line: u32, column: i32) -> f32 {{\n    if (column < 0 || column >= {width}) {{ return 0.0; }}\n    \
             return images[line + u32(column)];\n}}\n"
        );
        let pixels = (0..(tile.positions - 1) * stride + kernel).map(|column| {
            format!("            let pixel{column} = pixel(line, i32(column * {stride}u) + {column} - {padding});\n")
        });
        let products =
            (0..kernel).map(|tap| tile.products(tap, |position| format!("pixel{}", position * stride + tap)));
        let mut body = tile.begin() + &tile.weights(channels_out * sizes.taps(), sizes.taps());
        body += &format!(
            "    for (var channel = 0u; channel < {channels_in}u; channel += 1u) {{\n        \
             for (var above = 0u; above < {kernel}u; above += 1u) {{\n            \
             let y = i32(row * {stride}u + above) - {padding};\n            \
             if (y < 0 || y >= {height}) {{ continue; }}\n            \
             let line = (({} + channel) * {height}u + u32(y)) * {width}u;\n            \
             let tap = (channel * {kernel}u + above) * {kernel}u;\n{}{}        }}\n    }}\n",
            sizes.input_example(),
            pixels.collect::<String>(),
            products.collect::<String>()
        );
        for (map, block) in tile.blocks() {
            let last = channels_out - 1;
            let added = format!(" + vec4<f32>(bias[run * {channels_out}u + min(first + {map}u, {last}u)])");
            let argument = format!("sum{map}_{block}{}", if bias { &added } else { "" });
            let value = activation.map_or(argument.clone(), |_| format!("activated({argument})"));
            body += &tile.written(map, block, "result", &value);
            if activation.is_some_and(needs_argument) {
                body += &tile.written(map, block, "argument", &argument);
            }
        }
        ShaderSource { buffers, functions: read + &activation.map(functions).unwrap_or_default(), body }
    }
}

/// The gradient with respect to the input, times the derivative of an activation function, if there is one. Its tensors are the gradient
/// with respect to the output, weight, if there is an activation function what its derivative is computed from, and the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionInputGradient {
    pub(super) sizes: ConvolutionSizes,
    pub(super) activation: Option<Activation>,
}

impl Shader for ConvolutionInputGradient {
    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn groups(&self) -> [u32; 3] {
        ConvolutionTile::new(&self.sizes, self.sizes.input).groups()
    }

    fn source(&self) -> ShaderSource {
        let Self { ref sizes, activation } = *self;
        let ConvolutionSizes {
            input: [channels_in, ..],
            output: [channels_out, height, width],
            kernel,
            stride,
            padding,
            ..
        } = *sizes;
        let (tile, taps) = (ConvolutionTile::new(sizes, sizes.input), kernel * kernel);
        let mut buffers = vec![input("gradient", "f32"), input("weights", "f32")];
        buffers.extend(activation.map(|_| input("known", "f32")));
        buffers.push(output("result", "f32"));
        let read = format!(
            "fn slope_at(line: u32, column: i32) -> f32 {{\n    \
             if (column < 0 || column % {stride} != 0 || column / {stride} >= {width}) {{ return 0.0; }}\n    \
             return gradient[line + u32(column / {stride})];\n}}\n"
        );
        // The positions of the output, times the stride, that the tile reads: from that of the last tap at the first position on.
        let before = kernel - 1;
        let reads = (0..tile.positions + before).map(|index| {
            format!("            let slope{index} = slope_at(line, i32(column) + {padding} + {index} - {before});\n")
        });
        let products =
            (0..kernel).map(|tap| tile.products(tap, |position| format!("slope{}", position + before - tap)));
        let mut body = tile.begin() + &tile.weights(channels_out * channels_in * taps, taps);
        body += &format!(
            "    for (var channel = 0u; channel < {channels_out}u; channel += 1u) {{\n        \
             for (var above = 0u; above < {kernel}u; above += 1u) {{\n            \
             let y = i32(row) + {padding} - i32(above);\n            \
             if (y < 0 || y % {stride} != 0 || y / {stride} >= {height}) {{ continue; }}\n            \
             let line = (({} + channel) * {height}u + u32(y / {stride})) * {width}u;\n            \
             let tap = channel * {}u + above * {kernel}u;\n{}{}        }}\n    }}\n",
            sizes.example(channels_out),
            channels_in * taps,
            reads.collect::<String>(),
            products.collect::<String>()
        );
        for (map, block) in tile.blocks() {
            let sum = format!("sum{map}_{block}");
            let value = match activation {
                None => sum,
                Some(_) => format!("{sum} * slope({})", tile.read(map, block, "known")),
            };
            body += &tile.written(map, block, "result", &value);
        }
        ShaderSource { buffers, functions: read + &activation.map(functions).unwrap_or_default(), body }
    }
}
