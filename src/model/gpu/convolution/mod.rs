//! Convolutions of all runs: forward, and the gradients with respect to inputs and weights.
//!
//! Feature maps are `[runs, batch, channels, height, width]`, so that the same numbers are the units of a dense layer; those of Burn's
//! operations are `[batch, runs, channels, height, width]`. An invocation computes a few feature maps at a few neighboring positions of a
//! row, in registers: each number that it reads is used several times. As for products, these are more where the CPU executes invocations,
//! and what a tile has beyond the last map or position is computed twice.

mod weight_gradient;

use super::functions::{functions, needs_argument};
use super::shader::{Operation, Shader, ShaderSource, input, output};
use crate::experiment::Activation;
pub(super) use weight_gradient::weight_gradient;

/// Most feature maps, and positions of a row, of one invocation; and of one that a CPU executes.
const TILE: [u32; 2] = [4, 4];
const SOFTWARE_TILE: [u32; 2] = [8, 8];
/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;
const SOFTWARE_WORKGROUP: u32 = 8;
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

/// The sizes that shaders read, of input and output.
const NAMES: &[&str] = &[
    "batch",
    "channels_in",
    "height",
    "width",
    "channels_out",
    "rows",
    "columns",
    "in_run",
    "in_example",
    "out_run",
    "out_example",
];
/// The numbers of the first feature map of an example, as expressions.
const INPUT_EXAMPLE: &str = "(run * in_run + example * in_example)";
const OUTPUT_EXAMPLE: &str = "(run * out_run + example * out_example)";

impl ConvolutionSizes {
    /// What belongs to [`NAMES`].
    fn numbers(&self) -> Vec<u32> {
        let Self { runs, batch, input: [channels_in, height, width], output: [channels_out, rows, columns], .. } =
            *self;
        // Feature maps from one run to the next, and from one example to the next.
        let steps =
            |channels: u32| if self.by_run { [batch * channels, channels] } else { [channels, runs * channels] };
        let [in_run, in_example] = if self.shared { [0, channels_in] } else { steps(channels_in) };
        let [out_run, out_example] = steps(channels_out);
        vec![batch, channels_in, height, width, channels_out, rows, columns, in_run, in_example, out_run, out_example]
    }

    fn window(&self) -> ConvolutionWindow {
        let Self { kernel, stride, padding, software, .. } = *self;
        ConvolutionWindow { kernel, stride, padding, software }
    }
}

/// What shaders of convolutions know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ConvolutionWindow {
    kernel: u32,
    stride: u32,
    padding: u32,
    software: bool,
}

impl ConvolutionWindow {
    fn workgroup(&self) -> u32 {
        if self.software { SOFTWARE_WORKGROUP } else { WORKGROUP }
    }
}

/// The part of the maps of the output, or of the input, that an invocation computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ConvolutionTile {
    maps: u32,
    /// A multiple of four.
    positions: u32,
    /// Whether rows are shorter than that.
    is_narrow: bool,
}

impl ConvolutionTile {
    /// The tile for maps with these channels, height and width.
    fn new(sizes: &ConvolutionSizes, [channels, _, width]: [u32; 3]) -> Self {
        let [maps, positions] = if sizes.software { SOFTWARE_TILE } else { TILE };
        // Fewer kinds of tiles are fewer shaders.
        let positions = if width < positions { 4 } else { positions };
        Self { maps: if channels <= 4 { 4 } else { maps }, positions, is_narrow: width < positions }
    }

    fn groups(&self, sizes: &ConvolutionSizes, [channels, height, width]: [u32; 3]) -> [u32; 3] {
        let places = sizes.batch * height * width.div_ceil(self.positions);
        [places.div_ceil(sizes.window().workgroup()), channels.div_ceil(self.maps), sizes.runs]
    }
}

/// The statements of a tile. Its maps have the `channels`, `height` and `width` with these names.
struct TileText {
    tile: ConvolutionTile,
    channels: &'static str,
    height: &'static str,
    width: &'static str,
    /// The number of the first map of an example.
    example: &'static str,
}

