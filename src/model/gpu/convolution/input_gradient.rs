//! The gradient of a convolution with respect to its input.

use super::tile::{ConvolutionTile, TileText};
use super::{ConvolutionSizes, ConvolutionWindow, NAMES, OUTPUT_EXAMPLE};
use crate::experiment::Activation;
use crate::model::gpu::functions::functions;
use crate::model::gpu::shader::{Shader, ShaderOperation, ShaderSource, input, output};

/// The gradient with respect to the input, times the derivative of an activation function, if there is one. Its tensors are the gradient
/// with respect to the output, weight, if there is an activation function what its derivative is computed from, and the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::model::gpu) struct ConvolutionInputGradient {
    pub(in crate::model::gpu) sizes: ConvolutionSizes,
    pub(in crate::model::gpu) activation: Option<Activation>,
}

impl ShaderOperation for ConvolutionInputGradient {
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
        self.sizes.numbers(self.sizes.batch)
    }
}

/// The shader for maps of any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::model::gpu) struct ConvolutionInputGradientShader {
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
        [self.tile.workgroup, 1, 1]
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
