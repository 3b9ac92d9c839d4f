//! Convolutions of all runs: forward, and the gradients with respect to inputs and weights.
//!
//! Feature maps are `[runs, batch, channels, height, width]`, so that the same numbers are the units of a dense layer; those of Burn's
//! operations are `[batch, runs, channels, height, width]`. An invocation computes a few feature maps at a few neighboring positions of a
//! row, in registers: each number that it reads is used several times. As for products, these are more where the CPU executes invocations,
//! and what a tile has beyond the last map or position is computed twice.

mod input_gradient;
mod tile;
mod weight_gradient;

use super::functions::{functions, needs_argument};
use super::shader::{Shader, ShaderOperation, ShaderSource, input, output};
use crate::experiment::Activation;
pub(super) use input_gradient::ConvolutionInputGradient;
use tile::{ConvolutionTile, TileText};
pub(super) use weight_gradient::weight_gradient;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;
/// The same where a CPU executes the shader.
const SOFTWARE_WORKGROUP: u32 = 8;

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

/// The names of the sizes that shaders read: shapes of input and output; how many feature maps one run, or one example, is from the next; and the
/// number of examples in a part of the batch.
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
    "runs",
    "part",
];
/// The numbers of the first feature map of an example, as expressions.
const INPUT_EXAMPLE: &str = "(run * in_run + example * in_example)";
const OUTPUT_EXAMPLE: &str = "(run * out_run + example * out_example)";

impl ConvolutionSizes {
    /// The values of [`NAMES`], in the same order; `part` is the number of examples in a part of the batch.
    fn numbers(&self, part: u32) -> Vec<u32> {
        let Self { runs, batch, input: [channels_in, height, width], output: [channels_out, rows, columns], .. } =
            *self;
        // Feature maps from one run to the next, and from one example to the next.
        let steps =
            |channels: u32| if self.by_run { [batch * channels, channels] } else { [channels, runs * channels] };
        let [in_run, in_example] = if self.shared { [0, channels_in] } else { steps(channels_in) };
        let [out_run, out_example] = steps(channels_out);
        let maps = [channels_in, height, width, channels_out, rows, columns];
        [&[batch][..], &maps, &[in_run, in_example, out_run, out_example, runs, part]].concat()
    }

    fn window(&self) -> ConvolutionWindow {
        let Self { kernel, stride, padding, software, .. } = *self;
        ConvolutionWindow { kernel, stride, padding, software }
    }
}

/// What a shader of a convolution is compiled for.
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

/// `y = x * W`, with what follows. Its tensors are input, weight, the bias if there is one, the result, and the argument of an activation
/// function whose derivative needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionForward {
    pub(super) sizes: ConvolutionSizes,
    /// Whether there is a bias.
    pub(super) bias: bool,
    pub(super) activation: Option<Activation>,
}

impl ShaderOperation for ConvolutionForward {
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
        self.sizes.numbers(self.sizes.batch)
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
        [self.tile.workgroup, 1, 1]
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