impl TileText {
    fn of_output(tile: ConvolutionTile) -> Self {
        Self { tile, channels: "channels_out", height: "rows", width: "columns", example: OUTPUT_EXAMPLE }
    }

    fn of_input(tile: ConvolutionTile) -> Self {
        Self { tile, channels: "channels_in", height: "height", width: "width", example: INPUT_EXAMPLE }
    }

    /// Statements that find the tile of an invocation: `run`, `example`, `row`, `column` and the `first` map; and its sums. The last tile
    /// of a row begins earlier, so that it ends with the row.
    fn begin(&self) -> String {
        let Self { tile: ConvolutionTile { maps, positions, is_narrow }, channels, height, width, .. } = *self;
        let column = if is_narrow {
            "    let column = 0u;\n".to_owned()
        } else {
            format!("    let column = min((id.x % tiles) * {positions}u, {width} - {positions}u);\n")
        };
        let mut text = format!(
            "    let tiles = ({width} + {}u) / {positions}u;\n    if (id.x >= batch * {height} * tiles) {{ return; }}\n{column}    \
             let row = (id.x / tiles) % {height};\n    let example = id.x / (tiles * {height});\n    let run = group.z;\n",
            positions - 1
        );
        for map in 0..maps {
            text += &format!("    let map{map} = min(group.y * {maps}u + {map}u, {channels} - 1u);\n");
        }
        for (map, block) in self.blocks() {
            text += &format!("    var sum{map}_{block} = vec4<f32>(0.0);\n");
        }
        text
    }

    /// Statements that find the weights of every map: `weights{map}` is the place of its first one in those of a run, of which there are
    /// `per_run`, and `per_map` for each map.
    fn weights(&self, per_run: &str, per_map: &str) -> String {
        let place = |map| format!("    let weights{map} = run * {per_run} + map{map} * {per_map};\n");
        (0..self.tile.maps).map(place).collect()
    }

    /// Every map of the tile, with every four of its positions.
    fn blocks(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (maps, blocks) = (self.tile.maps, self.tile.positions / 4);
        (0..maps).flat_map(move |map| (0..blocks).map(move |block| (map, block)))
    }

    /// Statements that add the products of `number(position)`, of every position of the tile, with the weight `tap` of every map.
    fn products(&self, tap: u32, number: impl Fn(u32) -> String) -> String {
        let mut text = String::new();
        for block in 0..self.tile.positions / 4 {
            let parts = (4 * block..4 * block + 4).map(&number).collect::<Vec<_>>();
            text += &format!("            let numbers{tap}_{block} = vec4<f32>({});\n", parts.join(", "));
        }
        for map in 0..self.tile.maps {
            text += &format!("            let weight{tap}_{map} = vec4<f32>(weights[weights{map} + tap + {tap}u]);\n");
        }
        for (map, block) in self.blocks() {
            text += &format!(
                "            sum{map}_{block} = fma(weight{tap}_{map}, numbers{tap}_{block}, sum{map}_{block});\n"
            );
        }
        text
    }

    /// Statements that find the row of every map: `line{map}`.
    fn lines(&self) -> String {
        let Self { height, width, example, .. } = self;
        let line = |map| format!("    let line{map} = (({example} + map{map}) * {height} + row) * {width} + column;\n");
        (0..self.tile.maps).map(line).collect()
    }

    /// Four positions of a map; those beyond the last one are the last one again.
    fn read(&self, map: u32, block: u32, name: &str) -> String {
        let part = |index: u32| match self.tile.is_narrow {
            true => format!("{name}[line{map} + min({index}u, {} - 1u)]", self.width),
            false => format!("{name}[line{map} + {index}u]"),
        };
        format!("vec4<f32>({})", (4 * block..4 * block + 4).map(part).collect::<Vec<_>>().join(", "))
    }

    /// Statements that write four positions of a map of the tile, except those beyond the edge of the map.
    fn written(&self, map: u32, block: u32, name: &str, value: &str) -> String {
        let part = |(index, component): (u32, &&str)| {
            let position = 4 * block + index;
            let write = format!("{name}[line{map} + {position}u] = value.{component};");
            match self.tile.is_narrow {
                true => format!("        if ({position}u < {}) {{ {write} }}\n", self.width),
                false => format!("        {write}\n"),
            }
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

impl Operation for ConvolutionForward {
    type Shader = ConvolutionForwardShader;

    fn shader(&self) -> ConvolutionForwardShader {
        let Self { ref sizes, bias, activation } = *self;
        let tile = ConvolutionTile::new(sizes, sizes.output);
        ConvolutionForwardShader { window: sizes.window(), tile, bias, activation }
    }

    fn groups(&self) -> [u32; 3] {
        ConvolutionTile::new(&self.sizes, self.sizes.output).groups(&self.sizes, self.sizes.output)
    }

    fn sizes(&self) -> Vec<u32> {
        self.sizes.numbers()
    }
}

/// The shader for maps of any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionForwardShader {
    window: ConvolutionWindow,
    tile: ConvolutionTile,
    bias: bool,
    activation: Option<Activation>,
}

impl Shader for ConvolutionForwardShader {
    const SIZES: &'static [&'static str] = NAMES;

    fn workgroup(&self) -> [u32; 3] {
        [self.window.workgroup(), 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let Self { window: ConvolutionWindow { kernel, stride, padding, .. }, bias, activation, .. } = *self;
        let tile = TileText::of_output(self.tile);
        let mut buffers = vec![input("images", "f32"), input("weights", "f32")];
        buffers.extend(bias.then(|| input("bias", "f32")));
        buffers.push(output("result", "f32"));
        buffers.extend(activation.is_some_and(needs_argument).then(|| output("argument", "f32")));
        let pixels = (0..(self.tile.positions - 1) * stride + kernel).map(|column| {
            format!(
                "            let pixel{column} = pixel(line, i32(column * {stride}u) + {column} - {padding}, width);\n"
            )
        });
        let products =
            (0..kernel).map(|tap| tile.products(tap, |position| format!("pixel{}", position * stride + tap)));
        let taps = kernel * kernel;
        let mut body = tile.begin();
        body += &tile.weights(&format!("channels_out * channels_in * {taps}u"), &format!("channels_in * {taps}u"));
        body += &format!(
            "    for (var channel = 0u; channel < channels_in; channel += 1u) {{\n        \
             for (var above = 0u; above < {kernel}u; above += 1u) {{\n            \
             let y = i32(row * {stride}u + above) - {padding};\n            \
             if (y < 0 || y >= i32(height)) {{ continue; }}\n            \
             let line = (({INPUT_EXAMPLE} + channel) * height + u32(y)) * width;\n            \
             let tap = (channel * {kernel}u + above) * {kernel}u;\n{}{}        }}\n    }}\n{}",
            pixels.collect::<String>(),
            products.collect::<String>(),
            tile.lines()
        );
        for (map, block) in tile.blocks() {
            let added = format!(" + vec4<f32>(bias[run * channels_out + map{map}])");
            let argument = format!("sum{map}_{block}{}", if bias { &added } else { "" });
            let value = activation.map_or(argument.clone(), |_| format!("activated({argument})"));
            body += &tile.written(map, block, "result", &value);
            if activation.is_some_and(needs_argument) {
                body += &tile.written(map, block, "argument", &argument);
            }
        }
        ShaderSource { buffers, functions: PIXEL.to_owned() + &activation.map(functions).unwrap_or_default(), body }
    }
}

/// A function that reads a pixel of a row, or 0 beside it. Without a branch, which takes long to compile.
const PIXEL: &str = "fn pixel(line: u32, column: i32, width: u32) -> f32 {
    let last = i32(width) - 1;
    return select(0.0, images[line + u32(clamp(column, 0, last))], column >= 0 && column <= last);
}
";

/// The gradient with respect to the input, times the derivative of an activation function, if there is one. Its tensors are the gradient
/// with respect to the output, weight, if there is an activation function what its derivative is computed from, and the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionInputGradient {
    pub(super) sizes: ConvolutionSizes,
    pub(super) activation: Option<Activation>,
}

impl Operation for ConvolutionInputGradient {
    type Shader = ConvolutionInputGradientShader;

    fn shader(&self) -> ConvolutionInputGradientShader {
        let Self { ref sizes, activation } = *self;
        let tile = ConvolutionTile::new(sizes, sizes.input);
        ConvolutionInputGradientShader { window: sizes.window(), tile, activation }
    }

    fn groups(&self) -> [u32; 3] {
        ConvolutionTile::new(&self.sizes, self.sizes.input).groups(&self.sizes, self.sizes.input)
    }

    fn sizes(&self) -> Vec<u32> {
        self.sizes.numbers()
    }
}

/// The shader for maps of any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionInputGradientShader {
    window: ConvolutionWindow,
    tile: ConvolutionTile,
    activation: Option<Activation>,
}

impl ConvolutionInputGradientShader {
    /// A function that reads the gradient at a position of a row, times the stride, or 0 where there is none.
    fn slope_at(&self) -> String {
        let stride = self.window.stride;
        format!(
            "fn slope_at(line: u32, column: i32, columns: u32) -> f32 {{\n    let own = u32(max(column, 0));\n    \
             let at = min(own / {stride}u, columns - 1u);\n    \
             return select(0.0, gradient[line + at], column >= 0 && at * {stride}u == own);\n}}\n"
        )
    }
}

impl Shader for ConvolutionInputGradientShader {
    const SIZES: &'static [&'static str] = NAMES;

    fn workgroup(&self) -> [u32; 3] {
        [self.window.workgroup(), 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let Self { window: ConvolutionWindow { kernel, stride, padding, .. }, activation, .. } = *self;
        let (tile, taps) = (TileText::of_input(self.tile), kernel * kernel);
        let mut buffers = vec![input("gradient", "f32"), input("weights", "f32")];
        buffers.extend(activation.map(|_| input("known", "f32")));
        buffers.push(output("result", "f32"));
        // The positions of the output, times the stride, that the tile reads: from that of the last tap at the first position on.
        let before = kernel - 1;
        let reads = (0..self.tile.positions + before).map(|index| {
            format!("            let slope{index} = slope_at(line, i32(column) + {padding} + {index} - {before}, columns);\n")
        });
        let products =
            (0..kernel).map(|tap| tile.products(tap, |position| format!("slope{}", position + before - tap)));
        let is_between = if stride == 1 { String::new() } else { format!("y % {stride} != 0 || ") };
        let mut body = tile.begin();
        body += &tile.weights(&format!("channels_out * channels_in * {taps}u"), &format!("{taps}u"));
        body += &format!(
            "    for (var channel = 0u; channel < channels_out; channel += 1u) {{\n        \
             for (var above = 0u; above < {kernel}u; above += 1u) {{\n            \
             let y = i32(row) + {padding} - i32(above);\n            \
             if (y < 0 || {is_between}y / {stride} >= i32(rows)) {{ continue; }}\n            \
             let line = (({OUTPUT_EXAMPLE} + channel) * rows + u32(y / {stride})) * columns;\n            \
             let tap = channel * channels_in * {taps}u + above * {kernel}u;\n{}{}        }}\n    }}\n{}",
            reads.collect::<String>(),
            products.collect::<String>(),
            tile.lines()
        );
        for (map, block) in tile.blocks() {
            let sum = format!("sum{map}_{block}");
            let value = match activation {
                None => sum,
                Some(_) => format!("{sum} * slope({})", tile.read(map, block, "known")),
            };
            body += &tile.written(map, block, "result", &value);
        }
        ShaderSource { buffers, functions: self.slope_at() + &activation.map(functions).unwrap_or_default(), body }
    }
}
